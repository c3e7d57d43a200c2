"""An answer that somebody deletes is in no context any more, and nothing is left of it."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.session import Place
from bot.domain.turn import TurnState
from bot.engine.sessions import Change
from tests.engine.faults import DEADLY, Plan, Trouble
from tests.engine.house import House, World
from tests.engine.test_amending import a_world, answered, ask, asked, states
from tests.fakes.board import Board
from tests.fakes.virtual_time import LoopClock
from tests.samples import ADA, CHANNEL

HERE = CHANNEL
LONG = "my secret " * 500  # three pages


def replies(world: World) -> list[str | None]:
    return [turn.reply.text if turn.reply else None for turn in world.turns()]


def test_a_deleted_answer_is_in_no_context_and_its_question_is() -> None:
    world = a_world(["My secret."], ["Hello."])

    async def story(house: House) -> None:
        await answered(house, "tell me")
        house.delete_posts(*world.board.rows)
        house.arrive("and now?")

    assert world.live(story)

    assert asked(world.model.seen[1]) == ["tell me", "and now?"]
    assert replies(world) == ["", "Hello."]
    assert world.board.read_aloud(HERE) == ["Hello."]


@pytest.mark.parametrize("page", [0, 1, 2])
def test_with_any_of_its_pages_an_answer_goes_as_a_whole(page: int) -> None:
    world = a_world([LONG], ["Hello."])

    async def story(house: House) -> None:
        await answered(house, "tell me")
        assert len(world.board.rows) == 3
        house.delete_posts(list(world.board.rows)[page])
        await house.settled()
        assert world.board.rows == {}
        house.arrive("and now?")

    assert world.live(story)

    assert asked(world.model.seen[1]) == ["tell me", "and now?"]
    assert world.board.read_aloud(HERE) == ["Hello."]


def test_a_deleted_answer_can_be_asked_for_again() -> None:
    world = a_world(["My secret."], ["Another answer."])

    async def story(house: House) -> None:
        await answered(house, "tell me")
        house.delete_posts(*world.board.rows)
        await house.engine.intake.caught_up()
        assert await house.sessions.retry(HERE, ADA) is Change.STARTED

    assert world.live(story)

    (post,) = world.board.posts_at(HERE)
    assert (post.text, post.standing) == ("Another answer.", None)


def test_deleting_an_answer_while_it_is_written_stops_it() -> None:
    world = a_world(["My secret", asyncio.Event()], ["Hello."])

    async def story(house: House) -> None:
        await ask(house, "tell me")
        await house.until(lambda: "secret" in world.shown())
        house.delete_posts(*world.board.rows)
        await house.settled()
        assert world.board.rows == {}
        house.arrive("and now?")

    assert world.live(story)

    assert states(world) == [TurnState.CANCELLED, TurnState.DELIVERED]
    assert asked(world.model.seen[1]) == ["tell me", "and now?"]


def test_deleting_an_older_answer_lets_the_one_in_progress_be() -> None:
    world = a_world([LONG], ["Hel", go := asyncio.Event(), "lo."])

    async def story(house: House) -> None:
        await answered(house, "tell me")
        old = list(world.board.rows)
        house.arrive("and now?")
        await house.until(lambda: "Hel" in world.shown())
        house.delete_posts(old[0])
        await house.engine.intake.caught_up()
        go.set()

    assert world.live(story)

    assert world.board.read_aloud(HERE) == ["Hello."]
    assert replies(world) == ["", "Hello."]


class EchoingBoard(Board):
    """Tells of every message that is deleted before whoever deleted it knows that it is."""

    house: House | None = None

    async def delete(self, place: Place, post: int) -> None:
        await super().delete(place, post)
        if self.house is not None:
            self.house.catch_up.erase(place, {post})
            await self.house.engine.intake.caught_up()


def test_pages_that_the_bot_itself_takes_back_take_no_answer_out() -> None:
    world = a_world([LONG], ["Short."], ["Hello."])
    board = world.board = EchoingBoard(LoopClock())

    async def story(house: House) -> None:
        board.house = house
        await answered(house, "tell me")
        await house.sessions.retry(HERE, ADA)
        await house.settled()
        house.arrive("and now?")

    assert world.live(story)

    assert asked(world.model.seen[2]) == ["tell me", "Short.", "and now?"]
    assert world.board.read_aloud(HERE) == ["Short.", "Hello."]


@pytest.mark.parametrize("trouble", [*DEADLY, Trouble.FAILS, Trouble.ANSWER_LOST])
@pytest.mark.parametrize("is_growing", [True, False])
def test_trouble_at_any_call_of_deleting_an_answer_leaves_no_word_and_no_page(
    trouble: Trouble, *, is_growing: bool
) -> None:
    def world_with_a_story() -> World:
        return World([LONG, 5.0], long_after=8) if is_growing else World([LONG])

    async def story(house: House) -> None:
        house.engine.catch_up.begin()
        house.say(1000, "tell me")
        if is_growing:
            await house.clock.sleep(2)
        else:
            await house.settled()
        first = min(house.board.rows, default=None)
        if first is not None:
            house.delete_posts(first)
        elif known := [post for turn in world.turns() for post in turn.posts]:
            house.catch_up.erase(HERE, known)  # it was deleted before the process died

    plan = Plan()
    world = world_with_a_story()
    assert world.live(story, plan)
    assert world.board.rows == {}
    for at in range(1, len(plan.calls) + 1):
        world = world_with_a_story()
        where = (at, plan.calls[at - 1])
        if not world.live(story, Plan(at, trouble, seed=at)):
            world.rest(1.0)

        assert world.live(story), where  # Discord tells of it again

        assert world.board.rows == {}, where
        assert not any(replies(world)), where
        assert all(turn.is_settled for turn in world.turns()), where
