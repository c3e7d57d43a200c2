"""Budgets: how much may be spent in a day and in a month, and how near to that we are.

Days and months are those of UTC. A call is counted once it is over, so that what is under way
when a budget is used up may go beyond it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType

from bot.domain.billing import Scope, ScopeKind

WARNS_AT = 80  # percent


class Period(StrEnum):
    """For how long a budget is."""

    DAY = "day"
    MONTH = "month"

    def first_day(self, today: date) -> date:
        """Return when the period began that `today` is in."""
        return today if self is Period.DAY else today.replace(day=1)

    def end(self, today: date) -> datetime:
        """Return when the next period begins."""
        if self is Period.DAY:
            after = today + timedelta(days=1)
        else:
            after = (today.replace(day=1) + timedelta(days=31)).replace(day=1)
        return datetime.combine(after, time(), UTC)


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be spent at most, in nano-dollars; None: as much as one likes."""

    day: int | None = None
    month: int | None = None


NO_LIMITS = Limits()
NO_BUDGETS: Mapping[ScopeKind, Limits] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Balance:
    """What was spent in a scope."""

    scope: Scope
    today: int  # nano-dollars
    this_month: int
    warned: frozenset[Period] = frozenset()  # what was warned of since these began


@dataclass(frozen=True, slots=True)
class Share:
    """How much of one budget is spent."""

    scope: Scope
    period: Period
    spent: int
    limit: int
    opens_at: datetime  # when it begins anew
    is_warned: bool = False

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left."""
        return self.spent >= self.limit

    @property
    def is_near(self) -> bool:
        """Whether little is left, or nothing."""
        return self.spent * 100 >= self.limit * WARNS_AT

    def with_more(self, cost: int) -> Share:
        """Return the share once so much more is spent."""
        return replace(self, spent=self.spent + cost)


class Standing(StrEnum):
    """What a budget means for an answer."""

    WARNED = "warned"  # little is left, which is told once
    STEPPED_DOWN = "stepped_down"  # a cheaper model answered
    SPENT = "spent"  # nobody was asked
    UNPRICED = "unpriced"  # nobody was asked: what it would cost is not known


@dataclass(frozen=True, slots=True)
class BudgetNote:
    """What is said of a budget under an answer, or instead of one."""

    standing: Standing
    scope: ScopeKind
    period: Period
    opens_at: datetime


@dataclass(frozen=True, slots=True)
class Alert:
    """Names a warning, which is given once."""

    scope: Scope
    period: Period
    since: date


def shares_of(
    balances: Sequence[Balance], limits: Mapping[ScopeKind, Limits], today: date
) -> list[Share]:
    """Return every budget that there is for some scopes."""
    return [
        share
        for balance in balances
        for share in _shares(balance, limits[balance.scope.kind], today)
    ]


def _shares(balance: Balance, limits: Limits, today: date) -> Iterator[Share]:
    amounts = (
        (Period.DAY, balance.today, limits.day),
        (Period.MONTH, balance.this_month, limits.month),
    )
    for period, spent, limit in amounts:
        if limit is not None:
            is_warned = period in balance.warned
            yield Share(balance.scope, period, spent, limit, period.end(today), is_warned)
