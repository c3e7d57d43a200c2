"""Streaming: one request, and the events that come back.

The library's own event classes are passed by: building them costs a second of CPU at the
first event and four milliseconds a turn, and servers that are merely compatible do not
fill them. Its client, transport, event decoder and errors are used as they are.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress

from openai import AsyncOpenAI, AsyncStream

from bot.domain.errors import ModelError
from bot.model.faults import translated
from bot.model.fields import Fields, fields

TAIL_SECONDS = 0.25  # what follows the last word follows at once, or is not waited for


class Events:
    """The events of one stream, each a JSON object."""

    def __init__(self, stream: AsyncStream[object]) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncGenerator[Fields, None]:
        with translated():
            async for item in self._stream:
                yield fields(item)

    async def tail(self) -> list[Fields]:
        """Return what still comes after the event that ended the answer.

        Reading to the end keeps the connection for the next request. Nothing that goes
        wrong from here on matters: the answer is whole.
        """
        events: list[Fields] = []
        with suppress(ModelError, TimeoutError):
            async with asyncio.timeout(TAIL_SECONDS):
                async for event in self:
                    events.append(event)  # noqa: PERF401 - what came in time counts
        return events


@asynccontextmanager
async def open_events(client: AsyncOpenAI, path: str, body: Fields) -> AsyncIterator[Events]:
    """Send a request and stream its answer; the connection is closed however this ends."""
    with translated():
        stream = await client.post(
            path, cast_to=object, body=body, stream=True, stream_cls=AsyncStream[object]
        )
    async with stream:
        yield Events(stream)
