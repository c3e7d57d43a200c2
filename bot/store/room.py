"""Room: what is left on the disk, and a ballast that is thrown off when nothing is.

With a full disk SQLite can do nothing at all, not even delete. Then the ballast is given up,
and in its place what is owed already is finished: answers in flight are kept and posted. What
is new is not taken in until there is room for another ballast.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import sys
from contextlib import suppress
from pathlib import Path

from bot.store.location import beside
from bot.store.refusals import is_empty, is_for_want_of_room

log = logging.getLogger(__name__)

# With 200 answers in flight, the most there are, each has some 160 KiB to end in. A turn of
# two pages takes 52 KiB of the log, which is used anew whenever it is at 4 MiB.
BALLAST = 32 * 2**20  # bytes
_PIECE = 2**20
# It is hardly ever the bot that fills a disk. A tenth of a large one is no reason to worry.
_LOW_SHARE = 10
_LOW = 2**30


class Room:
    """Watches over the disk beneath one database; used by its writer's thread alone."""

    def __init__(self, database: Path, *, ballast: int = BALLAST) -> None:
        self._database = database
        self._path = beside(database, ".ballast")
        self._size = ballast
        self._has_ballast = self._path.exists()
        self._is_low = False
        self._was_refused = False  # a ballast, though there is room
        self.is_short = False  # nothing new is to be taken in

    @property
    def want(self) -> str:
        """What the operator has to do."""
        return f"SQLITE_FULL: the disk is full: make room, {2 * self._size // 2**20} MiB at least"

    def look(self) -> None:
        """See how much is free: warn when it is little, make a ballast when it is enough."""
        try:
            usage = shutil.disk_usage(self._database.parent)
        except OSError:
            self.is_short = False  # nobody knows; whoever writes next finds out
            return
        if usage.free >= 2 * self._size:
            if not self._has_ballast:
                self._has_ballast = self._make()
            self.is_short = False
        is_low = usage.free < min(usage.total // _LOW_SHARE, _LOW)
        if is_low and not self._is_low:
            log.warning("event=disk_low free_mib=%d; make room", usage.free // 2**20)
        self._is_low = is_low

    def begin(self) -> None:
        """Throw the ballast off at once if without that the database could not be opened.

        One that lost its ballast is short of room until there is enough for another.
        """
        if is_empty(self._database):
            self._throw_off()
        self.is_short = self._database.exists() and not self._has_ballast

    def is_regained(self, error: sqlite3.Error) -> bool:
        """Throw the ballast off if it is for want of room that SQLite refused; whether it is so."""
        return is_for_want_of_room(error, self._database) and self._throw_off()

    def _throw_off(self) -> bool:
        self.is_short = True
        had, self._has_ballast = self._has_ballast, False
        with suppress(OSError):
            self._path.unlink()
            return had
        return False

    def _make(self) -> bool:
        try:
            self._path.unlink(missing_ok=True)
            file = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            try:
                _occupy(file, self._size)
            finally:
                os.close(file)
        except OSError as error:
            if not self._was_refused:
                log.warning("event=no_ballast file=%s reason=%s", self._path, error.strerror)
            self._was_refused = True
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
            return False
        return True


def _occupy(file: int, size: int) -> None:
    """Have a file really take up so much of the disk."""
    if sys.platform == "linux":
        with suppress(OSError):  # a file system may know no such thing
            os.posix_fallocate(file, 0, size)
        if os.fstat(file).st_blocks * 512 >= size:
            return
    # A file system that leaves out zeros, or packs them, does neither with noise.
    os.lseek(file, 0, os.SEEK_SET)
    for _ in range(size // _PIECE):
        os.write(file, os.urandom(_PIECE))
    os.fsync(file)
