"""The inbox in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from bot.domain.hearing import Reading
from bot.domain.message import Prompt
from bot.domain.session import Session
from bot.domain.turn import Turn
from bot.store.attendance import hear_until, keep_up, was_heard
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

    async def hear_together(
        self, session: Session, prompts: Sequence[Prompt], *, reading: Reading | None
    ) -> Turn | None:
        return await self.writer.write(lambda db: _hear_together(db, session, prompts, reading))


def _hear(db: sqlite3.Connection, spare: Session, prompt: Prompt) -> Turn | None:
    if prompt.is_message:
        hear_until(db, spare.place, prompt.message_id)
    return _add(db, spare, [prompt])


def _hear_together(
    db: sqlite3.Connection, spare: Session, prompts: Sequence[Prompt], reading: Reading | None
) -> Turn | None:
    if reading is not None:
        keep_up(db, spare.place, reading)
    return _add(db, spare, prompts)


def _add(db: sqlite3.Connection, spare: Session, prompts: Sequence[Prompt]) -> Turn | None:
    unheard = [prompt for prompt in prompts if not was_heard(db, prompt.message_id)]
    if not unheard:
        return None
    session = open_session_at(db, spare.place)
    if session is None:
        session = spare
        insert_session(db, spare)
    for prompt in unheard:
        _keep(db, prompt)
    last_said_at = max(to_column(prompt.said_at) for prompt in unheard)
    db.execute(
        """
        update sessions
        set title = coalesce(title, ?),
            last_said_at = max(coalesce(last_said_at, ?), ?)
        where id = ?
        """,
        (spare.title, last_said_at, last_said_at, str(session.id)),
    )
    parent = None if session.head is None else turn_numbered(db, session.head)
    return add_turn(db, session, unheard, parent=parent)


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
