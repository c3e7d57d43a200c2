"""The inbox in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Sequence

from bot.domain.hearing import Reading
from bot.domain.message import Prompt
from bot.domain.session import Place, Session, SessionId, TurnId
from bot.domain.turn import Turn
from bot.store.attachments import add_attachments
from bot.store.attendance import hear_until, keep_up, was_heard
from bot.store.columns import to_column
from bot.store.desk import Desk
from bot.store.sessions import insert_session, open_session_at
from bot.store.turns import add_turn, join_turn, turn_numbered


class SqliteInbox(Desk):
    """The `Inbox` port."""

    async def hear(
        self, heard: Sequence[tuple[Session, Prompt]], *, joinable: Container[TurnId] | None = None
    ) -> list[Turn | None]:
        return await self.writer.write(lambda db: _hear(db, heard, joinable), is_new=True)

    async def hear_together(
        self, session: Session, prompts: Sequence[Prompt], *, reading: Reading | None
    ) -> Turn | None:
        return await self.writer.write(
            lambda db: _hear_together(db, session, prompts, reading), is_new=True
        )


def _hear(
    db: sqlite3.Connection,
    heard: Sequence[tuple[Session, Prompt]],
    joinable: Container[TurnId] | None,
) -> list[Turn | None]:
    turns: list[Turn | None] = []
    fresh: set[TurnId] = set()
    for spare, prompt in heard:
        if prompt.is_message:
            hear_until(db, spare.place, prompt.message_id)
        turn = None if joinable is None else _join(db, spare.place, prompt, (joinable, fresh))
        turn = turn or _add(db, spare, [prompt])
        if turn is not None:
            fresh.add(turn.id)
        turns.append(turn)
    return turns


def _hear_together(
    db: sqlite3.Connection, spare: Session, prompts: Sequence[Prompt], reading: Reading | None
) -> Turn | None:
    if reading is not None:
        keep_up(db, spare.place, reading)
    return _add(db, spare, prompts)


def _join(
    db: sqlite3.Connection, place: Place, prompt: Prompt, joinable: Sequence[Container[TurnId]]
) -> Turn | None:
    """Add an unheard prompt to the turn that waits at its place, if there is one that takes it."""
    session = open_session_at(db, place)
    head = None if session is None else session.head
    if head is None or not any(head in some for some in joinable):
        return None
    turn = turn_numbered(db, head)
    if turn is None or not turn.takes_in(prompt) or was_heard(db, prompt.message_id):
        return None
    _keep(db, prompt)
    _note_speech(db, turn.session_id, place, title=None, said_at=to_column(prompt.said_at))
    return join_turn(db, turn, prompt)


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
    said_at = max(to_column(prompt.said_at) for prompt in unheard)
    _note_speech(db, session.id, spare.place, title=spare.title, said_at=said_at)
    parent = None if session.head is None else turn_numbered(db, session.head)
    return add_turn(db, session, unheard, parent=parent)


def _note_speech(
    db: sqlite3.Connection, session_id: SessionId, place: Place, *, title: str | None, said_at: int
) -> None:
    db.execute(
        """
        update sessions
        set title = coalesce(title, ?),
            parent_id = coalesce(parent_id, ?),
            last_said_at = max(coalesce(last_said_at, ?), ?)
        where id = ?
        """,
        (title, place.parent_id, said_at, said_at, str(session_id)),
    )


def _keep(db: sqlite3.Connection, prompt: Prompt) -> None:
    db.execute(
        """
        insert into prompts (
            message_id, author_id, author_name, text, said_at, is_message, edited_at
        )
        values (?, ?, ?, ?, ?, ?, ?)
        """,
        (
            prompt.message_id,
            prompt.author_id,
            prompt.author_name,
            prompt.text,
            to_column(prompt.said_at),
            prompt.is_message,
            None if prompt.edited_at is None else to_column(prompt.edited_at),
        ),
    )
    add_attachments(db, prompt)
