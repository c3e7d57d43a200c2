"""The ledger in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from bot.domain.billing import Call
from bot.domain.budget import Alert
from bot.domain.completion import Usage
from bot.domain.errors import IllegalMove
from bot.domain.persona import Persona
from bot.domain.reply import Reply
from bot.domain.session import Place, SessionId, TurnId
from bot.domain.summary import Summary
from bot.domain.turn import Owed, Turn, TurnState, check_move, to_come
from bot.store.accounts import add_calls
from bot.store.budgets import warns
from bot.store.columns import to_column
from bot.store.customs import keep_wording, layers_of, persona_named
from bot.store.desk import Desk
from bot.store.marks import marks_of
from bot.store.retractions import has_posts
from bot.store.sessions import open_session_at, session_named
from bot.store.summaries import keep_summary, note_of_summary, summary_before
from bot.store.turns import check_owed, owed_turn, turn_from, turn_numbered
from bot.store.versions import add_version, other_versions
from bot.store.ways import way_to


class SqliteLedger(Desk):
    """The `Ledger` port."""

    async def owing(self) -> list[SessionId]:
        return await self.readers.read(_owing)

    async def take_up(self, session_id: SessionId) -> Owed | None:
        return await self.writer.write(lambda db: _take_up(db, session_id), flushes=False)

    async def foresee(self, place: Place) -> Owed | None:
        return await self.readers.read(lambda db: _foresee(db, place))

    async def take_over(self) -> None:
        await self.writer.write(_take_over)

    async def forgive_attempts(self) -> None:
        await self.writer.write(_forgive_attempts)

    async def put_off(self, turn_id: TurnId) -> None:
        await self.writer.write(lambda db: _put_off(db, turn_id))

    async def begin_anew(self, turn_id: TurnId) -> bool:
        return await self.writer.write(lambda db: _begin_anew(db, turn_id))

    async def move_floor(
        self,
        session_id: SessionId,
        floor: int,
        *,
        summary: Summary | None = None,
        covered: Sequence[Turn] = (),
        calls: Sequence[Call] = (),
    ) -> Summary | None:
        def move(db: sqlite3.Connection) -> Summary | None:
            db.execute("update sessions set floor = ? where id = ?", (floor, str(session_id)))
            add_calls(db, calls)
            if summary is None:
                return None
            return keep_summary(db, session_id, summary, covered)

        return await self.writer.write(move)

    async def keep_wording(self, session_id: SessionId, *, persona: str, wording: str) -> None:
        await self.writer.write(
            lambda db: keep_wording(db, session_id, persona, wording), flushes=False
        )

    async def persona(self, guild_id: int, name: str) -> Persona | None:
        return await self.readers.read(lambda db: persona_named(db, guild_id, name))

    async def record_post(self, turn_id: TurnId, page: int, post: int) -> None:
        await self.writer.write(lambda db: _record_post(db, turn_id, page, post), flushes=False)

    async def forget_posts(self, turn_id: TurnId, *, since: int) -> None:
        await self.writer.write(lambda db: _forget_posts(db, turn_id, since))

    async def record_reply(
        self,
        turn_id: TurnId,
        reply: Reply,
        *,
        usage: Usage | None,
        floor: int | None,
        calls: Sequence[Call] = (),
        warning: Alert | None = None,
    ) -> Turn:
        def record(db: sqlite3.Connection) -> Turn:
            kept = reply if warning is None or warns(db, warning) else replace(reply, budget=None)
            turn = _record_reply(db, turn_id, kept, usage=usage, floor=floor)
            add_calls(db, calls)
            return turn

        return await self.writer.write(record)

    async def settle_turn(self, turn_id: TurnId, state: TurnState) -> None:
        await self.writer.write(lambda db: _settle_turn(db, turn_id, state), flushes=False)


def _owing(db: sqlite3.Connection) -> list[SessionId]:
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
order by depth, id
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


def _take_up(db: sqlite3.Connection, session_id: SessionId) -> Owed | None:
    key = (str(session_id),)
    row = db.execute(_NEXT_TURN, key).fetchone() or db.execute(_NEXT_CHECK, key).fetchone()
    turn = turn_from(db, row)
    session = None if turn is None else session_named(db, session_id)
    if turn is None or session is None:
        return None
    if turn.state in {TurnState.RECEIVED, TurnState.ANSWERING}:
        turn = _begin_attempt(db, turn)
    layers, others = layers_of(db, session.place, session), other_versions(db, turn)
    if turn.state is TurnState.POSTED:  # nobody asks the model about it any more
        return Owed(turn, session, (), layers, others)
    history = way_to(db, turn.parent, session.floor)
    marks, pins = marks_of(db, session, history)
    summary = summary_before(db, session.id, history[0] if history else turn)
    return Owed(turn, session, tuple(history), layers, others, marks, pins, summary)


def _foresee(db: sqlite3.Connection, place: Place) -> Owed | None:
    session = open_session_at(db, place)
    if session is None:
        return None
    head = None if session.head is None else turn_numbered(db, session.head)
    history = way_to(db, session.head, session.floor)
    marks, pins = marks_of(db, session, history)
    layers, turn = layers_of(db, place, session), to_come(session, head)
    summary = summary_before(db, session.id, history[0] if history else turn)
    return Owed(turn, session, tuple(history), layers, (), marks, pins, summary)


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


def _take_over(db: sqlite3.Connection) -> None:
    db.execute(
        """
        update turns
        set state = 'answering'
        where state not in ('delivered', 'abandoned', 'cancelled')
            and state = 'received'
        """
    )


def _forgive_attempts(db: sqlite3.Connection) -> None:
    db.execute(
        """
        update turns
        set attempt = attempt - 1
        where state not in ('delivered', 'abandoned', 'cancelled')
            and state = 'answering'
            and attempt > 0
        """
    )


def _put_off(db: sqlite3.Connection, turn_id: TurnId) -> None:
    check_move(check_owed(db, turn_id), TurnState.ANSWERING)
    db.execute("update turns set attempt = attempt - 1 where id = ? and attempt > 0", (turn_id,))


def _begin_anew(db: sqlite3.Connection, turn_id: TurnId) -> bool:
    turn = owed_turn(db, turn_id)
    if not turn.stop_requested:
        _put_off(db, turn_id)
    return not turn.stop_requested


def _record_post(db: sqlite3.Connection, turn_id: TurnId, page: int, post: int) -> None:
    check_owed(db, turn_id)
    (known,) = db.execute("select count(*) from posts where turn_id = ?", (turn_id,)).fetchone()
    if page > known:
        raise IllegalMove(f"turn {turn_id} has {known} posts: page {page} cannot be the next")
    db.execute(
        """
        insert into posts (turn_id, page, post_id)
        values (?, ?, ?)
        on conflict do update set post_id = excluded.post_id
        """,
        (turn_id, page, post),
    )


def _forget_posts(db: sqlite3.Connection, turn_id: TurnId, since: int) -> None:
    check_owed(db, turn_id)
    db.execute("delete from posts where turn_id = ? and page >= ?", (turn_id, since))


def _record_reply(
    db: sqlite3.Connection, turn_id: TurnId, reply: Reply, *, usage: Usage | None, floor: int | None
) -> Turn:
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


def _settle_turn(db: sqlite3.Connection, turn_id: TurnId, state: TurnState) -> None:
    check_move(check_owed(db, turn_id), state)
    if state in {TurnState.RECEIVED, TurnState.ANSWERING, TurnState.ANSWERED}:
        raise IllegalMove(f"a turn is not settled by being {state}")
    is_outdated, is_retracted = db.execute(
        "select outdated, retracted from turns where id = ?", (turn_id,)
    ).fetchone()
    if is_retracted and state is not TurnState.ABANDONED and has_posts(db, turn_id):
        return  # it was deleted while it was shown
    db.execute("update turns set state = ?, outdated = 0 where id = ?", (state, turn_id))
    if is_outdated:
        add_version(db, turn_id)
