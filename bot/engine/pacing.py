"""Pacing: one governor keeps the whole bot below Discord's limit on requests.

Discord counts a request at some moment between its leaving and its answer, and nobody here
knows when. So a request occupies one of the places from the moment it is let go until a
second after its answer: all that Discord counts within any one second have a place at the
same moment, and there are never more of them than places, however slow the line is.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import IntEnum
from itertools import count

from bot.domain.errors import NoRoom
from bot.ports import Clock

# https://discord.com/developers/docs/topics/rate-limits#global-rate-limit: 50 a second for
# each bot. Two are left for `python -m bot check`, which is a process of its own.
PLACES = 48
WINDOW = 1.0  # seconds
RESERVE = 10  # places that are kept for what must be said

# Between two edits of one stream: discord.com counts about 5 in 5 s for each channel.
EDIT_INTERVAL = 1.2  # seconds


class Urgency(IntEnum):
    """What a request is for; a lower number goes first."""

    FIRST = 0  # words where there were none
    MUST = 1  # final texts, and all else that has to be done
    SPARE = 2  # an edit while an answer grows, a typing sign: now or not at all


class Governor:
    """Lets requests go: never more within a second than there are places.

    Who must go waits, the most urgent first and otherwise first come, first served. What
    may be left out goes at once or not at all, never before who waits, and never on the
    last places. Growing answers take turns at that.
    """

    def __init__(self, clock: Clock, *, places: int = PLACES) -> None:
        self._clock = clock
        self._places = places
        self._room = places - RESERVE
        self._taken = 0
        self._waiting: list[tuple[Urgency, int, asyncio.Future[None]]] = []  # a heap
        self._numbers = count()
        self._held_until = 0.0
        self._returned = 0  # places that come back after the hold
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._turns = asyncio.Lock()  # is fair: it wakes who waited longest
        self._next_turn = 0.0

    @asynccontextmanager
    async def request(self, urgency: Urgency) -> AsyncIterator[None]:
        """Make a request within the block; see `enter`."""
        await self.enter(urgency)
        try:
            yield
        finally:
            self.leave()

    async def enter(self, urgency: Urgency) -> None:
        """Take a place, which is to be given back by `leave`; wait for one if need be.

        Raises:
            NoRoom: there is none to spare; nothing is to be sent.
        """
        if urgency is Urgency.SPARE:
            if not self._is_roomy():
                raise NoRoom("no room for it just now")
            self._taken += 1
        elif self._taken < self._places and not self._is_waited_for():
            self._taken += 1
        else:
            await self._wait(urgency)
        self._changed()

    def leave(self) -> None:
        """Know that a request was answered, or given up; its place is free a second later."""
        asyncio.get_running_loop().call_later(WINDOW, self._free)

    def hold(self, seconds: float) -> None:
        """Let nobody go for some seconds, and afterwards one after the other."""
        until = asyncio.get_running_loop().time() + seconds
        if until <= self._held_until:
            return
        self._held_until, self._returned = until, 0
        # So many and no more: by now the wait may be over, and what is taken be given back at once.
        for _ in range(self._places - self._taken):
            self._taken += 1
            self._free()
        self._changed()

    async def turn_to_edit(self) -> None:
        """Wait until it is a growing answer's turn, which is when there is room for its edit.

        Without turns, those whose moment comes late in a second would find it used up each
        time. No place is taken yet, and who waits may be cancelled.
        """
        async with self._turns:
            if (wait := self._next_turn - self._clock.monotonic()) > 0:
                await self._clock.sleep(wait)
            while not self._has_room.is_set():
                await self._has_room.wait()
            self._next_turn = self._clock.monotonic() + WINDOW / self._room

    async def _wait(self, urgency: Urgency) -> None:
        granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (urgency, next(self._numbers), granted))
        self._changed()
        try:
            await granted
        except asyncio.CancelledError:
            if granted.done() and not granted.cancelled():  # too late: nothing will be sent
                self._give_back()
            self._changed()
            raise

    def _free(self) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() < self._held_until:
            self._returned += 1
            loop.call_at(self._held_until + WINDOW * self._returned / self._places, self._free)
        else:
            self._give_back()

    def _give_back(self) -> None:
        self._taken -= 1
        while self._taken < self._places and self._is_waited_for():
            heapq.heappop(self._waiting)[2].set_result(None)
            self._taken += 1
        self._changed()

    def _is_waited_for(self) -> bool:
        while self._waiting and self._waiting[0][2].done():  # cancelled
            heapq.heappop(self._waiting)
        return bool(self._waiting)

    def _is_roomy(self) -> bool:
        return self._taken < self._room and not self._is_waited_for()

    def _changed(self) -> None:
        if self._is_roomy():
            self._has_room.set()
        else:
            self._has_room.clear()
