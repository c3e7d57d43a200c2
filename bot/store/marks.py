"""Marks on turns in SQLite: set, handed on, taken away, and found for a context."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from bot.domain.marks import REACH, UNMARKED, Marking, Marks, TurnMark
from bot.domain.session import Session, SessionId, TurnId
from bot.domain.turn import Turn
from bot.store.desk import Desk
from bot.store.sessions import session_named
from bot.store.turns import turn_numbered, turns_from


class SqliteMarks(Desk):
    """The `Margin` port."""

    async def mark(
        self, session_id: SessionId, turn_id: TurnId, mark: TurnMark | None, *, most_pins: int
    ) -> Marking:
        return await self.writer.write(lambda db: _mark(db, session_id, turn_id, mark, most_pins))

    async def mark_on(self, session_id: SessionId, turn_id: TurnId) -> TurnMark | None:
        return await self.readers.read(lambda db: _mark_on(db, session_id, turn_id))

    async def turn_to_mark(self, session_id: SessionId, message: int) -> Turn | None:
        return await self.readers.read(lambda db: _turn_to_mark(db, session_id, message))


_PUT = """
insert into marks (session_id, turn_id, mark)
values (?, ?, ?)
on conflict do update set mark = excluded.mark
"""
_COUNT_PINS = "select count(*) from marks where session_id = ? and mark = 'pinned'"
_CHANGED = "update sessions set marked_after = (select max(id) from turns) where id = ?"


def _mark(
    db: sqlite3.Connection,
    session_id: SessionId,
    turn_id: TurnId,
    mark: TurnMark | None,
    most_pins: int,
) -> Marking:
    name = str(session_id)
    if not _may_be_marked(db, session_named(db, session_id), turn_numbered(db, turn_id)):
        return Marking.NOT_THERE
    if mark is _mark_on(db, session_id, turn_id):
        return Marking.DONE
    if mark is TurnMark.PINNED and db.execute(_COUNT_PINS, (name,)).fetchone()[0] >= most_pins:
        return Marking.FULL
    if mark is None:
        db.execute("delete from marks where session_id = ? and turn_id = ?", (name, turn_id))
    else:
        db.execute(_PUT, (name, turn_id, mark))
    db.execute(_CHANGED, (name,))
    return Marking.DONE


def _mark_on(db: sqlite3.Connection, session_id: SessionId, turn_id: TurnId) -> TurnMark | None:
    row = db.execute(
        "select mark from marks where session_id = ? and turn_id = ?", (str(session_id), turn_id)
    ).fetchone()
    return None if row is None else TurnMark(row["mark"])


def _turn_to_mark(db: sqlite3.Connection, session_id: SessionId, message: int) -> Turn | None:
    session = session_named(db, session_id)
    rows = db.execute(_VERSIONS, (message,)).fetchall()
    found = (turn for turn in turns_from(db, rows) if _may_be_marked(db, session, turn))
    return next(found, None)


_VERSIONS = """
select turns.*
from turn_prompts
cross join turns on turns.id = turn_prompts.turn_id
where turn_prompts.message_id = ?
order by turns.edition desc
"""


def _may_be_marked(db: sqlite3.Connection, session: Session | None, turn: Turn | None) -> bool:
    """Whether a turn is on the way from a session's head to the root, with words left in it."""
    if session is None or session.head is None or turn is None or turn.is_withdrawn:
        return False
    if turn.session_id == session.id and not turn.is_inherited:
        # The session left it neither by an undo nor by another version: it leads over it.
        return not turn.is_undone and _is_shown(db, turn)
    way = {"head": session.head, "turn": turn.id, "depth": turn.depth, "reach": REACH}
    return db.execute(_LEADS_OVER, way).fetchone() is not None


def _is_shown(db: sqlite3.Connection, turn: Turn) -> bool:
    (newest,) = db.execute(
        "select max(edition) from turns where anchor = ?", (turn.anchor,)
    ).fetchone()
    return bool(newest == turn.edition)


_LEADS_OVER = """
with recursive way (id, parent_id, steps) as (
    select id, parent_id, 1
    from turns
    where id = :head
    union all
    select turns.id, turns.parent_id, way.steps + 1
    from way
    cross join turns on turns.id = way.parent_id
    where way.steps < :reach
        and turns.depth >= :depth
)
select id
from way
where id = :turn
"""


def marks_of(
    db: sqlite3.Connection, session_id: SessionId, history: Sequence[Turn], *, floor: int
) -> tuple[Marks, tuple[Turn, ...]]:
    """Return the marks for a context, and the pinned turns below its floor."""
    name = str(session_id)
    (changed_after,) = db.execute(
        "select marked_after from sessions where id = ?", (name,)
    ).fetchone()
    if changed_after is None:
        return UNMARKED, ()
    pins = tuple(turns_from(db, db.execute(_PINS, (name, floor)).fetchall()))
    wanted = json.dumps([turn.id for turn in history])
    found = [(TurnId(turn), mark) for turn, mark in db.execute(_MARKS, (wanted, name))]
    pinned = [turn.id for turn in pins] + [turn for turn, mark in found if mark == TurnMark.PINNED]
    left_out = [turn for turn, mark in found if mark == TurnMark.LEFT_OUT]
    return Marks(frozenset(pinned), frozenset(left_out), TurnId(changed_after)), pins


_PINS = """
select turns.*
from marks
cross join turns on turns.id = marks.turn_id
where marks.session_id = ?
    and marks.mark = 'pinned'
    and turns.depth < ?
order by turns.depth
"""
_MARKS = """
select marks.turn_id, marks.mark
from json_each(?) as shown
cross join marks on marks.session_id = ? and marks.turn_id = shown.value
"""


def hand_on(db: sqlite3.Connection, turn: Turn, sibling: TurnId) -> None:
    """Have the mark on an answer be on another version of it, which is its session's head."""
    name = str(turn.session_id)
    moved = db.execute(
        "update marks set turn_id = ? where session_id = ? and turn_id = ?",
        (sibling, name, turn.id),
    ).rowcount
    if moved:
        db.execute(_CHANGED, (name,))


def forget_mark(db: sqlite3.Connection, session_id: SessionId, turn_id: TurnId) -> None:
    """Take a mark away with the turn, which is no part of the session any more."""
    db.execute("delete from marks where session_id = ? and turn_id = ?", (str(session_id), turn_id))


def forget_marks(db: sqlite3.Connection, turns: Sequence[int]) -> None:
    """Take away every mark on turns of which nothing is left."""
    for turn_id in turns:
        rows = db.execute("delete from marks where turn_id = ? returning session_id", (turn_id,))
        for (name,) in rows.fetchall():
            db.execute(_CHANGED, (name,))


def distrust(db: sqlite3.Connection, branch: SessionId, source: SessionId) -> None:
    """Have a branch trust no size that was measured by the marks of what it goes on from."""
    (changed_after,) = db.execute(
        "select marked_after from sessions where id = ?", (str(source),)
    ).fetchone()
    if changed_after is not None:
        db.execute(_CHANGED, (str(branch),))
