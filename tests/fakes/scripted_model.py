"""A model which says what the test wrote down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager

from bot.domain.completion import CompletionEvent, Delta, Finish, FinishReason, Usage
from bot.domain.context import Context
from bot.domain.errors import Fault, ModelBusy, ModelError

Step = str | float | Usage | FinishReason | ModelError | asyncio.Event
"""What it says, seconds of silence, what it will have cost, how it ends, how it fails, a gate."""

Script = Sequence[Step]

BREAKS_OFF = ModelBusy(Fault.TRUNCATED, "the script ends here")


class ScriptedModel:
    """Reads one script per call; the last one is read again and again.

    A script that begins with an error fails before there is a stream, as a refused request
    does. One without a finish reason stops, one that ends in `BREAKS_OFF` breaks off.
    """

    def __init__(self, *scripts: Script) -> None:
        self.scripts = list(scripts or [["Hello!"]])
        self.seen: list[Context] = []  # the context of every call
        self.streaming = 0  # blocks entered and not left
        self.abandoned = 0  # blocks left before the script was read to its end
        self._called = asyncio.Condition()

    @asynccontextmanager
    async def complete(self, context: Context) -> AsyncIterator[AsyncIterator[CompletionEvent]]:
        script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        await self._record(context)
        if script and isinstance(script[0], ModelError):
            raise script[0]
        reading = _Reading(script)
        self.streaming += 1
        try:
            async with aclosing(reading.events()) as events:
                yield events
        finally:
            self.streaming -= 1
            self.abandoned += not reading.is_over

    async def until_called(self, times: int) -> None:
        """Wait until there have been so many calls."""
        async with self._called:
            await self._called.wait_for(lambda: len(self.seen) >= times)

    async def _record(self, context: Context) -> None:
        async with self._called:
            self.seen.append(context)
            self._called.notify_all()


class _Reading:
    def __init__(self, script: Script) -> None:
        self._script = script
        self.is_over = False

    async def events(self) -> AsyncGenerator[CompletionEvent, None]:
        usage = None
        reason = FinishReason.STOP
        for step in self._script:
            match step:
                case FinishReason():
                    reason = step
                case str():
                    yield Delta(step)
                case float():
                    await asyncio.sleep(step)
                case Usage():
                    usage = step
                case ModelError():
                    self.is_over = True
                    raise step
                case asyncio.Event():
                    await step.wait()
        self.is_over = True
        yield Finish(reason, usage)
