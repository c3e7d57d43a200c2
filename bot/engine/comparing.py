"""Comparing: whether all arrived, after a session with the gateway was interrupted and went on.

Discord sends then what was missed, or says that it did. Until its own account of the places was
held against what arrived, nobody knows that everything did.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice

from bot.domain.errors import PlaceGone
from bot.domain.hearing import Sight
from bot.domain.session import Place
from bot.engine.patience import insist
from bot.engine.reach import Reach
from bot.ports import Clock, Past

log = logging.getLogger(__name__)

# Servers that are compared after a session went on: two requests each, and there may be
# several interruptions a day.
MOST_COMPARED = 20


class Doubts:
    """What is in doubt in an epoch, and what arrived meanwhile."""

    def __init__(self, *, past: Past, reach: Reach, clock: Clock, room: asyncio.Semaphore) -> None:
        self._past = past
        self._reach = reach
        self._clock = clock
        self._room = room  # among those who read from Discord
        self._epoch = 0
        self._open = 0  # comparisons that are not made yet
        self._spoken_since: dict[Place, None] = {}  # where something arrived before they were

    def begin(self, epoch: int) -> None:
        """Know that another epoch begins, in which all places are looked at anyway."""
        self._epoch = epoch
        self._open = 0
        self._spoken_since.clear()

    def arise(self) -> None:
        """Know that the session was interrupted: `compare` is to follow."""
        self._open += 1

    def __bool__(self) -> bool:
        """Whether something may not have arrived."""
        return bool(self._open)

    def note(self, place: Place) -> None:
        """Know that something arrived at a place."""
        if self._open:
            self._spoken_since[place] = None

    async def compare(self, epoch: int, expect: Callable[[Sequence[Sight]], None]) -> None:
        """See whether anything never arrived where people spoke with the bot lately.

        `expect` is called with places whose newest message did not, as they are found, and at
        last with those that nothing can be told of.
        """
        recent = await self._reach.spoken_in_lately()
        lived_in = dict.fromkeys(p.guild_id for p in recent if p.guild_id is not None)
        for guild_id in islice(lived_in, MOST_COMPARED):
            unseen = await insist(self._clock, partial(self._unseen, guild_id, epoch))
            if unseen and epoch == self._epoch:
                log.warning("event=not_all_arrived server=%d places=%d", guild_id, len(unseen))
                expect(unseen)
        if epoch == self._epoch:
            self._open -= 1
            # There the newest message proves nothing: it is not the one before the gap.
            spoken = [place for place in recent if place in self._spoken_since]
            self._spoken_since.clear()
            expect([Sight(place) for place in spoken])

    async def _unseen(self, guild_id: int, epoch: int) -> list[Sight]:
        async with self._room:
            if epoch != self._epoch:
                return []
            try:
                return await self._past.unseen(guild_id)
            except PlaceGone as error:
                log.info("event=not_compared server=%d reason=%s", guild_id, error)
                return []
