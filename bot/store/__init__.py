"""The store: everything that is kept, in one SQLite file.

One connection writes and commits in groups (`writer`), a few read (`readers`); each method of
a port is one transaction, sent to its thread in one piece.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bot.domain.errors import StoreUnusable
from bot.store.accounts import SqliteAccounts
from bot.store.amendments import SqliteAmendments
from bot.store.archive import SqliteArchive
from bot.store.attachments import SqliteAttachments
from bot.store.attendance import SqliteAttendance
from bot.store.budgets import SqliteBudgets
from bot.store.claim import claim
from bot.store.connection import connected
from bot.store.customs import SqliteCustoms
from bot.store.inbox import SqliteInbox
from bot.store.ledger import SqliteLedger
from bot.store.location import database_path
from bot.store.lock import held
from bot.store.marks import SqliteMarks
from bot.store.notebook import SqliteNotebook
from bot.store.outage import Outage
from bot.store.ownership import SqliteOwnership
from bot.store.readers import Readers
from bot.store.room import Room
from bot.store.schema import prepare, prepare_reader
from bot.store.writer import Writer, wait_in_bits

__all__ = ["SqliteStore", "open_store"]

_READERS = 2


class SqliteStore(
    SqliteInbox,
    SqliteAttendance,
    SqliteAttachments,
    SqliteAmendments,
    SqliteLedger,
    SqliteArchive,
    SqliteMarks,
    SqliteCustoms,
    SqliteAccounts,
    SqliteBudgets,
    SqliteNotebook,
    SqliteOwnership,
):
    """The `Store` port over one SQLite file."""


@asynccontextmanager
async def open_store(url: str) -> AsyncIterator[SqliteStore]:
    """Own the database at `url` inside the block, made or brought up to date if need be.

    Leaving the block waits for what is being written. The file, its companions and its
    backups can be read by the bot's user alone.

    Raises:
        StoreUnusable: it cannot be opened; the words are for the operator.
    """
    path = database_path(url)
    async with AsyncExitStack() as stack:
        stack.enter_context(held(path))
        room = Room(path)
        room.begin()
        _make_private(path)
        writer = await stack.enter_async_context(connected(path))
        await writer.run(lambda db: prepare(db, path))
        ours = await writer.run(lambda db: claim(db, path))
        readers = [await stack.enter_async_context(connected(path)) for _ in range(_READERS)]
        for reader in readers:
            await reader.run(prepare_reader)
        await writer.run(lambda _: room.look())
        await writer.run(wait_in_bits)
        committing = Writer(writer, ours, room, Outage(path))
        stack.callback(committing.hurry)
        yield SqliteStore(committing, Readers(readers, Outage(path)))


def _make_private(path: Path) -> None:
    """Make the file if there is none: SQLite would let others read it."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreUnusable(
            f"{path} may not be written ({error.strerror}): check its owner and permissions"
        ) from error
