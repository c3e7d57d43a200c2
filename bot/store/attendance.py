"""The watermarks in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from bot.domain.hearing import Reading, Watermark, Watermarks
from bot.domain.session import Place
from bot.store.columns import to_column
from bot.store.desk import Desk


class SqliteAttendance(Desk):
    """The `Attendance` port."""

    async def watermarks(self) -> Watermarks:
        return await self.readers.read(_watermarks)

    async def fall_behind(self, places: Sequence[tuple[Place, int]], *, epoch: int) -> None:
        await self.writer.write(lambda db: _fall_behind(db, places, epoch))

    async def keep_up(self, place: Place, reading: Reading) -> None:
        await self.writer.write(lambda db: keep_up(db, place, reading))

    async def stay_alive(self, until: int) -> None:
        await self.writer.write(lambda db: _stay_alive(db, until))

    async def unheard(self, messages: Sequence[int]) -> set[int]:
        return await self.readers.read(
            lambda db: {message for message in messages if not was_heard(db, message)}
        )

    async def places_since(self, moment: datetime, *, limit: int) -> list[Place]:
        return await self.readers.read(lambda db: _places_since(db, moment, limit))


def hear_until(db: sqlite3.Connection, place: Place, until: int) -> None:
    """Move the watermark of a place on, unless it lags."""
    db.execute(
        """
        insert into watermarks (channel_id, guild_id, heard_until)
        values (?, ?, ?)
        on conflict do update set heard_until = max(heard_until, excluded.heard_until)
        where lags_since is null
        """,
        (place.channel_id, place.guild_id, until),
    )


def keep_up(db: sqlite3.Connection, place: Place, reading: Reading) -> None:
    """Move the watermark of a place that lags on, if it was read since it does."""
    db.execute(
        """
        update watermarks
        set heard_until = max(heard_until, ?),
            lags_since = null
        where channel_id = ?
            and lags_since = ?
        """,
        (reading.until, place.channel_id, reading.epoch),
    )


def was_heard(db: sqlite3.Connection, message: int) -> bool:
    """Whether a message was heard, though its words may be erased by now."""
    (heard,) = db.execute(
        """
        select exists (select * from prompts where message_id = :id)
            or exists (select * from erased_messages where message_id = :id)
        """,
        {"id": message},
    ).fetchone()
    return bool(heard)


def _watermarks(db: sqlite3.Connection) -> Watermarks:
    common = db.execute("select heard_until from common_watermark").fetchone()
    rows = db.execute("select * from watermarks").fetchall()
    own = {
        row["channel_id"]: Watermark(
            Place(row["channel_id"], row["guild_id"]),
            row["heard_until"],
            lags=row["lags_since"] is not None,
        )
        for row in rows
    }
    return Watermarks(None if common is None else common["heard_until"], own)


def _fall_behind(db: sqlite3.Connection, places: Sequence[tuple[Place, int]], epoch: int) -> None:
    db.executemany(
        """
        insert into watermarks (channel_id, guild_id, heard_until, lags_since)
        values (?, ?, ?, ?)
        on conflict do update
        set heard_until = iif(lags_since is null, excluded.heard_until, heard_until),
            lags_since = excluded.lags_since
        """,
        [(place.channel_id, place.guild_id, until, epoch) for place, until in places],
    )


def _stay_alive(db: sqlite3.Connection, until: int) -> None:
    db.execute(
        """
        insert into common_watermark (id, heard_until)
        values (1, ?)
        on conflict do update set heard_until = max(heard_until, excluded.heard_until)
        """,
        (until,),
    )
    db.execute(
        """
        delete from watermarks
        where lags_since is null
            and heard_until <= (select heard_until from common_watermark)
        """
    )


def _places_since(db: sqlite3.Connection, moment: datetime, limit: int) -> list[Place]:
    rows = db.execute(
        """
        select channel_id, guild_id, max(last_said_at) as spoken_in
        from sessions
        where last_said_at >= ?
        group by channel_id
        order by spoken_in desc, channel_id
        limit ?
        """,
        (to_column(moment), limit),
    )
    return [Place(row["channel_id"], row["guild_id"]) for row in rows]
