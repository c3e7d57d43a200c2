"""The store's own SQL under virtual time: in memory, and on the loop's own thread."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from typing import TypeVar, cast

from bot.domain.session import Session, SessionId, TurnId
from bot.domain.turn import Turn
from bot.store import SqliteStore
from bot.store.migrations import MIGRATIONS
from bot.store.readers import Readers
from bot.store.sessions import session_from
from bot.store.turns import turns_from
from bot.store.writer import Writer

T = TypeVar("T")


class _Inline:
    """A writer and a reader. What is sent to it is done, whether or not anybody waits for it."""

    def __init__(self) -> None:
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        self.db.row_factory = sqlite3.Row
        for migration in MIGRATIONS:
            self.db.executescript(migration.sql)
        self.db.execute("pragma foreign_keys = on")

    async def write(self, work: Callable[[sqlite3.Connection], T], **_: bool) -> T:
        self.db.execute("begin")
        try:
            result = work(self.db)
        except BaseException:
            self.db.execute("rollback")
            raise
        self.db.execute("commit")
        await asyncio.sleep(0.001)
        return result

    async def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        await asyncio.sleep(0.001)
        return query(self.db)


class InlineStore(SqliteStore):
    """The `Store` port, with the tables that the engine's tests look into."""

    def __init__(self) -> None:
        self._desk = _Inline()
        super().__init__(cast(Writer, self._desk), cast(Readers, self._desk))

    def close(self) -> None:
        """Let the database go with all that is in it."""
        self._desk.db.close()

    @property
    def turns(self) -> dict[TurnId, Turn]:
        """Every turn, oldest first."""
        rows = self._desk.db.execute("select * from turns order by id").fetchall()
        return {turn.id: turn for turn in turns_from(self._desk.db, rows)}

    @property
    def sessions(self) -> dict[SessionId, Session]:
        """Every session, oldest first."""
        rows = self._desk.db.execute("select * from sessions order by rowid").fetchall()
        return {session.id: session for session in map(session_from, rows)}
