"""Titles in the table of sessions: who gave them, and what becomes of them with their words."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from bot.domain.billing import Call
from bot.domain.session import SessionId, TitledBy
from bot.domain.turn import Turn
from bot.domain.wording import title_from
from bot.store.accounts import add_calls
from bot.store.sessions import session_named
from bot.store.turns import turn_numbered


def rename(db: sqlite3.Connection, session_id: SessionId, title: str) -> None:
    """Give a session the title that a person chose."""
    _call(db, session_id, title, TitledBy.PERSON)


def entitle(db: sqlite3.Connection, turn: Turn, title: str, calls: Sequence[Call]) -> bool:
    """Give a session the title that a model made of its first turn, if it still may have it."""
    add_calls(db, calls)
    session, now = session_named(db, turn.session_id), turn_numbered(db, turn.id)
    if session is None or session.titled_by is not TitledBy.PROMPT:
        return False
    if now is None or now.prompts != turn.prompts or now.is_retracted:
        return False
    _call(db, session.id, title, TitledBy.MODEL)
    return True


def _call(db: sqlite3.Connection, session_id: SessionId, title: str, by: TitledBy) -> None:
    db.execute(
        """
        update sessions
        set title = ?,
            titled_by = ?
        where id = ?
        """,
        (title, by, str(session_id)),
    )


def follow(db: sqlite3.Connection, message: int, old: str, new: str | None) -> None:
    """Change the titles that are a message's words; `old` is what they made, `new` what now.

    The words have changed already. A title that a model made of them, and of what came with
    them, goes as well: what it says of them is not to be told.
    """
    db.execute(_FOLLOW, (new, old, message))
    take_back(db, message)


def take_back(db: sqlite3.Connection, message: int) -> None:
    """Take back the titles that a model made of a message, and of its answer."""
    for session_id, turn_id in db.execute(_MADE_OF, (message,)).fetchall():
        left = db.execute(_FIRST_LEFT, (turn_id,)).fetchone()
        title = None if left is None else title_from(left["text"])
        db.execute(_TAKE_BACK, (title, session_id))


_FOLLOW = """
update sessions
set title = ?,
    titled_by = 'prompt'
where title = ?
    and id in (
        select turns.session_id
        from turn_prompts
        cross join turns on turns.id = turn_prompts.turn_id
        where turn_prompts.message_id = ?
    )
"""
# The versions of an answer have the same prompts: any of them will do.
_MADE_OF = """
select sessions.id, max(turns.id)
from turn_prompts
cross join turns on turns.id = turn_prompts.turn_id
cross join sessions on sessions.id = turns.session_id
where turn_prompts.message_id = ?
    and turns.depth = 0
    and sessions.titled_by = 'model'
group by sessions.id
"""
_FIRST_LEFT = """
select prompts.text
from turn_prompts
cross join prompts on prompts.message_id = turn_prompts.message_id
where turn_prompts.turn_id = ?
    and not prompts.is_erased
order by turn_prompts.position
limit 1
"""
_TAKE_BACK = """
update sessions
set title = ?,
    titled_by = 'prompt'
where id = ?
"""
