"""Pacing: one governor keeps the whole bot below Discord's limit on requests."""

from __future__ import annotations

import asyncio
from collections import deque

from bot.ports import Clock

# https://discord.com/developers/docs/topics/rate-limits#global-rate-limit: 50 a second for
# each bot. Requests leave us at one moment and are counted at another, so some room is left.
REQUESTS_PER_SECOND = 45
RESERVE = 10  # of those, kept for what must be said: first words, final texts

# Between two edits of one stream: discord.com counts about 5 in 5 s for each channel.
EDIT_INTERVAL = 1.2  # seconds


class Governor:
    """Grants requests: at most so many in any one second, whoever asks.

    What must be said waits for its turn, first come, first served. What may be said (an
    edit while an answer grows, a typing sign) is granted at once or not at all, and never
    out of the reserve. Growing answers take turns at that.
    """

    def __init__(self, clock: Clock, *, per_second: int = REQUESTS_PER_SECOND) -> None:
        self._clock = clock
        self._per_second = per_second
        self._room = per_second - RESERVE
        self._granted: deque[float] = deque()
        self._queue = asyncio.Lock()  # both are fair: they wake who waited longest
        self._turns = asyncio.Lock()
        self._next_turn = 0.0

    async def must(self) -> None:
        """Wait until a request may be made, and count it."""
        async with self._queue:
            while (wait := self._wait_for(self._per_second)) > 0:
                await self._clock.sleep(wait)
            self._granted.append(self._clock.monotonic())

    async def turn_to_edit(self) -> None:
        """Wait until it is a growing answer's turn, which is when there is room for its edit.

        Without turns, those whose moment comes late in a second would find it used up each
        time. Nothing is counted yet, and who waits may be cancelled.
        """
        async with self._turns:
            while (wait := max(self._wait_for(self._room), self._until_next_turn())) > 0:
                await self._clock.sleep(wait)
            self._next_turn = self._clock.monotonic() + 1 / self._room

    def may(self) -> bool:
        """Count a request if there is room for it just now; False when there is none."""
        if self._queue.locked() or self._wait_for(self._room) > 0:
            return False
        self._granted.append(self._clock.monotonic())
        return True

    def _until_next_turn(self) -> float:
        return self._next_turn - self._clock.monotonic()

    def _wait_for(self, limit: int) -> float:
        """Return the seconds until fewer than `limit` were granted within the last second."""
        now = self._clock.monotonic()
        while self._granted and self._granted[0] <= now - 1.0:
            self._granted.popleft()
        if len(self._granted) < limit:
            return 0.0
        return self._granted[len(self._granted) - limit] + 1.0 - now
