"""The playground as a process of its own, with its page: started, stopped and killed."""

from __future__ import annotations

import asyncio
import random
import re
import signal
import socket
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.playground.local_openai import LocalOpenAI, Say
from tests.page.town import Frame, Window, ends_answer
from tests.stories.terminal import printed, started, typed

TRIALS = 6
PIECES = 20
DELAY = 0.05  # seconds between pieces, so that an answer takes about one
TEXT = "".join(f"Sentence number {n:02} of the answer.\n" for n in range(40)).strip()


@asynccontextmanager
async def playing(folder: Path, openai: LocalOpenAI) -> AsyncIterator[tuple[Process, Window]]:
    """Start a playground in a folder, and look at it."""
    words = ("playground", "--no-browser", "--port", "0", "--folder", str(folder / "kept"))
    settings = {"OPENAI_BASE_URL": openai.url, "OPENAI_MODEL": "m", "GRACE_SECONDS": "0"}
    async with (
        started(folder, *words, **settings) as process,
        aiohttp.ClientSession() as session,
    ):
        told = await printed(process, "Ctrl-C ends it")
        (url,) = re.findall(r"http://127\.0\.0\.1:\d+(?= - )", told)
        window = Window(url, session)
        await window.look()
        yield process, window


async def test_killed_as_a_whole_it_forgets_nothing_and_answers_once(tmp_path: Path) -> None:
    chance = random.Random(20261128)  # noqa: S311  # a dice, not a key
    acknowledged: list[str] = []
    messages: list[Frame] = []
    async with LocalOpenAI(lambda _: [Say(TEXT, size=len(TEXT) // PIECES, delay=DELAY)]) as openai:
        for _ in range(TRIALS):
            async with playing(tmp_path, openai) as (process, window):
                said = await window.do("say", channel=window.dm, text="Tell me")
                acknowledged.append(said["id"])
                await asyncio.sleep(chance.uniform(0, 1.4 * PIECES * DELAY))
                process.kill()
                await process.wait()
            async with playing(tmp_path, openai) as (process, window):
                (newest,) = (await window.asked("messages", channel=window.dm, limit=1))["messages"]
                if not ends_answer({"t": "MESSAGE_UPDATE", "d": newest}):
                    await window.until(ends_answer)
                messages = (await window.asked("messages", channel=window.dm))["messages"]
                process.send_signal(signal.SIGTERM)
                assert await process.wait() == 0

    assert [m["id"] for m in messages if m["content"] == "Tell me"] == acknowledged
    assert [m["content"] for m in messages] == ["Tell me", TEXT] * TRIALS


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_asked_to_stop_it_ends_quietly_though_a_page_is_open_and_an_answer_grows(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with (
        LocalOpenAI(lambda _: [Say(TEXT, delay=1)]) as openai,
        playing(tmp_path, openai) as (process, window),
    ):
        await window.do("say", channel=window.dm, text="Tell me")
        await openai.until(lambda: bool(openai.requests))
        process.send_signal(number)
        _, complaints = await process.communicate()

    assert process.returncode == 0
    assert b"Traceback" not in complaints


async def test_what_keeps_it_from_starting_is_said_once(tmp_path: Path) -> None:
    file, damaged = tmp_path / "file", tmp_path / "damaged"
    file.touch()
    damaged.mkdir()
    (damaged / "bot.db").write_bytes(b"no database at all" * 1000)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        complaints = [
            (
                await typed(tmp_path, "playground", "--model", "scripted", "--no-browser", *words)
            ).err.splitlines()
            for words in (
                ("--folder", str(tmp_path / "new"), "--port", port),
                ("--folder", str(file), "--port", "0"),
                ("--folder", str(damaged), "--port", "0"),
                ("--folder", str(tmp_path / "what?"), "--port", "0"),
            )
        ]

    assert [len(lines) for lines in complaints] == [1, 1, 1, 1]
    assert complaints[0] == [
        f"Port {port} is taken, perhaps by another playground; choose another with --port."
    ]
    assert complaints[1] == [f"{file} cannot be made: File exists."]
    assert complaints[2][0].startswith(f"{damaged / 'bot.db'}: it is no SQLite database")
    assert complaints[3][0].endswith("has a ? in it, which no place of a database may have.")


async def test_a_bot_that_is_dead_from_the_beginning_is_not_waited_for(tmp_path: Path) -> None:
    words = ("--model", "scripted", "--fault", "kill-bot", "--say", "Are you there?")

    ran = await typed(tmp_path, "playground", *words)

    assert (ran.code, ran.err) == (1, "")
    assert ran.out.endswith("\n\nAda: Are you there?\n")
