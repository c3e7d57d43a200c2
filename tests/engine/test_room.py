"""So many answers are written at a time; who waits is told, and nobody is passed over."""

from __future__ import annotations

import asyncio

from bot.domain.session import Place
from bot.domain.turn import TurnState
from tests.engine.faults import Plan
from tests.engine.house import House, World
from tests.samples import ADA, BOB, OTHER_CHANNEL

IN_LINE = (
    "⏳ Many people are asking just now. Your answer comes here by itself as soon as it is your "
    "turn; you need not ask again."
)
THIRD_CHANNEL = Place(702, 70)


def test_no_more_answers_are_written_at_a_time_than_there_is_room_for() -> None:
    gate = asyncio.Event()
    world = World(["Yes", gate, "."], places=2)
    places = [Place(700 + number, 70) for number in range(6)]

    async def story(house: House) -> None:
        for number, place in enumerate(places):
            house.say(1000 + number, "hello", place)
        await asyncio.sleep(2)
        assert world.model.streaming == 2
        gate.set()

    world.live(story)

    assert [world.board.read_aloud(place) for place in places] == [["Yes."]] * 6


def test_who_waits_long_is_told_so_where_the_answer_comes() -> None:
    gate = asyncio.Event()
    world = World(["First", gate, "."], ["Second."], places=1)

    async def story(house: House) -> None:
        house.say(1000, "hello")
        house.say(1001, "me too", OTHER_CHANNEL)
        await asyncio.sleep(3)
        assert world.board.posts_at(OTHER_CHANNEL) == []
        await asyncio.sleep(2)
        (notice,) = world.board.posts_at(OTHER_CHANNEL)
        assert notice.text == IN_LINE
        gate.set()
        await house.settled()
        assert [post.id for post in world.board.posts_at(OTHER_CHANNEL)] == [notice.id]

    plan = Plan()
    world.live(story, plan)

    assert world.board.read_aloud(OTHER_CHANNEL) == ["Second."]
    assert [turn.state for turn in world.turns()] == [TurnState.DELIVERED] * 2
    assert [turn.attempt for turn in world.turns()] == [1, 1]
    assert "find" not in plan.calls


def test_what_is_said_by_who_waits_in_line_joins_or_follows_and_is_seen_to_be_heard() -> None:
    gate = asyncio.Event()
    world = World(["First", gate, "."], ["Second."], ["Third."], places=1)

    async def story(house: House) -> None:
        house.say(1000, "hello")
        house.say(1001, "one", OTHER_CHANNEL)
        await asyncio.sleep(1)
        house.say(1002, "two", OTHER_CHANNEL)
        await asyncio.sleep(5)
        house.say(1003, "three", OTHER_CHANNEL)
        await asyncio.sleep(1)
        assert world.board.nods == [1002, 1003]
        gate.set()

    world.live(story)

    assert world.board.read_aloud(OTHER_CHANNEL) == ["Second.", "Third."]
    assert [[p.message_id for p in t.prompts] for t in world.turns()] == [
        [1000],
        [1001, 1002],
        [1003],
    ]


def test_a_busy_place_lets_the_others_in_between() -> None:
    world = World(["Yes."], places=1)

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await asyncio.sleep(0)
        for number in range(1, 4):
            house.say(1000 + number, "and more")
            house.say(2000 + number, "hello", Place(700 + number, 70))

    world.live(story)

    order = [row.post.mark.anchor for row in world.board.rows.values()]
    assert set(order[1:3]) <= {2001, 2002, 2003}


def test_who_waits_in_line_can_stop_that() -> None:
    gate = asyncio.Event()
    world = World(["First", gate, "."], places=1)

    async def story(house: House) -> None:
        house.say(1000, "hello")
        house.say(1001, "me too", OTHER_CHANNEL)
        await asyncio.sleep(5)
        assert await house.sessions.stop(OTHER_CHANNEL, BOB)
        await asyncio.sleep(1)
        assert world.board.read_aloud(OTHER_CHANNEL) == ["⏹️ Stopped."]
        gate.set()

    world.live(story)

    assert len(world.model.seen) == 1


def test_a_planned_stop_ends_the_wait_in_line_and_what_is_owed_stays_so() -> None:
    gate = asyncio.Event()
    world = World(["First", gate, "."], ["Second."], places=1)

    async def stopped(house: House) -> None:
        house.say(1000, "hello")
        house.say(1001, "me too", OTHER_CHANNEL)
        house.say(1002, "and I", THIRD_CHANNEL)
        await asyncio.sleep(5)
        house.engine.room.close()
        draining = asyncio.create_task(house.engine.lanes.drain())
        await asyncio.sleep(1)
        gate.set()
        await draining
        assert len(world.model.seen) == 1

    async def next_day(house: House) -> None:
        await house.settled()

    world.live(stopped)
    assert [turn.state for turn in world.turns()].count(TurnState.ANSWERING) == 2
    world.live(next_day)

    assert world.board.read_aloud(OTHER_CHANNEL) == ["Second."]
    assert world.board.read_aloud(THIRD_CHANNEL) == ["Second."]
    assert [turn.attempt for turn in world.turns()] == [1, 1, 1]


def test_the_place_of_who_was_reset_in_line_goes_to_the_next() -> None:
    gate = asyncio.Event()
    world = World(["First", gate, "."], ["Next."], places=1)

    async def story(house: House) -> None:
        house.say(1000, "hello")
        house.say(1001, "never mind", OTHER_CHANNEL)
        house.say(1002, "and I", THIRD_CHANNEL)
        await asyncio.sleep(1)
        await house.sessions.reset(OTHER_CHANNEL, ADA)
        gate.set()

    world.live(story)

    assert world.board.read_aloud(OTHER_CHANNEL) == []
    assert world.board.read_aloud(THIRD_CHANNEL) == ["Next."]
