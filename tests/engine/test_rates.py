"""How many answers one person may have in a while."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest

from bot.domain.errors import Fault, ModelRefused
from bot.domain.rate import Rate, RateNote, Span
from bot.domain.reply import Ending, Reply
from bot.domain.session import Place
from bot.domain.turn import TurnState
from bot.engine.notices import note
from bot.engine.rates import Rates
from tests.engine.faults import DEADLY, Plan, Trouble
from tests.engine.house import House, World
from tests.fakes.memory_store import MemoryStore
from tests.fakes.scripted_model import Script
from tests.fakes.virtual_time import START, LoopClock, run
from tests.samples import ADA, BOB, CHANNEL, DIRECT, MORNING, OTHER_CHANNEL, call

BEGINNING = 1767225600  # 2026-01-01, when virtual time begins
SLOW: Script = ("Hel", 30.0, "lo!")


def _world(*scripts: Script, per_minute: int) -> World:
    world = World(*scripts)
    world.rates = (Rate(per_minute, Span.MINUTE),)
    return world


def _says_no(shown: list[str]) -> list[bool]:
    return [text.startswith("🐇") for text in shown]


async def one_question(house: House) -> None:
    house.say(1000, "hello")


async def three_questions(house: House) -> None:
    for number, text in enumerate(("one", "two", "three")):
        house.say(1000 + number, text)
        await house.settled()


def test_who_had_as_many_answers_is_told_when_the_next_one_is_due(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "bot.engine.completing")
    world = _world(["Hello!"], per_minute=2)

    world.live(three_questions)

    shown = world.board.read_aloud(CHANNEL)
    assert shown[:2] == ["Hello!", "Hello!"]
    assert shown[2].startswith(
        "🐇 Each person can have 2 answers in any minute, and that is what you had. The next one "
        f"is due <t:{str(BEGINNING)[:8]}"
    )
    assert shown[2].endswith(":R>; press Retry then. What you said is kept.")
    assert len(world.model.seen) == 2
    assert [t.state for t in world.turns()] == [TurnState.DELIVERED] * 3
    assert "turn=3 event=rate_exceeded rate=2/minute user=1" in caplog.text


def test_what_was_said_too_fast_is_in_the_context_of_the_next_answer() -> None:
    world = _world(["Hello!"], per_minute=2)
    world.live(three_questions)
    world.rest(60)

    async def ask_again(house: House) -> None:
        house.say(2000, "four")

    world.live(ask_again)

    texts = [message.text.rpartition("\n")[2] for message in world.model.seen[-1].messages]
    assert texts == ["one", "Hello!", "two", "Hello!", "three", "four"]


def test_it_holds_in_all_places_together_and_after_a_restart() -> None:
    world = _world(["Hello!"], per_minute=1)
    world.live(one_question)

    async def ask_elsewhere(house: House) -> None:
        house.say(1001, "hello", DIRECT)

    world.live(ask_elsewhere)

    assert _says_no(world.board.read_aloud(DIRECT)) == [True]


def test_what_one_has_takes_nothing_from_another() -> None:
    world = _world(["Hello!"], per_minute=1)

    async def both_ask(house: House) -> None:
        house.say(1000, "hello", by=ADA)
        await house.settled()
        house.say(1001, "hello", by=BOB)

    world.live(both_ask)

    assert world.board.read_aloud(CHANNEL) == ["Hello!", "Hello!"]


def test_answers_under_way_count_in_whatever_places_they_are() -> None:
    world = _world(SLOW, per_minute=2)
    places = (CHANNEL, OTHER_CHANNEL, DIRECT, Place(900, 90))

    async def ask_everywhere(house: House) -> None:
        for number, place in enumerate(places):
            house.say(1000 + number, "hello", place)

    world.live(ask_everywhere)

    shown = [text for place in places for text in world.board.read_aloud(place)]
    assert sorted(_says_no(shown)) == [False, False, True, True]
    assert len(world.model.seen) == 2


def test_what_is_under_way_for_one_takes_nothing_from_another() -> None:
    world = _world(SLOW, per_minute=1)

    async def both_ask(house: House) -> None:
        house.say(1000, "hello", CHANNEL, by=ADA)
        house.say(1001, "hello", OTHER_CHANNEL, by=BOB)

    world.live(both_ask)

    shown = [text for place in (CHANNEL, OTHER_CHANNEL) for text in world.board.read_aloud(place)]
    assert shown == ["Hello!", "Hello!"]


def test_an_answer_that_cost_nothing_is_not_counted() -> None:
    world = _world([ModelRefused(Fault.MODEL, "unknown")], ["Hello!"], per_minute=1)

    async def ask_twice(house: House) -> None:
        for number in (1000, 1001):
            house.say(number, "hello")
            await house.settled()

    world.live(ask_twice)

    first, second = world.board.read_aloud(CHANNEL)
    assert first.startswith("❓")
    assert second == "Hello!"


def test_another_version_is_an_answer_too_and_the_first_one_is_kept() -> None:
    world = _world(["Hello!"], per_minute=1)

    async def retry(house: House) -> None:
        house.say(1000, "hello")
        await house.settled()
        await house.sessions.retry(CHANNEL, ADA)
        await house.settled()
        assert _says_no(world.board.read_aloud(CHANNEL)) == [True]
        await house.sessions.show_version(CHANNEL, ADA, 1000, 0)

    world.live(retry)

    assert world.board.read_aloud(CHANNEL) == ["Hello!"]
    assert len(world.model.seen) == 1


def test_retry_answers_once_it_is_due() -> None:
    world = _world(["Hello!"], per_minute=2)

    async def retry_later(house: House) -> None:
        await three_questions(house)
        await house.clock.sleep(60)
        await house.sessions.retry(CHANNEL, ADA)

    world.live(retry_later)

    assert world.board.read_aloud(CHANNEL) == ["Hello!", "Hello!", "Hello!"]


def test_an_answer_that_is_tried_again_does_not_stand_in_its_own_way() -> None:
    world = _world(["Hello!"], per_minute=1)
    world.store.calls.append(call(at=START, turn_id=1))

    world.live(one_question)

    assert world.shown() == "Hello!"


def test_its_own_place_on_the_bill_hides_no_other_answer() -> None:
    world = _world(["Hello!"], per_minute=1)
    before = START - timedelta(seconds=30)
    world.store.calls += [call(at=before, turn_id=99), call(at=START, turn_id=1)]

    world.live(one_question)

    assert _says_no(world.board.read_aloud(CHANNEL)) == [True]


def test_an_answer_that_is_recorded_while_the_bill_is_read_is_not_overlooked() -> None:
    first, second = call(at=START, turn_id=1), call(at=START, turn_id=2)
    store = MemoryStore()

    async def admitted() -> RateNote | None:
        rates = Rates(accounts=store, clock=LoopClock(), rates=[Rate(1, Span.MINUTE)])
        await rates.admit(first.payer)
        asking = asyncio.create_task(rates.admit(second.payer))
        await asyncio.sleep(0)  # the bill is read, and not returned yet
        store.calls.append(first)
        rates.leave(first.payer)
        return await asking

    assert run(admitted()) is not None


def test_the_moment_is_rounded_up_so_that_it_is_due_by_then() -> None:
    reply = Reply("", Ending.REFUSED, rate=RateNote(Rate(1000, Span.HOUR), MORNING))

    assert note(reply) == (
        "🐇 Each person can have 1,000 answers in any hour, and that is what you had. The next one "
        "is due <t:1767346216:R>; press Retry then. What you said is kept."
    )


@pytest.mark.parametrize("trouble", [*DEADLY, Trouble.FAILS])
@pytest.mark.parametrize("name", ["answers", "event", "record_reply"])
def test_nobody_is_turned_away_because_the_process_died_or_the_store_refused(
    name: str, trouble: Trouble
) -> None:
    world, plan = _world(["Hello!"], per_minute=1), Plan()
    plan.trouble_at_name(name, trouble)

    world.live(one_question, plan)
    world.rest(60)
    world.live(one_question)

    assert world.board.read_aloud(CHANNEL) == ["Hello!"]


@pytest.mark.parametrize("trouble", [*DEADLY, Trouble.FAILS])
@pytest.mark.parametrize("name", ["answers", "record_reply", "post", "settle_turn"])
def test_what_is_said_in_place_of_an_answer_is_said_once_whatever_happens(
    name: str, trouble: Trouble
) -> None:
    world, plan = _world(["Hello!"], per_minute=1), Plan()
    world.live(one_question)
    plan.trouble_at_name(name, trouble)

    async def ask_again(house: House) -> None:
        house.say(1001, "again", OTHER_CHANNEL)

    world.live(ask_again, plan)
    world.live(ask_again)

    assert _says_no(world.board.read_aloud(OTHER_CHANNEL)) == [True]
    assert len(world.model.seen) == 1


def test_where_there_is_no_rate_nothing_is_read() -> None:
    world, plan = World(["Hello!"]), Plan()

    world.live(one_question, plan)

    assert world.shown() == "Hello!"
    assert "answers" not in plan.calls
