"""A real disk runs full beneath the real process, and has room again."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.playground.local_openai import Hold, Say, in_turn
from tests.stories.home import Home
from tests.stories.process import BotProcess

MIB = 2**20
DISK = 112 * MIB  # bytes: the ballast, the 64 MiB that it takes to make one, and some
PART = "Half of the answer, and "


def _disk_of_its_own(folder: Path, size: int) -> list[str]:
    """Return the command that runs another with a small disk mounted at `folder`."""
    mount = 'mount -t tmpfs -o "size=$1" tmpfs "$2" && shift 2 && exec "$@"'
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]
    return [*command, str(size), str(folder)]


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """Return a folder at which a disk can be mounted."""
    if sys.platform != "linux" or shutil.which("unshare") is None:
        pytest.skip("a disk of its own takes Linux and unshare")
    folder = tmp_path / "disk"
    folder.mkdir()
    tried = subprocess.run(  # noqa: S603  # our own words
        [*_disk_of_its_own(folder, MIB), "true"], capture_output=True, check=False
    )
    if tried.returncode:
        pytest.skip("this system lets nobody but root mount a disk")
    return folder


def _fill(disk: Path) -> Path:
    """Take all the room there is."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(MIB))
        except OSError:
            pass
    return filler


async def test_a_disk_that_runs_full_loses_nothing_and_is_told_of(home: Home, disk: Path) -> None:
    held = asyncio.Event()
    elsewhere = home.discord.add_channel(home.guild, "elsewhere")

    home.openai.answer = in_turn(
        [Say(PART), Hold(held), Say("the other half. " * 200)], [Say("The second answer.")]
    )
    bot = BotProcess(
        home,
        within=_disk_of_its_own(disk, DISK),
        DATABASE_URL=f"sqlite:///{disk / 'bot.db'}",
        GRACE_SECONDS="1",
    )
    await bot.start()
    inside = Path(f"/proc/{bot.pid}/root{disk}")
    first = await home.ada.say(home.general, f"{home.mention} the first thing")
    await home.discord.until(lambda: home.answers(home.general))

    filler = _fill(inside)
    second = await home.bob.say(elsewhere, f"{home.mention} the second thing")
    notice = await home.discord.until(lambda: home.answers(elsewhere))
    held.set()
    await home.answer_after(home.general, first)

    assert notice[0].content.startswith("💾 I cannot write to my memory just now")
    assert "\n".join(p.content for p in home.answers(home.general)).startswith(PART)
    assert not (inside / "bot.db.ballast").exists()

    filler.unlink()
    answer_to_second = await home.answer_after(elsewhere, second, timeout=60)

    assert answer_to_second.content == "The second answer."
    assert len(home.answers(elsewhere)) == 2
    assert (inside / "bot.db.ballast").exists()
    assert await bot.stop() == 0
    log = bot.log.read_text()
    assert log.count("event=store_refuses") == 1
    assert log.count("event=store_works_again") == 1
    assert "Traceback" not in log
