"""Runs every check there is, cheapest first, and stops at the first that fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

BIN = Path(sys.executable).parent
CHECKS = (
    ("ruff", "format", "--check", "."),
    ("ruff", "check", "."),
    ("mypy",),
    ("lint-imports",),
    ("pytest", "-n", "4", "--dist", "loadgroup", *sys.argv[1:]),
)
DO_NOT_COMPILE = "PYTHONDONTWRITEBYTECODE"


def environ() -> dict[str, str]:
    """Return the environment, but for the wish to keep nothing compiled.

    Five processes collect the tests, and each would compile all of them anew.
    """
    return {name: value for name, value in os.environ.items() if name != DO_NOT_COMPILE}


def main() -> int:
    """Return 0 when every check passed, else the code of the first that did not."""
    for name, *arguments in CHECKS:
        print(f"== {name} {' '.join(arguments)}", flush=True)  # noqa: T201  # its purpose
        code = subprocess.run([BIN / name, *arguments], check=False, env=environ()).returncode  # noqa: S603  # our own words
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
