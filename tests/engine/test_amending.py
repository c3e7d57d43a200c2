"""What people edit or take back is taken in, live and after an absence, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.context import Context
from bot.domain.errors import Fault, ModelBusy
from bot.domain.hearing import Sight
from bot.domain.reply import Controls
from bot.domain.session import Place
from bot.domain.turn import TurnState
from bot.engine.holding import MOST_CHANGED, Held
from bot.engine.sessions import Change
from tests.engine.faults import DEADLY, Plan, Trouble
from tests.engine.house import House, World
from tests.fakes.scripted_model import Script
from tests.samples import ADA, CHANNEL, DIRECT, OTHER_CHANNEL

HERE, THERE = CHANNEL, OTHER_CHANNEL
WITHDRAWN = "🗑️ The question was deleted, so I have stopped."


def connected(*places: Place) -> Callable[[House], Awaitable[None]]:
    """Return a life in which the bot is connected and catches up with places."""

    async def story(house: House) -> None:
        await house.connect(*places)
        await house.opened(*places)

    return story


async def ask(house: House, text: str) -> int:
    """Have Ada ask where the bot has just come in; return the id of her message."""
    await connected(HERE)(house)
    return house.arrive(text)


async def answered(house: House, text: str) -> int:
    """Have Ada ask where the bot has just come in, and be answered; return the id likewise."""
    number = await ask(house, text)
    await house.settled()
    return number


def a_world(*scripts: Script, **given: Any) -> World:
    """Return a world in which what is owed waits for the connection, as in life."""
    world = World(*scripts, **given)
    world.waits_for_discord = True
    assert world.live(connected(HERE, THERE))
    world.past.seconds = world.seconds
    return world


def asked(context: Context) -> list[str]:
    return [message.text.rpartition("]\n")[2] for message in context.messages]


def words(world: World) -> list[list[str]]:
    """Return the words that are kept of each turn."""
    return [[prompt.text for prompt in turn.kept_prompts] for turn in world.turns()]


def states(world: World) -> list[TurnState]:
    return [turn.state for turn in world.turns()]


# Live


def test_an_answer_ends_when_its_question_is_deleted_and_says_so() -> None:
    world = a_world(["Once upon a time", asyncio.Event()], ["Next."])

    async def story(house: House) -> None:
        await house.connect(HERE)
        number = house.arrive("tell me a story")
        await house.until(lambda: "Once" in world.shown())
        house.delete(number)
        house.arrive("something else")

    assert world.live(story)

    assert world.board.read_aloud(HERE) == [f"Once upon a time\n-# {WITHDRAWN}", "Next."]
    assert words(world) == [[], ["something else"]]
    assert states(world) == [TurnState.CANCELLED, TurnState.DELIVERED]
    assert asked(world.model.seen[1]) == ["something else"]


def test_a_question_deleted_before_a_word_of_its_answer_costs_no_words() -> None:
    world = a_world([asyncio.Event()])

    async def story(house: House) -> None:
        await house.connect(HERE)
        number = house.arrive("never mind")
        await house.until(lambda: bool(world.model.seen))
        house.delete(number)

    assert world.live(story)

    assert world.board.read_aloud(HERE) == [WITHDRAWN]


def test_a_question_deleted_while_another_is_answered_is_never_asked() -> None:
    world = a_world(["One.", go := asyncio.Event()], ["Three."])

    async def story(house: House) -> None:
        await house.connect(HERE)
        house.arrive("one")
        await house.until(lambda: "One." in world.shown())
        number = house.arrive("two")
        house.delete(number)
        house.arrive("three")
        await house.engine.intake.caught_up()
        go.set()

    assert world.live(story)

    assert [asked(context)[-1] for context in world.model.seen] == ["one", "three"]
    assert states(world)[1] is TurnState.CANCELLED
    assert world.board.read_aloud(HERE) == ["One.", "Three."]


def test_a_question_edited_while_another_is_answered_is_asked_as_it_is_then() -> None:
    world = a_world(["One.", go := asyncio.Event()], ["Two."])

    async def story(house: House) -> None:
        await house.connect(HERE)
        house.arrive("one")
        await house.until(lambda: "One." in world.shown())
        house.edit(house.arrive("tow"), "two")
        await house.engine.intake.caught_up()
        go.set()

    assert world.live(story)

    assert asked(world.model.seen[1]) == ["one", "One.", "two"]


def test_an_edit_of_an_older_question_changes_the_words_and_answers_nothing() -> None:
    world = a_world(["First."], ["Second."], ["Third."])

    async def story(house: House) -> None:
        await house.connect(HERE)
        await house.opened(HERE)
        number = house.arrive("I am Ada")
        await house.settled()
        house.arrive("good")
        await house.settled()
        house.edit(number, "I am Bob")
        house.arrive("who am I?")

    assert world.live(story)

    assert asked(world.model.seen[2]) == ["I am Bob", "First.", "good", "Second.", "who am I?"]
    assert len(world.model.seen) == 3


def test_a_deletion_does_not_overtake_the_message_it_is_about() -> None:
    world = a_world(["Too late.", asyncio.Event()])
    world.store.full = True

    async def story(house: House) -> None:
        world.store.full = False
        await house.connect(HERE)
        await house.opened(HERE)
        world.store.full = True
        number = house.arrive("my secret")
        house.delete(number)
        await house.clock.sleep(5)
        world.store.full = False

    assert world.live(story)

    assert words(world) == [[]]
    assert all(turn.is_settled for turn in world.turns())


def test_an_answer_that_waits_for_the_model_is_waited_for_no_longer() -> None:
    world = a_world(*[[ModelBusy(Fault.SERVER, "503")]] * 9)

    async def story(house: House) -> None:
        await house.connect(HERE)
        number = house.arrive("hello?")
        await house.until(lambda: "comes here by itself" in world.shown())
        house.delete(number)
        await house.settled()

    assert world.live(story)

    assert world.board.read_aloud(HERE) == [WITHDRAWN]
    assert states(world) == [TurnState.CANCELLED]


def test_a_mention_that_was_forgotten_and_edited_in_is_heard_once() -> None:
    world = a_world(["Hi."])

    async def story(house: House) -> None:
        await house.connect(HERE)
        await house.opened(HERE)
        number = world.past.put("hello", HERE, is_for_us=False).prompt.message_id
        house.catch_up.hear(world.past.said[number])
        await house.clock.sleep(60)
        house.edit(number, "hello bot")
        await house.clock.sleep(1)
        house.edit(number, "hello bot")

    assert world.live(story)

    assert words(world) == [["hello bot"]]
    assert len(world.model.seen) == 1


def test_a_mention_that_is_edited_in_much_later_asks_for_nothing() -> None:
    world = a_world()

    async def story(house: House) -> None:
        await house.connect(HERE)
        await house.opened(HERE)
        number = world.past.put("hello", HERE, is_for_us=False).prompt.message_id
        await house.clock.sleep(16 * 60)
        house.edit(number, "hello bot")

    assert world.live(story)

    assert world.turns() == []


def test_with_a_place_that_is_deleted_all_that_was_said_there_goes() -> None:
    world = a_world(["Kept."], ["Once upon", asyncio.Event()])

    async def story(house: House) -> None:
        await house.connect(HERE, THERE)
        await house.opened(HERE, THERE)
        house.arrive("kept", THERE)
        await house.settled()
        house.arrive("tell me a story")
        await house.until(lambda: "Once" in world.shown())
        world.board.gone.add(HERE)
        house.catch_up.forget(HERE)

    assert world.live(story)

    assert words(world) == [["kept"]]
    assert [session.place for session in world.store.sessions.values()] == [THERE]


# At places that are not open yet


@pytest.mark.parametrize("is_missed", [True, False])
def test_what_is_deleted_before_its_place_is_open_is_not_heard(*, is_missed: bool) -> None:
    world = a_world()
    if is_missed:
        number = world.past.put("my secret", HERE).prompt.message_id

    async def story(house: House) -> None:
        nonlocal number
        world.past.doors[HERE] = asyncio.Event()
        world.past.put("missed", HERE)
        await house.connect(HERE)
        await house.until(lambda: world.past.reads == [HERE])
        if not is_missed:
            number = house.arrive("my secret")
        house.delete(number)
        world.past.doors[HERE].set()
        await house.opened(HERE)

    number = 0 if not is_missed else number
    world.seconds += 1
    assert world.live(story)

    assert [asked(context) for context in world.model.seen] == [["missed"]]
    assert [len(turn.prompts) for turn in world.turns()] == [1]


def test_what_waits_at_a_place_that_is_deleted_is_not_heard() -> None:
    world = a_world()

    async def story(house: House) -> None:
        await house.connect(HERE)
        house.arrive("hello", DIRECT)
        world.past.gone.add(DIRECT)
        house.catch_up.forget(DIRECT)
        await house.opened(DIRECT)

    assert world.live(story)

    assert world.turns() == []


@pytest.mark.parametrize("change", ["edit", "delete"])
def test_a_change_that_comes_while_a_message_is_recorded_is_not_lost(change: str) -> None:
    world = a_world()
    number = world.past.put("my secret", HERE).prompt.message_id
    world.seconds += 1
    plan = Plan()
    plan.trouble_at_name("hear_together", Trouble.FAILS)

    async def story(house: House) -> None:
        await house.connect(HERE)
        await house.until(lambda: "hear_together" in plan.calls)
        house.edit(number, "hello") if change == "edit" else house.delete(number)
        await house.opened(HERE)

    assert world.live(story, plan)

    texts = {text for turn in words(world) for text in turn}
    assert texts == ({"hello"} if change == "edit" else set())


def test_an_edit_of_what_was_heard_is_taken_in_before_its_place_is_known() -> None:
    world, numbers = lived_in()

    async def story(house: House) -> None:
        house.catch_up.begin()
        house.edit(numbers[0], "edited")
        await house.engine.intake.caught_up()

    assert world.live(story)

    assert words(world)[0] == ["edited"]


def test_of_two_edits_that_meet_the_newer_one_is_heard() -> None:
    world = a_world()
    first = world.past.put("one", HERE)
    number = first.prompt.message_id
    held = Held()

    held.edit(world.past.edit(number, "two"))
    world.past.seconds += 1
    read = world.past.edit(number, "three")

    assert held.amended(HERE, {number: first})[0].prompt.text == "two"
    assert held.amended(HERE, {number: read})[0].prompt.text == "three"


@pytest.mark.parametrize("is_missed", [True, False])
def test_what_is_edited_before_its_place_is_open_is_heard_as_it_is_then(*, is_missed: bool) -> None:
    world = a_world()
    number = world.past.put("helo", HERE).prompt.message_id if is_missed else 0
    world.seconds += 1

    async def story(house: House) -> None:
        nonlocal number
        world.past.doors[HERE] = asyncio.Event()
        await house.connect(HERE)
        if not is_missed:
            world.past.put("missed", HERE)
            house.begin(HERE)
        await house.until(lambda: bool(world.past.reads))
        if not is_missed:
            number = house.arrive("helo")
        house.edit(number, "hello")
        world.past.doors[HERE].set()
        await house.opened(HERE)

    assert world.live(story)

    assert words(world)[0][-1] == "hello"
    assert len(world.turns()) == 1


def test_more_changes_than_can_be_held_have_the_place_read_once_more() -> None:
    world = a_world()
    number = world.past.put("my secret", HERE).prompt.message_id
    world.seconds += 1

    async def story(house: House) -> None:
        world.past.doors[HERE] = asyncio.Event()
        await house.connect(HERE)
        await house.until(lambda: world.past.reads == [HERE])
        house.catch_up.erase(HERE, range(MOST_CHANGED))
        house.delete(number)
        world.past.put("another", HERE)
        world.past.doors[HERE].set()
        await house.opened(HERE)

    assert world.live(story)

    assert world.past.reads == [HERE, HERE]
    assert words(world) == [[], ["another"]]


# After an absence


def asked_and_died(*scripts: Script, at: str = "complete") -> tuple[World, int]:
    """Return a world in which the process died with a question unanswered, and its id."""
    world = a_world(*scripts)
    numbers: list[int] = []

    async def story(house: House) -> None:
        await house.connect(HERE)
        await house.opened(HERE)
        world.past.put("chatter", HERE, is_for_us=False)
        numbers.append(house.arrive("my secret"))
        await house.until(lambda: at == "hear" or bool(world.model.seen))
        await house.engine.intake.caught_up()
        plan.die()

    plan = Plan()
    world.die(story, plan, down=60)
    world.past.seconds = world.seconds
    return world, numbers[0]


def test_a_question_deleted_while_down_is_not_answered() -> None:
    world, number = asked_and_died([asyncio.Event()], ["Too late."])
    del world.past.said[number]

    assert world.live(connected(HERE))

    assert len(world.model.seen) == 1
    assert world.board.read_aloud(HERE) == [WITHDRAWN]
    assert words(world) == [[]]
    assert states(world) == [TurnState.CANCELLED]
    assert world.past.reads == [HERE]


def test_a_question_edited_while_down_is_answered_as_it_is_then() -> None:
    world, number = asked_and_died([asyncio.Event()], ["Hi."])
    world.past.edit(number, "hello")

    assert world.live(connected(HERE))

    assert asked(world.model.seen[1]) == ["hello"]
    assert world.board.read_aloud(HERE) == ["Hi."]


def test_in_a_direct_message_an_empty_past_is_one_that_was_deleted() -> None:
    world = a_world([asyncio.Event()])
    plan = Plan()

    async def story(house: House) -> None:
        await house.connect(HERE)
        house.arrive("my secret", DIRECT)
        await house.until(lambda: bool(world.model.seen))
        plan.die()

    world.die(story, plan, down=60)
    world.past.said.clear()

    assert world.live(connected(HERE))

    assert words(world) == [[]]
    assert len(world.model.seen) == 1


@pytest.mark.parametrize("what", ["hidden", "gone"])
def test_where_nothing_can_be_read_nothing_is_taken_for_deleted(what: str) -> None:
    world, number = asked_and_died([asyncio.Event()], ["Hi."])
    getattr(world.past, what).add(HERE)

    assert world.live(connected(HERE))

    assert words(world) == [["my secret"]]
    assert world.board.read_aloud(HERE) == ["Hi."]
    assert number in world.past.said


def test_an_empty_past_in_a_server_proves_nothing() -> None:
    world, _ = asked_and_died([asyncio.Event()], ["Hi."])
    world.past.said.clear()

    assert world.live(connected(HERE))

    assert words(world) == [["my secret"]]


def test_while_discord_fails_what_is_owed_is_answered_as_it_was_heard_soon() -> None:
    world, number = asked_and_died([asyncio.Event()], ["Hi."])
    del world.past.said[number]
    world.past.put("later", HERE)
    world.past.failures[HERE] = 8
    begun = world.seconds

    async def story(house: House) -> None:
        await house.connect(HERE)
        await house.until(lambda: world.board.read_aloud(HERE) == ["Hi."])
        assert 10 <= house.clock.monotonic() - begun < 12

    assert world.live(story)


def test_what_is_owed_where_nobody_tells_of_is_answered_soon() -> None:
    world, _ = asked_and_died([asyncio.Event()], ["Hi."])

    async def story(house: House) -> None:
        await house.connect()
        await house.until(lambda: world.board.read_aloud(HERE) == ["Hi."])

    assert world.live(story)


def test_an_answer_that_is_written_is_delivered_at_once() -> None:
    world = a_world(["Hi."])
    plan = Plan()
    plan.trouble_at_name("record_reply", Trouble.DIES_AFTER)

    async def ask(house: House) -> None:
        await house.connect(HERE)
        house.arrive("hello")

    world.die(ask, plan, down=60)
    begun = world.seconds

    async def story(house: House) -> None:
        await house.connect()
        await house.until(lambda: states(world) == [TurnState.POSTED])
        assert house.clock.monotonic() - begun < 2

    assert world.live(story)


def lived_in() -> tuple[World, list[int]]:
    """Return a world in which three questions were answered, and their ids."""
    world = a_world(*[[f"Answer {n}."] for n in range(9)])
    numbers: list[int] = []

    async def story(house: House) -> None:
        await house.connect(HERE, THERE)
        await house.opened(HERE, THERE)
        for number in range(3):
            numbers.append(house.arrive(f"question {number}"))
            await house.settled()
            await house.clock.sleep(120)
            house.catch_up.alive(house.clock.now())

    assert world.live(story)
    world.past.seconds = world.seconds
    return world, numbers


def test_where_somebody_spoke_meanwhile_the_newest_hundred_are_compared() -> None:
    world, numbers = lived_in()
    del world.past.said[numbers[0]]
    world.past.edit(numbers[1], "edited")
    world.past.put("and now?", HERE)
    world.seconds += 1

    assert world.live(connected(HERE))

    assert words(world) == [[], ["edited"], ["question 2"], ["and now?"]]
    assert asked(world.model.seen[3]) == [
        "edited",
        "Answer 1.",
        "question 2",
        "Answer 2.",
        "and now?",
    ]
    assert world.past.reads == [HERE]


def test_what_was_left_unheard_long_before_is_not_heard_for_standing_there() -> None:
    world, _ = lived_in()
    world.past.put("left unanswered", HERE, ago=110)
    world.past.put("and now?", HERE)
    world.seconds += 1

    assert world.live(connected(HERE))

    assert words(world)[3:] == [["and now?"]]


def test_a_question_is_looked_at_again_once_in_an_epoch() -> None:
    world, number = asked_and_died([asyncio.Event()], ["Hi."])

    async def story(house: House) -> None:
        await house.connect(HERE)
        await house.opened(HERE)
        house.catch_up.alive(house.clock.now())
        house.catch_up.see(70, [Sight(HERE, world.past.newest(HERE))])
        await house.opened(HERE)

    assert world.live(story)

    assert world.past.reads == [HERE]
    assert number in world.past.said


def test_what_was_taken_back_is_not_answered_again() -> None:
    world = a_world(["Hi."])

    async def story(house: House) -> None:
        await house.connect(HERE)
        await house.opened(HERE)
        number = house.arrive("my secret")
        await house.settled()
        house.delete(number)
        await house.engine.intake.caught_up()
        assert await house.sessions.retry(HERE, ADA) is Change.WITHDRAWN

    assert world.live(story)

    assert len(world.model.seen) == 1


def test_a_quiet_place_costs_no_request() -> None:
    world, numbers = lived_in()
    world.past.edit(numbers[1], "edited")

    assert world.live(connected(HERE, THERE))

    assert world.past.reads == []
    assert words(world) == [["question 0"], ["question 1"], ["question 2"]]


def test_what_is_older_than_what_was_read_is_not_taken_for_deleted() -> None:
    world, numbers = lived_in()
    del world.past.said[numbers[0]]
    for number in range(99):
        world.past.put(f"chatter {number}", HERE, ago=100, is_for_us=False)
    world.past.put("and now?", HERE)
    world.seconds += 1

    assert world.live(connected(HERE))

    assert words(world) == [["question 0"], ["question 1"], ["question 2"], ["and now?"]]


def test_what_discord_keeps_from_us_is_neither_edited_nor_deleted() -> None:
    world, numbers = lived_in()
    world.past.edit(numbers[2], "")
    world.past.withheld.add(numbers[2])
    world.past.put("and now?", HERE)
    world.seconds += 1

    assert world.live(connected(HERE))

    assert words(world)[2] == ["question 2"]


def test_a_preview_that_came_later_is_no_edit() -> None:
    world, numbers = lived_in()
    world.past.edit(numbers[2], "question 2\n[link preview not shown to you]")
    said = world.past.said[numbers[2]]
    world.past.said[numbers[2]] = _with(said, edited_at=None)
    world.past.put("and now?", HERE)
    world.seconds += 1

    assert world.live(connected(HERE))

    assert words(world)[2] == ["question 2"]


def _with(said: Any, **changes: Any) -> Any:
    return replace(said, prompt=replace(said.prompt, **changes))


def test_a_slow_reading_of_a_lost_session_erases_nothing_that_came_later() -> None:
    world, numbers = lived_in()
    world.past.put("missed", HERE)
    world.seconds += 1

    async def story(house: House) -> None:
        door = world.past.doors[HERE] = asyncio.Event()
        await house.connect(HERE)
        await house.until(lambda: world.past.reads == [HERE])
        del world.past.doors[HERE]
        house.begin(HERE)
        await house.opened(HERE)
        house.arrive("later")
        await house.engine.intake.caught_up()
        door.set()

    assert world.live(story)

    assert words(world)[-1] == ["later"]
    assert len(numbers) == 3


# Trouble


@pytest.mark.parametrize("trouble", [*DEADLY, Trouble.FAILS, Trouble.ANSWER_LOST])
def test_trouble_at_any_call_of_a_deletion_leaves_no_word_and_no_answer(trouble: Trouble) -> None:
    def world_with_a_story() -> World:
        return a_world(["Once upon", asyncio.Event()], [asyncio.Event()], ["No."])

    async def story(house: House) -> None:
        await house.connect(HERE)
        await house.opened(HERE)
        number = house.arrive("my secret")
        await house.clock.sleep(3)
        house.delete(number)

    plan = Plan()
    assert world_with_a_story().live(story, plan)
    begun = plan.calls.index("hear") + 1
    for at in range(begun, len(plan.calls) + 1):
        world = world_with_a_story()
        where = (at, plan.calls[at - 1])
        if not world.live(story, Plan(at, trouble, seed=at)):
            world.past.said.clear()
            world.past.seconds = world.seconds
            world.past.put("chatter", HERE, is_for_us=False)
            world.rest(1.0)

        assert world.live(connected(HERE)), where

        assert all(not texts for texts in words(world)), where
        assert all(turn.is_settled for turn in world.turns()), where
        assert "No." not in world.shown(), where
        shown = [row.post.controls for row in world.board.rows.values()]
        assert all(controls is Controls.RETRY for controls in shown), where


@pytest.mark.parametrize("trouble", [*DEADLY, Trouble.FAILS])
def test_trouble_at_any_call_of_looking_again_answers_once_and_as_it_is_now(
    trouble: Trouble,
) -> None:
    plan = Plan()
    world, number = asked_and_died([asyncio.Event()], ["Hi."], ["Hi."])
    world.past.edit(number, "hello")
    assert world.live(connected(HERE), plan)
    for at in range(1, len(plan.calls) + 1):
        world, number = asked_and_died([asyncio.Event()], ["Hi."], ["Hi."])
        world.past.edit(number, "hello")
        where = (at, plan.calls[at - 1])
        if not world.live(connected(HERE), Plan(at, trouble, seed=at)):
            world.rest(1.0)

        assert world.live(connected(HERE)), where

        assert all(asked(context) == ["hello"] for context in world.model.seen[1:]), where
        assert world.board.read_aloud(HERE) == ["Hi."], where
        assert words(world) == [["hello"]], where
