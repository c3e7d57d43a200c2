"""Budgets in SQLite: what was spent of them, and which warnings were given."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date

from bot.domain.billing import Scope
from bot.domain.budget import Alert, Balance, Period
from bot.store.columns import to_day
from bot.store.desk import Desk


class SqliteBudgets(Desk):
    """The part of the `Accounts` port that is about budgets."""

    async def balances(self, scopes: Sequence[Scope], *, today: date) -> list[Balance]:
        return await self.readers.read(lambda db: [_balance(db, one, today) for one in scopes])


def warns(db: sqlite3.Connection, warning: Alert) -> bool:
    """Remember that a warning is given; return whether it is the first time."""
    inserted = db.execute(
        """
        insert into budget_warnings (scope, guild_id, scope_id, period, since)
        values (?, ?, ?, ?, ?)
        on conflict do nothing
        """,
        (*_key(warning.scope), warning.period, to_day(warning.since)),
    )
    return inserted.rowcount == 1


_SPENT = """
select coalesce(sum(cost) filter (where day = :today), 0), coalesce(sum(cost), 0)
from spending
where scope = :scope
    and guild_id = :guild
    and scope_id = :id
    and day between :month and :today
"""


def _balance(db: sqlite3.Connection, scope: Scope, today: date) -> Balance:
    kind, guild_id, scope_id = _key(scope)
    month = to_day(Period.MONTH.first_day(today))
    spent_today, spent_this_month = db.execute(
        _SPENT,
        {"scope": kind, "guild": guild_id, "id": scope_id, "today": to_day(today), "month": month},
    ).fetchone()
    return Balance(scope, spent_today, spent_this_month, _warned(db, scope, today))


def _warned(db: sqlite3.Connection, scope: Scope, today: date) -> frozenset[Period]:
    rows = db.execute(
        """
        select period, since
        from budget_warnings
        where scope = ?
            and guild_id = ?
            and scope_id = ?
            and since >= ?
        """,
        (*_key(scope), to_day(Period.MONTH.first_day(today))),
    )
    periods = [(Period(row["period"]), row["since"]) for row in rows]
    return frozenset(p for p, since in periods if since == to_day(p.first_day(today)))


def _key(scope: Scope) -> tuple[str, int, int]:
    return scope.kind.value, scope.guild_id, scope.id
