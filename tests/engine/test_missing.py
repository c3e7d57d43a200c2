"""An answer that somebody deletes while the bot is away is taken out when it is back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.domain.hearing import id_at
from bot.domain.turn import TurnState
from bot.engine.missing import MOST_LOOKED_FOR
from bot.engine.sessions import Change
from tests.engine.faults import DEADLY, Plan, Trouble
from tests.engine.house import House, World
from tests.engine.test_amending import a_world, asked, connected, lived_in, states
from tests.engine.test_retracting import LONG, replies
from tests.samples import ADA, CHANNEL, DIRECT, OTHER_CHANNEL

HERE, THERE = CHANNEL, OTHER_CHANNEL
LOOKS = "read"  # what a look at a post is called, and the reading of a history


def answered(*answers: str) -> World:
    """Return a world in which some questions were answered, and the bot is away."""
    world = a_world(*[[answer] for answer in answers], ["Hello."])

    async def story(house: House) -> None:
        await house.connect(HERE, THERE)
        await house.opened(HERE, THERE)
        for number in range(len(answers)):
            house.arrive(f"question {number}")
            await house.settled()
            await house.clock.sleep(1)

    assert world.live(story)
    world.past.seconds = world.seconds
    return world


def somebody_speaks(world: World) -> None:
    """Have something said, so that the history is read when the bot is back."""
    world.rest(1.0)
    world.past.seconds = world.seconds
    world.past.put("and now?", HERE)
    world.rest(1.0)


@pytest.mark.parametrize("page", [0, 1, 2])
def test_an_answer_deleted_while_away_is_in_no_context_and_its_question_is(page: int) -> None:
    world = answered(LONG)
    del world.board.rows[list(world.board.rows)[page]]
    somebody_speaks(world)

    assert world.live(connected(HERE))

    assert asked(world.model.seen[1]) == ["question 0", "and now?"]
    assert replies(world) == ["", "Hello."]
    assert world.board.read_aloud(HERE) == ["Hello."]


def test_of_an_answer_that_is_all_gone_nothing_is_owed() -> None:
    world = answered(LONG, "Fine.")
    for post in list(world.board.rows)[:3]:
        del world.board.rows[post]
    somebody_speaks(world)

    assert world.live(connected(HERE))

    assert replies(world) == ["", "Fine.", "Hello."]
    assert [len(turn.posts) for turn in world.turns()] == [0, 1, 1]
    assert [turn.state for turn in world.turns()] == [TurnState.DELIVERED] * 3


def test_where_nothing_was_deleted_no_post_is_looked_for() -> None:
    world = answered("One.", LONG)
    somebody_speaks(world)
    plan = Plan()

    assert world.live(connected(HERE), plan)

    assert replies(world) == ["One.", LONG, "Hello."]
    assert plan.calls[plan.calls.index("shown_at") + 1] != LOOKS


def test_a_quiet_place_costs_no_look() -> None:
    world = answered("My secret.")
    world.board.rows.clear()
    plan = Plan()

    assert world.live(connected(HERE), plan)

    assert LOOKS not in plan.calls
    assert "shown_at" not in plan.calls
    assert replies(world) == ["My secret."]


@pytest.mark.parametrize("what", ["hidden", "gone"])
def test_where_nothing_can_be_read_no_answer_is_taken_for_deleted(what: str) -> None:
    world = answered("My secret.")
    world.board.rows.clear()
    somebody_speaks(world)
    getattr(world.past, what).add(HERE)
    plan = Plan()

    assert world.live(connected(HERE), plan)

    assert replies(world) == ["My secret."]
    assert "shown_at" not in plan.calls


def test_an_empty_history_in_a_server_takes_no_answer_out() -> None:
    world = answered("My secret.")
    world.board.rows.clear()
    somebody_speaks(world)
    world.past.said.clear()
    world.past.put("elsewhere", THERE)

    async def story(house: House) -> None:
        await house.connect(HERE)
        house.arrive("psst", THERE)
        await house.opened(HERE)

    assert world.live(story)

    assert replies(world)[0] == "My secret."


def test_a_permission_that_is_lost_while_it_is_looked_for_proves_nothing() -> None:
    world = answered("My secret.")
    world.board.rows.clear()
    somebody_speaks(world)
    world.board.gone.add(HERE)

    assert world.live(connected(HERE))

    assert replies(world)[0] == "My secret."
    assert states(world) == [TurnState.DELIVERED, TurnState.ABANDONED]


def test_an_answer_before_what_was_read_is_let_be() -> None:
    world, _ = lived_in()
    world.board.rows.clear()
    for number in range(98):
        world.past.put(f"chatter {number}", HERE, ago=100, is_for_us=False)
    somebody_speaks(world)

    assert world.live(connected(HERE))

    assert replies(world) == ["Answer 0.", "Answer 1.", "", "Answer 3."]


def test_an_answer_that_was_shown_after_the_history_was_read_is_found() -> None:
    world = a_world(["One."], ["Two."])
    world.past.put("missed", HERE)
    world.seconds += 1

    async def story(house: House) -> None:
        door = world.past.doors[HERE] = asyncio.Event()
        await house.connect(HERE)
        await house.until(lambda: world.past.reads == [HERE])
        house.say(id_at(house.clock.now()), "/ask")
        await house.until(lambda: "One." in world.shown())
        await house.settled()
        door.set()
        await house.opened(HERE)

    assert world.live(story)

    assert replies(world) == ["One.", "Two."]


def test_in_a_direct_message_all_answers_may_have_been_deleted() -> None:
    world = a_world(["My secret."])

    async def story(house: House) -> None:
        await house.connect()
        house.arrive("psst", DIRECT)
        await house.settled()

    assert world.live(story)
    world.board.rows.clear()
    world.past.said.clear()
    world.rest(1.0)

    assert world.live(connected(DIRECT))

    assert replies(world) == [""]


def test_of_very_many_answers_the_newest_are_taken_out_first() -> None:
    numbers = range(MOST_LOOKED_FOR + 2)
    world = answered(*(f"Answer {number}." for number in numbers))
    world.board.rows.clear()
    somebody_speaks(world)

    assert world.live(connected(HERE))
    assert replies(world) == ["Answer 0.", "Answer 1.", *[""] * MOST_LOOKED_FOR, "Hello."]

    somebody_speaks(world)
    assert world.live(connected(HERE))
    assert replies(world) == [*[""] * (MOST_LOOKED_FOR + 2), "Hello.", "Hello."]


def test_while_no_post_can_be_looked_for_a_place_does_not_stay_shut() -> None:
    world = answered("My secret.")
    world.board.rows.clear()
    somebody_speaks(world)
    world.board.is_away = True

    async def story(house: House) -> None:
        await house.connect(HERE)
        await house.opened(HERE)
        world.board.is_away = False

    assert world.live(story)

    assert replies(world) == ["My secret.", "Hello."]


# What became of the answer before


async def retried(house: House) -> None:
    await house.sessions.retry(HERE, ADA)


async def undone(house: House) -> None:
    await house.sessions.undo(HERE, ADA)


@pytest.mark.parametrize("change", [retried, undone])
def test_all_versions_of_an_answer_go_and_those_that_were_undone(
    change: Callable[[House], Awaitable[None]],
) -> None:
    world = answered("My secret.")

    async def story(house: House) -> None:
        await connected(HERE)(house)
        await change(house)
        await house.settled()

    assert world.live(story)
    world.board.rows.clear()
    somebody_speaks(world)

    assert world.live(connected(HERE))

    assert not any(replies(world)[:-1])
    assert world.board.read_aloud(HERE) == ["Hello."]


def test_an_answer_is_gone_from_the_branches_too() -> None:
    world = answered("My secret.")

    async def branch(house: House) -> None:
        await connected(HERE, THERE)(house)
        found = await house.engine.branches.at(HERE, ADA, world.turns()[0].anchor)
        assert not isinstance(found, Change)
        await house.engine.branches.open(*found, THERE, ADA)

    async def go_on(house: House) -> None:
        await connected(HERE, THERE)(house)
        house.arrive("and here?", THERE)

    assert world.live(branch)
    world.board.rows.clear()
    somebody_speaks(world)

    assert world.live(go_on)

    assert [asked(context) for context in world.model.seen[1:]] == [
        ["question 0", "and now?"],
        ["question 0", "and here?"],
    ]


def test_an_answer_that_waits_for_its_next_version_is_let_be() -> None:
    world = answered("My secret.")
    plan = Plan()
    plan.trouble_at_name("add_version", Trouble.DIES_AFTER)

    async def retry(house: House) -> None:
        await connected(HERE)(house)
        await house.sessions.retry(HERE, ADA)

    world.die(retry, plan, down=60)
    world.board.rows.clear()
    world.past.seconds = world.seconds

    assert world.live(connected(HERE))

    assert replies(world) == ["My secret.", "Hello."]
    assert world.board.read_aloud(HERE) == ["Hello."]


# Trouble


@pytest.mark.parametrize("trouble", [*DEADLY, Trouble.FAILS, Trouble.ANSWER_LOST])
def test_trouble_at_any_call_leaves_no_word_and_no_page_of_an_answer(trouble: Trouble) -> None:
    def deleted_while_away() -> World:
        world = answered(LONG)
        del world.board.rows[min(world.board.rows)]
        somebody_speaks(world)
        return world

    plan = Plan()
    assert deleted_while_away().live(connected(HERE), plan)
    begun = plan.calls.index("shown_at") + 1
    for at in range(begun, len(plan.calls) + 1):
        world = deleted_while_away()
        where = (at, plan.calls[at - 1])
        if not world.live(connected(HERE), Plan(at, trouble, seed=at)):
            world.rest(1.0)

        assert world.live(connected(HERE)), where

        assert replies(world) == ["", "Hello."], where
        assert world.board.read_aloud(HERE) == ["Hello."], where
        assert all(turn.is_settled for turn in world.turns()), where
        assert asked(world.model.seen[-1]) == ["question 0", "and now?"], where
