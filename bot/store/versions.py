"""Versions of an answer: siblings, of which one is shown and holds the posts."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from bot.domain.session import Session, TurnId
from bot.domain.turn import Turn, TurnState
from bot.store.marks import hand_on
from bot.store.sessions import session_named
from bot.store.turns import add_turn, turn_from, turn_numbered


def version_shown(db: sqlite3.Connection, anchor: int) -> Turn | None:
    """Return the turn that holds the posts of the answer to a message."""
    row = db.execute(
        "select * from turns where anchor = ? order by edition desc limit 1", (anchor,)
    ).fetchone()
    return turn_from(db, row)


def other_versions(db: sqlite3.Connection, turn: Turn) -> tuple[int, ...]:
    """Return which other versions of an answer have words to be shown, in order."""
    rows = db.execute(
        """
        select version
        from turns
        where anchor = ?
            and version != ?
            and reply_text is not null
            and not retracted
        order by version
        """,
        (turn.anchor, turn.version),
    )
    return tuple(version for (version,) in rows)


def add_version(db: sqlite3.Connection, turn_id: TurnId) -> Turn | None:
    """Add a received sibling of the head, which takes over its posts."""
    turn = _changeable_head(db, turn_numbered(db, turn_id))
    session = None if turn is None else session_named(db, turn.session_id)
    if turn is None or session is None or turn.is_withdrawn:
        return None
    (newest,) = db.execute(
        "select max(version) from turns where anchor = ?", (turn.anchor,)
    ).fetchone()
    parent = None if turn.parent is None else turn_numbered(db, turn.parent)
    sibling = add_turn(
        db, session, turn.prompts, parent=parent, version=newest + 1, edition=turn.edition + 1
    )
    _hand_over(db, turn, sibling.id)
    return turn_numbered(db, sibling.id)


_HEAD = """
select turns.*
from turn_prompts
cross join turns on turns.id = turn_prompts.turn_id
cross join sessions on sessions.id = turns.session_id
where turn_prompts.message_id = ?
    and sessions.head = turns.id
    and sessions.closed_at is null
"""


def owe_anew(db: sqlite3.Connection, message: int) -> Turn | None:
    """Owe another version of the newest answer, if it is one to a message whose words changed.

    Return it; or the turn itself, if it is not at rest and is to have one once it is.
    """
    turn = turn_from(db, db.execute(_HEAD, (message,)).fetchone())
    if turn is None or turn.state is TurnState.RECEIVED:
        return None
    if turn.is_at_rest:
        return add_version(db, turn.id)
    db.execute("update turns set outdated = 1 where id = ?", (turn.id,))
    return turn


def show_version(db: sqlite3.Connection, anchor: int, version: int) -> Turn | None:
    """Make another version the head, which takes over the posts and is owed again."""
    shown = _changeable_head(db, version_shown(db, anchor))
    if shown is None or version not in other_versions(db, shown):
        return None
    (wanted,) = db.execute(
        "select id from turns where anchor = ? and version = ?", (anchor, version)
    ).fetchone()
    db.execute(
        "update turns set state = 'answered', edition = ? where id = ?", (shown.edition + 1, wanted)
    )
    db.execute("update sessions set head = ? where id = ?", (wanted, str(shown.session_id)))
    _hand_over(db, shown, wanted)
    return turn_numbered(db, wanted)


# What is owed is said as the index `owed_turns` says it: else SQLite would read every turn.
_NOT_BEGUN = """
select *
from turns
where session_id = ?
    and state not in ('delivered', 'abandoned', 'cancelled')
    and state = 'received'
    and version > 0
"""
# The rest of an answer that was deleted meanwhile is taken away by who shows it.
_SHOW_BEFORE = """
update turns
set edition = ?,
    state = iif(retracted, 'answered', state)
where id = (select id from turns where anchor = ? and id != ? order by edition desc limit 1)
returning id
"""


def give_back(db: sqlite3.Connection, session: Session) -> Session:
    """Put the version that the posts show in the place of another that nobody began with.

    What was said since goes on from it. Return the session as it is then.
    """
    turn = turn_from(db, db.execute(_NOT_BEGUN, (str(session.id),)).fetchone())
    if turn is None:
        return session
    given = (turn.edition + 1, turn.anchor, turn.id)
    ((before,),) = db.execute(_SHOW_BEFORE, given).fetchall()
    db.execute("update turns set parent_id = ? where parent_id = ?", (before, turn.id))
    _hand_over(db, turn, before)
    if session.head != turn.id:
        return session
    db.execute("update sessions set head = ? where id = ?", (before, str(session.id)))
    return replace(session, head=before)


def _changeable_head(db: sqlite3.Connection, turn: Turn | None) -> Turn | None:
    """Return the turn if it is the head of its open session and nothing is on its way."""
    if turn is None or turn.is_inherited or not turn.is_at_rest:
        return None
    session = session_named(db, turn.session_id)
    is_head = session is not None and session.is_open and session.head == turn.id
    return turn if is_head else None


def _hand_over(db: sqlite3.Connection, turn: Turn, sibling: TurnId) -> None:
    """Give the posts of a turn, and the mark on it, to its sibling."""
    # With its posts goes the check of them: it would find the sibling's words there.
    db.execute("update turns set state = 'delivered' where id = ? and state = 'posted'", (turn.id,))
    db.execute("update posts set turn_id = ? where turn_id = ?", (sibling, turn.id))
    hand_on(db, turn, sibling)
