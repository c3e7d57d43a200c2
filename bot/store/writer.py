"""The writer: commits in groups, so that a hundred writes cost one flush of the disk.

Every write waits in a line and sends the connection's thread to commit the line. The thread
takes all that waits by then, so that the next one often finds its own write done. There is no
task to own and nobody to wait for the slowest: a write is never later than its own turn.

The log is written in order, so that a power cut takes the newest commits and no others. A
write that may be taken so is not waited for until it is on the disk; the next one that may
not brings it there too.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import TypeVar

from bot.domain.errors import StoreBusy, StoreTaken
from bot.store.claim import Claim
from bot.store.connection import Connection
from bot.store.outage import Outage
from bot.store.refusals import busy, is_refusal, primary_code
from bot.store.room import Room

T = TypeVar("T")

# A write waits for another program that holds the file, a bit at a time: who is to end soon
# cannot wait for all of it.
_BIT = 500  # milliseconds
_BITS = 10
LARGEST_GROUP = 256  # writes; beyond that a commit takes longer, but no longer costs less


@dataclass(slots=True)
class _Write:
    """A write that waits, and what came of it."""

    work: Callable[[sqlite3.Connection], None]
    erases: bool
    flushes: bool
    is_new: bool
    error: Exception | None = None
    is_committed: bool = False


class Writer:
    """The one connection that changes the database."""

    def __init__(self, connection: Connection, claim: Claim, room: Room, outage: Outage) -> None:
        self.claim = claim
        self._connection = connection
        self._room = room
        self._outage = outage
        self._is_hurried = False
        self._waiting: deque[_Write] = deque()
        self.is_flushing: bool | None = None  # what SQLite was told last
        self.commits = 0

    async def write(
        self,
        work: Callable[[sqlite3.Connection], T],
        *,
        erases: bool = False,
        flushes: bool = True,
        is_new: bool = False,
    ) -> T:
        """Return what `work` returns once its changes are committed.

        What `work` raises undoes its own changes and nobody else's. A caller that is
        cancelled does not know what came of it. With `erases` no deleted word is left in
        the write-ahead log either. Without `flushes` the change survives the death of the
        process, but a power cut only if something that flushes came after it.
        What `is_new` is refused while the disk is full, so that there is room to finish what
        is not.

        Raises:
            StoreBusy: nothing was changed.
            StoreTaken: nor will anything be, for the database is another's by now.
        """
        results: list[T] = []
        write = _Write(lambda db: results.append(work(db)), erases, flushes, is_new)
        self._waiting.append(write)
        await self._connection.run(self._commit_waiting)
        if isinstance(write.error, StoreBusy):
            self._outage.note(write.error)
        if write.error is not None:
            raise write.error
        if not write.is_committed:
            raise StoreBusy("the group that it was in was not committed")
        if not self._room.is_short:
            self._outage.end()
        return results[-1]  # what was undone for want of room was done once more

    def hurry(self) -> None:
        """Wait for other programs no longer than for a moment, from now on."""
        self._is_hurried = True

    def _commit_waiting(self, db: sqlite3.Connection) -> None:
        count = min(len(self._waiting), LARGEST_GROUP)
        group = [self._waiting.popleft() for _ in range(count)]
        if not group:
            return
        self._room.look()
        try:
            self._flush_or_not(db, is_on=any(write.flushes for write in group))
            self._commit_in_room(db, group)
        except sqlite3.Error as error:
            for write in group:
                write.error = busy(error)
        except (StoreBusy, StoreTaken) as error:
            for write in group:
                write.error = error
        finally:
            _undo(db)
        if any(write.erases and write.is_committed for write in group):
            _empty_log(db)

    def _flush_or_not(self, db: sqlite3.Connection, *, is_on: bool) -> None:
        if is_on != self.is_flushing:
            db.execute(f"pragma synchronous = {'full' if is_on else 'normal'}")
            self.is_flushing = is_on

    def _commit_in_room(self, db: sqlite3.Connection, group: list[_Write]) -> None:
        try:
            self._commit(db, self._admitted(group))
        except sqlite3.Error as error:
            if not self._room.is_regained(error):
                raise
            _undo(db)
            self._commit(db, self._admitted(group))

    def _admitted(self, group: list[_Write]) -> list[_Write]:
        """Return what may be written; the others are told that it may not."""
        if not self._room.is_short:
            return group
        for write in group:
            if write.is_new:
                write.error = StoreBusy(self._room.want)
        return [write for write in group if not write.is_new]

    def _commit(self, db: sqlite3.Connection, group: list[_Write]) -> None:
        self._begin(db)
        self.claim.check(db)  # in the transaction: nobody can claim it before its end
        for write in group:
            with _Savepoint(db) as savepoint:
                write.work(db)
            write.error = savepoint.error
        db.execute("commit")
        self.commits += 1
        for write in group:
            write.is_committed = True

    def _begin(self, db: sqlite3.Connection) -> None:
        for left in reversed(range(_BITS)):
            try:
                db.execute("begin immediate")
            except sqlite3.OperationalError as error:
                is_held = primary_code(error) == sqlite3.SQLITE_BUSY
                if not is_held or not left or self._is_hurried:
                    raise
            else:
                return


def wait_in_bits(db: sqlite3.Connection) -> None:
    """Have a connection wait for other programs as a writer needs it."""
    db.execute(f"pragma busy_timeout = {_BIT}").fetchall()


class _Savepoint:
    """Undoes what its block did when the block fails, and keeps the error for its caller.

    A refusal of the machine goes on: SQLite may have undone the whole transaction.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.error: Exception | None = None

    def __enter__(self) -> _Savepoint:
        self._db.execute("savepoint one_write")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if is_refusal(error):
            return False
        if isinstance(error, Exception):
            self._db.execute("rollback to one_write")
            self.error = error
        self._db.execute("release one_write")
        return self.error is not None


def _undo(db: sqlite3.Connection) -> None:
    """Leave no transaction open: the next group begins one, and others may want to write."""
    if db.in_transaction:
        with suppress(sqlite3.OperationalError):
            db.execute("rollback")


def _empty_log(db: sqlite3.Connection) -> None:
    # On failure the words lie in the log until it is reused: the deletion itself is safe.
    with suppress(sqlite3.OperationalError):
        db.execute("pragma wal_checkpoint(truncate)").fetchall()
