"""A process that owns a database and writes to it until it is killed.

It prints `ready`, then the id of each message once its turn is durable.
"""

from __future__ import annotations

import asyncio
import sys
from itertools import count
from pathlib import Path

from bot.store import SqliteStore, open_store
from tests.samples import prompt, session

AT_ONCE = 8
ROOT = Path(__file__).parents[2]


async def started(url: str, first: int) -> asyncio.subprocess.Process:
    """Return a scribe that is writing, beginning with the message `first`."""
    scribe = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.store.scribe",
        url,
        str(first),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert scribe.stdout is not None
    assert await scribe.stdout.readline() == b"ready\n"
    return scribe


async def killed(scribe: asyncio.subprocess.Process, *, after: int = 0) -> list[int]:
    """Kill a scribe at once when it has acknowledged `after` messages; return all it has."""
    assert scribe.stdout is not None
    acknowledged = [await scribe.stdout.readline() for _ in range(after)]
    scribe.kill()
    rest = await scribe.stdout.read()
    await scribe.wait()
    # The last line may be cut off.
    lines = (b"".join(acknowledged) + rest).decode().split("\n")[:-1]
    return [int(line) for line in lines]


async def _write(store: SqliteStore, numbers: count[int]) -> None:
    for number in numbers:
        await store.hear([(session(), prompt(number, "a few words " * 20))])
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


async def _main(url: str, first: int) -> None:
    async with open_store(url) as store:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        numbers = count(first)
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(_write(store, numbers))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], int(sys.argv[2])))
