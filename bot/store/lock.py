"""The lock that lets one process at a time own the database."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.domain.errors import StoreInUse, StoreUnusable
from bot.store.location import beside

if sys.platform == "win32":
    import msvcrt

    # Locked bytes cannot be read by others on Windows, so they lie far behind the pid.
    _FAR = 1 << 30

    def _try_to_lock(file: int) -> None:
        os.lseek(file, _FAR, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        os.lseek(file, 0, os.SEEK_SET)

else:
    import fcntl

    def _try_to_lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


_LONGEST_PID = 20  # digits


@contextmanager
def held(database: Path) -> Iterator[None]:
    """Own `database` inside the block; nobody else does, in this process or another.

    The system lets go of the lock however the process ends. The file of the lock stays:
    whoever removed it could do so just as another process takes it.

    Raises:
        StoreInUse: somebody else owns it.
        StoreUnusable: nothing can be written beside it.
    """
    path = beside(database, ".lock")
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreUnusable(
            f"{path} cannot be written ({error.strerror}): "
            f"let the bot's user write in the folder {path.parent}"
        ) from error
    try:
        _take(file, database)
        yield
    finally:
        os.close(file)


def _take(file: int, database: Path) -> None:
    try:
        _try_to_lock(file)
    except (BlockingIOError, PermissionError) as error:
        owner = os.read(file, _LONGEST_PID).decode("ascii", "replace").strip() or "unknown"
        raise StoreInUse(
            f"{database} is in use by another bot, process {owner}: stop that one first, "
            "or give this one a DATABASE_URL of its own"
        ) from error
    except OSError as error:
        raise StoreUnusable(
            f"{database} lies where files cannot be locked ({error.strerror}), most likely on a "
            "network drive: put it on a local disk"
        ) from error
    with suppress(OSError):  # on a full disk; whoever is refused is told less then
        os.ftruncate(file, 0)
        os.write(file, str(os.getpid()).encode("ascii"))
