"""Every sentence about the budgets of a server's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import discord

from bot.domain.billing import ScopeKind, money
from bot.domain.budget import NO_LIMITS, OWN_KINDS, LimitsByKind, Overruled, Period
from bot.engine.own_budgets import BudgetsSet

OPEN = "Budgets…"
CORRECT = "Correct it"
TITLE = "Budgets of this server"
EXAMPLE = "5/100, 0.50/- or empty"

KINDS: Mapping[ScopeKind, str] = MappingProxyType(
    {
        ScopeKind.SERVER: "The whole server",
        ScopeKind.CHANNEL: "Each channel or thread",
        ScopeKind.MEMBER: "Each member",
    }
)
KINDS_AT_LENGTH: Mapping[ScopeKind, str] = MappingProxyType(
    {
        ScopeKind.SERVER: "Dollars a day / a month. A dash is no limit; empty is no budget",
        ScopeKind.CHANNEL: "What may be spent in every one of them",
        ScopeKind.MEMBER: "What each person may spend in this server",
    }
)
_OPERATORS: Mapping[ScopeKind, str] = MappingProxyType(
    {
        ScopeKind.ALL: "all servers together",
        ScopeKind.SERVER: "each server",
        ScopeKind.CHANNEL: "each channel",
        ScopeKind.USER: "each person",
        ScopeKind.MEMBER: "each member",
    }
)
_A_PERIOD: Mapping[Period, str] = MappingProxyType({Period.DAY: "a day", Period.MONTH: "a month"})
_HINT = (
    "A budget is what may be spent in dollars a day and a month, such as `5/100`; with a dash "
    "there is no limit, as in `0.50/-`. Write cents after a point, and no commas. "
    "Leave it empty for no budget."
)


def standing(limits: LimitsByKind) -> str:
    """Return the budgets that a server set for itself, in a line."""
    listed = " · ".join(f"{KINDS[kind].lower()} **{_amounts(limits, kind)}**" for kind in OWN_KINDS)
    return f"Budgets: {listed}"


def wrong(kinds: Sequence[ScopeKind], typed: Mapping[ScopeKind, str]) -> str:
    """Return which budgets cannot be meant, and what can."""
    lines = [
        f"❌ {KINDS[kind]}: “{discord.utils.escape_markdown(typed[kind])}” cannot be meant."
        for kind in kinds
    ]
    return "\n".join([*lines, f"Nothing was changed. {_HINT}"])


def done(came: BudgetsSet, limits: LimitsByKind) -> str:
    """Return that budgets were set, and what comes of it that may not be expected."""
    is_none = all(each == NO_LIMITS for each in limits.values())
    head = (
        "↩️ This server has no budgets of its own now."
        if is_none
        else "✅ The budgets of this server are set. They hold from the next answer on."
    )
    return "\n".join((head, *map(_overruled, came.overruled), *_unpriced(came.unpriced)))


def _amounts(limits: LimitsByKind, kind: ScopeKind) -> str:
    amounts = [(limits.get(kind, NO_LIMITS).of(period), period) for period in Period]
    named = [f"{money(n)} {_A_PERIOD[period]}" for n, period in amounts if n is not None]
    return ", ".join(named) or "none"


def _overruled(one: Overruled) -> str:
    return (
        f"⚠️ {KINDS[one.kind]}, {_A_PERIOD[one.period]}: this changes nothing, for the operator's "
        f"own budget for {_OPERATORS[one.by]} is no larger."
    )


def _unpriced(model: str | None) -> Iterator[str]:
    if model is not None:
        yield (
            f"⚠️ I know no price for {discord.utils.escape_markdown(model)}, which answers here: "
            "while there is a budget, I may not ask it. Choose another model, or have the operator "
            "set its price (MODEL_PRICES)."
        )
