"""The accounts in SQLite: every call, and sums by day for everything that it counts for.

The sums are kept rather than made: what is spent in a month is in a few dozen rows, however
many calls there were.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date, datetime

from bot.domain.billing import Call, Daily, Scope, ScopeKind, Spending, scopes_of, spending_on
from bot.domain.completion import Usage
from bot.domain.session import TurnId
from bot.store.columns import from_column, from_day, to_column, to_day
from bot.store.desk import Desk


class SqliteAccounts(Desk):
    """The `Accounts` port."""

    async def record_calls(self, calls: Sequence[Call]) -> None:
        await self.writer.write(lambda db: add_calls(db, calls))

    async def spending(self, scope: Scope, *, since: date) -> list[Daily]:
        return await self.readers.read(lambda db: _spending(db, scope, since))

    async def members(
        self, guild_id: int, *, since: date, limit: int
    ) -> list[tuple[int, Spending]]:
        return await self.readers.read(lambda db: _members(db, guild_id, since, limit))

    async def answers(
        self, user_id: int, *, since: datetime, limit: int
    ) -> list[tuple[TurnId, datetime]]:
        return await self.readers.read(lambda db: _answers(db, user_id, since, limit))


def add_calls(db: sqlite3.Connection, calls: Sequence[Call]) -> None:
    """Add calls, and count them for all that they count for."""
    for call in calls:
        _add(db, call)
        spent, day = spending_on(call), to_day(call.at.date())
        for scope in scopes_of(call.payer):
            _count(db, scope, day, call.model, spent)


def _add(db: sqlite3.Connection, call: Call) -> None:
    payer, usage = call.payer, call.usage
    db.execute(
        """
        insert into calls (
            at, kind, user_id, channel_id, guild_id, session_id, turn_id, model,
            input_tokens, cached_tokens, cache_write_tokens, output_tokens, reasoning_tokens,
            cost, is_estimated
        )
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            to_column(call.at),
            call.kind,
            payer.user_id,
            payer.place.channel_id,
            payer.place.guild_id,
            str(payer.session_id),
            payer.turn_id,
            call.model,
            usage.input_tokens,
            usage.cached_tokens,
            usage.cache_write_tokens,
            usage.output_tokens,
            usage.reasoning_tokens,
            call.cost,
            call.is_estimated,
        ),
    )


_COUNT = """
insert into spending (
    scope, guild_id, scope_id, day, model, calls, unpriced, estimated,
    input_tokens, output_tokens, cached_tokens, cache_write_tokens, reasoning_tokens, cost
)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict do update set
    calls = calls + excluded.calls,
    unpriced = unpriced + excluded.unpriced,
    estimated = estimated + excluded.estimated,
    input_tokens = input_tokens + excluded.input_tokens,
    output_tokens = output_tokens + excluded.output_tokens,
    cached_tokens = cached_tokens + excluded.cached_tokens,
    cache_write_tokens = cache_write_tokens + excluded.cache_write_tokens,
    reasoning_tokens = reasoning_tokens + excluded.reasoning_tokens,
    cost = cost + excluded.cost
"""


def _count(db: sqlite3.Connection, scope: Scope, day: int, model: str, spent: Spending) -> None:
    usage = spent.usage
    db.execute(
        _COUNT,
        (
            scope.kind,
            scope.guild_id,
            scope.id,
            day,
            model,
            spent.calls,
            spent.unpriced,
            spent.estimated,
            usage.input_tokens,
            usage.output_tokens,
            usage.cached_tokens,
            usage.cache_write_tokens,
            usage.reasoning_tokens,
            spent.cost,
        ),
    )


def _spending(db: sqlite3.Connection, scope: Scope, since: date) -> list[Daily]:
    rows = db.execute(
        """
        select *
        from spending
        where scope = ?
            and guild_id = ?
            and scope_id = ?
            and day >= ?
        order by day, model
        """,
        (scope.kind, scope.guild_id, scope.id, to_day(since)),
    )
    return [Daily(from_day(row["day"]), row["model"], _spending_from(row)) for row in rows]


_MEMBERS = """
select scope_id,
    sum(calls) as calls,
    sum(unpriced) as unpriced,
    sum(estimated) as estimated,
    sum(input_tokens) as input_tokens,
    sum(output_tokens) as output_tokens,
    sum(cached_tokens) as cached_tokens,
    sum(cache_write_tokens) as cache_write_tokens,
    sum(reasoning_tokens) as reasoning_tokens,
    sum(cost) as cost
from spending
where scope = ?
    and guild_id = ?
    and day >= ?
group by scope_id
order by sum(cost) desc, sum(input_tokens + output_tokens) desc, scope_id
limit ?
"""


def _members(
    db: sqlite3.Connection, guild_id: int, since: date, limit: int
) -> list[tuple[int, Spending]]:
    rows = db.execute(_MEMBERS, (ScopeKind.MEMBER, guild_id, to_day(since), limit))
    return [(row["scope_id"], _spending_from(row)) for row in rows]


_ANSWERS = """
select turn_id, max(at) as answered_at
from calls
where user_id = ?
    and at > ?
    and kind = 'answer'
    and turn_id is not null
group by turn_id
order by answered_at desc, turn_id desc
limit ?
"""


def _answers(
    db: sqlite3.Connection, user_id: int, since: datetime, limit: int
) -> list[tuple[TurnId, datetime]]:
    rows = db.execute(_ANSWERS, (user_id, to_column(since), limit))
    return [(TurnId(row["turn_id"]), from_column(row["answered_at"])) for row in rows]


def _spending_from(row: sqlite3.Row) -> Spending:
    usage = Usage(
        row["input_tokens"],
        row["output_tokens"],
        row["cached_tokens"],
        row["cache_write_tokens"],
        row["reasoning_tokens"],
    )
    return Spending(row["calls"], row["unpriced"], row["estimated"], usage, row["cost"])
