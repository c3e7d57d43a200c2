"""Budgets in SQLite: those that servers set, what was spent, which warnings were given."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date

from bot.domain.billing import Scope, ScopeKind
from bot.domain.budget import OWN_KINDS, Alert, Balance, Limits, LimitsByKind, Period
from bot.store.columns import to_day
from bot.store.desk import Desk


class SqliteBudgets(Desk):
    """The part of the `Accounts` port that is about budgets."""

    async def balances(self, scopes: Sequence[Scope], *, today: date) -> list[Balance]:
        return await self.readers.read(lambda db: [_balance(db, one, today) for one in scopes])

    async def own_limits(self) -> dict[int, LimitsByKind]:
        return await self.readers.read(_own_limits)

    async def set_own_limits(self, guild_id: int, limits: LimitsByKind) -> None:
        await self.writer.write(lambda db: _set_own_limits(db, guild_id, limits))


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


def _own_limits(db: sqlite3.Connection) -> dict[int, LimitsByKind]:
    found: dict[int, dict[ScopeKind, Limits]] = {}
    for row in db.execute("select * from own_budgets"):
        limits = Limits(row["day"], row["month"])
        found.setdefault(row["guild_id"], {})[ScopeKind(row["scope"])] = limits
    return {**found}


def _set_own_limits(db: sqlite3.Connection, guild_id: int, limits: LimitsByKind) -> None:
    for kind in OWN_KINDS:
        before = db.execute(
            "select day, month from own_budgets where guild_id = ? and scope = ?", (guild_id, kind)
        ).fetchone()
        if limits.get(kind) != (None if before is None else Limits(*before)):
            _replace_limits(db, guild_id, kind, limits.get(kind))


def _replace_limits(
    db: sqlite3.Connection, guild_id: int, kind: ScopeKind, limits: Limits | None
) -> None:
    db.execute("delete from own_budgets where guild_id = ? and scope = ?", (guild_id, kind))
    db.execute("delete from budget_warnings where guild_id = ? and scope = ?", (guild_id, kind))
    if limits is not None:
        db.execute(
            "insert into own_budgets (guild_id, scope, day, month) values (?, ?, ?, ?)",
            (guild_id, kind, limits.day, limits.month),
        )


def _key(scope: Scope) -> tuple[str, int, int]:
    return scope.kind.value, scope.guild_id, scope.id
