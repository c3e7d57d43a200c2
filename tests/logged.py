"""What the operator reads, while it is written."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager


class Log(logging.Handler):
    """Keeps every line, and tells who waits for one."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[str] = []
        self._grown = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(f"{record.levelname} {record.getMessage()}")
        self._grown.set()

    def lines(self, event: str) -> list[str]:
        """Return what was logged of an event so far."""
        return [line for line in self._lines if f"event={event}" in line]

    async def have(self, event: str, count: int = 1) -> list[str]:
        """Return what was logged of an event, once that are so many lines."""
        async with asyncio.timeout(20):
            while len(found := self.lines(event)) < count:
                self._grown.clear()
                await self._grown.wait()
        return found


@contextmanager
def open_log() -> Iterator[Log]:
    """Keep what the bot logs for the length of the block."""
    log, bot = Log(), logging.getLogger("bot")
    before = bot.level
    bot.addHandler(log)
    bot.setLevel(logging.INFO)
    try:
        yield log
    finally:
        bot.removeHandler(log)
        bot.setLevel(before)
