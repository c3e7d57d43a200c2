"""The line to the model: what it passes on, and how it fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.model import Endpoint
from bot.playground.line import Ailment, Line
from bot.playground.local_openai import Hold, LocalOpenAI, Say

ASKED: dict[str, Any] = {
    "model": "some-model",
    "stream": True,
    "messages": [{"role": "user", "content": "Hello"}],
}


@pytest.fixture
async def line(openai: LocalOpenAI) -> AsyncIterator[Line]:
    async with Line(openai.url) as line:
        yield line


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_it_passes_questions_and_answers_on_as_they_are(
    line: Line, session: aiohttp.ClientSession, openai: LocalOpenAI
) -> None:
    headers = {"Authorization": "Bearer some-key", "X-Other": "kept"}

    async with session.post(f"{line.url}/chat/completions", json=ASKED, headers=headers) as answer:
        through = await answer.read()
    async with session.post(f"{openai.url}/chat/completions", json=ASKED) as direct:
        straight = await direct.read()

    assert answer.status == 200
    assert answer.headers["Content-Type"] == direct.headers["Content-Type"]
    assert through.count(b"data: ") == straight.count(b"data: ")
    assert openai.requests[0].body == ASKED
    assert openai.requests[0].headers["X-Other"] == "kept"


async def test_an_answer_comes_through_while_it_grows(
    line: Line, session: aiohttp.ClientSession, openai: LocalOpenAI
) -> None:
    gate = asyncio.Event()
    openai.answer = lambda _: [Say("First"), Hold(gate), Say(" second")]

    async with session.post(f"{line.url}/chat/completions", json=ASKED) as answer:
        first = b""
        while b"First" not in first:
            first += await answer.content.readany()
        gate.set()
        rest = await answer.read()

    assert b"second" not in first
    assert b"second" in rest


async def test_a_busy_line_answers_with_a_429(
    line: Line, session: aiohttp.ClientSession, openai: LocalOpenAI
) -> None:
    line.suffer(Ailment.BUSY)

    async with session.post(f"{line.url}/chat/completions", json=ASKED) as answer:
        body = await answer.json()

    assert (answer.status, answer.headers["Retry-After"]) == (429, "2")
    assert body["error"]["code"] == "rate_limit_exceeded"
    assert openai.requests == []


async def test_a_dead_line_breaks_what_is_in_use_and_what_comes(
    line: Line, session: aiohttp.ClientSession, openai: LocalOpenAI
) -> None:
    openai.answer = lambda _: [Say("First"), Hold()]

    async with session.post(f"{line.url}/chat/completions", json=ASKED) as answer:
        await answer.content.readany()
        line.suffer(Ailment.DEAD)
        with pytest.raises(aiohttp.ClientError):
            await answer.read()
    with pytest.raises(aiohttp.ClientError):
        await session.post(f"{line.url}/chat/completions", json=ASKED)
    line.suffer(None)
    openai.answer = lambda _: [Say("Well")]
    async with session.post(f"{line.url}/chat/completions", json=ASKED) as well:
        assert b"Well" in await well.read()


async def test_who_leaves_early_leaves_the_model_too(
    line: Line, session: aiohttp.ClientSession, openai: LocalOpenAI
) -> None:
    openai.answer = lambda _: [Say("First"), Hold()]

    async with session.post(f"{line.url}/chat/completions", json=ASKED) as answer:
        await answer.content.readany()
        answer.close()
    async with asyncio.timeout(5):
        await openai.until(lambda: openai.requests[0].is_over)

    assert openai.requests[0].left_early


async def test_nobody_at_the_other_end_is_a_broken_connection(
    session: aiohttp.ClientSession,
) -> None:
    async with Line("http://127.0.0.1:9") as line:
        with pytest.raises(aiohttp.ClientError):
            await session.post(f"{line.url}/chat/completions", json=ASKED)


def test_openai_behind_a_line_is_still_openai() -> None:
    behind = Endpoint("key", via="http://127.0.0.1:9")
    other = Endpoint("key", "http://127.0.0.1:8/v1", via="http://127.0.0.1:9")

    assert (behind.url, behind.is_openai) == ("http://127.0.0.1:9", True)
    assert (other.target, other.is_openai) == ("http://127.0.0.1:8/v1", False)
