"""Briefing: what the model is told before a session's messages, and how it is to answer."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from bot.domain.manner import Effort, Length, Manner, manner_of
from bot.domain.persona import PERSONAS, Persona, instructed, persona_named
from bot.domain.session import Session
from bot.domain.turn import Owed
from bot.ports import Guide, Ledger

log = logging.getLogger(__name__)

_LENGTHS: Mapping[Length, str] = MappingProxyType(
    {
        Length.SHORT: "Keep your answers short: a few sentences, unless more is asked for.",
        Length.LONG: "Answer at length: explain, give examples, and leave nothing important out.",
    }
)


@dataclass(frozen=True, slots=True)
class Brief:
    """How a session is to be answered now."""

    model: str
    instructions: str
    effort: Effort | None = None
    temperature: float | None = None
    length: Length = Length.NORMAL
    has_summaries: bool = True


class Briefing:
    """Words sessions. The wording is kept with a session when it is first answered so.

    From then on neither another name of the channel nor another wording of the persona
    changes what the model is told, until somebody chooses a persona anew.
    """

    def __init__(self, *, ledger: Ledger, guide: Guide, default_model: str) -> None:
        self._ledger = ledger
        self._guide = guide
        self._default_model = default_model

    async def brief(self, owed: Owed) -> Brief:
        """Return how to answer what is owed."""
        manner = manner_of(owed.layers)
        session = await self._worded(owed.session, manner.persona)
        return brief_of(session, manner, default_model=self._default_model)

    async def foresee(self, owed: Owed) -> Brief:
        """Return how it would be answered; nothing is kept by that."""
        manner = manner_of(owed.layers)
        session, _ = await self._as_worded(owed.session, manner.persona)
        return brief_of(session, manner, default_model=self._default_model)

    async def _worded(self, session: Session, name: str) -> Session:
        worded, wording = await self._as_worded(session, name)
        if wording is not None:
            await self._ledger.keep_wording(session.id, persona=name, wording=wording)
            log.info("session=%s event=worded", session.id)
        return worded

    async def _as_worded(self, session: Session, name: str) -> tuple[Session, str | None]:
        """Return a session in its wording, and that wording if it is to be kept."""
        if session.wording is not None and session.persona == name:
            return session, None
        persona = await self._persona(session, name)
        names = self._guide.names(session.place)
        wording = persona.worded(server=names.server, channel=names.channel)
        return replace(session, persona=name, wording=wording), wording

    async def _persona(self, session: Session, name: str) -> Persona:
        guild_id = session.place.guild_id
        if name in PERSONAS or guild_id is None:
            return persona_named(name)
        return await self._ledger.persona(guild_id, name) or persona_named(name)


def brief_of(session: Session, manner: Manner, *, default_model: str) -> Brief:
    """Return how a session that has its wording is answered in a manner."""
    wording = persona_named(session.persona).wording if session.wording is None else session.wording
    return Brief(
        manner.model or default_model,
        instructed(wording, *_wishes(manner)),
        manner.effort,
        manner.temperature,
        manner.length,
        manner.has_summaries,
    )


def _wishes(manner: Manner) -> Iterator[str]:
    if manner.length in _LENGTHS:
        yield _LENGTHS[manner.length]
    if manner.language is not None:
        yield f"Whatever was said above about languages: answer in {manner.language}."
