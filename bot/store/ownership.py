"""Ownership of the SQLite file."""

from __future__ import annotations

from bot.store.desk import Desk


class SqliteOwnership(Desk):
    """The `Ownership` port."""

    async def confirm(self) -> None:
        await self.readers.read(self.writer.claim.check)
