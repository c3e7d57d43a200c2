"""The inbox in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from bot.domain.message import Prompt
from bot.domain.session import Session
from bot.domain.turn import Turn
from bot.store.columns import to_column
from bot.store.desk import Desk
from bot.store.sessions import insert_session, open_session_at
from bot.store.turns import add_turn, turn_numbered


class SqliteInbox(Desk):
    """The `Inbox` port."""

    async def hear(self, heard: Sequence[tuple[Session, Prompt]]) -> list[Turn | None]:
        return await self.writer.write(
            lambda db: [_hear(db, session, prompt) for session, prompt in heard]
        )


def _hear(db: sqlite3.Connection, spare: Session, prompt: Prompt) -> Turn | None:
    if _was_heard(db, prompt):
        return None
    session = open_session_at(db, spare.place)
    if session is None:
        session = spare
        insert_session(db, spare)
    _keep(db, prompt)
    db.execute(
        """
        update sessions
        set title = coalesce(title, ?),
            last_said_at = max(coalesce(last_said_at, ?), ?)
        where id = ?
        """,
        (spare.title, to_column(prompt.said_at), to_column(prompt.said_at), str(session.id)),
    )
    parent = None if session.head is None else turn_numbered(db, session.head)
    return add_turn(db, session, [prompt], parent=parent)


def _was_heard(db: sqlite3.Connection, prompt: Prompt) -> bool:
    (was_heard,) = db.execute(
        """
        select exists (select * from prompts where message_id = :id)
            or exists (select * from erased_messages where message_id = :id)
        """,
        {"id": prompt.message_id},
    ).fetchone()
    return bool(was_heard)


def _keep(db: sqlite3.Connection, prompt: Prompt) -> None:
    db.execute(
        """
        insert into prompts (message_id, author_id, author_name, text, said_at, is_message)
        values (?, ?, ?, ?, ?, ?)
        """,
        (
            prompt.message_id,
            prompt.author_id,
            prompt.author_name,
            prompt.text,
            to_column(prompt.said_at),
            prompt.is_message,
        ),
    )
