"""Ways from a head to the root: how far the model is shown them, and how they are shortened."""

from __future__ import annotations

import sqlite3

from bot.domain.session import SessionId, TurnId
from bot.domain.turn import Turn, TurnState
from bot.store.sessions import session_named
from bot.store.turns import turn_numbered

# From where on a way was shown last, as the nearest of its turns that was measured tells. Where
# none of the 50 nearest was, they alone are shown: it costs the same however long the way is.
_FLOOR = """
with recursive way (id, parent_id, depth, floor, steps) as (
    select id, parent_id, depth, floor, 1
    from turns
    where id = :start
    union all
    select turns.id, turns.parent_id, turns.depth, turns.floor, way.steps + 1
    from way
    cross join turns on turns.id = way.parent_id
    where way.floor is null
        and way.steps < 50
)
select coalesce(floor, depth)
from way
order by steps desc
limit 1
"""


def floor_at(db: sqlite3.Connection, turn_id: TurnId) -> int:
    """Return the depth from which on the model is shown the way to a turn."""
    (floor,) = db.execute(_FLOOR, {"start": turn_id}).fetchone()
    return int(floor)


def undo(db: sqlite3.Connection, session_id: SessionId) -> Turn | None:
    """Take the newest turn that counts out of an open session; return it.

    One whose prompts were all taken back does not count: it was not shown to the model.
    """
    undone = _undo(db, session_id)
    while undone is not None and undone.is_withdrawn and undone.parent is not None:
        further = _undo(db, session_id)
        if further is None:
            break
        undone = further
    return undone


def _undo(db: sqlite3.Connection, session_id: SessionId) -> Turn | None:
    session = session_named(db, session_id)
    if session is None or not session.is_open or session.head is None:
        return None
    turn = turn_numbered(db, session.head)
    if turn is None or not turn.is_at_rest:
        return None
    floor = 0 if turn.parent is None else min(session.floor, floor_at(db, turn.parent))
    db.execute(
        "update sessions set head = ?, floor = ? where id = ?",
        (turn.parent, floor, str(session_id)),
    )
    if turn.session_id == session_id:  # else it is part of another conversation
        _mark_undone(db, turn)
    return turn_numbered(db, turn.id)


def _mark_undone(db: sqlite3.Connection, turn: Turn) -> None:
    is_shown = turn.reply is not None and turn.posts
    db.execute(
        "update turns set undone = 1, state = ?, edition = edition + 1 where id = ?",
        (TurnState.ANSWERED if is_shown else turn.state, turn.id),
    )
