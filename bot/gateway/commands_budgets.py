"""What the button for a server's own budgets in the panel of `/settings` does, and its form."""

from __future__ import annotations

import discord

from bot.domain.budget import OWN_KINDS
from bot.engine.own_budgets import OwnBudgets
from bot.gateway import phrases_budgets as phrases
from bot.gateway.budget_form import (
    button_of,
    fields_of,
    form_of,
    panel_of,
    read,
    texts_of,
    typed_before,
)
from bot.gateway.commands_settings import SettingsCommand
from bot.gateway.entry_rules import Words
from bot.gateway.panel import subject_of
from bot.gateway.people import Request
from bot.gateway.phrases_manner import WRONG_PANEL


class BudgetsForm:
    """Puts the form before those who manage the server, and does what they type into it."""

    def __init__(self, own_budgets: OwnBudgets, settings: SettingsCommand) -> None:
        self._own_budgets = own_budgets
        self._settings = settings

    async def ask(self, request: Request) -> Words | discord.ui.Modal:
        """Put the form before the person: what was typed in vain, or else what stands."""
        subject, typed = subject_of(panel_of(request.custom_id)), typed_before(request.custom_id)
        standing = texts_of(self._own_budgets.look(request.place, request.actor))
        if subject is None:
            return Words(WRONG_PANEL)
        return form_of(subject, typed if len(typed) == len(standing) else standing)

    async def typed(self, request: Request) -> Words:
        """Set what was typed: all of it, or nothing where something cannot be meant."""
        subject, texts = subject_of(request.custom_id), fields_of(request.options)
        if subject is None:
            return Words(WRONG_PANEL)
        limits, wrong = read(texts)
        if wrong:
            note = phrases.wrong(wrong, dict(zip(OWN_KINDS, texts, strict=True)))
            words = await self._settings.shown(request, subject, note)
            assert words.view is not None, "a panel has menus"  # noqa: S101
            words.view.add_item(button_of(subject, texts))
            return words
        model = await self._settings.model_at(request)
        came = await self._own_budgets.set(request.place, request.actor, limits, model=model)
        return await self._settings.shown(request, subject, phrases.done(came, limits))
