"""What is said while an answer is written is answered together, in order, and seen to be heard."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.access import Actor
from bot.domain.hearing import Utterance
from bot.domain.message import Prompt
from bot.domain.session import Place
from bot.domain.turn import TurnState
from tests.engine.faults import DEADLY, Plan, Trouble
from tests.engine.house import House, World
from tests.fakes.board import Board
from tests.fakes.virtual_time import START, LoopClock
from tests.samples import ADA, BOB, CHANNEL, OTHER_CHANNEL

LONG = "word " * 390  # 1950 characters


class SlowToNod(Board):
    """Takes its time with signs."""

    def __init__(self, line: asyncio.Event) -> None:
        super().__init__(LoopClock(), first_id=1 << 62)
        self._line = line

    async def nod(self, place: Place, message: int) -> None:
        await self._line.wait()
        await super().nod(place, message)


def words(world: World, call: int) -> list[str]:
    """Return what the model was shown at a call, without the labels."""
    return [m.text.rpartition("]\n")[2] for m in world.model.seen[call].messages]


def heard(
    house: House,
    number: int,
    text: str,
    *,
    at: float = 0.0,
    by: Actor = ADA,
    place: Place = CHANNEL,
    is_for_us: bool = True,
) -> bool:
    """Have a message arrive that was written at a moment; say whether it is taken in."""
    prompt = Prompt(number, by.id, "Ada", text, START + timedelta(seconds=at))
    return house.catch_up.hear(Utterance(place, prompt, by, mentions_us=is_for_us))


async def opened(house: House) -> None:
    await house.connect(CHANNEL, OTHER_CHANNEL)
    await house.opened(CHANNEL, OTHER_CHANNEL)


async def settled(house: House) -> None:
    """Wait until the wait for the rest of a message is over, and all is answered."""
    await asyncio.sleep(10)
    await house.settled()


def test_five_messages_within_a_second_get_at_most_two_replies_and_are_all_in_context() -> None:
    world = World(["First.", asyncio.Event()], ["All the rest."])
    gate = world.model.scripts[0][1]
    assert isinstance(gate, asyncio.Event)

    async def story(house: House) -> None:
        for number in range(5):
            house.say(1000 + number, f"line {number}")
            await asyncio.sleep(0.2)
        gate.set()

    world.live(story)

    assert world.board.read_aloud(CHANNEL) == ["First.", "All the rest."]
    assert words(world, 0) == ["line 0"]
    assert words(world, 1) == ["line 0", "First.", "line 1", "line 2", "line 3", "line 4"]
    assert [row.reply_to for row in world.board.rows.values()] == [1000, 1004]


def test_who_writes_while_an_answer_is_written_sees_that_the_message_was_heard() -> None:
    gate = asyncio.Event()
    world = World(["First.", gate], ["Second."])

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await asyncio.sleep(1)
        assert world.board.nods == []
        house.say(1001, "and another thing")
        house.say(1002, "me too", by=BOB)
        house.say(1003, "elsewhere", place=OTHER_CHANNEL)
        await asyncio.sleep(1)
        assert world.board.nods == [1001, 1002]
        gate.set()
        await house.settled()
        house.say(1004, "thank you")

    world.live(story)

    assert world.board.nods == [1001, 1002]


def test_where_no_sign_may_be_given_nobody_tries_again_and_again() -> None:
    gate = asyncio.Event()
    world = World(["First.", gate], ["Second."])
    plan = Plan()

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await asyncio.sleep(1)
        world.board.takes_nods = False
        for number in range(1001, 1020):
            house.say(number, "hurry")
            await asyncio.sleep(1)
        gate.set()

    world.live(story, plan)

    assert plan.calls.count("nod") == 1
    assert world.board.read_aloud(CHANNEL) == ["First.", "Second."]


def test_a_sign_that_would_come_late_is_left_out() -> None:
    gate, line = asyncio.Event(), asyncio.Event()
    world = World(["First.", gate], ["Second."])
    board = world.board = SlowToNod(line)

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await asyncio.sleep(1)
        for number in range(1001, 1011):
            house.say(number, "hurry")
        await asyncio.sleep(10)
        line.set()
        await asyncio.sleep(1)
        gate.set()

    world.live(story)

    assert board.nods == [1001, 1002, 1003, 1004]


def test_messages_that_arrive_out_of_order_are_in_the_context_in_order() -> None:
    world = World(["Yes."])

    async def story(house: House) -> None:
        for number in (1002, 1000, 1001):
            house.say(number, f"line {number}")

    world.live(story)

    assert words(world, 0) == ["line 1000", "line 1001", "line 1002"]
    assert [row.reply_to for row in world.board.rows.values()] == [1002]


def test_one_reply_answers_no_more_than_fifty_messages() -> None:
    gate = asyncio.Event()
    world = World(["First.", gate], ["Yes."])

    async def story(house: House) -> None:
        for number in range(121):
            house.say(1000 + number, f"line {number}")
            await asyncio.sleep(0.01)
        gate.set()

    world.live(story)

    assert [len(turn.prompts) for turn in world.turns()] == [1, 50, 50, 20]
    assert [turn.state for turn in world.turns()] == [TurnState.DELIVERED] * 4


def test_a_reset_takes_back_all_that_waits_for_a_reply() -> None:
    gate = asyncio.Event()
    world = World(["First.", gate], ["Fresh."])

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.until(lambda: "First" in world.shown())
        house.say(1001, "two")
        house.say(1002, "three")
        await asyncio.sleep(1)
        await house.sessions.reset(CHANNEL, ADA)
        house.say(1003, "four")

    world.live(story)

    assert [turn.state for turn in world.turns()] == [
        TurnState.CANCELLED,
        TurnState.CANCELLED,
        TurnState.DELIVERED,
    ]
    assert words(world, 1) == ["four"]


@pytest.mark.parametrize("trouble", DEADLY)
def test_nothing_joins_a_turn_that_another_process_may_have_shown(trouble: Trouble) -> None:
    """After a power cut its state may have gone back to the one before anybody began."""
    world = World(["First."])
    plan = Plan()
    plan.trouble_at_name("post", trouble)

    async def one(house: House) -> None:
        house.say(1000, "hello")
        await house.settled()

    async def another(house: House) -> None:
        house.say(1001, "hello again")

    slow = Plan()
    slow.trouble_at_name("take_up", Trouble.FAILS)
    world.die(one, plan, down=60)
    (turn,) = world.turns()
    world.store.turns[turn.id] = replace(turn, state=TurnState.RECEIVED, attempt=0, posts=())
    world.live(another, slow)

    assert world.board.read_aloud(CHANNEL) == ["First.", "First."]
    assert [[p.message_id for p in turn.prompts] for turn in world.turns()] == [[1000], [1001]]


def test_a_long_message_and_its_rest_get_one_reply() -> None:
    world = World(["Yes."])

    async def story(house: House) -> None:
        await opened(house)
        assert heard(house, 1000, LONG)
        await asyncio.sleep(2)
        assert world.board.typed == [CHANNEL]
        assert heard(house, 1001, "and the rest", at=2, is_for_us=False)
        await asyncio.sleep(0.5)
        assert world.board.read_aloud(CHANNEL) == ["Yes."]
        await settled(house)

    world.live(story)

    assert words(world, 0) == [LONG, "and the rest"]
    assert len(world.model.seen) == 1


def test_a_long_message_without_a_rest_is_answered_after_a_moment() -> None:
    world = World(["Yes."])

    async def story(house: House) -> None:
        await opened(house)
        heard(house, 1000, LONG)
        await asyncio.sleep(3.5)
        assert world.board.read_aloud(CHANNEL) == []
        await asyncio.sleep(1)
        assert world.board.read_aloud(CHANNEL) == ["Yes."]

    world.live(story)


def test_the_rest_of_a_rest_is_waited_for_too() -> None:
    world = World(["Yes."])

    async def story(house: House) -> None:
        await opened(house)
        heard(house, 1000, LONG)
        await asyncio.sleep(3)
        heard(house, 1001, LONG, at=3, is_for_us=False)
        await asyncio.sleep(3)
        heard(house, 1002, "the end", at=6, is_for_us=False)
        await settled(house)

    world.live(story)

    assert words(world, 0) == [LONG, LONG, "the end"]


def test_what_is_no_rest_is_not_taken_for_one() -> None:
    world = World(["Yes."])

    async def story(house: House) -> None:
        await opened(house)
        heard(house, 1000, LONG)
        assert not heard(house, 1001, "by somebody else", at=1, by=BOB, is_for_us=False)
        assert not heard(house, 1002, "elsewhere", at=1, place=OTHER_CHANNEL, is_for_us=False)
        assert not heard(house, 1003, "too late", at=4.5, is_for_us=False)
        assert heard(house, 1004, "a short one", at=20)
        assert not heard(house, 1005, "after a short one", at=21, is_for_us=False)
        await settled(house)

    world.live(story)

    assert words(world, 0) == [LONG, "a short one"]


def test_somebody_elses_word_does_not_end_the_wait_for_the_rest() -> None:
    world = World(["Yes."])

    async def story(house: House) -> None:
        await opened(house)
        heard(house, 1000, LONG)
        await asyncio.sleep(1)
        heard(house, 1001, "what a text", at=1, by=BOB)
        await asyncio.sleep(1)
        heard(house, 1002, "and the rest", at=2, is_for_us=False)
        await settled(house)

    world.live(story)

    assert words(world, 0) == [LONG, "what a text", "and the rest"]


def test_a_rest_that_was_written_while_nobody_listened_is_read_too() -> None:
    world = World(["Yes."])

    async def up(house: House) -> None:
        await opened(house)

    async def back(house: House) -> None:
        await opened(house)
        await settled(house)

    world.live(up)
    world.rest(60)
    world.past.seconds = world.seconds
    world.past.put(LONG, CHANNEL, ago=10)
    world.past.put("and the rest", CHANNEL, ago=8, is_for_us=False)
    world.past.put("not for the bot", CHANNEL, ago=1, is_for_us=False)
    world.live(back)

    assert words(world, 0) == [LONG, "and the rest"]
