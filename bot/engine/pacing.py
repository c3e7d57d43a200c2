"""Pacing: one governor keeps the whole bot below Discord's limit on requests."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from bot.ports import Clock

# https://discord.com/developers/docs/topics/rate-limits#global-rate-limit: 50 a second for
# each bot. Requests leave us at one moment and are counted at another, so some room is left.
REQUESTS_PER_SECOND = 45
RESERVE = 10  # of those, kept for what must be said: first words, final texts

# Edits of one stream: discord.com counts about 5 in 5 s for each channel.
SHORTEST_INTERVAL = 1.2  # seconds
LONGEST_INTERVAL = 15.0
EDITS_PER_SECOND = 35  # shared by all streams alike


class Governor:
    """Grants requests: at most so many in any one second, whoever asks.

    What must be said waits for its turn, first come, first served. What may be said (an
    edit while an answer grows, a typing sign) is granted at once or not at all, and never
    out of the reserve.
    """

    def __init__(self, clock: Clock, *, per_second: int = REQUESTS_PER_SECOND) -> None:
        self._clock = clock
        self._per_second = per_second
        self._granted: deque[float] = deque()
        self._queue = asyncio.Lock()  # is fair: wakes who waited longest
        self._streams = 0

    @property
    def edit_interval(self) -> float:
        """Seconds between two edits of one stream, so that all streams get the same share."""
        fair = self._streams / EDITS_PER_SECOND
        return min(max(SHORTEST_INTERVAL, fair), LONGEST_INTERVAL)

    @contextmanager
    def stream(self) -> Iterator[None]:
        """Count one more answer that is growing, while the block lasts."""
        self._streams += 1
        try:
            yield
        finally:
            self._streams -= 1

    async def must(self) -> None:
        """Wait until a request may be made, and count it."""
        async with self._queue:
            while (wait := self._wait_for(self._per_second)) > 0:
                await self._clock.sleep(wait)
            self._granted.append(self._clock.monotonic())

    def may(self) -> bool:
        """Count a request if there is room for it just now; False when there is none."""
        if self._queue.locked() or self._wait_for(self._per_second - RESERVE) > 0:
            return False
        self._granted.append(self._clock.monotonic())
        return True

    def _wait_for(self, limit: int) -> float:
        """Return the seconds until fewer than `limit` were granted within the last second."""
        now = self._clock.monotonic()
        while self._granted and self._granted[0] <= now - 1.0:
            self._granted.popleft()
        if len(self._granted) < limit:
            return 0.0
        return self._granted[len(self._granted) - limit] + 1.0 - now
