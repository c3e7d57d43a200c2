"""Downtime: a turn waits until its model is back, and the person knows that it does."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial

from bot.domain.errors import ModelDown
from bot.domain.session import SessionId
from bot.domain.turn import Turn
from bot.engine.notices import waiting
from bot.engine.noting import Notes
from bot.engine.outages import Circuits
from bot.engine.patience import insist
from bot.engine.publishing import Screen
from bot.ports import Clock, Ledger

log = logging.getLogger(__name__)

# A turn that waits for a model to be back looks so often whether it may try. Who tried in
# vain lets all others look first: it may be its own prompt that the model fails at.
LOOK_AGAIN = 5.0  # seconds
LONGEST_OUTAGE = timedelta(hours=6)  # after which a prompt is answered with a notice


class Downtime:
    """Knows which sessions wait for a model, and which turns were said to."""

    def __init__(self, *, circuits: Circuits, ledger: Ledger, clock: Clock) -> None:
        self._circuits = circuits
        self._ledger = ledger
        self._clock = clock
        self._waiting: dict[SessionId, ModelDown] = {}
        self._told: Notes[None] = Notes()  # by this process, that their answer waits

    def holds(self, session_id: SessionId) -> bool:
        """Whether a session waits for a model."""
        return session_id in self._waiting

    def lasts(self, session_id: SessionId) -> bool:
        """Whether a session that waits for a model is not to try yet; see `LOOK_AGAIN`."""
        if (down := self._waiting.get(session_id)) is not None:
            after = LOOK_AGAIN if down.was_tried else 0.0
            return not self._circuits.admits(down.models, after=after)
        return False

    def release(self, session_id: SessionId) -> None:
        """Have a session wait no longer: it tries, or there is something else to be done."""
        self._waiting.pop(session_id, None)

    def is_too_long(self, turn: Turn) -> bool:
        """Whether a turn has waited for so long that a notice is its answer."""
        return self._clock.now() - turn.prompts[-1].said_at > LONGEST_OUTAGE

    async def sit_out(self, turn: Turn, screen: Screen, down: ModelDown) -> None:
        """Have a turn wait until the model is back, and the person know that it does."""
        await insist(self._clock, partial(self._ledger.put_off, turn.id), about=turn.name)
        if turn.id not in self._told:
            log.info("%s event=waiting_for_model fault=%s", turn.name, down.fault)
            await screen.tell(waiting(down.fault))
            self._told.put(turn, None)
        if not screen.interrupted.is_set():
            self._waiting[turn.session_id] = down

    def is_over_for(self, turn: Turn) -> None:
        """Know that a turn waits no more, whatever came of it."""
        self._told.drop(turn)

    def forget(self, session_id: SessionId) -> None:
        """Know that a session owes nothing."""
        self._told.forget(session_id)
