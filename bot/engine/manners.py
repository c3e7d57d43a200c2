"""Manners: what people look up and choose about how conversations are held."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from bot.domain.access import Action, Actor, Denial, Denied, demand, denial
from bot.domain.manner import Layers, Level, Listening, Manner, Trait, fitted, manner_of, may_stand
from bot.domain.session import Place, Session
from bot.engine.listenings import Listenings
from bot.ports import Customs

log = logging.getLogger(__name__)

_CHOOSING: Mapping[Level, Action] = MappingProxyType(
    {
        Level.SESSION: Action.CHOOSE_FOR_SESSION,
        Level.CHANNEL: Action.CHOOSE_FOR_CHANNEL,
        Level.SERVER: Action.CHOOSE_FOR_SERVER,
    }
)


class Choosing(StrEnum):
    """What came of choosing."""

    DONE = "done"
    UNFIT = "unfit"  # the value cannot be meant
    NO_SESSION = "no_session"  # none is open that it could be chosen for


@dataclass(frozen=True, slots=True)
class Look:
    """How a conversation at a place is held now."""

    session: Session | None
    layers: Layers
    manner: Manner


class Manners:
    """Shows and changes how conversations are held."""

    def __init__(self, *, customs: Customs, listenings: Listenings) -> None:
        self._customs = customs
        self._listenings = listenings

    async def look(self, place: Place, actor: Actor) -> Look:
        """Return how a conversation at a place is held, and where that comes from."""
        demand(actor, Action.SEE, place)
        session, layers = await self._customs.customs_at(place)
        return Look(session, layers, manner_of(layers))

    def listening_at(self, place: Place) -> Listening:
        """Return what is listened to at a place."""
        return self._listenings.at(place)

    def why_not(self, place: Place, actor: Actor, level: Level) -> Denial | None:
        """Return why somebody may not choose at a level, which a place may not have."""
        if level not in _CHOOSING or (level is Level.SERVER and place.is_direct):
            return Denial.NO_RULE
        return denial(actor, _CHOOSING[level], place)

    async def choose(
        self, place: Place, actor: Actor, level: Level, trait: Trait, text: str | None
    ) -> Choosing:
        """Have a level hold a value, or with None whatever is chosen above it.

        Sessions that are open follow from their next answer on.

        Raises:
            Denied: they may not, or the place has no such level.
        """
        if why := self.why_not(place, actor, level):
            raise Denied(why)
        value = None if text is None else fitted(trait, text)
        is_meant = text is None or value is not None
        if not is_meant or not may_stand(trait, level):
            return Choosing.UNFIT
        if not await self._customs.choose(place, level, trait, value):
            return Choosing.NO_SESSION
        if trait is Trait.LISTENING:
            self._listenings.learn(place, level, None if value is None else Listening(value))
        log.info(
            "channel=%d event=chosen level=%s trait=%s by=%d",
            place.channel_id,
            level,
            trait,
            actor.id,
        )
        return Choosing.DONE
