"""The claim: who opened the database last owns it, and whoever owned it before writes no more.

The lock keeps a second process away as long as the file system keeps the lock. Where it does
not, or where somebody removed it, a process that was paused could wake up and write into what
is another's by now. So every opening raises a number in the database itself, and whoever finds
another number there than its own was overtaken.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from bot.domain.errors import StoreBusy, StoreTaken
from bot.store.schema import explained

_KEY = "owner"  # in the notebook


@dataclass(frozen=True, slots=True)
class Claim:
    """What a process knows of the database that it opened: its file, and its own number."""

    path: Path
    device: int
    file: int
    number: int

    def check(self, db: sqlite3.Connection) -> None:
        """Return if the database is still ours; within a transaction that stays so to its end.

        Raises:
            StoreTaken: it is another's by now.
            StoreBusy: its file is not there; what is written now would be lost with it.
        """
        self._check_file()
        if (number := _number(db)) != self.number:
            raise StoreTaken(
                f"{self.path} was opened by another process (opening {number}, this is opening "
                f"{self.number}): only the newest may go on, so this one stops"
            )

    def _check_file(self) -> None:
        try:
            found = self.path.stat()
        except OSError as error:
            raise StoreBusy(
                f"{self.path} is not there any more ({error.strerror}): put it back where it was, "
                "or stop the bot to have it begin a new one"
            ) from error
        if (found.st_dev, found.st_ino) != (self.device, self.file):
            raise StoreTaken(
                f"{self.path} was replaced by another file: start the bot again to go on with that"
            )


def claim(db: sqlite3.Connection, path: Path) -> Claim:
    """Own the open database `path` from now on; whoever did before finds out.

    Raises:
        StoreUnusable: it cannot be written.
    """
    with explained(path):
        db.execute("begin immediate")
        number = _number(db) + 1
        db.execute(
            """
            insert into notebook (key, value)
            values (?, ?)
            on conflict do update set value = excluded.value
            """,
            (_KEY, str(number)),
        )
        db.execute("commit")
        file = path.stat()
    return Claim(path, file.st_dev, file.st_ino, number)


def _number(db: sqlite3.Connection) -> int:
    row = db.execute("select value from notebook where key = ?", (_KEY,)).fetchone()
    return 0 if row is None else int(row[0])
