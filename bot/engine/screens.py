"""Screens: each attempt at a turn is shown on a screen of its own.

Whether it has to look first for posts of an attempt before it depends on whether there can
have been one: what this very process heard, nobody tried before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Container

from bot.domain.session import SessionId, TurnId
from bot.domain.turn import Owed, Turn
from bot.engine.noting import Notes
from bot.engine.pacing import Governor
from bot.engine.publishing import Screen
from bot.ports import Clock, Ledger, Messenger


class Screens:
    """Makes the screens, and knows the turns that nobody tried yet."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        messenger: Messenger,
        clock: Clock,
        governor: Governor,
        long_after: int,
    ) -> None:
        self._ledger = ledger
        self._messenger = messenger
        self._clock = clock
        self._governor = governor
        self._long_after = long_after
        self._fresh: Notes[None] = Notes()  # each from when it is heard until its first screen

    def expect(self, turn: Turn) -> None:
        """Know that this very process heard the turn's prompts: nobody tried it before us."""
        self._fresh.put(turn, None)

    def forget(self, session_id: SessionId) -> None:
        """Know that a session owes nothing."""
        self._fresh.forget(session_id)

    @property
    def fresh(self) -> Container[TurnId]:
        """The turns that this process heard and did not try yet."""
        return self._fresh

    def screen_for(self, owed: Owed, halt: asyncio.Event) -> Screen:
        """Return a screen for an attempt at a turn, which is interrupted by `halt`."""
        turn = owed.turn
        is_fresh = turn.id in self._fresh and turn.attempt == 1
        self._fresh.drop(turn)
        return Screen(
            turn,
            owed.session.place,
            interrupted=halt,
            is_recovered=not is_fresh,
            long_after=self._long_after,
            ledger=self._ledger,
            messenger=self._messenger,
            clock=self._clock,
            governor=self._governor,
        )
