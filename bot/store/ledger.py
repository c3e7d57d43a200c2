"""The ledger in SQLite: how turns that are owed move on."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from bot.domain.billing import Call
from bot.domain.budget import Alert
from bot.domain.completion import Usage
from bot.domain.errors import IllegalMove
from bot.domain.persona import Persona
from bot.domain.reply import Reply
from bot.domain.session import Place, SessionId, TurnId
from bot.domain.summary import Summary
from bot.domain.turn import Owed, Turn, TurnState, check_move
from bot.store.accounts import add_calls
from bot.store.budgets import warns
from bot.store.customs import keep_wording, persona_named
from bot.store.desk import Desk
from bot.store.owed import foresee, owing, take_up
from bot.store.replies import record_reply
from bot.store.retractions import has_posts
from bot.store.summaries import keep_summary
from bot.store.turns import check_owed, owed_turn
from bot.store.versions import add_version


class _VersionOwedError(Exception):
    """Another version is owed as soon as a turn is settled, which is to be flushed.

    If a power cut took it back when it has posts, those of the next one would have nonces
    that Discord has seen.
    """


class SqliteLedger(Desk):
    """The `Ledger` port."""

    async def owing(self) -> list[SessionId]:
        return await self.readers.read(owing)

    async def take_up(self, session_id: SessionId) -> Owed | None:
        return await self.writer.write(lambda db: take_up(db, session_id), flushes=False)

    async def foresee(self, place: Place) -> Owed | None:
        return await self.readers.read(lambda db: foresee(db, place))

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
            turn = record_reply(db, turn_id, kept, usage=usage, floor=floor)
            add_calls(db, calls)
            return turn

        return await self.writer.write(record)

    async def settle_turn(self, turn_id: TurnId, state: TurnState) -> None:
        try:
            await self.writer.write(lambda db: _settle_turn(db, turn_id, state), flushes=False)
        except _VersionOwedError:
            await self.writer.write(lambda db: _settle_turn(db, turn_id, state, flushed=True))


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


def _settle_turn(
    db: sqlite3.Connection, turn_id: TurnId, state: TurnState, *, flushed: bool = False
) -> None:
    check_move(check_owed(db, turn_id), state)
    if state in {TurnState.RECEIVED, TurnState.ANSWERING, TurnState.ANSWERED}:
        raise IllegalMove(f"a turn is not settled by being {state}")
    is_outdated, is_retracted = db.execute(
        "select outdated, retracted from turns where id = ?", (turn_id,)
    ).fetchone()
    if is_retracted and state is not TurnState.ABANDONED and has_posts(db, turn_id):
        return  # it was deleted while it was shown
    if is_outdated and not flushed:
        raise _VersionOwedError
    db.execute("update turns set state = ?, outdated = 0 where id = ?", (state, turn_id))
    if is_outdated:
        add_version(db, turn_id)
