"""Serving: the local model behind an address, for as long as a block lasts."""

from __future__ import annotations

import asyncio
import secrets
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile

from bot.playground.local_model.errors import NoLocalModel
from bot.playground.local_model.processes import last_line, started

# Not as a module of ours: it needs nothing of the bot and starts in half the time. `-P`
# keeps its neighbours in the folder from passing for modules of the same names.
SERVER = (sys.executable, "-P", str(Path(__file__).with_name("server_process.py")))
LONGEST_START = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Served:
    """Where the model answers, and whom."""

    base_url: str  # `/v1` included
    key: str = field(repr=False)


@asynccontextmanager
async def serve(file: Path, *, server: Sequence[str] = SERVER) -> AsyncIterator[Served]:
    """Run the server with a model's file; yield where it answers as soon as it does.

    Raises:
        NoLocalModel: it does not start.
    """
    key = secrets.token_urlsafe()
    with TemporaryFile() as complaints:
        async with started(
            *server, str(file), stdin=PIPE, stdout=PIPE, stderr=complaints
        ) as process:
            address = await _address(process, key)
            if not address:
                complaints.seek(0)
                raise NoLocalModel(f"xllamacpp does not start: {last_line(complaints.read())}")
            yield Served(f"{address}/v1", key)


async def _address(process: Process, key: str) -> str:
    """Return what the server says when it is ready; nothing if it ends, or never is."""
    assert process.stdin is not None  # noqa: S101  # a pipe was asked for
    assert process.stdout is not None  # noqa: S101  # likewise
    process.stdin.write(f"{key}\n".encode())
    try:
        async with asyncio.timeout(LONGEST_START):
            return (await process.stdout.readline()).decode().strip()
    except TimeoutError:
        return ""
