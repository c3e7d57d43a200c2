"""Connections: kept when an answer was heard to its end, closed when it was not."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator

import httpx2
import pytest

from bot.domain.completion import Finish, FinishReason
from bot.domain.errors import ModelBusy
from bot.model import Endpoint
from bot.model.connecting import Api, open_client
from bot.model.remote import RemoteModel
from bot.playground.local_openai import Begin, End, Hold, Pause, Say, Stop
from tests.model.stage import CONTEXT, heard, playing

BOTH = pytest.mark.parametrize("api", ["responses", "chat"])


@BOTH
async def test_the_next_answer_comes_over_the_same_connection(api: Api) -> None:
    async with playing([Say("Yes"), Stop(linger=0.02)], api=api) as (model, server):
        for _ in range(3):
            await heard(model)

    assert len({asked.peer for asked in server.requests}) == 1


@BOTH
async def test_a_caller_who_leaves_at_the_finish_keeps_the_connection_too(api: Api) -> None:
    async with playing([Say("Yes"), Stop(linger=0.02)], api=api) as (model, server):
        for _ in range(3):
            async with model.complete(CONTEXT) as events:
                await anext(events)
                await anext(events)

    assert len({asked.peer for asked in server.requests}) == 1
    assert not any(asked.left_early for asked in server.requests)


@BOTH
async def test_leaving_before_the_first_word_is_noticed(api: Api) -> None:
    async with playing([Begin(), Hold()], api=api) as (model, server), asyncio.timeout(5):
        async with model.complete(CONTEXT):
            pass

        await server.until(lambda: server.requests[0].left_early)


@BOTH
async def test_cancelling_before_the_headers_is_noticed(api: Api) -> None:
    async with playing([Hold()], api=api) as (model, server), asyncio.timeout(5):
        task = asyncio.create_task(heard(model))
        await server.until(lambda: len(server.requests) == 1)
        task.cancel()

        await server.until(lambda: server.requests[0].left_early)
        assert await asyncio.gather(task, return_exceptions=True)


async def test_an_end_that_does_not_end_is_not_waited_for() -> None:
    async def lines() -> AsyncIterator[bytes]:
        yield b'data: {"type": "response.completed", "response": {}}\n\n'
        await asyncio.Event().wait()

    def respond(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, content=lines())

    endpoint = Endpoint("", "http://elsewhere.invalid/v1", "responses")
    transport = httpx2.MockTransport(respond)
    async with open_client(endpoint, stall_seconds=60, transport=transport) as client:
        model = RemoteModel(client, endpoint.dialect(max_output_tokens=5, salt=""))
        async with asyncio.timeout(3):
            answer = await heard(model)

    assert answer.finish == Finish(FinishReason.STOP, None)


@pytest.mark.parametrize("api", ["responses", "chat"])
def test_nothing_is_left_behind_when_the_loop_ends_at_once(api: Api) -> None:
    async def leave_early() -> None:
        async with (
            playing([Say("One "), Hold()], api=api) as (model, _),
            model.complete(CONTEXT) as events,
        ):
            await anext(events)

    async def break_off() -> None:
        async with playing([Say("One "), End()], api=api) as (model, _):
            with pytest.raises(ModelBusy):
                await heard(model)

    async def cancel() -> None:
        async with playing([Say("One "), Pause(30)], api=api) as (model, server):
            task = asyncio.create_task(heard(model))
            await server.until(lambda: len(server.requests) == 1)
            task.cancel()

    complaints: list[object] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for story in (leave_early, break_off, cancel):
            with asyncio.Runner(debug=True) as runner:
                runner.get_loop().set_exception_handler(lambda _, it: complaints.append(it))
                runner.run(story())
            gc.collect()

    assert complaints == []
    assert [str(warning.message) for warning in caught] == []
