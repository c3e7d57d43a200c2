"""The schema: recognises a database of ours, and brings it up to date without losing it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from bot.domain.errors import StoreUnusable
from bot.store.location import beside
from bot.store.migrations import MIGRATIONS, Migration
from bot.store.refusals import how_to_restore, remedy

APPLICATION_ID = 0x5061726C  # "Parl", in the place where SQLite keeps whose file it is
_OLDEST_SQLITE = (3, 37, 0)  # the first with STRICT tables (https://sqlite.org/stricttables.html)
_QUICKLY_CHECKED = 64 * 2**20  # bytes; a larger file is not read as a whole at every start
_PAGE_CACHE = 8 * 2**10  # KiB; with SQLite's own 2 MiB a turn costs a fifth more in a large file
_LARGEST_IDLE_LOG = 16 * 2**20  # bytes that the write-ahead log keeps on disk after a burst

_RECORDS = """
create table if not exists migrations (
    number integer primary key,
    name text not null,
    applied_at text not null default (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
) strict;
"""


def prepare(
    db: sqlite3.Connection, path: Path, migrations: Sequence[Migration] = MIGRATIONS
) -> None:
    """Make the open database `path` ready to be written: recognised, sound and up to date.

    A file that is not ours is left as it was.

    Raises:
        StoreUnusable: it is not ours, newer than this bot, damaged, or cannot be written.
    """
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise StoreUnusable(f"SQLite {sqlite3.sqlite_version} is too old: install 3.37 or newer")
    with explained(path):
        version = _recognised(db, path, newest=migrations[-1].number)
        if path.stat().st_size <= _QUICKLY_CHECKED:
            _check(db, path)
        _configure(db, path)
        if 0 < version < migrations[-1].number:
            _back_up(db, beside(path, f".before-{migrations[-1].number}.backup"))
        _migrate(db, migrations[version:])
        db.execute("pragma foreign_keys = on")
        db.execute(f"pragma cache_size = -{_PAGE_CACHE}")


def prepare_reader(db: sqlite3.Connection) -> None:
    """Make a connection unable to change anything."""
    db.execute("pragma query_only = on")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Say in words for the operator what SQLite and the system refuse within the block.

    Raises:
        StoreUnusable: they refused.
    """
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StoreUnusable(f"{path}: {remedy(error, path)} ({error})") from error


def _recognised(db: sqlite3.Connection, path: Path, *, newest: int) -> int:
    """Return how many migrations the database has seen; 0 for an empty one."""
    owner, version = _pragma(db, "application_id"), _pragma(db, "user_version")
    (objects,) = db.execute("select count(*) from sqlite_schema").fetchone()
    if (owner, version, objects) == (0, 0, 0):
        return 0
    if owner != APPLICATION_ID or version < 1:
        raise StoreUnusable(f"{path} belongs to another program: name another file in DATABASE_URL")
    if version > newest:
        raise StoreUnusable(
            f"{path} was written by a newer version of the bot (schema {version}, this one knows "
            f"{newest}): install that version, or go back to a backup: {how_to_restore(path)}"
        )
    return version


def _pragma(db: sqlite3.Connection, name: str) -> int:
    (value,) = db.execute(f"pragma {name}").fetchone()
    return int(value)


def _check(db: sqlite3.Connection, path: Path) -> None:
    (finding,) = db.execute("pragma quick_check(1)").fetchone()
    if finding != "ok":
        raise StoreUnusable(f"{path} is damaged ({finding}): {how_to_restore(path)}")


def _configure(db: sqlite3.Connection, path: Path) -> None:
    with suppress(OSError):  # a drive may know no permissions
        path.chmod(0o600)  # nobody else reads what people said; its companions take after it
    (mode,) = db.execute("pragma journal_mode = wal").fetchone()
    if mode != "wal":
        raise StoreUnusable(
            f"{path} lies where SQLite cannot keep a write-ahead log, most likely on a "
            "network drive: put it on a local disk"
        )
    db.execute("pragma synchronous = full")
    db.execute("pragma fullfsync = on")  # on macOS a mere flush stops in the drive's memory
    db.execute("pragma secure_delete = on")
    db.execute(f"pragma journal_size_limit = {_LARGEST_IDLE_LOG}")


def _back_up(db: sqlite3.Connection, target: Path) -> None:
    """Copy the database as a whole; a file with the name of a backup is never half of one."""
    unfinished = beside(target, ".unfinished")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with closing(sqlite3.connect(unfinished)) as copy:
            db.backup(copy)  # in one step: one in several may never end while somebody writes
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)  # if the disk is full, half a copy is no help


def _migrate(db: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    # A step may have to put a table in the place of another, which an enforced key forbids.
    db.execute("pragma foreign_keys = off")
    for migration in migrations:
        try:
            _apply(db, migration)
        finally:
            if db.in_transaction:
                db.execute("rollback")


def _apply(db: sqlite3.Connection, migration: Migration) -> None:
    db.executescript(f"begin immediate; {_RECORDS} {migration.sql}")
    if broken := db.execute("pragma foreign_key_check").fetchone():
        raise StoreUnusable(f"migration {migration.number} would leave {broken[0]} broken")
    db.execute(
        "insert into migrations (number, name) values (?, ?)", (migration.number, migration.name)
    )
    db.execute(f"pragma application_id = {APPLICATION_ID}")
    db.execute(f"pragma user_version = {migration.number}")
    db.execute("commit")
