"""Unfinished messages: a long one is given a moment in which its rest may follow."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.hearing import GOES_ON_WITHIN, may_go_on
from bot.domain.message import Prompt
from bot.domain.session import Place, SessionId
from bot.ports import Clock


@dataclass(frozen=True, slots=True)
class _Begun:
    place: Place
    author_id: int
    until: float


class Unfinished:
    """Knows for which sessions the rest of a message is waited for, and where."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._begun: dict[SessionId, _Begun] = {}

    def hear(self, session_id: SessionId, place: Place, prompt: Prompt) -> None:
        """Know what was said; a short message is the end of what its author had to say."""
        begun = self._begun.get(session_id)
        if may_go_on(prompt):
            until = self._clock.monotonic() + GOES_ON_WITHIN.total_seconds()
            self._begun[session_id] = _Begun(place, prompt.author_id, until)
        elif begun is not None and begun.author_id == prompt.author_id:
            del self._begun[session_id]

    def waits(self, session_id: SessionId) -> tuple[Place, float] | None:
        """Return where and for how many seconds a session waits for a rest; None if it does not."""
        begun = self._begun.get(session_id)
        if begun is None:
            return None
        if (wait := begun.until - self._clock.monotonic()) <= 0:
            del self._begun[session_id]
            return None
        return begun.place, wait
