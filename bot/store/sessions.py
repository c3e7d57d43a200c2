"""Sessions in their table."""

from __future__ import annotations

import json
import sqlite3
from types import MappingProxyType
from uuid import UUID

from bot.domain.manner import Choices, Trait
from bot.domain.session import Place, Session, SessionId, TitledBy, TurnId
from bot.store.columns import from_column, to_column


def session_from(row: sqlite3.Row) -> Session:
    """Return the session of a row of `sessions`."""
    return Session(
        SessionId(UUID(row["id"])),
        Place(row["channel_id"], row["guild_id"], row["parent_id"]),
        row["persona"],
        row["opened_by"],
        from_column(row["opened_at"]),
        choices=_choices(row["choices"]),
        title=row["title"],
        head=None if row["head"] is None else TurnId(row["head"]),
        floor=row["floor"],
        closed_at=None if row["closed_at"] is None else from_column(row["closed_at"]),
        wording=row["wording"],
        titled_by=TitledBy(row["titled_by"]),
    )


def _choices(column: str) -> Choices:
    chosen: dict[str, str] = json.loads(column)
    return MappingProxyType({Trait(trait): value for trait, value in chosen.items()})


def session_named(db: sqlite3.Connection, session_id: SessionId) -> Session | None:
    """Return a session by id, open or closed."""
    row = db.execute("select * from sessions where id = ?", (str(session_id),)).fetchone()
    return None if row is None else session_from(row)


def open_session_at(db: sqlite3.Connection, place: Place) -> Session | None:
    """Return the open session at a place."""
    row = db.execute(
        "select * from sessions where channel_id = ? and closed_at is null", (place.channel_id,)
    ).fetchone()
    return None if row is None else session_from(row)


def insert_session(db: sqlite3.Connection, session: Session) -> None:
    """Add an open session; there must be none at its place."""
    db.execute(
        """
        insert into sessions (
            id, channel_id, guild_id, parent_id, persona, wording, choices, title, titled_by,
            opened_by, opened_at, head, floor
        )
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            str(session.id),
            session.place.channel_id,
            session.place.guild_id,
            session.place.parent_id,
            session.persona,
            session.wording,
            json.dumps(dict(session.choices)),
            session.title,
            session.titled_by,
            session.opened_by,
            to_column(session.opened_at),
            session.head,
            session.floor,
        ),
    )
