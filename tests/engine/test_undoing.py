"""The newest turn is taken out of the conversation, whatever dies or happens meanwhile."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.reply import Controls
from bot.engine.sessions import Change
from tests.engine.faults import DEADLY, Plan, Trouble
from tests.engine.house import House, World
from tests.fakes.scripted_model import Script
from tests.samples import ADA, BOB, CHANNEL, OTHER_CHANNEL

TAKEN_OUT = "-# ↩️ Taken out with `/undo`: no longer part of this conversation."
LONG: Script = ["a" * 1999, "\n", "b" * 1999, "\n", "c" * 10]


def two_answers(second: Script, *more: Script) -> World:
    world = World(["One."], second, *more)

    async def story(house: House) -> None:
        for number in (1000, 1001):
            house.say(number, f"question {number}")
            await house.settled()

    world.live(story)
    return world


async def undo(house: House) -> None:
    assert await house.sessions.undo(CHANNEL, ADA) is Change.STARTED


async def nothing(_: House) -> None:
    return None


def shown_to_the_model(world: World) -> list[str]:
    return [m.text.rpartition("]\n")[2] for m in world.model.seen[-1].messages]


def test_the_posts_say_so_and_the_next_context_goes_on_from_before() -> None:
    world = two_answers(["Two."], ["Three."])

    async def story(house: House) -> None:
        await undo(house)
        house.say(1002, "go on")

    world.live(story)

    posts = world.board.posts_at(CHANNEL)
    assert [post.text for post in posts] == ["One.", f"Two.\n{TAKEN_OUT}", "Three."]
    controls = [Controls.RETRY, Controls.UNDONE, Controls.RETRY]
    assert [post.controls for post in posts] == controls
    assert shown_to_the_model(world) == ["question 1000", "One.", "go on"]


def test_again_goes_further_back_and_ends_in_words() -> None:
    world = two_answers(["Two."], ["Three."])

    async def story(house: House) -> None:
        came = [await house.sessions.undo(CHANNEL, by) for by in (ADA, BOB, ADA)]
        assert came == [Change.STARTED, Change.STARTED, Change.NOTHING]
        assert await house.sessions.retry(CHANNEL, ADA) is Change.NOTHING
        house.say(1002, "afresh")

    world.live(story)

    assert world.board.read_aloud(CHANNEL) == [
        f"One.\n{TAKEN_OUT}",
        f"Two.\n{TAKEN_OUT}",
        "Three.",
    ]
    assert shown_to_the_model(world) == ["afresh"]


def test_an_answer_that_is_being_written_is_not_taken_out() -> None:
    world = two_answers(["Two."], ["Th", asyncio.Event()])

    async def story(house: House) -> None:
        house.say(1002, "go on")
        await house.until(lambda: "Th" in world.shown().replace("Two", ""))
        assert await house.sessions.undo(CHANNEL, ADA) is Change.BUSY
        await house.sessions.stop(CHANNEL, ADA)

    world.live(story)


def test_one_of_several_versions_is_taken_out_and_the_arrows_go() -> None:
    world = two_answers(["Two."], ["Another two."])

    async def story(house: House) -> None:
        await house.sessions.retry(CHANNEL, ADA)
        await house.settled()
        await undo(house)
        await house.settled()
        came = await house.sessions.show_version(CHANNEL, ADA, 1001, 0)
        assert came is Change.NOT_NEWEST
        assert await house.sessions.retry_answer(CHANNEL, ADA, 1001) is Change.NOT_NEWEST

    world.live(story)

    *_, last = world.board.posts_at(CHANNEL)
    assert last.text == f"Another two.\n{TAKEN_OUT}"
    assert (last.controls, last.standing) == (Controls.UNDONE, None)


def test_a_branch_from_what_was_said_among_people_goes_on_from_before_all_its_versions() -> None:
    world = two_answers(["Two."], ["Another two."], ["Three."])

    async def story(house: House) -> None:
        await house.sessions.retry(CHANNEL, ADA)
        await house.settled()
        await undo(house)
        await house.settled()
        found = await house.engine.branches.at(CHANNEL, ADA, 1002)
        assert not isinstance(found, Change)
        await house.engine.branches.open(*found, OTHER_CHANNEL, ADA)
        house.say(1003, "go on", OTHER_CHANNEL)

    world.live(story)

    assert shown_to_the_model(world) == ["question 1000", "One.", "go on"]


def test_the_answer_before_can_be_given_again() -> None:
    world = two_answers(["Two."], ["Another one."])

    async def story(house: House) -> None:
        await undo(house)
        assert await house.sessions.retry(CHANNEL, ADA) is Change.STARTED

    world.live(story)

    assert world.board.read_aloud(CHANNEL) == ["Another one.", f"Two.\n{TAKEN_OUT}"]


def test_what_somebody_deleted_is_not_put_back_for_it() -> None:
    world = two_answers(LONG)

    async def story(house: House) -> None:
        await world.board.delete(CHANNEL, world.board.posts_at(CHANNEL)[-1].id)
        await undo(house)

    world.live(story)

    assert world.board.read_aloud(CHANNEL) == ["One.", "a" * 1999, "b" * 1999]


@pytest.mark.parametrize("down", [1.0, 400.0])
@pytest.mark.parametrize("trouble", DEADLY)
def test_death_at_any_call_of_it_ends_in_all_or_nothing(trouble: Trouble, down: float) -> None:
    full = "b" * 1990  # so that the words take a post of their own

    async def story(house: House) -> None:
        plan.calls.clear()
        plan.at = at
        await undo(house)

    ends = set()
    for at in range(1, 40):
        plan = Plan(trouble=trouble, seed=at)
        world = two_answers([full])
        if world.live(story, plan):
            break
        world.rest(down)
        world.live(nothing)

        shown = tuple(world.board.read_aloud(CHANNEL))
        assert shown in {("One.", full), ("One.", full, TAKEN_OUT)}, at
        (session,) = world.store.sessions.values()
        first, second = world.turns()
        assert session.head == (first.id if TAKEN_OUT in shown else second.id), at
        assert second.is_settled, at
        assert len(second.posts) == len(shown) - 1, at
        ends.add(shown)
    else:
        pytest.fail("the process never got to the end")
    assert len(ends) == 2
