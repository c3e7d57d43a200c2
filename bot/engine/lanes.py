"""Lanes: each session's turns run one after another, sessions side by side."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from types import TracebackType
from typing import Self

from bot.domain.errors import StoreBusy, StoreTaken
from bot.domain.session import SessionId
from bot.engine.patience import pauses
from bot.ports import Clock

log = logging.getLogger(__name__)

Work = Callable[[SessionId], Awaitable[float | None]]
"""Do one piece of work for a session; return the seconds until there is more, or None."""


class Lanes:
    """Owns every task of the engine; leaving the block waits for none of them.

    A lane holds no state that matters: the store knows what is owed, so a lane that is
    cancelled or lost is simply woken again.
    """

    def __init__(self, work: Work, *, clock: Clock) -> None:
        self._work = work
        self._clock = clock
        self._lanes: dict[SessionId, asyncio.Task[None]] = {}
        self._timers: dict[SessionId, asyncio.Task[None]] = {}
        self._awake: set[SessionId] = set()
        self._failures: dict[SessionId, Iterator[float]] = {}  # of those that failed last
        self._group = asyncio.TaskGroup()
        self._is_draining = False

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for task in (*self._lanes.values(), *self._timers.values()):
            task.cancel()
        if isinstance(error, asyncio.CancelledError):
            await self._group.__aexit__(kind, error, traceback)
        else:  # an error of the block's own is to leave it as it is, not wrapped in a group
            await self._group.__aexit__(None, None, None)

    def wake(self, session_id: SessionId) -> None:
        """Make sure the session's lane looks for work again."""
        if self._is_draining:
            return
        self._awake.add(session_id)
        if session_id not in self._lanes:
            lane = self._group.create_task(self._run(session_id), name=f"lane {session_id}")
            self._lanes[session_id] = lane

    async def idle(self, session_id: SessionId) -> None:
        """Wait until the session's lane has no work at hand."""
        if lane := self._lanes.get(session_id):
            await asyncio.wait({lane})

    async def drained(self) -> None:
        """Wait until no lane has work at hand."""
        while self._lanes:
            await asyncio.wait(set(self._lanes.values()))

    async def settled(self) -> None:
        """Wait until nothing is owed by any session woken so far, late checks included."""
        while tasks := {*self._lanes.values(), *self._timers.values()}:
            await asyncio.wait(tasks)

    async def drain(self) -> None:
        """Let every lane finish the turn it is at and begin no other; what is owed stays so."""
        self._is_draining = True
        await self.drained()

    async def _run(self, session_id: SessionId) -> None:
        try:
            while session_id in self._awake and not self._is_draining:
                self._awake.discard(session_id)
                more = await self._step(session_id)
                if more is not None:
                    self._wake_after(session_id, more)
        finally:
            self._awake.discard(session_id)
            del self._lanes[session_id]

    async def _step(self, session_id: SessionId) -> float | None:
        try:
            more = await self._work(session_id)
        except StoreBusy as error:
            log.debug("session=%s event=store_busy reason=%s", session_id, error)
        except StoreTaken as error:
            log.info("session=%s event=left_to_another reason=%s", session_id, error)
            return None
        except Exception:
            # One session's bug must not end the others. Its turn stays owed: each attempt
            # is counted, so that it ends in words and not in a loop.
            log.exception("session=%s event=lane_failed", session_id)
        else:
            self._failures.pop(session_id, None)
            return more
        return next(self._failures.setdefault(session_id, pauses()))

    def _wake_after(self, session_id: SessionId, seconds: float) -> None:
        if seconds <= 0:
            self._awake.add(session_id)
        elif not self._is_draining:
            # The newest word counts: a failure is not to wait for a check that is due later.
            if timer := self._timers.pop(session_id, None):
                timer.cancel()
            self._timers[session_id] = self._group.create_task(
                self._remind(session_id, seconds), name=f"reminder {session_id}"
            )

    async def _remind(self, session_id: SessionId, seconds: float) -> None:
        await self._clock.sleep(seconds)
        del self._timers[session_id]
        self.wake(session_id)
