"""Billing: what was asked of models, for whom, and what it cost.

Money is whole nano-dollars: the cheapest token costs a few of them. A cost of None is not
known, which is something else than nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from bot.domain.completion import Usage
from bot.domain.session import Place, SessionId, TurnId

DOLLAR = 1_000_000_000  # nano-dollars
_LEAST_SHOWN = DOLLAR // 10_000
_NO_TOKENS = Usage(0, 0)
_NANO_PER_TOKEN = 1000  # of a price of one dollar for a million tokens


class CallKind(StrEnum):
    """What a model was asked for."""

    ANSWER = "answer"
    TITLE = "title"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True)
class Payer:
    """For whom a model is asked, and where."""

    user_id: int
    place: Place
    session_id: SessionId
    turn_id: TurnId | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a model that cost something, whatever came of it."""

    kind: CallKind
    payer: Payer
    model: str
    usage: Usage
    cost: int | None  # nano-dollars
    at: datetime
    is_estimated: bool = False  # the far side did not say what it was, as when it broke off


@dataclass(frozen=True, slots=True)
class ModelPrice:
    """What the operator says that a model costs, in dollars for a million tokens."""

    input: Decimal
    output: Decimal
    cached: Decimal  # of the input, read from the provider's cache

    def cost(self, usage: Usage) -> int:
        """Return nano-dollars."""
        cached = min(usage.cached_tokens, usage.input_tokens)
        dollars_a_million = (
            self.input * (usage.input_tokens - cached)
            + self.cached * cached
            + self.output * usage.output_tokens
        )
        return nano(dollars_a_million * _NANO_PER_TOKEN / DOLLAR)


def nano(dollars: Decimal) -> int:
    """Return dollars as whole nano-dollars."""
    return int((dollars * DOLLAR).to_integral_value(ROUND_HALF_UP))


def money(cost: int) -> str:
    """Return nano-dollars as people read dollars; a little is not shown as nothing."""
    if 0 < cost < _LEAST_SHOWN:
        return "under $0.0001"
    if 0 < cost < DOLLAR:
        return f"${cost / DOLLAR:.4f}"
    return f"${cost / DOLLAR:,.2f}"


def dollars(text: str) -> Decimal:
    """Return the amount of money that `text` names.

    Raises:
        ValueError: it names none.
    """
    if not re.fullmatch(r"\s*\d{1,9}(\.\d{1,9})?\s*", text, re.ASCII):
        raise ValueError(text)
    return Decimal(text.strip())


class ScopeKind(StrEnum):
    """Over what costs are summed up."""

    ALL = "all"
    SERVER = "server"
    CHANNEL = "channel"  # or a thread, or a direct message
    USER = "user"  # wherever they are
    MEMBER = "member"  # a person in one server


@dataclass(frozen=True, slots=True)
class Scope:
    """What a sum is over. `guild_id` is 0 outside of servers, and for ALL and USER."""

    kind: ScopeKind
    id: int = 0
    guild_id: int = 0


def scopes_of(payer: Payer) -> tuple[Scope, ...]:
    """Return everything that a call counts for, the widest first."""
    place, guild_id = payer.place, payer.place.guild_id or 0
    in_server = (Scope(ScopeKind.SERVER, guild_id, guild_id),) if guild_id else ()
    as_member = (Scope(ScopeKind.MEMBER, payer.user_id, guild_id),) if guild_id else ()
    return (
        Scope(ScopeKind.ALL),
        *in_server,
        Scope(ScopeKind.CHANNEL, place.channel_id, guild_id),
        Scope(ScopeKind.USER, payer.user_id),
        *as_member,
    )


@dataclass(frozen=True, slots=True)
class Spending:
    """What some calls cost together."""

    calls: int = 0
    unpriced: int = 0  # of the calls: what they cost is not known
    estimated: int = 0  # of the calls: how many tokens they took was not said
    usage: Usage = _NO_TOKENS
    cost: int = 0  # nano-dollars, of the calls whose cost is known

    def __add__(self, other: Spending) -> Spending:
        """Return what both cost together."""
        return Spending(
            self.calls + other.calls,
            self.unpriced + other.unpriced,
            self.estimated + other.estimated,
            self.usage + other.usage,
            self.cost + other.cost,
        )


def spending_on(call: Call) -> Spending:
    """Return what one call cost."""
    unpriced, estimated = int(call.cost is None), int(call.is_estimated)
    return Spending(1, unpriced, estimated, call.usage, call.cost or 0)


@dataclass(frozen=True, slots=True)
class Daily:
    """What one model cost on one day, in UTC."""

    day: date
    model: str
    spending: Spending
