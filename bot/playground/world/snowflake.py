"""Snowflakes: ids that carry the time of their making.

https://docs.discord.com/developers/reference#snowflakes
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

DISCORD_EPOCH_MS = 1_420_070_400_000
"""The first second of 2015, from which snowflakes count."""

TIME_SHIFT = 22
"""The bits below hold worker, process and increment."""


class Snowflakes:
    """Gives out ids of the current time, each greater than all before it."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        """A new id: unique, and greater than every id given out before."""
        now_ms = time.time_ns() // 1_000_000
        self._last = max((now_ms - DISCORD_EPOCH_MS) << TIME_SHIFT, self._last + 1)
        return self._last


def time_of(snowflake: int) -> datetime:
    """The moment that a snowflake carries, in UTC."""
    seconds = ((snowflake >> TIME_SHIFT) + DISCORD_EPOCH_MS) / 1000
    return datetime.fromtimestamp(seconds, UTC)
