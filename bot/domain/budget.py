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

from bot.domain.billing import Scope, ScopeKind, dollars, nano

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

    def of(self, period: Period) -> int | None:
        """Return what may be spent in a day, or in a month."""
        return self.day if period is Period.DAY else self.month


LimitsByKind = Mapping[ScopeKind, Limits]

NO_LIMITS = Limits()
NO_BUDGETS: LimitsByKind = MappingProxyType({})
# What those who manage a server may set budgets for in it, below the operator's.
OWN_KINDS = (ScopeKind.SERVER, ScopeKind.CHANNEL, ScopeKind.MEMBER)
# What a scope of each kind is a part of, itself included: no more is spent there than in those.
_PART_OF: Mapping[ScopeKind, tuple[ScopeKind, ...]] = MappingProxyType(
    {
        ScopeKind.SERVER: (ScopeKind.SERVER, ScopeKind.ALL),
        ScopeKind.CHANNEL: (ScopeKind.CHANNEL, ScopeKind.SERVER, ScopeKind.ALL),
        ScopeKind.MEMBER: (
            ScopeKind.MEMBER,
            ScopeKind.USER,
            ScopeKind.SERVER,
            ScopeKind.ALL,
        ),
    }
)


def limits_from(text: str) -> Limits:
    """Return the limits that `text` names, such as `5/100` or `5/-`: dollars a day / a month.

    Raises:
        ValueError: it names none.
    """
    day, month = text.split("/")
    return Limits(_limit_from(day), _limit_from(month))


def _limit_from(text: str) -> int | None:
    return None if text.strip() == "-" else nano(dollars(text))


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that may be spent in a period, and whether the server itself said so."""

    amount: int
    is_own: bool = False


Ceilings = Mapping[Period, Ceiling]


def ceilings(operators: Limits, own: Limits) -> Ceilings:
    """Return what holds: the stricter of both limits, the operator's where they are alike."""
    found = {}
    for period in Period:
        theirs, ours = operators.of(period), own.of(period)
        if ours is not None and (theirs is None or ours < theirs):
            found[period] = Ceiling(ours, is_own=True)
        elif theirs is not None:
            found[period] = Ceiling(theirs)
    return found


@dataclass(frozen=True, slots=True)
class Overruled:
    """A limit of a server's own that changes nothing, and which of the operator's holds."""

    kind: ScopeKind
    period: Period
    by: ScopeKind


def overruled(own: LimitsByKind, operators: LimitsByKind) -> list[Overruled]:
    """Return which of a server's own limits change nothing beside the operator's."""
    found = []
    for kind, limits in own.items():
        for period in Period:
            by = _stricter(kind, period, limits.of(period), operators)
            if by is not None:
                found.append(Overruled(kind, period, by))
    return found


def _stricter(
    kind: ScopeKind, period: Period, ours: int | None, operators: LimitsByKind
) -> ScopeKind | None:
    for each in _PART_OF[kind]:
        theirs = operators.get(each, NO_LIMITS).of(period)
        if ours is not None and theirs is not None and theirs <= ours:
            return each
    return None


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
    is_own: bool = False  # the server set it, and not the operator

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
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Alert:
    """Names a warning, which is given once."""

    scope: Scope
    period: Period
    since: date


def shares_of(
    balances: Sequence[Balance], over: Mapping[Scope, Ceilings], today: date
) -> list[Share]:
    """Return every budget that there is for some scopes."""
    return [share for balance in balances for share in _shares(balance, over[balance.scope], today)]


def _shares(balance: Balance, over: Ceilings, today: date) -> Iterator[Share]:
    spent = {Period.DAY: balance.today, Period.MONTH: balance.this_month}
    for period, ceiling in over.items():
        yield Share(
            balance.scope,
            period,
            spent[period],
            ceiling.amount,
            period.end(today),
            is_warned=period in balance.warned,
            is_own=ceiling.is_own,
        )
