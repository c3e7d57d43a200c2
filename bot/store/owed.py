"""What is owed: which turn a session is to go on with, and all that it takes."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from uuid import UUID

from bot.domain.session import Place, SessionId, TurnId
from bot.domain.turn import Owed, Turn, TurnState, check_move, to_come
from bot.store.customs import layers_of
from bot.store.marks import marks_of
from bot.store.sessions import open_session_at, session_named
from bot.store.summaries import summary_before
from bot.store.turns import turn_from, turn_numbered
from bot.store.versions import other_versions
from bot.store.ways import way_to


def owing(db: sqlite3.Connection) -> list[SessionId]:
    """Return every session that owes something."""
    rows = db.execute(
        """
        select distinct session_id
        from turns
        where state not in ('delivered', 'abandoned', 'cancelled')
        order by session_id
        """
    )
    return [SessionId(UUID(session_id)) for (session_id,) in rows]


# What is owed is said as the index `owed_turns` says it: else SQLite would read every turn.
_NEXT_TURN = """
select *
from turns
where session_id = ?
    and state not in ('delivered', 'abandoned', 'cancelled')
    and state in ('received', 'answering', 'answered')
order by state != 'answered', depth, id
limit 1
"""
_NEXT_CHECK = """
select *
from turns
where session_id = ?
    and state not in ('delivered', 'abandoned', 'cancelled')
    and state = 'posted'
order by depth, id
limit 1
"""


def take_up(db: sqlite3.Connection, session_id: SessionId) -> Owed | None:
    """Return what a session owes next with all that it takes, its attempt counted; or None."""
    key = (str(session_id),)
    row = db.execute(_NEXT_TURN, key).fetchone() or db.execute(_NEXT_CHECK, key).fetchone()
    turn = turn_from(db, row)
    session = None if turn is None else session_named(db, session_id)
    if turn is None or session is None:
        return None
    if turn.state in {TurnState.RECEIVED, TurnState.ANSWERING}:
        turn = _begin_attempt(db, turn)
    layers = layers_of(db, session.place, session)
    owed = Owed(turn, session, (), layers, other_versions(db, turn))
    if turn.state is TurnState.POSTED:  # nobody asks the model about it any more
        return owed
    return _with_way(db, owed, session.floor)


def foresee(db: sqlite3.Connection, place: Place) -> Owed | None:
    """Return what would be owed for a prompt said now at a place; None where no session is open."""
    session = open_session_at(db, place)
    if session is None:
        return None
    head = None if session.head is None else turn_numbered(db, session.head)
    owed = Owed(to_come(session, head), session, (), layers_of(db, place, session))
    return _with_way(db, owed, session.floor)


def retrace(db: sqlite3.Connection, turn_id: TurnId) -> Owed | None:
    """Return a turn as it would be taken up to be shown from the same floor; None without it."""
    turn = turn_numbered(db, turn_id)
    session = None if turn is None else session_named(db, turn.session_id)
    if turn is None or session is None:
        return None
    layers = layers_of(db, session.place, session)
    owed = Owed(turn, session, (), layers, other_versions(db, turn))
    return _with_way(db, owed, session.floor if turn.floor is None else turn.floor)


def _with_way(db: sqlite3.Connection, owed: Owed, floor: int) -> Owed:
    """Return what is owed with the way to its turn, as it is shown from a floor on."""
    turn, session_id = owed.turn, owed.session.id
    history = way_to(db, turn.parent, floor)
    marks, pins = marks_of(db, session_id, history, floor=floor)
    summary = summary_before(db, session_id, history[0] if history else turn)
    return replace(owed, history=tuple(history), marks=marks, pins=pins, summary=summary)


def _begin_attempt(db: sqlite3.Connection, turn: Turn) -> Turn:
    check_move(turn.state, TurnState.ANSWERING)
    db.execute(
        """
        update turns
        set state = 'answering',
            attempt = attempt + 1,
            outdated = 0
        where id = ?
        """,
        (turn.id,),
    )
    return replace(turn, state=TurnState.ANSWERING, attempt=turn.attempt + 1)
