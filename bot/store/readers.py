"""The readers: connections that see what is committed and can change nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from itertools import cycle
from typing import TypeVar

from bot.domain.errors import StoreBusy
from bot.store.connection import Connection
from bot.store.outage import Outage
from bot.store.refusals import busy, is_refusal

T = TypeVar("T")


class Readers:
    """Some connections that take turns, so that one long read does not hold up all others."""

    def __init__(self, connections: Sequence[Connection], outage: Outage) -> None:
        self._next = cycle(connections)
        self._outage = outage

    async def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Return what `query` returns; all its statements see the same moment.

        The moment is not before this call, so every write that was completed is seen.

        Raises:
            StoreBusy: the file cannot be read just now.
        """
        try:
            return await next(self._next).run(lambda db: _at_one_moment(db, query))
        except StoreBusy as error:
            self._outage.note(error)
            raise


def _at_one_moment(db: sqlite3.Connection, query: Callable[[sqlite3.Connection], T]) -> T:
    try:
        db.execute("begin")
        try:
            return query(db)
        finally:
            if db.in_transaction:
                db.execute("rollback")
    except sqlite3.Error as error:
        if is_refusal(error):
            raise busy(error) from error
        raise
