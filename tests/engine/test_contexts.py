"""What people mark is in the next context as marked, and what they are told of it is true."""

from __future__ import annotations

import pytest

from bot.domain.access import Actor, ActorKind, Denied, Right
from bot.domain.marks import Marking, TurnMark
from bot.engine.contexts import Marked, View
from tests.engine.faults import DEADLY, Plan, Trouble
from tests.engine.house import House, World
from tests.fakes.scripted_model import Script
from tests.samples import ADA, BOB, CHANNEL, OTHER_CHANNEL

PINNED, LEFT_OUT, DONE = TurnMark.PINNED, TurnMark.LEFT_OUT, Marking.DONE
BEGIN = "[Pinned, from earlier in this conversation:]"
END = "[That was pinned. The conversation goes on here:]"
SMALL = 450  # tokens: the floor hops at every few of these turns
LONG = "x" * 60


def world_of(turns: int, *, budget: int = 16000) -> World:
    """Return a world in which so many questions were answered."""
    answers: list[Script] = [[f"answer {number}"] for number in range(turns + 3)]
    world = World(*answers, budget=budget)

    async def story(house: House) -> None:
        for number in range(turns):
            await ask(house, number)

    world.live(story)
    return world


async def ask(house: House, number: int) -> None:
    house.say(1000 + number, f"question {number} {LONG}")
    await house.settled()


async def toggle(house: House, number: int, mark: TurnMark) -> Marked:
    return await house.engine.contexts.toggle(CHANNEL, ADA, 1000 + number, mark)


async def look(house: House) -> View:
    view = await house.engine.contexts.look(CHANNEL, ADA)
    assert view is not None
    return view


def shown(world: World) -> list[str]:
    """Return what the model was shown last, in short."""
    texts = (m.text.rpartition("]\n")[2] for m in world.model.seen[-1].messages)
    return [text.replace(LONG, "").strip() for text in texts]


def test_a_pin_is_shown_first_when_the_floor_is_above_it_also_after_a_restart() -> None:
    world = world_of(1, budget=SMALL)

    async def pin(house: House) -> None:
        assert await toggle(house, 0, PINNED) == Marked(DONE, PINNED, None)
        for number in range(1, 8):
            await ask(house, number)

    async def go_on(house: House) -> None:
        await ask(house, 8)

    world.model.scripts[:] = [[f"answer {number}"] for number in range(1, 9)]
    world.live(pin)
    world.live(go_on)

    head = shown(world)[:4]
    assert head == [BEGIN, "question 0", "answer 0", END]
    assert shown(world)[4] != "question 1"
    assert shown(world)[-1] == "question 8"


def test_what_is_left_out_is_gone_until_the_mark_is_taken_away() -> None:
    world = world_of(2)

    async def leave_out(house: House) -> None:
        assert await toggle(house, 0, LEFT_OUT) == Marked(DONE, LEFT_OUT, None)
        await ask(house, 2)

    async def take_back(house: House) -> None:
        assert await toggle(house, 0, LEFT_OUT) == Marked(DONE, None, LEFT_OUT)
        await ask(house, 3)

    world.live(leave_out)
    without = shown(world)
    world.live(take_back)

    assert without == ["question 1", "answer 1", "question 2"]
    assert shown(world)[:2] == ["question 0", "answer 0"]


def test_one_mark_takes_the_place_of_the_other() -> None:
    world = world_of(1)

    async def story(house: House) -> None:
        await toggle(house, 0, PINNED)
        assert await toggle(house, 0, LEFT_OUT) == Marked(DONE, LEFT_OUT, PINNED)
        view = await look(house)
        assert (view.pinned, len(view.left_out), view.shown) == ((), 1, 0)

    world.live(story)


def test_what_people_are_told_is_what_the_model_is_shown_next() -> None:
    world = world_of(9, budget=SMALL)
    views: list[View] = []

    async def story(house: House) -> None:
        await toggle(house, 8, LEFT_OUT)
        await toggle(house, 7, PINNED)
        views.append(await look(house))
        house.say(2000, "?")

    world.live(story)

    (view,) = views
    assert world.model.seen[-1].messages[:-1] == view.window.messages
    assert world.model.seen[-1].model == view.model
    assert [turn.id for turn in view.left_out] == [9]
    assert [turn.id for turn in view.pinned] == [8]
    assert view.hidden == 8
    assert view.cost == 100 * view.window.size


def test_looking_changes_nothing_and_asks_nobody() -> None:
    world = world_of(9, budget=SMALL)
    world.store.turn_marks[world.turns()[0].session_id, world.turns()[0].id] = PINNED
    before = world.store._tables()

    async def story(house: House) -> None:
        await look(house)

    world.live(story)

    assert world.store._tables() == before
    assert len(world.model.seen) == 9


def test_a_session_that_was_never_answered_is_not_worded_by_a_look() -> None:
    world = World()

    async def story(house: House) -> None:
        await house.sessions.start(CHANNEL, ADA)
        view = await look(house)
        assert (view.listed, view.window.is_measured) == ((), False)
        assert view.window.size > 50

    world.live(story)

    (session,) = world.store.sessions.values()
    assert session.wording is None


def test_a_version_that_is_answered_again_keeps_the_mark() -> None:
    world = world_of(2)

    async def story(house: House) -> None:
        await toggle(house, 1, LEFT_OUT)
        await house.sessions.retry(CHANNEL, ADA)
        await house.settled()
        await ask(house, 2)

    world.live(story)

    assert shown(world) == ["question 0", "answer 0", "question 2"]


def test_only_what_is_part_of_the_open_conversation_is_marked() -> None:
    world = world_of(1)

    async def story(house: House) -> None:
        assert (await toggle(house, 7, PINNED)).came is Marking.NOT_THERE
        came = await house.engine.contexts.toggle(OTHER_CHANNEL, ADA, 1000, PINNED)
        assert came.came is Marking.NOT_THERE
        await house.sessions.start(CHANNEL, ADA)
        assert (await toggle(house, 0, PINNED)).came is Marking.NOT_THERE
        assert await house.engine.contexts.look(OTHER_CHANNEL, ADA) is None

    world.live(story)

    assert world.store.turn_marks == {}


def test_who_may_only_read_looks_and_marks_nothing() -> None:
    world = world_of(1)
    reader = Actor(9, ActorKind.PERSON, frozenset({Right.VIEW}))

    async def story(house: House) -> None:
        contexts = house.engine.contexts
        assert await contexts.look(CHANNEL, reader) is not None
        with pytest.raises(Denied):
            await contexts.toggle(CHANNEL, reader, 1000, PINNED)
        with pytest.raises(Denied):
            await contexts.mark(CHANNEL, reader, world.turns()[0].id, PINNED)
        stranger = Actor(9, ActorKind.PERSON, frozenset())
        with pytest.raises(Denied):
            await contexts.look(CHANNEL, stranger)

    world.live(story)

    assert world.store.turn_marks == {}


def test_twenty_pins_are_enough() -> None:
    world = world_of(21)

    async def story(house: House) -> None:
        came = [(await toggle(house, number, PINNED)).came for number in range(21)]
        assert came == [DONE] * 20 + [Marking.FULL]
        freed = await house.engine.contexts.mark(CHANNEL, BOB, world.turns()[0].id, None)
        assert freed == Marked(DONE, None, PINNED)
        assert (await toggle(house, 20, PINNED)).came is DONE

    world.live(story)


@pytest.mark.parametrize("trouble", DEADLY)
@pytest.mark.parametrize("at", range(1, 5))
def test_a_mark_is_there_or_not_wherever_the_process_dies(at: int, trouble: Trouble) -> None:
    world = world_of(2)

    async def mark(house: House) -> None:
        await toggle(house, 0, LEFT_OUT)

    async def go_on(house: House) -> None:
        await ask(house, 2)

    calls = _calls_of(mark)
    assert len(calls) >= 4
    world.live(mark, Plan(len(calls) - 4 + at, trouble))
    is_marked = bool(world.store.turn_marks)
    world.live(go_on)

    assert shown(world)[0] == ("question 1" if is_marked else "question 0")
    assert world.board.read_aloud(CHANNEL) == ["answer 0", "answer 1", "answer 2"]


def _calls_of(story: object) -> list[str]:
    assert callable(story)
    plan = Plan()
    world_of(2).live(story, plan)
    return plan.calls
