"""Budgets that those who manage a server set for it, below the operator's."""

from __future__ import annotations

import pytest

from bot.domain.access import Denial, Denied
from bot.domain.billing import DOLLAR, Call, ScopeKind
from bot.domain.budget import Limits, Overruled, Period
from bot.domain.session import Place
from bot.engine.own_budgets import BudgetsSet
from tests.engine.faults import DEADLY, Plan, Trouble
from tests.engine.house import House, World
from tests.fakes.virtual_time import START
from tests.samples import ADA, BOB, CHANNEL, DIRECT, OTHER_CHANNEL, call

CENT = DOLLAR // 100
DAY_ENDS = "<t:1767312000:f>"  # 2026-01-02, midnight in UTC
ELSEWHERE = Place(900, 90)


def _spent(cents: int, *, place: Place = CHANNEL) -> Call:
    return call(cents * CENT, at=START, place=place)


def _world(*calls: Call, **own: Limits) -> World:
    """Return a world whose server has budgets of its own, after some calls."""
    world = World(["Hello!"])
    world.store.calls += calls
    if own:
        world.store.own_limits_of[70] = {ScopeKind(kind): limits for kind, limits in own.items()}
    return world


async def one_question(house: House) -> None:
    house.say(1000, "hello")


@pytest.mark.parametrize(
    ("kind", "whose"),
    [("server", "This server's"), ("channel", "This channel's"), ("member", "Your")],
)
def test_a_servers_own_budget_stops_as_the_operators_does_and_says_whose_it_is(
    kind: str, whose: str
) -> None:
    world = _world(_spent(5), **{kind: Limits(day=5 * CENT)})

    world.live(one_question)

    assert world.shown() == (
        f"🪙 {whose} budget for today (set by this server) is used up. It opens again {DAY_ENDS}; "
        "press Retry then. What you said is kept."
    )
    assert world.model.seen == []


def test_a_budget_of_one_server_is_no_concern_of_another_nor_of_direct_messages() -> None:
    world = _world(_spent(5), _spent(5, place=DIRECT), server=Limits(day=0), channel=Limits(day=0))

    async def ask_elsewhere(house: House) -> None:
        house.say(1000, "hello", ELSEWHERE)
        house.say(1001, "hello", DIRECT)

    world.live(ask_elsewhere)

    assert world.board.read_aloud(ELSEWHERE) == ["Hello!"]
    assert world.board.read_aloud(DIRECT) == ["Hello!"]


def test_the_operators_budget_holds_where_it_is_the_stricter() -> None:
    world = _world(_spent(5), server=Limits(day=50 * CENT))
    world.limits = {ScopeKind.SERVER: Limits(day=5 * CENT)}

    world.live(one_question)

    assert world.shown().startswith("🪙 This server's budget for today is used up.")


def test_what_is_set_holds_from_the_next_answer_on_and_after_a_restart() -> None:
    world = _world(_spent(5))

    async def set_between(house: House) -> None:
        house.say(1000, "hello")
        await house.settled()
        limits = {ScopeKind.SERVER: Limits(day=5 * CENT)}
        await house.engine.own_budgets.set(CHANNEL, ADA, limits, model="some-model")
        house.say(1001, "and now?")

    async def ask_again(house: House) -> None:
        house.say(1002, "and after a restart?", OTHER_CHANNEL)

    world.live(set_between)
    world.live(ask_again)

    assert world.board.read_aloud(CHANNEL)[0] == "Hello!"
    assert "budget for today (set by this server) is used up" in world.shown()
    assert "(set by this server)" in world.board.read_aloud(OTHER_CHANNEL)[0]
    assert len(world.model.seen) == 1


def test_a_budget_that_is_taken_away_holds_no_more() -> None:
    world = _world(_spent(5), server=Limits(day=5 * CENT), member=Limits(day=0))

    async def take_away(house: House) -> None:
        none = {ScopeKind.SERVER: Limits(), ScopeKind.MEMBER: Limits()}
        await house.engine.own_budgets.set(CHANNEL, ADA, none, model="some-model")
        house.say(1000, "hello")

    world.live(take_away)

    assert world.shown() == "Hello!"
    assert world.store.own_limits_of == {}


def test_little_left_of_a_servers_own_budget_is_told() -> None:
    world = _world(_spent(9), member=Limits(day=10 * CENT))

    world.live(one_question)

    assert world.shown() == (
        "Hello!\n-# 🪙 Little is left of your budget for today (set by this server). It begins "
        f"anew {DAY_ENDS}."
    )


def test_who_sets_a_budget_is_told_what_changes_nothing() -> None:
    world = _world()
    world.limits = {ScopeKind.USER: Limits(day=5 * CENT)}
    came: list[BudgetsSet] = []

    async def set_more(house: House) -> None:
        limits = {ScopeKind.MEMBER: Limits(5 * CENT, DOLLAR)}
        own = house.engine.own_budgets
        came.append(await own.set(CHANNEL, ADA, limits, model="some-model"))
        assert own.look(OTHER_CHANNEL, ADA) == limits

    world.live(set_more)

    assert came == [BudgetsSet([Overruled(ScopeKind.MEMBER, Period.DAY, by=ScopeKind.USER)])]


def test_a_model_that_a_budget_cannot_count_is_told_to_admin_and_operator(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = _world()
    came: list[BudgetsSet] = []

    async def set_two(house: House) -> None:
        own, limits = house.engine.own_budgets, {ScopeKind.SERVER: Limits(day=1)}
        came.append(await own.set(CHANNEL, ADA, limits, model="unpriced"))
        came.append(await own.set(CHANNEL, ADA, {}, model="unpriced"))

    world.live(set_two)

    assert [one.unpriced for one in came] == ["unpriced", None]
    assert caplog.text.count("guild=70 event=unpriced model=unpriced; the server's own") == 1


def test_budgets_are_for_those_who_manage_the_server() -> None:
    world = _world(server=Limits(day=0))
    denials: list[Denial] = []

    async def try_it(house: House) -> None:
        own = house.engine.own_budgets
        for actor, place in ((BOB, CHANNEL), (ADA, DIRECT)):
            with pytest.raises(Denied) as caught:
                own.look(place, actor)
            denials.append(caught.value.denial)
            with pytest.raises(Denied) as caught:
                await own.set(place, actor, {}, model="some-model")
            denials.append(caught.value.denial)

    world.live(try_it)

    assert denials == [Denial.CANNOT_GOVERN] * 2 + [Denial.NO_RULE] * 2
    assert world.store.own_limits_of == {70: {ScopeKind.SERVER: Limits(day=0)}}


@pytest.mark.parametrize("trouble", DEADLY)
def test_a_budget_is_set_or_not_whenever_the_process_dies(trouble: Trouble) -> None:
    world, plan = _world(_spent(5)), Plan()
    plan.trouble_at_name("set_own_limits", trouble)

    async def set_one(house: House) -> None:
        limits = {ScopeKind.SERVER: Limits(day=CENT)}
        await house.engine.own_budgets.set(CHANNEL, ADA, limits, model="some-model")

    world.live(set_one, plan)
    world.live(one_question)

    is_set = world.store.own_limits_of == {70: {ScopeKind.SERVER: Limits(day=CENT)}}
    assert is_set is (trouble is Trouble.DIES_AFTER)
    assert ("is used up" in world.shown()) is is_set


def test_a_turn_where_only_another_server_has_a_budget_reads_nothing_for_it() -> None:
    world, plan = World(["Hello!"]), Plan()
    world.store.own_limits_of[90] = {ScopeKind.SERVER: Limits(day=0)}

    world.live(one_question, plan)

    assert world.shown() == "Hello!"
    assert "balances" not in plan.calls
