"""A loop whose time passes only when everybody sleeps, and the clock that reads it."""

from __future__ import annotations

import asyncio
import math
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")
START = datetime(2026, 1, 1, tzinfo=UTC)
LONGEST = 2 * 86400.0  # seconds; no story needs as much


class _WarpSelector(selectors.DefaultSelector):
    """Never waits: moves the time on instead. No real socket may be used under it."""

    def __init__(self, start: float) -> None:
        super().__init__()
        self.seconds = start
        self._last = start + LONGEST

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("everybody waits and nothing will ever happen")
            self.seconds += max(timeout, 0.0)
            if self.seconds > self._last:
                self._last = math.inf  # told once; what is cancelled now may still sleep
                raise RuntimeError("two days went by: what is waited for never happens")
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs a day of sleeping in no time, the same way every time."""

    def __init__(self, start: float = 0.0) -> None:
        self._warp = _WarpSelector(start)
        super().__init__(self._warp)

    def time(self) -> float:
        return self._warp.seconds


class LoopClock:
    """The Clock port on the running loop's time."""

    def now(self) -> datetime:
        return START + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def run(main: Coroutine[Any, Any, T], *, start: float = 0.0) -> T:
    """Run a story in virtual time, from the second `start` on."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(start)) as runner:
        return runner.run(main)
