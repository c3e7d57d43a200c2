"""The playground as a process of its own, with its page: started, stopped and killed."""

from __future__ import annotations

import asyncio
import random
import re
import signal
import socket
from asyncio.subprocess import Process
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.playground.local_openai import LocalOpenAI, Say
from tests.page.town import Frame, Window, ends_answer
from tests.stories.terminal import ended, printed, started, typed

KILLS = 3
PIECES = 20
DELAY = 0.05  # seconds between pieces, so that an answer takes about one
TEXT = "".join(f"Sentence number {n:02} of the answer.\n" for n in range(40)).strip()


@asynccontextmanager
async def playing(folder: Path, openai: LocalOpenAI) -> AsyncIterator[tuple[Process, Window]]:
    """Start a playground in a folder, and look at it."""
    words = ("playground", "--no-browser", "--port", "0", "--folder", str(folder / "kept"))
    settings = {
        "OPENAI_BASE_URL": openai.url,
        "OPENAI_MODEL": "m",
        "TITLE_MODEL": "off",  # the script is of answers
        "GRACE_SECONDS": "0",
    }
    async with (
        started(folder, *words, **settings) as process,
        aiohttp.ClientSession() as session,
    ):
        told = await printed(process, "Ctrl-C ends it")
        (url,) = re.findall(r"http://127\.0\.0\.1:\d+(?= - )", told)
        window = Window(url, session)
        await window.look()
        yield process, window


def places(window: Window) -> dict[str, str]:
    """Return two places by their ids, with what is said at each."""
    (guild,) = window.ready["places"]["guilds"]
    (general,) = [channel["id"] for channel in guild["channels"] if channel["name"] == "general"]
    return {window.dm: "Tell me", general: f"<@{window.ready['bot']['id']}> Tell me"}


def is_whole(message: Frame) -> bool:
    """Whether a message is the end of an answer."""
    return ends_answer({"t": "MESSAGE_UPDATE", "d": message})


async def all_is_answered(window: Window) -> None:
    """Wait until what was said last at each place has a whole answer."""
    for place in places(window):
        while not is_whole((await seen(window, place, limit=1))[-1]):
            await window.next()


async def test_killed_as_a_whole_it_forgets_nothing_and_answers_once(tmp_path: Path) -> None:
    chance = random.Random(20261128)  # noqa: S311  # a dice, not a key
    acknowledged: dict[str, list[str]] = defaultdict(list)
    async with LocalOpenAI(lambda _: [Say(TEXT, size=len(TEXT) // PIECES, delay=DELAY)]) as openai:
        for _ in range(KILLS):
            async with playing(tmp_path, openai) as (process, window):
                if acknowledged:
                    await all_is_answered(window)
                for place, words in places(window).items():
                    said = await window.do("say", channel=place, text=words)
                    acknowledged[place].append(said["id"])
                    await asyncio.sleep(chance.uniform(0, 1.4 * PIECES * DELAY))
                process.kill()
                await ended(process)
        async with playing(tmp_path, openai) as (process, window):
            await all_is_answered(window)
            process.send_signal(signal.SIGTERM)
            assert await ended(process) == 0
        async with playing(tmp_path, openai) as (_, window):
            for place, words in places(window).items():
                messages = await seen(window, place)
                assert [m["id"] for m in messages if m["content"] == words] == acknowledged[place]
                assert [m["content"] for m in messages] == [words, TEXT] * KILLS


async def seen(window: Window, place: str, *, limit: int = 50) -> list[Frame]:
    """Return the newest messages at a place."""
    messages: list[Frame] = (await window.asked("messages", channel=place, limit=limit))["messages"]
    return messages


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
        ran = await asyncio.gather(
            *(
                typed(tmp_path, "playground", "--model", "scripted", "--no-browser", *words)
                for words in (
                    ("--folder", str(tmp_path / "new"), "--port", port),
                    ("--folder", str(file), "--port", "0"),
                    ("--folder", str(damaged), "--port", "0"),
                    ("--folder", str(tmp_path / "what?"), "--port", "0"),
                )
            )
        )
    complaints = [each.err.splitlines() for each in ran]

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
