"""Summaries in their table: found by their last turn, and gone with the words that they cover."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from bot.domain.context import said_in
from bot.domain.reply import SummaryNote
from bot.domain.session import SessionId, TurnId
from bot.domain.summary import Summary
from bot.domain.turn import Turn
from bot.store.columns import from_column, to_column
from bot.store.turns import turn_numbered, turns_from


def summary_until(db: sqlite3.Connection, turn_id: TurnId | None) -> Summary | None:
    """Return the summary of the way to a turn, that turn included."""
    row = db.execute("select * from summaries where until_id = ?", (turn_id,)).fetchone()
    return None if row is None else _summary(row)


def summary_before(db: sqlite3.Connection, session_id: SessionId, turn: Turn) -> Summary | None:
    """Return the summary of what was said before a turn, for the contexts of a session.

    Another session may have had something summed up that is left out in this one: then there is
    none.
    """
    summary = summary_until(db, turn.parent)
    if summary is None or _tells_what_is_left_out(db, session_id, summary):
        return None
    return summary


def _tells_what_is_left_out(
    db: sqlite3.Connection, session_id: SessionId, summary: Summary
) -> bool:
    """Whether a summary, or one it builds on, covers what is left out in a session."""
    rows = db.execute(_TELLS_WHAT_IS_LEFT_OUT, (str(session_id),)).fetchall()
    telling = {until for (until,) in rows}
    if not telling:
        return False
    way = {"until": summary.until, "oldest": min(telling)}
    return any(until in telling for (until,) in db.execute(_BASES, way).fetchall())


_TELLS_WHAT_IS_LEFT_OUT = """
select distinct summarised_turns.until_id
from marks
cross join summarised_turns on summarised_turns.turn_id = marks.turn_id
where marks.session_id = ?
    and marks.mark = 'left_out'
"""
# A summary is younger than those that it builds on.
_BASES = """
with recursive bases (until_id, builds_on) as (
    select until_id, builds_on
    from summaries
    where until_id = :until
    union all
    select summaries.until_id, summaries.builds_on
    from bases
    cross join summaries on summaries.until_id = bases.builds_on
    where summaries.until_id >= :oldest
)
select until_id
from bases
"""


def keep_summary(
    db: sqlite3.Connection, session_id: SessionId, summary: Summary, covered: Sequence[Turn]
) -> Summary | None:
    """Keep a summary of turns as they were shown, and return what a session is shown of them.

    One that is there already stays: sessions that go the same way go on from its words. None
    if there is none, and anything of what was shown is not so any more; and if what there is
    covers what is left out in the session.
    """
    there = summary_until(db, summary.until) or _kept(db, summary, covered)
    if there is None or _tells_what_is_left_out(db, session_id, there):
        return None
    return there


def _kept(db: sqlite3.Connection, summary: Summary, covered: Sequence[Turn]) -> Summary | None:
    is_there = turn_numbered(db, summary.until) is not None and _has_base(db, summary)
    if not (is_there and _says_the_same(db, covered)):
        return None
    db.execute(
        """
        insert into summaries (until_id, builds_on, made_for, text, model, made_at, cost)
        values (?, ?, (select id from turns where id = ?), ?, ?, ?, ?)
        """,
        (
            summary.until,
            summary.builds_on,
            summary.made_for,
            summary.text,
            summary.model,
            to_column(summary.made_at),
            summary.cost,
        ),
    )
    db.executemany(
        "insert into summarised_turns (turn_id, until_id) values (?, ?)",
        [(turn.id, summary.until) for turn in covered],
    )
    return summary


def forget_summaries(db: sqlite3.Connection, turns: Iterable[int]) -> None:
    """Erase each summary that covers one of these turns, by itself or by one it builds on.

    For whoever takes words out of contexts, or changes them: in the same transaction.
    """
    db.execute(
        """
        delete from summaries
        where until_id in (
            select until_id
            from summarised_turns
            where turn_id in (select value from json_each(?))
        )
        """,
        (json.dumps(list(turns)),),
    )


def forget_summaries_of(db: sqlite3.Connection, message: int) -> None:
    """Erase each summary that covers a turn in which this message is a prompt."""
    turns = db.execute("select turn_id from turn_prompts where message_id = ?", (message,))
    forget_summaries(db, [turn_id for (turn_id,) in turns.fetchall()])


def note_of_summary(db: sqlite3.Connection, turn_id: TurnId) -> SummaryNote | None:
    """Return what is to be said of the summaries that were made for a turn."""
    rows = db.execute("select cost from summaries where made_for = ?", (turn_id,)).fetchall()
    if not rows:
        return None
    costs = [cost for (cost,) in rows]
    return SummaryNote(None if None in costs else sum(costs))


def _says_the_same(db: sqlite3.Connection, turns: Sequence[Turn]) -> bool:
    ids = json.dumps([turn.id for turn in turns])
    rows = db.execute("select * from turns where id in (select value from json_each(?))", (ids,))
    now = {turn.id: said_in(turn, direct=False) for turn in turns_from(db, rows.fetchall())}
    return all(now.get(turn.id) == said_in(turn, direct=False) for turn in turns)


def _has_base(db: sqlite3.Connection, summary: Summary) -> bool:
    return summary.builds_on is None or summary_until(db, summary.builds_on) is not None


def _summary(row: sqlite3.Row) -> Summary:
    return Summary(
        TurnId(row["until_id"]),
        row["text"],
        row["model"],
        from_column(row["made_at"]),
        builds_on=None if row["builds_on"] is None else TurnId(row["builds_on"]),
        made_for=None if row["made_for"] is None else TurnId(row["made_for"]),
        cost=row["cost"],
    )
