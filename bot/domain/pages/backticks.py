"""Backticks: what Discord makes of them, whatever CommonMark says.

Discord knows no lines: from the left, three backticks open a block that the next three
close behind at least one character, unless they stand in inline code, which begins and
ends with as many backticks. What neither rule takes stands for itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

BLOCK = "```"  # opens and closes a code block, wherever it stands
_MOST_MORE = 4  # backticks that it can take beyond those asked for to close a block
_READ = re.compile(
    r"\\[^0-9A-Za-z\s]"
    r"|```(?:[A-Za-z0-9_+\-.#]+\n)?\n*[^\n].*?\n*```"
    r"|(?P<run>`+)(?!`).*?[^`](?P=run)(?!`)"
    r"|(?P<stray>`)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """How Discord reads the backticks of a text."""

    is_open: bool  # a code block is not closed
    has_stray: bool  # a backtick belongs to nothing, so it may pair with one that follows


def reading(text: str) -> Reading:
    """Return how Discord reads `text`."""
    strays = [found.start() for found in _READ.finditer(text) if found["stray"]]
    return Reading(any(text.startswith(BLOCK, at) for at in strays), bool(strays))


def closed_by_run(text: str, least: int) -> str:
    """Return `text` and `least` backticks, or as few more as it takes to leave no block open."""
    runs = (text + "`" * (least + more) for more in range(_MOST_MORE + 1))
    return next(closed for closed in runs if not reading(closed).is_open)
