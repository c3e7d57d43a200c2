"""What `/persona` does, and the choices of personas that other commands offer."""

from __future__ import annotations

import discord

from bot.domain.persona import (
    LONGEST_NAME,
    LONGEST_SUMMARY,
    LONGEST_WORDING,
    PERSONAS,
    Persona,
)
from bot.engine.personas import Personas
from bot.gateway import phrases_persona as phrases
from bot.gateway.commands import MOST_CHOICES, Choice
from bot.gateway.entry_rules import Words
from bot.gateway.people import Request

ADD, CHANGE = "persona-add", "persona-change"
_NAME, _SUMMARY, _WORDING = "name", "summary", "wording"


class PersonaCommands:
    """Lists, adds, changes and deletes personas."""

    def __init__(self, personas: Personas) -> None:
        self._personas = personas

    async def list(self, request: Request) -> Words:
        """List what can be chosen here."""
        return Words(phrases.listing(await self._personas.all(request.place, request.actor)))

    async def create(self, request: Request) -> discord.ui.Modal:  # noqa: ARG002  # as all are
        """Put an empty form before the person."""
        return _form(ADD, Persona("", "", ""), is_new=True)

    async def edit(self, request: Request) -> Words | discord.ui.Modal:
        """Put a form before the person with what is there now."""
        name = request.text("persona") or ""
        persona = await self._personas.own(request.place, request.actor, name)
        if persona is None:
            return Words(phrases.UNKNOWN)
        return _form(f"{CHANGE}:{persona.name}", persona, is_new=False)

    async def delete(self, request: Request) -> Words:
        """Delete one of the server's own."""
        name = request.text("persona") or ""
        kept = await self._personas.drop(request.place, request.actor, name)
        return Words(phrases.dropped(kept, name))

    async def add(self, request: Request) -> Words:
        """Add what was typed into the form."""
        persona = _typed(request, (request.text(_NAME) or "").strip().lower())
        kept = await self._personas.add(request.place, request.actor, persona)
        return Words(phrases.added(kept, persona.name))

    async def change(self, request: Request) -> Words:
        """Change one to what was typed into the form."""
        persona = _typed(request, request.custom_id.partition(":")[2])
        kept = await self._personas.change(request.place, request.actor, persona)
        return Words(phrases.changed(kept, persona.name))

    async def personas_like(self, request: Request) -> tuple[Choice, ...]:
        """Offer what can be chosen here."""
        return _choices(await self._personas.all(request.place, request.actor), request.focused)

    async def own_like(self, request: Request) -> tuple[Choice, ...]:
        """Offer what can be changed here."""
        every = await self._personas.all(request.place, request.actor)
        return _choices([each for each in every if each.name not in PERSONAS], request.focused)


def _choices(personas: list[Persona], typed: str) -> tuple[Choice, ...]:
    wanted = typed.strip().casefold()
    found = [each for each in personas if wanted in phrases.choice(each).casefold()]
    return tuple(Choice(phrases.choice(each), each.name) for each in found)[:MOST_CHOICES]


def _typed(request: Request, name: str) -> Persona:
    summary = " ".join((request.text(_SUMMARY) or "").split())
    return Persona(name, summary, (request.text(_WORDING) or "").strip())


def _form(custom_id: str, persona: Persona, *, is_new: bool) -> discord.ui.Modal:
    title = phrases.ADD if is_new else f"Persona {persona.name}"
    form = discord.ui.Modal(title=title[:45], timeout=None, custom_id=custom_id)
    if is_new:
        name = _field(_NAME, LONGEST_NAME, placeholder=phrases.NAME_HINT)
        form.add_item(discord.ui.Label(text=phrases.NAME, component=name))
    summary = _field(
        _SUMMARY, LONGEST_SUMMARY, placeholder=phrases.SUMMARY_HINT, default=persona.summary
    )
    form.add_item(discord.ui.Label(text=phrases.SUMMARY, component=summary))
    wording = _field(
        _WORDING, LONGEST_WORDING, placeholder=phrases.WORDING_HINT, default=persona.wording
    )
    wording.style = discord.TextStyle.paragraph
    form.add_item(discord.ui.Label(text=phrases.WORDING, component=wording))
    form.stop()  # or discord.py would remember it until the process ends
    return form


def _field(
    custom_id: str, longest: int, *, placeholder: str, default: str = ""
) -> discord.ui.TextInput[discord.ui.Modal]:
    return discord.ui.TextInput(
        custom_id=custom_id,
        max_length=longest,
        placeholder=placeholder,
        default=default or None,
    )
