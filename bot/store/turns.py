"""Turns in their tables, with their prompts and posts."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from bot.domain.attachment import Attachment
from bot.domain.billing import ScopeKind
from bot.domain.budget import BudgetNote, Period, Standing
from bot.domain.completion import Usage
from bot.domain.errors import Fault, TurnSettled
from bot.domain.message import Prompt
from bot.domain.rate import Rate, RateNote, Span
from bot.domain.reply import Ending, Reply, SummaryNote
from bot.domain.session import Session, SessionId, TurnId
from bot.domain.turn import SETTLED, Turn, TurnState
from bot.store.attachments import attachments_of
from bot.store.columns import from_column


def turn_numbered(db: sqlite3.Connection, turn_id: TurnId) -> Turn | None:
    """Return a turn by id."""
    return turn_from(db, db.execute("select * from turns where id = ?", (turn_id,)).fetchone())


def owed_turn(db: sqlite3.Connection, turn_id: TurnId) -> Turn:
    """Return a turn that is not settled.

    Raises:
        TurnSettled: it is, or it was deleted.
    """
    check_owed(db, turn_id)
    turn = turn_numbered(db, turn_id)
    assert turn is not None, "it was there just now"  # noqa: S101
    return turn


def check_owed(db: sqlite3.Connection, turn_id: TurnId) -> TurnState:
    """Return the state of a turn that is not settled.

    Raises:
        TurnSettled: it is, or it was deleted.
    """
    row = db.execute("select state from turns where id = ?", (turn_id,)).fetchone()
    if row is None:
        raise TurnSettled(f"turn {turn_id} was deleted")
    state = TurnState(row["state"])
    if state in SETTLED:
        raise TurnSettled(f"turn {turn_id} is {state}")
    return state


def add_turn(
    db: sqlite3.Connection,
    session: Session,
    prompts: Sequence[Prompt],
    *,
    parent: Turn | None,
    version: int = 0,
    edition: int = 0,
) -> Turn:
    """Add a received turn after `parent` as the head of its session; its prompts are kept."""
    turn = Turn(
        TurnId(0),
        session.id,
        tuple(prompts),
        parent=None if parent is None else parent.id,
        depth=0 if parent is None else parent.depth + 1,
        version=version,
        edition=edition,
    )
    turn_id = db.execute(
        """
        insert into turns (session_id, parent_id, depth, anchor, version, edition)
        values (?, ?, ?, ?, ?, ?)
        """,
        (str(session.id), turn.parent, turn.depth, turn.anchor, version, edition),
    ).lastrowid
    turn = replace(turn, id=TurnId(turn_id or 0))
    _add_prompts(db, turn)
    db.execute("update sessions set head = ? where id = ?", (turn_id, str(session.id)))
    return turn


def join_turn(db: sqlite3.Connection, turn: Turn, prompt: Prompt) -> Turn:
    """Add a prompt, which is kept, to a turn that nobody began with."""
    joined = turn.joined_by(prompt)
    db.execute("delete from turn_prompts where turn_id = ?", (turn.id,))
    _add_prompts(db, joined)
    db.execute("update turns set anchor = ? where id = ?", (joined.anchor, turn.id))
    return joined


def _add_prompts(db: sqlite3.Connection, turn: Turn) -> None:
    db.executemany(
        "insert into turn_prompts (turn_id, position, message_id) values (?, ?, ?)",
        [(turn.id, position, prompt.message_id) for position, prompt in enumerate(turn.prompts)],
    )


def turn_from(db: sqlite3.Connection, row: sqlite3.Row | None) -> Turn | None:
    """Return the turn of a row of `turns`, if there is one."""
    return None if row is None else turns_from(db, [row])[0]


def turns_from(db: sqlite3.Connection, rows: Sequence[sqlite3.Row]) -> list[Turn]:
    """Return the turns of rows of `turns`, in the same order."""
    ids = json.dumps([row["id"] for row in rows])
    said = db.execute(_PROMPTS, (ids,)).fetchall()
    attachments = attachments_of(db, (found["message_id"] for found in said))
    prompts: dict[int, list[Prompt]] = defaultdict(list)
    for found in said:
        prompts[found["turn_id"]].append(_prompt(found, attachments.get(found["message_id"], ())))
    posts: dict[int, list[int]] = defaultdict(list)
    for turn_id, post_id in db.execute(_POSTS, (ids,)):
        posts[turn_id].append(post_id)
    return [_turn(row, prompts, posts) for row in rows]


# "cross join" is SQLite's way of saying: in this order, from the few wanted to the many kept.
_PROMPTS = """
select turn_prompts.turn_id, prompts.*
from json_each(?) as wanted
cross join turn_prompts on turn_prompts.turn_id = wanted.value
cross join prompts on prompts.message_id = turn_prompts.message_id
order by turn_prompts.turn_id, turn_prompts.position
"""
_POSTS = """
select posts.turn_id, posts.post_id
from json_each(?) as wanted
cross join posts on posts.turn_id = wanted.value
order by posts.turn_id, posts.page
"""


def _prompt(row: sqlite3.Row, attachments: tuple[Attachment, ...]) -> Prompt:
    return Prompt(
        row["message_id"],
        row["author_id"],
        row["author_name"],
        row["text"],
        from_column(row["said_at"]),
        is_message=bool(row["is_message"]),
        edited_at=None if row["edited_at"] is None else from_column(row["edited_at"]),
        is_erased=bool(row["is_erased"]),
        attachments=attachments,
    )


def _turn(
    row: sqlite3.Row, prompts: Mapping[int, list[Prompt]], posts: Mapping[int, list[int]]
) -> Turn:
    return Turn(
        TurnId(row["id"]),
        SessionId(UUID(row["session_id"])),
        tuple(prompts[row["id"]]),
        parent=None if row["parent_id"] is None else TurnId(row["parent_id"]),
        depth=row["depth"],
        version=row["version"],
        edition=row["edition"],
        state=TurnState(row["state"]),
        attempt=row["attempt"],
        is_undone=bool(row["undone"]),
        is_inherited=row["said_in"] is not None,
        is_retracted=bool(row["retracted"]),
        stop_requested=bool(row["stop_requested"]),
        reply=_reply(row),
        posts=tuple(posts[row["id"]]),
        usage=_usage(row),
        floor=row["floor"],
    )


def _reply(row: sqlite3.Row) -> Reply | None:
    if row["reply_text"] is None:
        return None
    fault = None if row["fault"] is None else Fault(row["fault"])
    return Reply(
        row["reply_text"],
        Ending(row["ending"]),
        fault,
        row["model"],
        row["instead_of"],
        _budget_note(row),
        _rate_note(row),
        SummaryNote(row["summary_cost"]) if row["has_summary"] else None,
    )


def _budget_note(row: sqlite3.Row) -> BudgetNote | None:
    if row["budget_standing"] is None:
        return None
    return BudgetNote(
        Standing(row["budget_standing"]),
        ScopeKind(row["budget_scope"]),
        Period(row["budget_period"]),
        from_column(row["budget_opens_at"]),
        bool(row["budget_is_own"]),
    )


def _rate_note(row: sqlite3.Row) -> RateNote | None:
    if row["rate_count"] is None:
        return None
    rate = Rate(row["rate_count"], Span(row["rate_span"]))
    return RateNote(rate, from_column(row["rate_opens_at"]))


def _usage(row: sqlite3.Row) -> Usage | None:
    if row["input_tokens"] is None:
        return None
    return Usage(
        row["input_tokens"],
        row["output_tokens"],
        row["cached_tokens"],
        row["cache_write_tokens"],
        row["reasoning_tokens"],
    )
