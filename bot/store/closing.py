"""Closing: a session is put away, and what becomes of what it owes."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime

from bot.domain.session import Place, PutAway
from bot.store.columns import to_column
from bot.store.sessions import open_session_at
from bot.store.versions import give_back


def close_session_at(db: sqlite3.Connection, place: Place, at: datetime) -> PutAway | None:
    """Close the open session at a place and return it as it is now.

    Its turns that nobody was asked for are cancelled; one being answered is asked to stop;
    what is answered already is still delivered. An answer that was to be given again, and is
    not, stays.
    """
    session = open_session_at(db, place)
    if session is None:
        return None
    name = str(session.id)
    db.execute("update sessions set closed_at = ? where id = ?", (to_column(at), name))
    (unanswered,) = db.execute(_COUNT_RECEIVED, (name,)).fetchone()
    session = give_back(db, session)
    for change in (_CANCEL_RECEIVED, _STOP_ANSWERING):
        db.execute(change, (name,))
    return PutAway(replace(session, closed_at=at), unanswered)


# What is owed is said as the index `owed_turns` says it: else SQLite would read every turn.
_COUNT_RECEIVED = """
select count(*)
from turns
cross join turn_prompts on turn_prompts.turn_id = turns.id
where session_id = ?
    and state not in ('delivered', 'abandoned', 'cancelled')
    and state = 'received'
"""
_CANCEL_RECEIVED = """
update turns
set state = 'cancelled'
where session_id = ?
    and state not in ('delivered', 'abandoned', 'cancelled')
    and state = 'received'
"""
_STOP_ANSWERING = """
update turns
set stop_requested = 1
where session_id = ?
    and state not in ('delivered', 'abandoned', 'cancelled')
    and state = 'answering'
"""
