"""Personas: those that come with the bot, and a server's own."""

from __future__ import annotations

import logging
from enum import StrEnum

from bot.domain.access import Action, Actor, demand
from bot.domain.persona import PERSONAS, Persona, is_name
from bot.domain.session import Place
from bot.ports import Customs

log = logging.getLogger(__name__)

MOST_OWN = 20  # of a server: with ours they fit into one menu


class Kept(StrEnum):
    """What came of adding or changing a persona."""

    DONE = "done"
    WRONG_NAME = "wrong_name"
    EMPTY = "empty"  # it says nothing
    TAKEN = "taken"  # the name, by ours or by another of the server's
    FULL = "full"
    UNKNOWN = "unknown"
    NO_SERVER = "no_server"


class Personas:
    """Lists and changes the personas of servers."""

    def __init__(self, *, customs: Customs) -> None:
        self._customs = customs

    async def all(self, place: Place, actor: Actor) -> list[Persona]:
        """Return the personas that can be chosen at a place, ours first."""
        demand(actor, Action.SEE, place)
        return [*PERSONAS.values(), *await self._own(place)]

    async def own(self, place: Place, actor: Actor, name: str) -> Persona | None:
        """Return one of a server's own, for somebody who may change it."""
        demand(actor, Action.CHANGE_PERSONAS, place)
        return next((each for each in await self._own(place) if each.name == name), None)

    async def add(self, place: Place, actor: Actor, persona: Persona) -> Kept:
        """Add a persona to a server's own."""
        demand(actor, Action.CHANGE_PERSONAS, place)
        if (wrong := _wrong_with(place, persona)) is not None or place.guild_id is None:
            return wrong or Kept.NO_SERVER
        if persona.name in PERSONAS:
            return Kept.TAKEN
        if not await self._customs.add_persona(place.guild_id, persona, most=MOST_OWN):
            names = {each.name for each in await self._own(place)}
            return Kept.TAKEN if persona.name in names else Kept.FULL
        log.info("server=%d event=persona_added by=%d", place.guild_id, actor.id)
        return Kept.DONE

    async def change(self, place: Place, actor: Actor, persona: Persona) -> Kept:
        """Change one of a server's own; sessions that are answered as it keep its old words."""
        demand(actor, Action.CHANGE_PERSONAS, place)
        if (wrong := _wrong_with(place, persona)) is not None or place.guild_id is None:
            return wrong or Kept.NO_SERVER
        if not await self._customs.change_persona(place.guild_id, persona):
            return Kept.UNKNOWN
        log.info("server=%d event=persona_changed by=%d", place.guild_id, actor.id)
        return Kept.DONE

    async def drop(self, place: Place, actor: Actor, name: str) -> Kept:
        """Delete one of a server's own; sessions that are answered as it go on so."""
        demand(actor, Action.CHANGE_PERSONAS, place)
        if place.guild_id is None:
            return Kept.NO_SERVER
        if not await self._customs.drop_persona(place.guild_id, name):
            return Kept.UNKNOWN
        log.info("server=%d event=persona_dropped by=%d", place.guild_id, actor.id)
        return Kept.DONE

    async def _own(self, place: Place) -> list[Persona]:
        return [] if place.guild_id is None else await self._customs.personas(place.guild_id)


def _wrong_with(place: Place, persona: Persona) -> Kept | None:
    if place.is_direct:
        return Kept.NO_SERVER
    if not is_name(persona.name):
        return Kept.WRONG_NAME
    return None if persona.wording.strip() else Kept.EMPTY
