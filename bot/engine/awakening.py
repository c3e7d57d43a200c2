"""Awakening: what a process left behind is gone on with by the next.

Questions that nobody answered may have been edited or deleted meanwhile. They are looked at
again first, if Discord lets us soon; what has its answer goes on at once.
"""

from __future__ import annotations

import asyncio
import logging

from bot.domain.session import Place, SessionId
from bot.engine.intake import Intake
from bot.engine.lanes import Lanes
from bot.engine.patience import insist
from bot.ports import Amendments, Clock

log = logging.getLogger(__name__)

LOOKED_AT_WITHIN = 10.0  # seconds; then what was asked is answered as it was heard


class Awakening:
    """Wakes the sessions that were left owing something, each in its time."""

    def __init__(
        self, *, amendments: Amendments, intake: Intake, lanes: Lanes, clock: Clock
    ) -> None:
        self._amendments = amendments
        self._intake = intake
        self._lanes = lanes
        self._clock = clock
        self._asleep: dict[Place, list[SessionId]] = {}
        self._has_begun = asyncio.Event()

    async def resume(self) -> int:
        """Wake what is owed, but for what is to be looked at again; return how much.

        In the midst of the process's life there is nothing of the latter kind: what it
        heard itself it was told of.
        """
        if not self._has_begun.is_set():
            for session_id, place in await self._unanswered():
                self._asleep.setdefault(place, []).append(session_id)
            self._has_begun.set()
        asleep = {session_id for sessions in self._asleep.values() for session_id in sessions}
        return await self._intake.resume(but=asleep)

    async def places(self) -> set[Place]:
        """Return the places where a prompt waits for its answer to be written."""
        return {place for _, place in await self._unanswered()}

    def wake(self, place: Place) -> None:
        """Go on with what is owed at a place: its questions were looked at."""
        for session_id in self._asleep.pop(place, ()):
            self._lanes.wake(session_id)

    async def run(self) -> None:
        """Wake after a while what nobody woke."""
        await self._has_begun.wait()
        await self._clock.sleep(LOOKED_AT_WITHIN)
        for place in list(self._asleep):
            log.warning("event=not_looked_at_again channel=%d", place.channel_id)
            self.wake(place)

    async def _unanswered(self) -> list[tuple[SessionId, Place]]:
        return await insist(self._clock, self._amendments.unanswered)
