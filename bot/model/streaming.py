"""Streaming: one request, and the events that come back.

The library's own event classes are passed by: building them costs a second of CPU at the
first event and four milliseconds a turn, and servers that are merely compatible do not
fill them. Its client, transport, event decoder and errors are used as they are.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx2
from openai import AsyncOpenAI, AsyncStream

from bot.domain.errors import Fault, ModelBusy, ModelError, ModelRefused
from bot.model.faults import told, translated
from bot.model.fields import Fields, fields

# What gateways answer with status 200 all the same: an error, a log-in page, a whole answer
# from a server that cannot stream. Anything else may be a stream, by whatever name.
_NO_STREAMS = frozenset({"application/json", "text/html"})

TAIL_SECONDS = 0.25  # what follows the last word follows at once, or is not waited for


class Events:
    """The events of one stream, each a JSON object; `patience` seconds apart at most.

    A line that is kept alive by comments is no answer: it is given up like a silent one.
    """

    def __init__(self, stream: AsyncStream[object], *, patience: float | None) -> None:
        self._stream = stream
        self._patience = patience

    async def __aiter__(self) -> AsyncGenerator[Fields, None]:
        with translated(), suppress(StopAsyncIteration):
            while True:
                yield fields(await self._next())

    async def _next(self) -> object:
        try:
            async with asyncio.timeout(self._patience):
                return await anext(self._stream)
        except TimeoutError as error:
            raise ModelBusy(Fault.TIMEOUT, f"no event for {self._patience} s") from error

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
        if (kind := _kind(stream.response)) in _NO_STREAMS:
            raise await _told_whole(stream.response, kind)
        yield Events(stream, patience=_patience(client))


def _patience(client: AsyncOpenAI) -> float | None:
    timeout = client.timeout
    return timeout.read if isinstance(timeout, httpx2.Timeout) else timeout


def _kind(response: httpx2.Response) -> str:
    return response.headers.get("content-type", "").partition(";")[0].strip().lower()


async def _told_whole(response: httpx2.Response, kind: str) -> ModelError:
    """Return the error in an answer that calls itself a success and is no stream."""
    with translated():
        await response.aread()
    try:
        said = fields(response.json())
    except ValueError:
        said = {}
    if error := said.get("error"):
        return told(error)
    return ModelRefused(Fault.REQUEST, f"{kind} came in place of a stream")
