"""Refusals: what SQLite says when the machine would not do it, and what the operator can do."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from bot.domain.errors import StoreBusy

_PRIMARY = 0xFF  # the byte of a result code that holds its class (https://sqlite.org/rescode.html)
_REFUSALS = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)
_REMEDIES = {
    sqlite3.SQLITE_BUSY: "another program holds it: close that one",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened: check who may read and write it",
    sqlite3.SQLITE_CORRUPT: "it is damaged",
    sqlite3.SQLITE_FULL: "the disk is full: make room",
    sqlite3.SQLITE_IOERR: "the disk failed: check it and the system's log",
    sqlite3.SQLITE_NOTADB: "it is no SQLite database, or a damaged one",
    sqlite3.SQLITE_PERM: "it may not be written: check its owner and permissions",
    sqlite3.SQLITE_READONLY: "it may not be written: check its owner and permissions",
}
_NOTHING = 4 * 2**20  # bytes: the log grows to as many before it is used anew
_LOST = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def primary_code(error: BaseException | None) -> int:
    """Return SQLite's result code without its details; 0 when the error is none of SQLite's."""
    # Errors that the module raises by itself carry no code.
    return getattr(error, "sqlite_errorcode", 0) & _PRIMARY


def is_refusal(error: BaseException | None) -> bool:
    """Whether the machine would not do it just now; any other error is a bug of ours."""
    return primary_code(error) in _REFUSALS


def is_for_want_of_room(error: BaseException | None, path: Path) -> bool:
    """Whether it is the full disk that keeps the database `path` from growing.

    That one of its companions cannot grow SQLite tells as an error of the disk.
    """
    code = primary_code(error)
    return code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and is_empty(path))


def is_empty(path: Path) -> bool:
    """Whether so little is free where `path` is that the next growth of a file may fail."""
    try:
        return shutil.disk_usage(path.parent).free < _NOTHING
    except OSError:
        return False


def remedy(error: BaseException, path: Path) -> str:
    """Return what is wrong with the database `path`, and what the operator can do about it."""
    code = sqlite3.SQLITE_FULL if is_for_want_of_room(error, path) else primary_code(error)
    words = _REMEDIES.get(code, "it cannot be used")
    return f"{words}: {how_to_restore(path)}" if code in _LOST else words


def how_to_restore(path: Path) -> str:
    """Return how to put a backup in the place of the database `path`."""
    away = f"stop the bot, move {path.name} and its -wal and -shm out of {path.parent}, and"
    backups = [
        file
        for file in path.parent.iterdir()
        if file.name.startswith(f"{path.name}.before-") and file.suffix == ".backup"
    ]
    if not backups:
        return f"{away} copy a backup of yours to its place (the bot itself has made none yet)"
    newest = max(backups, key=lambda file: file.stat().st_mtime)
    return f"{away} copy a backup to its place; the bot's own newest one is {newest}"


def busy(error: sqlite3.Error) -> StoreBusy:
    """Return what a caller is told when the machine refused."""
    refusal = StoreBusy(f"{getattr(error, 'sqlite_errorname', type(error).__name__)}: {error}")
    refusal.__cause__ = error
    return refusal
