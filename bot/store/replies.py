"""Replies: what was said for a turn, with what is told under it and what it used."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from bot.domain.completion import Usage
from bot.domain.reply import Reply
from bot.domain.session import TurnId
from bot.domain.turn import Turn, TurnState, check_move
from bot.store.columns import to_column
from bot.store.summaries import note_of_summary
from bot.store.turns import owed_turn


def record_reply(
    db: sqlite3.Connection, turn_id: TurnId, reply: Reply, *, usage: Usage | None, floor: int | None
) -> Turn:
    """Move a turn to answered, with its reply as it is to be kept; return it so."""
    turn = owed_turn(db, turn_id)
    check_move(turn.state, TurnState.ANSWERED)
    reply = replace(reply, summary=note_of_summary(db, turn_id))
    if turn.is_retracted:
        reply = replace(reply, text="")
    db.execute(
        """
        update turns
        set state = 'answered',
            reply_text = ?,
            ending = ?,
            fault = ?,
            model = ?,
            instead_of = ?,
            budget_standing = ?,
            budget_scope = ?,
            budget_period = ?,
            budget_opens_at = ?,
            budget_is_own = ?,
            rate_count = ?,
            rate_span = ?,
            rate_opens_at = ?,
            has_summary = ?,
            summary_cost = ?,
            floor = ?
        where id = ?
        """,
        (
            reply.text,
            reply.ending,
            reply.fault,
            reply.model,
            reply.instead_of,
            *_budget_columns(reply),
            *_rate_columns(reply),
            reply.summary is not None,
            None if reply.summary is None else reply.summary.cost,
            floor,
            turn_id,
        ),
    )
    if usage is not None:
        _record_usage(db, turn, usage)
    return replace(turn, state=TurnState.ANSWERED, reply=reply, usage=usage, floor=floor)


def _budget_columns(reply: Reply) -> tuple[str | int | None, ...]:
    note = reply.budget
    if note is None:
        return None, None, None, None, 0
    return note.standing, note.scope, note.period, to_column(note.opens_at), note.is_own


def _rate_columns(reply: Reply) -> tuple[str | int | None, ...]:
    note = reply.rate
    if note is None:
        return None, None, None
    return note.rate.count, note.rate.span, to_column(note.opens_at)


def _record_usage(db: sqlite3.Connection, turn: Turn, usage: Usage) -> None:
    db.execute(
        """
        update turns
        set input_tokens = ?,
            output_tokens = ?,
            cached_tokens = ?,
            cache_write_tokens = ?,
            reasoning_tokens = ?
        where id = ?
        """,
        (
            usage.input_tokens,
            usage.output_tokens,
            usage.cached_tokens,
            usage.cache_write_tokens,
            usage.reasoning_tokens,
            turn.id,
        ),
    )
    db.execute(
        """
        update sessions
        set input_tokens = input_tokens + ?,
            output_tokens = output_tokens + ?
        where id = ?
        """,
        (usage.input_tokens, usage.output_tokens, str(turn.session_id)),
    )
