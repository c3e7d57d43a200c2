"""A terminal in which an operator types `python -m bot`, with these settings and no others."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.settings import Settings
from tests.stories.home import Home

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a command."""

    code: int | None
    out: str
    err: str


async def typed(folder: Path, *words: str, **settings: str) -> Ran:
    """Run `python -m bot` with `words` in `folder`, and return what came of it."""
    async with started(folder, *words, **settings) as process, asyncio.timeout(PATIENCE):
        out, err = await process.communicate()
    return Ran(process.returncode, out.decode(), err.decode())


@asynccontextmanager
async def started(folder: Path, *words: str, **settings: str) -> AsyncIterator[Process]:
    """Start the same; it is killed if it is still there at the end of the block."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words),
        cwd=folder,
        env={**_environ(), "PYTHONPATH": str(ROOT), **settings},
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await ended(process)


async def ended(process: Process) -> int | None:
    """Return a process's exit code, once it has ended; what else it prints is read and dropped."""
    async with asyncio.timeout(PATIENCE):
        await process.communicate()  # Python 3.11 waits for the ends of the pipes too
    return process.returncode


async def printed(process: Process, words: str) -> str:
    """Return all that a process has printed as soon as `words` are in it."""
    assert process.stdout is not None
    return await _read(process.stdout, words)


async def complained(process: Process, words: str) -> str:
    """Return all that a process has written to its log as soon as `words` are in it."""
    assert process.stderr is not None
    return await _read(process.stderr, words)


async def _read(stream: asyncio.StreamReader, words: str) -> str:
    seen = b""
    async with asyncio.timeout(PATIENCE):
        while words.encode() not in seen:
            more = await stream.read(1000)
            assert more, f"it ended without {words!r}: {seen!r}"
            seen += more
    return seen.decode()


def settings_at(home: Home, **others: str) -> dict[str, str]:
    """Return the settings with which the bot lives at a home, but for `others`."""
    return {
        "DISCORD_TOKEN": home.discord.token,
        "DISCORD_API_URL": home.discord.api_url,
        "OPENAI_BASE_URL": home.openai.url,
        "OPENAI_API_KEY": "local-key",
        "OPENAI_MODEL": "some-model",
        "TITLE_MODEL": "off",  # what is asked of the model is counted by the stories
        "DATABASE_URL": f"sqlite:///{home.folder / 'bot.db'}",
        **others,
    }


def _environ() -> dict[str, str]:
    """Return the environment without our settings, and with output that is buffered as usual."""
    left_out = {name.upper() for name in Settings.model_fields} | {"PYTHONUNBUFFERED"}
    return {name: value for name, value in os.environ.items() if name.upper() not in left_out}
