"""Waiting for something to be true, and following what happens: no polling, no sleeping."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import TypeVar

from bot.playground.world.events import Event
from bot.playground.world.world import World

Found = TypeVar("Found")
DEFAULT_TIMEOUT = 10.0


class Waiting:
    """Wakes those who wait whenever anything changes."""

    def __init__(self, world: World) -> None:
        self._waiters: list[asyncio.Event] = []
        world.listen(lambda _: self.touch())

    def touch(self) -> None:
        """Something changed: all who wait look again."""
        for waiter in self._waiters:
            waiter.set()

    async def until(
        self,
        holds: Callable[[], Found | None],
        *,
        timeout: float = DEFAULT_TIMEOUT,  # noqa: ASYNC109
    ) -> Found:
        """Come back with what `holds` gives as soon as that is truthy.

        Raises:
            TimeoutError: if it is not within that many seconds.
        """
        changed = asyncio.Event()
        self._waiters.append(changed)
        try:
            async with asyncio.timeout(timeout):
                while not (found := holds()):
                    changed.clear()
                    await changed.wait()
                return found
        finally:
            self._waiters.remove(changed)


class Watch(AsyncIterator[Event]):
    """Every event from its making on, in order, until it is closed."""

    def __init__(self, world: World) -> None:
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._stop = world.listen(self._events.put_nowait)
        self._open = True

    async def __anext__(self) -> Event:
        """The next event."""
        event = await self._events.get()
        if event is None:
            raise StopAsyncIteration
        return event

    def close(self) -> None:
        """Nothing more is collected; the iteration ends after what has been."""
        if self._open:
            self._open = False
            self._stop()
            self._events.put_nowait(None)

    def __enter__(self) -> Watch:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
