"""Budgets: a warning, then a cheaper model, then a polite stop."""

from __future__ import annotations

import logging

import pytest

from bot.domain.billing import DOLLAR, Call, Scope, ScopeKind
from bot.domain.budget import Alert, Limits, Period
from bot.domain.completion import Usage
from bot.domain.errors import Fault, ModelRefused
from bot.domain.manner import Trait
from bot.domain.reply import Ending
from bot.domain.session import Place
from bot.domain.turn import TurnState
from bot.engine.layout import settled
from tests.engine.faults import DEADLY, Plan, Trouble
from tests.engine.house import House, World
from tests.fakes.scripted_model import Script
from tests.fakes.virtual_time import START
from tests.samples import BOB, CHANNEL, DIRECT, OTHER_CHANNEL, call

TEN_CENTS = Usage(1_000_000, 0)  # by the prices of the tests
FORTY_CENTS = Usage(4_000_000, 0)
CENT = DOLLAR // 100
DAY_ENDS = "<t:1767312000:f>"  # 2026-01-02, midnight in UTC
MONTH_ENDS = "<t:1769904000:f>"  # 2026-02-01
IS_USED_UP = (
    f"🪙 Your budget for today is used up. It opens again {DAY_ENDS}; press Retry then. "
    "What you said is kept."
)
LITTLE_IS_LEFT = f"-# 🪙 Little is left of your budget for today. It begins anew {DAY_ENDS}."


def _world(*usages: Usage, **limits: Limits) -> World:
    scripts: list[Script] = [["Hello!", usage] for usage in usages]
    world = World(*scripts)
    world.limits = {ScopeKind(kind): limit for kind, limit in limits.items()}
    return world


async def one_question(house: House) -> None:
    house.say(1000, "hello")


async def _in_turn(house: House, *texts: str, first: int = 1000, place: Place = CHANNEL) -> None:
    for number, text in enumerate(texts):
        house.say(first + number, text, place)
        await house.settled()


async def three_questions(house: House) -> None:
    await _in_turn(house, "one", "two", "three")


def spent(cents: int | None, *, user_id: int = 1, place: Place = CHANNEL, model: str = "x") -> Call:
    cost = None if cents is None else cents * CENT
    return call(cost, at=START, user_id=user_id, place=place, model=model)


def test_little_left_is_told_once_under_the_answer_that_left_it() -> None:
    world = _world(TEN_CENTS, TEN_CENTS, Usage(1, 1), user=Limits(day=25 * CENT))
    world.choose(Trait.SUMMARY, "off")

    world.live(three_questions)

    assert world.board.read_aloud(CHANNEL) == ["Hello!", f"Hello!\n{LITTLE_IS_LEFT}", "Hello!"]


def test_one_warning_does_not_hide_another() -> None:
    world = _world(Usage(1, 1), user=Limits(day=10 * CENT), server=Limits(day=11 * CENT))
    world.store.calls.append(spent(9))
    world.store.warnings.add(Alert(Scope(ScopeKind.USER, 1), Period.DAY, START.date()))

    world.live(one_question)

    assert "Little is left of this server's budget for today." in world.shown()


def test_nothing_left_is_told_and_nobody_is_asked() -> None:
    world = _world(FORTY_CENTS, user=Limits(day=40 * CENT))

    world.live(three_questions)

    assert world.board.read_aloud(CHANNEL) == [
        f"Hello!\n{LITTLE_IS_LEFT}",
        IS_USED_UP,
        IS_USED_UP,
    ]
    assert len(world.model.seen) == 1
    assert [t.state for t in world.turns()] == [TurnState.DELIVERED] * 3


def test_what_was_said_meanwhile_is_in_the_context_of_the_next_day() -> None:
    world = _world(Usage(4000, 0), user=Limits(day=400_000))
    world.live(three_questions)
    world.rest(24 * 3600)

    world.live(lambda house: _in_turn(house, "four", first=2000))

    texts = [message.text.rpartition("\n")[2] for message in world.model.seen[-1].messages]
    assert texts == ["one", "Hello!", "two", "three", "four"]
    assert world.board.read_aloud(CHANNEL)[-1].startswith("Hello!")


def test_a_month_opens_again_with_the_next_one() -> None:
    world = _world(FORTY_CENTS, user=Limits(day=40 * CENT, month=40 * CENT))

    world.live(three_questions)

    assert "Your budget for this month is used up. It opens again " + MONTH_ENDS in world.shown()


@pytest.mark.parametrize(
    ("kind", "whose"),
    [
        ("all", "The bot's"),
        ("server", "This server's"),
        ("channel", "This channel's"),
        ("user", "Your"),
    ],
)
def test_it_is_said_whose_budget_it_is(kind: str, whose: str) -> None:
    world = _world(TEN_CENTS, **{kind: Limits(day=CENT)})
    world.store.calls.append(spent(1))

    world.live(one_question)

    assert world.shown().startswith(f"🪙 {whose} budget for today is used up.")
    assert world.model.seen == []


@pytest.mark.parametrize(
    ("kind", "elsewhere"),
    [
        ("server", spent(1, place=DIRECT)),
        ("channel", spent(1, place=OTHER_CHANNEL)),
        ("user", spent(1, user_id=2)),
    ],
)
def test_what_others_spend_elsewhere_is_no_concern(kind: str, elsewhere: Call) -> None:
    world = _world(Usage(1, 1), **{kind: Limits(day=CENT)})
    world.store.calls.append(elsewhere)

    world.live(one_question)

    assert world.shown() == "Hello!"


def test_when_little_is_left_a_cheaper_model_answers_and_says_so() -> None:
    world = _world(Usage(10, 2), user=Limits(day=10 * CENT))
    world.cheaper_model = "some-model"
    world.store.calls.append(spent(9))

    async def ask_a_dear_one(house: House) -> None:
        await house.sessions.start(CHANNEL, BOB, choices={Trait.MODEL: "a-dear-model"})
        house.say(1000, "hello")

    world.live(ask_a_dear_one)

    assert [context.model for context in world.model.seen] == ["some-model"]
    assert world.shown() == (
        "Hello!\n-# 🪙 A cheaper model answered: little is left of your budget for today, until "
        f"{DAY_ENDS}."
    )


def test_a_model_that_is_cheaper_already_is_left_alone() -> None:
    world = _world(Usage(10, 2), user=Limits(day=10 * CENT))
    world.cheaper_model = "a-dear-model"
    world.store.calls.append(spent(9))

    world.live(one_question)

    assert [context.model for context in world.model.seen] == ["some-model"]
    assert world.shown() == f"Hello!\n{LITTLE_IS_LEFT}"


def test_a_model_without_a_price_is_not_asked_where_there_is_a_budget() -> None:
    world = _world(Usage(10, 2), all=Limits(day=10 * CENT))

    async def ask_an_unpriced_one(house: House) -> None:
        await house.sessions.start(CHANNEL, BOB, choices={Trait.MODEL: "unpriced"})
        house.say(1000, "hello")

    world.live(ask_an_unpriced_one)

    assert world.model.seen == []
    assert world.shown() == (
        "🪙 There is a budget here, and I know no price for this model, so I may not ask it. "
        "Choose another one with `/new`, or have the operator set its price (MODEL_PRICES)."
    )


def test_a_model_without_a_price_does_not_stand_in_for_another_where_there_is_a_budget() -> None:
    failed = ModelRefused(Fault.MODEL, "unknown")
    world = World([failed], ["Hello!"], fallback_models=("unpriced", "second"))
    world.limits = {ScopeKind.ALL: Limits(day=10 * CENT)}

    world.live(one_question)

    assert [context.model for context in world.model.seen] == ["some-model", "second"]


def test_without_a_budget_every_model_is_asked() -> None:
    world = _world(Usage(10, 2), server=Limits(day=0))

    async def ask_in_private(house: House) -> None:
        await house.sessions.start(DIRECT, BOB, choices={Trait.MODEL: "unpriced"})
        house.say(1000, "hello", DIRECT)

    world.live(ask_in_private)

    assert world.board.read_aloud(DIRECT) == ["Hello!"]


def test_the_log_says_that_a_budget_was_used_up(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    world = _world(TEN_CENTS, all=Limits(day=0))

    world.live(one_question)

    assert "event=budget standing=spent scope=all period=day" in caplog.text


@pytest.mark.parametrize("elsewhere", [{}, {ScopeKind.SERVER: Limits(day=CENT)}])
def test_where_there_is_no_budget_nothing_is_read(elsewhere: dict[ScopeKind, Limits]) -> None:
    world, plan = _world(TEN_CENTS), Plan()
    world.limits = elsewhere

    async def ask_in_private(house: House) -> None:
        house.say(1000, "hello", DIRECT)

    world.live(ask_in_private, plan)

    assert world.board.read_aloud(DIRECT) == ["Hello!"]
    assert "balances" not in plan.calls


@pytest.mark.parametrize("trouble", [*DEADLY, Trouble.FAILS])
@pytest.mark.parametrize("name", ["record_reply", "balances", "edit"])
def test_a_warning_survives_whatever_happens(name: str, trouble: Trouble) -> None:
    world = _world(TEN_CENTS, user=Limits(day=12 * CENT))
    plan = Plan()
    plan.trouble_at_name(name, trouble)

    world.live(one_question, plan)
    world.rest(60)
    world.live(one_question)

    assert world.board.read_aloud(CHANNEL) == [f"Hello!\n{LITTLE_IS_LEFT}"]


def test_all_notes_together_have_room_beside_a_file() -> None:
    world = World(["word " * 5000, TEN_CENTS])
    world.limits = {ScopeKind.SERVER: Limits(month=12 * CENT)}

    world.live(one_question)

    (turn,) = world.turns()
    assert turn.reply is not None
    assert turn.reply.ending is Ending.WHOLE
    (page,) = settled(turn.reply, long_after=2)
    assert len(page.text) <= 2000
    assert "Little is left of this server's budget for this month." in page.text
