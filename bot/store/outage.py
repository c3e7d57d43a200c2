"""An outage of the store: told to the operator once, however many ask meanwhile."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from bot.domain.errors import StoreBusy
from bot.store.refusals import primary_code, remedy

log = logging.getLogger(__name__)

AGAIN_AFTER = 600.0  # seconds after which the same trouble is worth another line


class Outage:
    """What keeps one database from being used, for the log."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._told: dict[int | str, float] = {}  # when, by result code or words
        self._refused = 0

    def note(self, error: StoreBusy) -> None:
        """Know that something was refused, and log it unless that was done lately."""
        self._refused += 1
        code, now = primary_code(error.__cause__), time.monotonic()
        kind = code or str(error)
        if kind in self._told and now - self._told[kind] < AGAIN_AFTER:
            return
        self._told[kind] = now
        words = f"{remedy(error.__cause__, self._path)} " if error.__cause__ and code else ""
        log.error("event=store_refuses file=%s %s(%s)", self._path, words, error)

    def end(self) -> None:
        """Know that the store takes everything again."""
        if self._refused:
            log.warning("event=store_works_again file=%s refused=%d", self._path, self._refused)
            self._told.clear()
            self._refused = 0
