"""What `/settings` and the parts of its panel do."""

from __future__ import annotations

import discord

from bot.domain.manner import Level, Listening, Trait
from bot.engine.manners import Choosing, Look, Manners
from bot.engine.offers import Offers
from bot.engine.own_budgets import OwnBudgets
from bot.engine.personas import Personas
from bot.gateway import phrases_budgets
from bot.gateway import phrases_manner as phrases
from bot.gateway.budget_form import button_of
from bot.gateway.commands import Choice
from bot.gateway.entry_rules import Words
from bot.gateway.panel import (
    FIELD,
    Subject,
    form_of,
    is_typed,
    subject_of,
    values_of,
    view_of,
)
from bot.gateway.people import Request
from bot.gateway.phrases import denied, offer
from bot.gateway.phrases_persona import choice


class SettingsCommand:
    """Shows the panel, and does what is picked, pressed and typed in it."""

    def __init__(
        self,
        manners: Manners,
        personas: Personas,
        offers: Offers,
        own_budgets: OwnBudgets,
        *,
        default_model: str,
    ) -> None:
        self._manners = manners
        self._personas = personas
        self._offers = offers
        self._own_budgets = own_budgets
        self._default_model = default_model

    async def settings(self, request: Request) -> Words:
        """Show how conversations are held here."""
        look = await self._manners.look(request.place, request.actor)
        level = Level.CHANNEL if look.session is None else Level.SESSION
        return await self._panel(request, look, Subject(level, Trait.PERSONA))

    async def pick_level(self, request: Request) -> Words:
        """Turn the panel to another level."""
        subject, level = subject_of(request.custom_id), request.picked
        if subject is None or level not in list(Level):
            return Words(phrases.WRONG_PANEL)
        return await self.shown(request, subject.moved(level=Level(level)))

    async def pick_trait(self, request: Request) -> Words:
        """Turn the panel to another trait."""
        subject, trait = subject_of(request.custom_id), request.picked
        if subject is None or trait not in list(Trait):
            return Words(phrases.WRONG_PANEL)
        return await self.shown(request, subject.moved(trait=Trait(trait)))

    async def pick_value(self, request: Request) -> Words:
        """Choose what was picked."""
        return await self._choose(request, request.picked)

    async def inherit(self, request: Request) -> Words:
        """Take back what was chosen."""
        return await self._choose(request, None)

    async def typed(self, request: Request) -> Words:
        """Choose what was typed."""
        return await self._choose(request, request.text(FIELD) or "")

    async def type(self, request: Request) -> Words | discord.ui.Modal:
        """Put a form before the person in which a value can be typed."""
        subject = subject_of(request.custom_id)
        if subject is None or not is_typed(subject.trait):
            return Words(phrases.WRONG_PANEL)
        return form_of(subject)

    async def _choose(self, request: Request, text: str | None) -> Words:
        subject = subject_of(request.custom_id)
        if subject is None:
            return Words(phrases.WRONG_PANEL)
        place, actor = request.place, request.actor
        level, trait = subject.level, subject.trait
        came = await self._manners.choose(place, actor, level, trait, text)
        look = await self._manners.look(place, actor)
        if came is not Choosing.DONE:
            return await self._panel(request, look, subject, phrases.came(came, trait))
        note = phrases.chosen(trait, level, look.manner, is_taken_back=text is None)
        if trait is Trait.LISTENING and text == Listening.ALL and request.needs_mention:
            note = f"{note}\n{phrases.NEEDS_INTENT}"
        return await self._panel(request, look, subject, note)

    async def shown(self, request: Request, subject: Subject, note: str | None = None) -> Words:
        """Show the panel, and below it what came of something."""
        look = await self._manners.look(request.place, request.actor)
        return await self._panel(request, look, subject, note)

    async def model_at(self, request: Request) -> str:
        """Return which model answers at the place."""
        look = await self._manners.look(request.place, request.actor)
        return look.manner.model or self._default_model

    async def _panel(
        self, request: Request, look: Look, subject: Subject, note: str | None = None
    ) -> Words:
        place = request.place
        why_not = self._manners.why_not(place, request.actor, subject.level)
        offered = values_of(
            subject.trait,
            personas=await self._persona_choices(request, subject),
            models=[Choice(offer(each), each.model) for each in self._offers.all()],
            present=look.layers.at(subject.level).get(subject.trait),
        )
        text = phrases.panel(
            look.manner, default_model=self._default_model, is_direct=place.is_direct
        )
        about = denied(why_not) if why_not else phrases.changing(subject.trait, subject.level)
        view = view_of(
            look, subject, offered, is_direct=place.is_direct, may_choose=why_not is None
        )
        budgets = None
        if subject.level is Level.SERVER and why_not is None:
            budgets = phrases_budgets.standing(self._own_budgets.look(place, request.actor))
            view.add_item(button_of(subject))
        return Words("\n".join(part for part in (text, budgets, about, note) if part), view=view)

    async def _persona_choices(self, request: Request, subject: Subject) -> list[Choice]:
        if subject.trait is not Trait.PERSONA:
            return []
        known = await self._personas.all(request.place, request.actor)
        return [Choice(choice(each), each.name) for each in known]
