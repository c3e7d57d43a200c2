"""The store is thrown back: what it forgot is found again on Discord, and answered once."""

from __future__ import annotations

import asyncio

from bot.domain.reply import Controls
from bot.domain.turn import TurnState
from tests.engine.faults import Plan, Trouble
from tests.engine.house import House, World
from tests.samples import ADA, CHANNEL

AN_AGE = 400.0  # seconds down; Discord has forgotten its nonces after them


async def connected(house: House) -> None:
    await house.connect(CHANNEL)
    await house.opened(CHANNEL)


def say(world: World, text: str) -> int:
    """Have Ada write while the bot is down; return the id."""
    world.rest(1.0)
    world.past.seconds = world.seconds
    return world.past.put(text, CHANNEL).prompt.message_id


def interrupted(name: str, trouble: Trouble) -> World:
    """Return a world in which the process died at a call while it answered what it missed.

    The store has forgotten then that anything was said.
    """
    world = World(["Hi there."])
    assert world.live(connected)
    world.store.flush()
    say(world, "one")
    plan = Plan(seed=1)
    plan.trouble_at_name(name, trouble)
    assert not world.live(connected, plan)
    world.store.lose_power(5, spares_flushed=False)
    assert world.turns() == []
    return world


def test_what_was_forgotten_is_answered_in_the_posts_that_it_has() -> None:
    world = interrupted("settle_turn", Trouble.DIES_BEFORE)
    world.rest(AN_AGE)

    assert world.live(connected)

    assert world.board.read_aloud(CHANNEL) == ["Hi there."]
    assert len(world.board.created) == 1


def test_what_was_forgotten_and_is_answered_with_more_leaves_no_second_answer() -> None:
    world = interrupted("settle_turn", Trouble.DIES_BEFORE)
    world.rest(AN_AGE)
    second = say(world, "two")

    async def story(house: House) -> None:
        await connected(house)
        await house.until(lambda: world.turns()[0].state is TurnState.POSTED)
        assert [post.mark.anchor for post in world.board.posts_at(CHANNEL)] == [second]

    assert world.live(story)

    assert [post.mark.anchor for post in world.board.posts_at(CHANNEL)] == [second]
    assert [len(turn.prompts) for turn in world.turns()] == [2]


def test_what_lands_late_for_a_forgotten_turn_is_taken_back() -> None:
    world = interrupted("post", Trouble.DIES_IN_FLIGHT)
    (first,) = world.past.said
    second = say(world, "two")

    assert world.live(connected)

    assert [mark.anchor for mark in world.board.created] == [second, first]
    assert [post.mark.anchor for post in world.board.posts_at(CHANNEL)] == [second]


def test_only_what_no_flush_came_after_is_taken_by_a_power_cut() -> None:
    world = World(["Hi there."])
    assert world.live(connected)
    say(world, "one")
    plan = Plan()
    plan.trouble_at_name("settle_turn", Trouble.DIES_BEFORE)
    assert not world.live(connected, plan)

    assert world.store.lose_power(5, spares_flushed=True) == 1

    (turn,) = world.turns()
    assert (turn.state, turn.posts) == (TurnState.ANSWERED, ())


def test_what_arrived_while_its_place_was_read_is_not_looked_for() -> None:
    world = World(["Yes."])
    plan = Plan()

    async def story(house: House) -> None:
        await house.catch_up.resume()
        house.catch_up.begin()
        house.arrive("hello")
        await house.opened(CHANNEL)

    world.live(story, plan)

    assert world.board.read_aloud(CHANNEL) == ["Yes."]
    assert "find" not in plan.calls


def test_what_a_forgotten_answer_shows_is_ended_when_its_session_is_put_away_first() -> None:
    world = World(["Fine."], ["Once upon ", asyncio.Event()])
    plan = Plan()

    async def asked(house: House) -> None:
        await connected(house)
        house.arrive("how are you?")
        await house.until(lambda: "Fine" in world.shown())
        await house.settled()
        house.arrive("a story, please")
        await house.until(lambda: "Once" in world.shown())
        plan.die()

    async def put_away(house: House) -> None:
        await house.catch_up.resume()
        await house.sessions.reset(CHANNEL, ADA)
        house.begin(CHANNEL)

    assert not world.live(asked, plan)
    world.store.lose_power(5, spares_flushed=True)
    assert world.turns()[-1].state is TurnState.RECEIVED
    world.rest(AN_AGE)
    world.waits_for_discord = True

    assert world.live(put_away)

    post = world.board.posts_at(CHANNEL)[-1]
    assert (post.text, post.controls) == ("Once upon\n-# ⏹️ Stopped.", Controls.RETRY)
