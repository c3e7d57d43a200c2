"""What was spent of a budget, and that a warning is given once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.domain.billing import Scope, ScopeKind
from bot.domain.budget import Alert, Balance, BudgetNote, Limits, Period, Standing
from bot.domain.reply import Reply
from bot.domain.turn import TurnState
from bot.ports import Store
from tests.contracts.store.steps import again, answering
from tests.samples import MORNING, call

TODAY = date(2026, 1, 2)
USER = Scope(ScopeKind.USER, 1)
MEMBER = Scope(ScopeKind.MEMBER, 1, 70)
NOTE = BudgetNote(Standing.WARNED, ScopeKind.USER, Period.DAY, datetime(2026, 1, 3, tzinfo=UTC))


async def _answered(store: Store, message_id: int, alert: Alert) -> Reply | None:
    turn = await answering(store, message_id)
    kept = await store.record_reply(
        turn.id, Reply("hi", budget=NOTE), usage=None, floor=None, warning=alert
    )
    await store.settle_turn(turn.id, TurnState.DELIVERED)
    assert (await again(store, turn)).reply == kept.reply
    return kept.reply


async def test_a_balance_is_what_was_spent_today_and_this_month(store: Store) -> None:
    days = [-2, -1, 0, 0, 1]
    costs = [1, 20, 300, None, 5000]
    await store.record_calls(
        [call(c, at=MORNING + timedelta(days=d)) for d, c in zip(days, costs, strict=True)]
    )

    balances = await store.balances([USER, MEMBER, Scope(ScopeKind.USER, 2)], today=TODAY)

    assert balances == [
        Balance(USER, 300, 320),
        Balance(MEMBER, 300, 320),
        Balance(Scope(ScopeKind.USER, 2), 0, 0),
    ]


async def test_a_warning_is_given_once(store: Store) -> None:
    alert = Alert(USER, Period.DAY, TODAY)

    first = await _answered(store, 1000, alert)
    second = await _answered(store, 1001, alert)

    assert first == Reply("hi", budget=NOTE)
    assert second == Reply("hi")
    (balance,) = await store.balances([USER], today=TODAY)
    assert balance.warned == {Period.DAY}


async def test_each_period_and_each_scope_has_a_warning_of_its_own(store: Store) -> None:
    alerts = [
        Alert(USER, Period.DAY, TODAY),
        Alert(USER, Period.MONTH, date(2026, 1, 1)),
        Alert(USER, Period.DAY, date(2026, 1, 3)),
        Alert(Scope(ScopeKind.USER, 2), Period.DAY, TODAY),
        Alert(MEMBER, Period.DAY, TODAY),
    ]

    replies = [await _answered(store, 1000 + n, alert) for n, alert in enumerate(alerts)]

    assert replies == [Reply("hi", budget=NOTE)] * 5
    (tomorrow,) = await store.balances([USER], today=date(2026, 1, 4))
    (next_month,) = await store.balances([USER], today=date(2026, 2, 1))
    assert (tomorrow.warned, next_month.warned) == (frozenset({Period.MONTH}), frozenset())


OWN = {ScopeKind.SERVER: Limits(5, None), ScopeKind.MEMBER: Limits(None, 0)}


async def test_a_servers_own_budgets_are_kept_and_are_nobody_elses(store: Store) -> None:
    await store.set_own_limits(70, OWN)
    await store.set_own_limits(90, {ScopeKind.CHANNEL: Limits(1, 2)})

    assert await store.own_limits() == {70: OWN, 90: {ScopeKind.CHANNEL: Limits(1, 2)}}


async def test_what_is_set_takes_the_place_of_all_that_was(store: Store) -> None:
    await store.set_own_limits(70, OWN)
    await store.set_own_limits(90, OWN)

    await store.set_own_limits(70, {ScopeKind.SERVER: Limits(None, 7)})
    await store.set_own_limits(90, {})

    assert await store.own_limits() == {70: {ScopeKind.SERVER: Limits(None, 7)}}


async def test_a_budget_that_becomes_another_is_warned_of_anew(store: Store) -> None:
    server, elsewhere = Scope(ScopeKind.SERVER, 70, 70), Scope(ScopeKind.SERVER, 90, 90)
    await store.set_own_limits(70, OWN)
    for number, scope in enumerate([server, elsewhere, MEMBER, USER]):
        await _answered(store, 1000 + number, Alert(scope, Period.DAY, TODAY))

    await store.set_own_limits(70, {**OWN, ScopeKind.SERVER: Limits(6, None)})

    balances = await store.balances([server, elsewhere, MEMBER, USER], today=TODAY)
    warned = frozenset({Period.DAY})
    assert [one.warned for one in balances] == [frozenset(), warned, warned, warned]


async def test_whose_budget_was_spoken_of_is_kept_with_the_reply(store: Store) -> None:
    turn = await answering(store, 1000)
    own = replace(NOTE, is_own=True)

    await store.record_reply(turn.id, Reply("hi", budget=own), usage=None, floor=None)

    assert (await again(store, turn)).reply == Reply("hi", budget=own)
