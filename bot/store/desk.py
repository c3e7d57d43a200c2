"""What every part of the store works with."""

from __future__ import annotations

from bot.store.readers import Readers
from bot.store.writer import Writer


class Desk:
    """One writer and some readers of the same database."""

    def __init__(self, writer: Writer, readers: Readers) -> None:
        self.writer = writer
        self.readers = readers
