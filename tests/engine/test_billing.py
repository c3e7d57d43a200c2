"""Every call of a model is on the bill, whatever came of it."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.billing import Call, CallKind, Payer
from bot.domain.completion import Usage
from bot.domain.errors import Fault, ModelBusy, ModelRefused
from bot.domain.turn import TurnState
from tests.engine.faults import DEADLY, Plan, Trouble
from tests.engine.house import House, World
from tests.fakes.scripted_model import BREAKS_OFF
from tests.samples import ADA, BOB, CHANNEL, PNG, attachment

BUSY = ModelBusy(Fault.SERVER, "503")
COUNTED = ModelBusy(Fault.SERVER, "it failed at the end", usage=Usage(8, 1))


async def one_question(house: House) -> None:
    house.say(1000, "hello")


def billed(world: World) -> list[tuple[str, int, int, int | None, bool]]:
    return [
        (c.model, c.usage.input_tokens, c.usage.output_tokens, c.cost, c.is_estimated)
        for c in world.store.calls
    ]


def test_an_answer_is_billed_to_who_asked_where_it_was_asked() -> None:
    usage = Usage(10, 2, 4, 3, 1)
    world = World(["Hello!", usage])

    world.live(one_question)

    (turn,) = world.turns()
    (call,) = world.store.calls
    assert call == Call(
        CallKind.ANSWER,
        Payer(ADA.id, CHANNEL, turn.session_id, turn.id),
        "some-model",
        usage,
        2000,
        call.at,
    )


def test_who_spoke_last_pays_for_an_answer_to_several() -> None:
    async def two_after_one(house: House) -> None:
        house.say(1000, "hello")
        await house.until(lambda: world.model.streaming > 0)
        house.say(1001, "and")
        house.say(1002, "mine", by=BOB)
        gate.set()

    gate = asyncio.Event()
    world = World(["Hello!", gate, Usage(10, 2)], ["Both.", Usage(20, 2)])

    world.live(two_after_one)

    assert [c.payer.user_id for c in world.store.calls] == [ADA.id, BOB.id]


def test_tries_that_cost_something_are_on_the_bill_each_by_itself() -> None:
    world = World([BUSY], ["Once ", BREAKS_OFF], ["Hel", COUNTED], ["Hello!", Usage(10, 2)])

    world.live(one_question)

    (_, broken, _, _) = world.model.seen
    assert broken.messages
    assert billed(world)[1:] == [
        ("some-model", 8, 1, 1300, False),
        ("some-model", 10, 2, 2000, False),
    ]
    assert world.store.calls[0].is_estimated
    assert world.store.calls[0].usage.output_tokens == 6


def test_each_model_is_billed_by_its_name_and_an_unknown_price_is_not_nothing() -> None:
    refused = ModelRefused(Fault.MODEL, "unknown", usage=Usage(5, 0))
    world = World(["H", refused], ["Hello!", Usage(10, 2)], fallback_models=("unpriced",))

    world.live(one_question)

    assert billed(world) == [
        ("some-model", 5, 0, 500, False),
        ("unpriced", 10, 2, None, False),
    ]


def test_a_stopped_answer_is_billed_by_what_was_shown_and_said() -> None:
    async def stopped(house: House) -> None:
        house.say(1000, "hello")
        await house.until(lambda: "Once upon" in world.shown())
        await house.sessions.stop(CHANNEL, ADA)

    world = World(["Once upon a time", asyncio.Event()])

    world.live(stopped)

    (turn,) = world.turns()
    (call,) = world.store.calls
    assert turn.state is TurnState.CANCELLED
    assert call.is_estimated
    assert call.usage.output_tokens == 10
    assert call.usage.input_tokens > 20


def test_a_usage_of_nothing_is_no_usage() -> None:
    world = World(["Hello!", Usage(0, 0)])

    world.live(one_question)

    (call,) = world.store.calls
    assert call.is_estimated
    assert call.usage.output_tokens == 6


def test_half_a_character_is_counted_too() -> None:
    world = World(["Hi \ud83d"])

    world.live(one_question)

    (call,) = world.store.calls
    assert call.usage.output_tokens == 6


def test_a_refused_request_costs_nothing() -> None:
    world = World([ModelRefused(Fault.QUOTA, "no credit")])

    world.live(one_question)

    assert world.store.calls == []


def test_what_was_spent_on_a_model_that_is_down_is_billed_once() -> None:
    world = World(*[[COUNTED]] * 4, ["Hello!", Usage(10, 2)])

    world.live(one_question)

    assert billed(world) == [
        *[("some-model", 8, 1, 1300, False)] * 4,
        ("some-model", 10, 2, 2000, False),
    ]


def test_an_answer_into_a_place_that_is_gone_is_billed() -> None:
    async def until_it_is_gone(house: House) -> None:
        house.say(1000, "hello")
        await house.until(lambda: "Once" in world.shown())
        world.board.gone.add(CHANNEL)
        gate.set()

    gate = asyncio.Event()
    world = World(["Once ", gate, "upon a time", asyncio.Event()])

    world.live(until_it_is_gone)

    assert [turn.state for turn in world.turns()] == [TurnState.ABANDONED]
    assert [call.is_estimated for call in world.store.calls] == [True]


def test_an_answer_whose_session_was_deleted_meanwhile_is_billed() -> None:
    async def deleted(house: House) -> None:
        house.say(1000, "hello")
        await house.until(lambda: world.model.streaming > 0)
        (session_id,) = world.store.sessions
        await world.store.delete_session(session_id)
        gate.set()

    gate = asyncio.Event()
    world = World(["Hello!", gate, Usage(10, 2)])

    world.live(deleted)

    assert billed(world) == [("some-model", 10, 2, 2000, False)]


@pytest.mark.parametrize("trouble", [*DEADLY, Trouble.FAILS])
def test_a_reply_is_billed_once_whatever_happens_to_its_commit(trouble: Trouble) -> None:
    world = World(["Hello!", Usage(10, 2)])
    plan = Plan()
    plan.trouble_at_name("record_reply", trouble)

    world.live(one_question, plan)
    world.live(one_question)

    assert billed(world) == [("some-model", 10, 2, 2000, False)]


def test_an_answer_that_broke_off_is_estimated_with_the_images_it_was_shown() -> None:
    async def look(house: House) -> None:
        house.say(1000, "hello", files=[attachment(1, "cat.png")])

    plain, world = World(["Hel", BREAKS_OFF]), World(["Hel", BREAKS_OFF])
    world.files.contents = {1: PNG}

    plain.live(one_question)
    world.live(look)

    caption = 6  # tokens of its line
    shown = world.store.calls[0].usage.input_tokens - plain.store.calls[0].usage.input_tokens
    assert shown == 1024 + caption
