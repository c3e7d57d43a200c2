"""Processes that never outlive the block they were started in."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import IO


@asynccontextmanager
async def started(
    *command: str,
    stdout: int | IO[str],
    stderr: int | IO[bytes],
    stdin: int = asyncio.subprocess.DEVNULL,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[Process]:
    """Start a process; it is killed if it is still there at the end of the block.

    It is in a session of its own, so that a Ctrl-C reaches it through us alone, and is killed
    with all that it has started.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        env=environment,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            _kill(process)
            # Python 3.11 waits for the ends of the pipes too, and meets none that nobody reads.
            await process.communicate()


def _kill(process: Process) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def last_line(said: bytes) -> str:
    """Return the last line in which a process said something; programs end with the cause."""
    lines = [line.strip() for line in said.decode(errors="replace").splitlines()]
    return next((line.rstrip(".") for line in reversed(lines) if line), "it said nothing")
