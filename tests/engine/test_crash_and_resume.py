"""The process may die, and anything may fail, at any awaited call of a turn.

The person gets one whole reply all the same, in the posts where it was begun.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from bot.domain.completion import CompletionEvent, Usage
from bot.domain.context import Context
from bot.domain.errors import Fault, ModelBusy
from bot.domain.reply import Controls, Ending, Mark, Page
from bot.domain.session import Place
from bot.domain.turn import TurnState
from tests.engine.faults import DEADLY, Plan, Trouble
from tests.engine.house import House, World
from tests.fakes.scripted_model import Script, ScriptedModel
from tests.fakes.virtual_time import run
from tests.samples import ADA, CHANNEL, OTHER_CHANNEL

SHORT: Script = ["Hi ", "there."]
LONG: Script = ["a" * 1999, "\n", "b" * 1999, "\n", "c" * 10]
DOWN: Script = [ModelBusy(Fault.SERVER, "503")]
BROKEN: Script = ["Well", ModelBusy(Fault.SERVER, "503")]
REPLIES = [
    pytest.param([SHORT], ["Hi there."], id="short"),
    pytest.param([LONG], ["a" * 1999, "b" * 1999, "c" * 10], id="three pages"),
    pytest.param(
        [BROKEN],
        [
            (
                "Well\n-# 🌩️ The model provider has a failure on its side. "
                "Press Retry in a minute or two."
            )
        ],
        id="model down",
    ),
    pytest.param([DOWN] * 4 + [SHORT], ["Hi there."], id="down and back"),
    pytest.param([["no", ModelBusy(Fault.RATE, "429", after=3)], SHORT], ["Hi there."], id="busy"),
]
A_MOMENT, AN_AGE = 1.0, 400.0  # seconds down; Discord has forgotten its nonces after the latter


async def one_question(house: House) -> None:
    house.say(1000, "hello")


async def nothing(_: House) -> None:
    return None


def calls_of(scripts: Sequence[Script]) -> list[str]:
    plan = Plan()
    assert World(*scripts).live(one_question, plan)
    return plan.calls


def check(world: World, pages: list[str], where: object) -> None:
    """Assert that the question was answered once, whole, and nothing is left to do."""
    shown = world.board.posts_at(CHANNEL)
    assert [post.text for post in shown] == pages, where
    assert [post.mark.page for post in shown] == list(range(len(pages))), where
    assert len(world.board.created) == len(set(world.board.created)), ("posted twice", where)
    assert shown[-1].controls is Controls.RETRY, where
    assert all(post.controls is Controls.CONTINUES for post in shown[:-1]), where
    assert [turn.state for turn in world.turns()] == [TurnState.DELIVERED], where
    assert world.turns()[0].posts == tuple(post.id for post in shown), where


@pytest.mark.parametrize(("scripts", "pages"), REPLIES)
@pytest.mark.parametrize("down", [A_MOMENT, AN_AGE])
@pytest.mark.parametrize("trouble", DEADLY)
def test_death_at_any_call_leaves_one_whole_reply(
    scripts: list[Script], pages: list[str], trouble: Trouble, down: float
) -> None:
    calls = calls_of(scripts)
    for at in range(1, len(calls) + 1):
        world = World(*scripts)
        world.die(one_question, Plan(at, trouble, seed=at), down=down)

        world.live(one_question)  # Discord may well deliver the message again

        check(world, pages, (at, calls[at - 1]))


@pytest.mark.parametrize(("scripts", "pages"), REPLIES)
@pytest.mark.parametrize(
    "trouble", [Trouble.FAILS, Trouble.ANSWER_LOST, Trouble.LANDS_LATE], ids=lambda t: t.name
)
def test_trouble_at_any_call_leaves_one_whole_reply(
    scripts: list[Script], pages: list[str], trouble: Trouble
) -> None:
    calls = calls_of(scripts)
    for at in range(1, len(calls) + 1):
        world = World(*scripts)

        assert world.live(one_question, Plan(at, trouble, seed=at))

        check(world, pages, (at, calls[at - 1]))


def test_two_deaths_in_a_row_leave_one_whole_reply() -> None:
    pages = ["a" * 1999, "b" * 1999, "c" * 10]
    calls = calls_of([LONG])
    for first in range(2, len(calls) + 1, 2):
        for second in range(1, len(calls) + 10, 3):
            world = World(LONG)
            world.die(one_question, Plan(first, Trouble.DIES_IN_FLIGHT, seed=first), down=A_MOMENT)
            if not world.live(nothing, Plan(second, Trouble.DIES_AFTER, seed=second)):
                world.rest(AN_AGE)

            world.live(one_question)  # the first death may have come before it was heard

            check(world, pages, (first, second))


def test_a_shorter_second_answer_leaves_nothing_of_the_first() -> None:
    calls = calls_of([LONG])
    for at in range(1, len(calls) + 1):
        world = World(LONG, SHORT)
        world.die(one_question, Plan(at, Trouble.DIES_AFTER), down=AN_AGE)

        world.live(one_question)

        asked_twice = len(world.model.seen) == 2
        whole = ["a" * 1999, "b" * 1999, "c" * 10]
        check(world, ["Hi there."] if asked_twice else whole, (at, calls[at - 1]))


def test_a_post_whose_answer_was_lost_is_found_after_a_long_outage() -> None:
    world = World(SHORT)
    plan = Plan()
    plan.trouble_at_name("post", Trouble.ANSWER_LOST)

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.until(lambda: bool(world.board.created))
        world.board.is_away = True
        await house.clock.sleep(AN_AGE)
        world.board.is_away = False

    assert world.live(story, plan)
    check(world, ["Hi there."], "the nonce was forgotten meanwhile")


def test_a_post_that_the_nonce_gives_back_is_brought_up_to_date_at_once() -> None:
    world = World(["Hi ", asyncio.Event()], SHORT)
    plan = Plan()
    plan.trouble_at_name("post", Trouble.DIES_AFTER)
    world.die(one_question, plan, down=A_MOMENT)
    world.board.hides_history = True

    async def story(house: House) -> None:
        await house.until(lambda: world.turns()[0].state is TurnState.POSTED)
        assert world.shown() == "Hi there."

    assert world.live(story)


def test_pages_of_an_attempt_that_nobody_remembers_are_taken_back() -> None:
    world = World(SHORT)
    plan = Plan()
    plan.trouble_at_name("record_reply", Trouble.DIES_AFTER)
    world.die(one_question, plan, down=A_MOMENT)
    stray = Page("left over", Controls.RETRY)

    async def leave(nonce: str) -> None:
        mark = Mark(1000, 3)
        await world.board.post(CHANNEL, stray, mark=mark, nonce=nonce, reply_to=None)

    async def story(house: House) -> None:
        await house.until(lambda: world.turns()[0].state is TurnState.POSTED)
        assert world.shown() == "Hi there."
        await leave("landed late")

    run(leave("found at the start"), start=world.seconds)
    assert world.live(story)
    assert world.shown() == "Hi there."


def asked_and_deleted() -> World:
    """Return a world in which somebody has deleted the answer to a question."""
    world = World(SHORT, ["Again ", "there."])
    assert world.live(one_question)
    world.board.rows.clear()
    return world


async def one_retry(house: House) -> None:
    await house.sessions.retry(CHANNEL, ADA)


@pytest.mark.parametrize("down", [A_MOMENT, AN_AGE])
@pytest.mark.parametrize("trouble", DEADLY)
def test_death_at_any_call_of_a_retry_leaves_one_answer_where_one_was_deleted(
    trouble: Trouble, down: float
) -> None:
    plan = Plan()
    assert asked_and_deleted().live(one_retry, plan)
    begun = plan.calls.index("add_version") + 2  # from where on another answer is owed
    for at in range(begun, len(plan.calls)):
        world = asked_and_deleted()
        world.die(one_retry, Plan(at, trouble, seed=at), down=down)

        world.live(nothing)

        assert world.board.read_aloud(CHANNEL) == ["Again there."], (at, plan.calls[at - 1])


def test_a_crash_costs_at_most_one_more_request_to_the_model() -> None:
    for at in range(1, len(calls_of([SHORT])) + 1):
        world = World(SHORT)
        world.die(one_question, Plan(at, Trouble.DIES_AFTER), down=A_MOMENT)

        world.live(nothing)

        assert len(world.model.seen) <= 2


def test_words_that_were_paid_for_are_kept_until_the_disk_takes_them() -> None:
    world = World(["Paid for."], ["Paid for again."])
    plan = Plan()
    plan.trouble_at_name("record_reply", Trouble.FAILS)

    assert world.live(one_question, plan)

    check(world, ["Paid for."], "the disk was full when the reply was to be kept")


def test_a_prompt_that_keeps_killing_the_process_is_given_up() -> None:
    world = World(SHORT)
    calls = calls_of([SHORT])
    world.die(one_question, Plan(calls.index("event") + 1, Trouble.DIES_BEFORE), down=A_MOMENT)
    for _ in range(2):
        plan = Plan()
        plan.trouble_at_name("event", Trouble.DIES_BEFORE)
        world.die(nothing, plan, down=A_MOMENT)
    assert [turn.state for turn in world.turns()] == [TurnState.ANSWERING]

    world.live(nothing)

    (turn,) = world.turns()
    assert turn.reply is not None
    assert turn.reply.ending is Ending.GAVE_UP
    assert "three times" in world.board.posts_at(CHANNEL)[0].text


class DeadlyModel(ScriptedModel):
    """Takes five seconds for an answer, and the process with it when asked for poison."""

    plan = Plan()

    @asynccontextmanager
    async def complete(self, context: Context) -> AsyncIterator[AsyncIterator[CompletionEvent]]:
        if "poison" in context.messages[-1].text:
            await asyncio.sleep(1)
            self.plan.die()
        await asyncio.sleep(5)
        async with super().complete(context) as events:
            yield events


def test_a_prompt_that_kills_every_time_takes_no_other_answer_with_it() -> None:
    places = [Place(700 + number, 70) for number in range(6)]
    world = World()
    world.asked = model = DeadlyModel(["Fine."])

    async def story(house: House) -> None:
        for number, place in enumerate(places):
            house.say(1000 + number, "poison" if place == places[3] else "hello", place)

    lives = 0
    while True:
        model.plan, lives = Plan(), lives + 1
        if world.live(story if lives == 1 else nothing, model.plan):
            break
        world.rest(A_MOMENT)

    assert lives == 4
    assert [world.board.read_aloud(place) for place in places if place != places[3]] == [
        ["Fine."]
    ] * 5
    (notice,) = world.board.read_aloud(places[3])
    assert "three times" in notice


def test_who_waits_for_a_last_try_can_stop_that() -> None:
    gate = asyncio.Event()
    world = World(["Fine", gate, "."])

    async def two_questions(house: House) -> None:
        house.say(1000, "hello")
        house.say(1001, "hello", OTHER_CHANNEL)

    async def third_life(house: House) -> None:
        await asyncio.sleep(1)
        assert world.model.streaming == 1
        waiting = next(p for p in (CHANNEL, OTHER_CHANNEL) if not world.board.posts_at(p))
        assert await house.sessions.stop(waiting, ADA)
        await asyncio.sleep(1)
        assert world.board.read_aloud(waiting) == ["⏹️ Stopped."]
        gate.set()

    for story in (two_questions, nothing):
        plan = Plan()
        plan.trouble_at_name("event", Trouble.DIES_BEFORE)
        world.die(story, plan, down=A_MOMENT)

    assert world.live(third_life)


def test_a_planned_stop_is_no_failed_attempt() -> None:
    world = World(SHORT)
    for _ in range(5):
        plan = Plan()
        plan.trouble_at_name("event", Trouble.DIES_BEFORE)
        world.die(one_question, plan, down=A_MOMENT)
        world.forgive()

    world.live(nothing)

    check(world, ["Hi there."], "after five planned stops")


def test_usage_is_kept_with_the_turn() -> None:
    world = World([*SHORT, Usage(120, 7, cached_tokens=100, reasoning_tokens=2)])

    world.live(one_question)

    assert world.turns()[0].usage == Usage(120, 7, cached_tokens=100, reasoning_tokens=2)
