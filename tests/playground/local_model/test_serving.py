"""The server as a process: it comes, it goes, and it says why it does not come."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import psutil
import pytest

from bot.playground.local_model.errors import NoLocalModel
from bot.playground.local_model.serving import serve

ANSWERS = "import sys; key = sys.stdin.readline(); print('http://127.0.0.1:1', flush=True)"
STAYS = "; sys.stdin.read()"


def server(program: str) -> tuple[str, ...]:
    """Return a server that is this program."""
    return (sys.executable, "-c", program)


def born(before: set[int]) -> list[psutil.Process]:
    """Return the children of this process that were not among those, which may be a browser's."""
    return [child for child in psutil.Process().children() if child.pid not in before]


@pytest.fixture
def before() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


async def test_it_is_there_for_the_block_and_no_longer(tmp_path: Path, before: set[int]) -> None:
    async with serve(tmp_path, server=server(ANSWERS + STAYS)) as served:
        children = born(before)

        assert served.base_url == "http://127.0.0.1:1/v1"
        assert len(served.key) > 20
        assert served.key not in repr(served)
        assert all(served.key not in word for word in children[0].cmdline())
    assert [child for child in children if child.is_running()] == []


@pytest.mark.parametrize(
    "goes_on",
    [
        "; print('x' * 300_000)",  # which nobody reads
        "; import subprocess; subprocess.Popen([sys.executable, '-c', 'input()'], stdin=0)",
    ],
)
async def test_it_ends_with_all_that_it_said_and_started(
    tmp_path: Path, before: set[int], goes_on: str
) -> None:
    async with asyncio.timeout(10):
        async with serve(tmp_path, server=server(ANSWERS + goes_on + STAYS)):
            children = born(before)
            await asyncio.sleep(0.3)

    assert len(children) == 1
    assert not children[0].is_running()


async def test_it_is_ended_when_the_block_is_cancelled(tmp_path: Path, before: set[int]) -> None:
    children: list[psutil.Process] = []

    async def hold() -> None:
        async with serve(tmp_path, server=server(ANSWERS + STAYS)):
            children.extend(born(before))
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await hold()

    assert len(children) == 1
    assert not children[0].is_running()


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("raise RuntimeError('no such file.')", "RuntimeError: no such file"),
        ("import os; os.abort()", "it said nothing"),
    ],
)
async def test_one_that_does_not_start_says_why(
    tmp_path: Path, before: set[int], program: str, words: str
) -> None:
    with pytest.raises(NoLocalModel) as caught:
        async with serve(tmp_path, server=server(program)):
            raise AssertionError

    assert caught.value.reason == f"xllamacpp does not start: {words}"
    assert born(before) == []
