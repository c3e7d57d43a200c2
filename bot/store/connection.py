"""Connections: a thread with a database, to which a whole piece of work is sent at once."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import aiosqlite

from bot.domain.errors import StoreUnusable

T = TypeVar("T")

_BUSY_TIMEOUT = 5.0  # seconds to wait for another program that holds the file


class Connection(aiosqlite.Connection):
    """A database in a thread of its own; it commits nothing that nobody told it to commit."""

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return what `work` returns, done in the connection's thread, in order of the calls.

        One hop between the threads costs more than most statements, so work is sent whole.
        It is done even if the caller is cancelled meanwhile.
        """
        # The library sends single statements in public, and whole functions only to itself.
        hop: Callable[..., Awaitable[T]] = self._execute
        return await hop(work, self._conn)


@asynccontextmanager
async def connected(path: Path) -> AsyncIterator[Connection]:
    """Connect to the file `path` inside the block; leaving it waits for the work that was sent.

    Raises:
        StoreUnusable: the system does not open the file.
    """

    def connect() -> sqlite3.Connection:
        try:
            db = sqlite3.connect(path, timeout=_BUSY_TIMEOUT, isolation_level=None)
        except sqlite3.Error as error:
            raise StoreUnusable(f"{path} cannot be opened ({error})") from error
        db.row_factory = sqlite3.Row
        return db

    connection = Connection(connect, iter_chunk_size=1)
    async with connection:
        yield connection
