"""The notebook in SQLite."""

from __future__ import annotations

import sqlite3

from bot.store.desk import Desk


class SqliteNotebook(Desk):
    """The `Notebook` port."""

    async def recall(self, key: str) -> str | None:
        return await self.readers.read(lambda db: _recall(db, key))

    async def remember(self, key: str, value: str) -> None:
        await self.writer.write(
            lambda db: db.execute(
                """
                insert into notebook (key, value)
                values (?, ?)
                on conflict do update set value = excluded.value
                """,
                (key, value),
            )
        )


def _recall(db: sqlite3.Connection, key: str) -> str | None:
    row = db.execute("select value from notebook where key = ?", (key,)).fetchone()
    return None if row is None else str(row["value"])
