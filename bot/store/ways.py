"""Ways from a head to the root: they are shortened, shared, and handed down to who shares them."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from bot.domain.session import Branched, Place, Session, SessionId, TurnId
from bot.domain.turn import Turn, TurnState
from bot.store.closing import close_session_at
from bot.store.marks import distrust, forget_mark
from bot.store.sessions import insert_session, session_named
from bot.store.turns import turn_from, turn_numbered, turns_from

# Walks from parent to parent and ends at the floor, however long the session is below it.
_PATH = """
with recursive way (id, parent_id) as (
    select id, parent_id
    from turns
    where id = :start
        and depth >= :floor
    union all
    select turns.id, turns.parent_id
    from way
    cross join turns on turns.id = way.parent_id
    where turns.depth >= :floor
)
select turns.*
from way
cross join turns on turns.id = way.id
order by turns.depth
"""


def way_to(db: sqlite3.Connection, turn_id: TurnId | None, floor: int) -> list[Turn]:
    """Return the way to a turn and the turn, from a floor on, oldest first."""
    return turns_from(db, db.execute(_PATH, {"start": turn_id, "floor": floor}).fetchall())


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
    forget_mark(db, session_id, turn.id)
    # Otherwise it is part of another conversation, or was.
    if turn.session_id == session_id and not turn.is_inherited:
        _mark_undone(db, turn)
    return turn_numbered(db, turn.id)


def _mark_undone(db: sqlite3.Connection, turn: Turn) -> None:
    is_shown = turn.reply is not None and turn.posts
    db.execute(
        "update turns set undone = 1, state = ?, edition = edition + 1 where id = ?",
        (TurnState.ANSWERED if is_shown else turn.state, turn.id),
    )


def turn_with(db: sqlite3.Connection, message: int) -> Turn | None:
    """Return the turn that answers a message, in the version that is shown."""
    row = db.execute(
        """
        select turns.*
        from turn_prompts
        cross join turns on turns.id = turn_prompts.turn_id
        where turn_prompts.message_id = ?
        order by turns.edition desc
        limit 1
        """,
        (message,),
    ).fetchone()
    return turn_from(db, row)


def turn_before(db: sqlite3.Connection, place: Place, message: int) -> Turn | None:
    """Return the newest turn that was said at a place before a message, and was not undone."""
    row = db.execute(_BEFORE, {"channel": place.channel_id, "message": message}).fetchone()
    return turn_from(db, row)


# One look into the index for each session of the place, however long it is. Of the versions
# of an answer only the one that was shown last knows that it was undone.
_BEFORE = """
select turns.*
from sessions
cross join turns on turns.id = (
    select here.id
    from turns as here
    where here.session_id = sessions.id
        and here.anchor < :message
        and here.said_in is null
        and not here.undone
        and here.edition = (
            select max(version.edition) from turns as version where version.anchor = here.anchor
        )
    order by here.anchor desc
    limit 1
)
where sessions.channel_id = :channel
order by turns.anchor desc
limit 1
"""


def branch(db: sqlite3.Connection, session: Session, turn_id: TurnId) -> Branched | None:
    """Open a session that goes on from a turn of another."""
    if (present := session_named(db, session.id)) is not None:
        return Branched(present, None)
    turn = turn_numbered(db, turn_id)
    if turn is None or turn.state in {TurnState.RECEIVED, TurnState.ANSWERING}:
        return None
    branched = replace(session, head=turn.id, floor=floor_at(db, turn.id))
    before = close_session_at(db, session.place, session.opened_at)
    insert_session(db, branched)
    distrust(db, branched.id, turn.session_id)
    return Branched(branched, before)


# Which sessions lead over turns of this one: by their head, or by a turn that follows one.
_LED_OVER = """
select sessions.head as turn_id, sessions.id as heir
from turns
cross join sessions on sessions.head = turns.id
where turns.session_id = :session
    and sessions.id != :session
union
select later.parent_id, later.session_id
from turns
cross join turns as later on later.parent_id = turns.id
where turns.session_id = :session
    and later.session_id != :session
order by turn_id, heir
"""
_SHARED = """
with recursive way (id, parent_id) as (
    select id, parent_id
    from turns
    where id = :turn
        and session_id = :session
    union all
    select turns.id, turns.parent_id
    from way
    cross join turns on turns.id = way.parent_id
    where turns.session_id = :session
)
select id
from way
"""
# It is nobody's to show any more: its posts are at another place.
_INHERIT = """
update turns
set session_id = :heir,
    said_in = coalesce(said_in, :channel),
    outdated = 0,
    state = case
        when state in ('answered', 'posted') then 'delivered'
        when state in ('received', 'answering') then 'cancelled'
        else state
    end
where id = :turn
"""
_ADD_UP = """
update sessions
set input_tokens = input_tokens + (
        select coalesce(input_tokens, 0) from turns where id = :turn
    ),
    output_tokens = output_tokens + (
        select coalesce(output_tokens, 0) from turns where id = :turn
    ),
    last_said_at = (
        select max(moment)
        from (
            select last_said_at as moment
            union all
            select prompts.said_at
            from turn_prompts
            cross join prompts on prompts.message_id = turn_prompts.message_id
            where turn_prompts.turn_id = :turn
        )
    )
where id = :heir
"""


def hand_down(db: sqlite3.Connection, session: Session) -> None:
    """Give the turns of a session that others lead over to one of those."""
    name = str(session.id)
    for turn_id, heir in db.execute(_LED_OVER, {"session": name}).fetchall():
        for (shared,) in db.execute(_SHARED, {"turn": turn_id, "session": name}).fetchall():
            names = {"turn": shared, "heir": heir, "channel": session.place.channel_id}
            for change in (_INHERIT, _ADD_UP):
                db.execute(change, names)
            db.execute("delete from posts where turn_id = ?", (shared,))
