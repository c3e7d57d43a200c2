"""Which of two limits holds, and how limits are read."""

from __future__ import annotations

import pytest

from bot.domain.billing import ScopeKind
from bot.domain.budget import (
    NO_LIMITS,
    Ceiling,
    Limits,
    Overruled,
    Period,
    ceilings,
    limits_from,
    overruled,
)

DAY, MONTH = Period.DAY, Period.MONTH
SERVER, MEMBER = ScopeKind.SERVER, ScopeKind.MEMBER


@pytest.mark.parametrize(
    ("operators", "own", "holds"),
    [
        (NO_LIMITS, NO_LIMITS, {}),
        (Limits(5, 9), NO_LIMITS, {DAY: Ceiling(5), MONTH: Ceiling(9)}),
        (NO_LIMITS, Limits(day=5), {DAY: Ceiling(5, is_own=True)}),
        (Limits(5, 9), Limits(4, 10), {DAY: Ceiling(4, is_own=True), MONTH: Ceiling(9)}),
        (Limits(5), Limits(5, 7), {DAY: Ceiling(5), MONTH: Ceiling(7, is_own=True)}),
        (Limits(5), Limits(0), {DAY: Ceiling(0, is_own=True)}),
        (Limits(0), Limits(5), {DAY: Ceiling(0)}),
    ],
)
def test_the_stricter_limit_holds_and_the_operators_where_they_are_alike(
    operators: Limits, own: Limits, holds: dict[Period, Ceiling]
) -> None:
    assert ceilings(operators, own) == holds


def test_what_changes_nothing_beside_the_operators_limits_is_named() -> None:
    operators = {ScopeKind.ALL: Limits(day=50), ScopeKind.USER: Limits(5, 20), SERVER: Limits(9)}
    own = {SERVER: Limits(8, 100), ScopeKind.CHANNEL: Limits(9), MEMBER: Limits(5, 19)}

    assert overruled(own, operators) == [
        Overruled(ScopeKind.CHANNEL, DAY, by=SERVER),
        Overruled(MEMBER, DAY, by=ScopeKind.USER),
    ]


def test_limits_are_dollars_a_day_and_a_month() -> None:
    assert limits_from(" 0.5 / 100") == Limits(500_000_000, 100_000_000_000)
    assert limits_from("-/2") == Limits(None, 2_000_000_000)


@pytest.mark.parametrize("text", ["", "5", "5/6/7", "-1/2", "1e9/2", "5,5/1", "five/-", "\u0665/-"])
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        limits_from(text)
