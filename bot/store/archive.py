"""The archive in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from bot.domain.billing import Call
from bot.domain.session import Branched, Place, PutAway, Session, SessionId, SessionSummary, TurnId
from bot.domain.turn import Owed, Turn
from bot.store.closing import close_session_at
from bot.store.columns import from_column
from bot.store.desk import Desk
from bot.store.owed import retrace
from bot.store.sessions import (
    insert_session,
    open_session_at,
    session_from,
    session_named,
)
from bot.store.summaries import forget_summaries
from bot.store.titles import entitle, rename
from bot.store.turns import turn_from, turn_numbered
from bot.store.versions import add_version, show_version, version_shown
from bot.store.ways import branch, hand_down, turn_before, turn_with, undo


class SqliteArchive(Desk):
    """The `Archive` port."""

    async def session(self, session_id: SessionId) -> Session | None:
        return await self.readers.read(lambda db: session_named(db, session_id))

    async def session_at(self, place: Place) -> Session | None:
        return await self.readers.read(lambda db: open_session_at(db, place))

    async def open_session(self, session: Session) -> PutAway | None:
        return await self.writer.write(lambda db: _open_session(db, session))

    async def close_session(self, session_id: SessionId, at: datetime) -> PutAway | None:
        return await self.writer.write(lambda db: _close_session(db, session_id, at))

    async def resume_session(self, session_id: SessionId, at: datetime) -> PutAway | None:
        return await self.writer.write(lambda db: _resume_session(db, session_id, at))

    async def sessions_at(
        self, place: Place, *, limit: int | None = None, titled: str = ""
    ) -> list[SessionSummary]:
        return await self.readers.read(lambda db: _sessions_at(db, place, limit, titled))

    async def rename_session(self, session_id: SessionId, title: str) -> None:
        await self.writer.write(lambda db: rename(db, session_id, title))

    async def entitle(self, turn: Turn, title: str, *, calls: Sequence[Call] = ()) -> bool:
        return await self.writer.write(lambda db: entitle(db, turn, title, calls))

    async def delete_session(self, session_id: SessionId) -> None:
        await self.writer.write(lambda db: delete_session(db, session_id), erases=True)

    async def speakers(self, session_id: SessionId) -> set[int]:
        return await self.readers.read(lambda db: _speakers(db, session_id))

    async def version_shown(self, anchor: int) -> Turn | None:
        return await self.readers.read(lambda db: version_shown(db, anchor))

    async def turn(self, turn_id: TurnId) -> Turn | None:
        return await self.readers.read(lambda db: turn_numbered(db, turn_id))

    async def retrace(self, turn_id: TurnId) -> Owed | None:
        return await self.readers.read(lambda db: retrace(db, turn_id))

    async def add_version(self, turn_id: TurnId) -> Turn | None:
        return await self.writer.write(lambda db: add_version(db, turn_id))

    async def show_version(self, anchor: int, version: int) -> Turn | None:
        return await self.writer.write(lambda db: show_version(db, anchor, version))

    async def turn_with(self, message: int) -> Turn | None:
        return await self.readers.read(lambda db: turn_with(db, message))

    async def turn_before(self, place: Place, message: int) -> Turn | None:
        return await self.readers.read(lambda db: turn_before(db, place, message))

    async def branch(self, session: Session, turn_id: TurnId) -> Branched | None:
        return await self.writer.write(lambda db: branch(db, session, turn_id))

    async def undo(self, session_id: SessionId) -> Turn | None:
        return await self.writer.write(lambda db: undo(db, session_id))

    async def request_stop(self, session_id: SessionId) -> Turn | None:
        return await self.writer.write(lambda db: _request_stop(db, session_id))


def _open_session(db: sqlite3.Connection, session: Session) -> PutAway | None:
    present = open_session_at(db, session.place)
    if present is not None and present.id == session.id:
        return None
    closed = close_session_at(db, session.place, session.opened_at)
    insert_session(db, session)
    return closed


def _close_session(db: sqlite3.Connection, session_id: SessionId, at: datetime) -> PutAway | None:
    session = session_named(db, session_id)
    if session is None or not session.is_open:
        return None
    return close_session_at(db, session.place, at)


def _resume_session(db: sqlite3.Connection, session_id: SessionId, at: datetime) -> PutAway | None:
    session = session_named(db, session_id)
    if session is None or session.is_open:
        return None
    closed = close_session_at(db, session.place, at)
    db.execute("update sessions set closed_at = null where id = ?", (str(session_id),))
    return closed


def _sessions_at(
    db: sqlite3.Connection, place: Place, limit: int | None, titled: str
) -> list[SessionSummary]:
    wanted = titled.casefold()
    rows = db.execute(
        """
        select sessions.*, coalesce(turns.depth + 1, 0) as turns
        from sessions
        left join turns on turns.id = sessions.head
        where sessions.channel_id = ?
        order by sessions.closed_at is not null, sessions.opened_at desc, sessions.id
        """,
        (place.channel_id,),
    )
    # SQLite knows the case of ASCII letters only.
    found = (row for row in rows if wanted in (row["title"] or "").casefold())
    return [
        SessionSummary(
            session_from(row),
            row["turns"],
            None if row["last_said_at"] is None else from_column(row["last_said_at"]),
            row["input_tokens"],
            row["output_tokens"],
        )
        for row in islice(found, limit)
    ]


_MESSAGES = """
select distinct turn_prompts.message_id
from turns
cross join turn_prompts on turn_prompts.turn_id = turns.id
where turns.session_id = ?
"""
_FORGET = """
delete from prompts
where message_id = :message
    and not exists (select * from turn_prompts where message_id = :message)
"""
_SPEAKERS = """
select opened_by
from sessions
where id = :session
union
select prompts.author_id
from turns
cross join turn_prompts on turn_prompts.turn_id = turns.id
cross join prompts on prompts.message_id = turn_prompts.message_id
where turns.session_id = :session
"""


def delete_session(db: sqlite3.Connection, session_id: SessionId) -> None:
    """Delete a session with every word said in it that no other leads over.

    What was heard stays known as heard.
    """
    session = session_named(db, session_id)
    if session is None:
        return
    hand_down(db, session)
    name = str(session_id)
    messages = db.execute(_MESSAGES, (name,)).fetchall()
    turns = db.execute("select id from turns where session_id = ?", (name,)).fetchall()
    forget_summaries(db, [turn_id for (turn_id,) in turns])
    db.execute("delete from sessions where id = ?", (name,))
    for (message,) in messages:
        # Another version of the answer may have been handed down, with the same prompts.
        gone = db.execute(_FORGET, {"message": message}).rowcount
        if gone:
            db.execute("insert into erased_messages (message_id) values (?)", (message,))


def _speakers(db: sqlite3.Connection, session_id: SessionId) -> set[int]:
    return {person for (person,) in db.execute(_SPEAKERS, {"session": str(session_id)})}


def _request_stop(db: sqlite3.Connection, session_id: SessionId) -> Turn | None:
    rows = db.execute(
        """
        update turns
        set stop_requested = 1
        where session_id = ?
            and state not in ('delivered', 'abandoned', 'cancelled')
            and state = 'answering'
        returning *
        """,
        (str(session_id),),
    ).fetchall()  # all of them: a statement that is not done forbids the commit
    return turn_from(db, rows[0]) if rows else None
