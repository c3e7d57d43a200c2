"""Runs every check there is, cheapest first, and stops at the first that fails."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BIN = Path(sys.executable).parent
CHECKS = (
    ("ruff", "format", "--check", "."),
    ("ruff", "check", "."),
    ("mypy",),
    ("lint-imports",),
)
TESTS = ("pytest", "-n", "4", "--dist", "loadgroup", *sys.argv[1:])
COMPILES = ("pytest", "--collect-only", "-qq")
DO_NOT_COMPILE = "PYTHONDONTWRITEBYTECODE"


def environ() -> dict[str, str]:
    """Return the environment, but for the wish to keep nothing compiled."""
    return {name: value for name, value in os.environ.items() if name != DO_NOT_COMPILE}


def code_of(name: str, *arguments: str) -> int:
    """Run a check, and return its code."""
    print(f"== {name} {' '.join(arguments)}", flush=True)  # noqa: T201  # its purpose
    return subprocess.run([BIN / name, *arguments], check=False, env=environ()).returncode  # noqa: S603  # our own words


@contextmanager
def compiling() -> Iterator[None]:
    """Have the tests compiled meanwhile, once: each process that runs some would do it anew."""
    name, *arguments = COMPILES
    quiet = subprocess.DEVNULL
    with subprocess.Popen([BIN / name, *arguments], stdout=quiet, stderr=quiet, env=environ()):  # noqa: S603  # our own words
        yield


def main() -> int:
    """Return 0 when every check passed, else the code of the first that did not."""
    with compiling():
        for check in CHECKS:
            if code := code_of(*check):
                return code
    return code_of(*TESTS)


if __name__ == "__main__":
    sys.exit(main())
