"""The newest question is answered anew when it is edited, in place, as another version."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.domain.hearing import Utterance
from bot.domain.message import Prompt
from bot.domain.reply import Standing
from bot.domain.turn import TurnState
from tests.engine.faults import DEADLY, Plan, Trouble
from tests.engine.house import House, World
from tests.engine.test_amending import a_world, answered, ask, asked, connected, states
from tests.fakes.scripted_model import Script
from tests.samples import ADA, CHANNEL, MORNING

HERE = CHANNEL
SECOND_OF_TWO = Standing(number=2, count=2, before=0, after=None)


def shown(world: World) -> list[tuple[str, Standing | None]]:
    """Return what people see, with where it stands among the versions."""
    return [(post.text, post.standing) for post in world.board.posts_at(HERE)]


def questions(world: World) -> list[str]:
    """Return what the model was asked, call by call."""
    return [asked(context)[-1] for context in world.model.seen]


def test_the_newest_question_is_answered_anew_in_the_same_post() -> None:
    world = a_world(["It is Bern."], ["It is Vienna."])

    async def story(house: House) -> None:
        number = await answered(house, "what is the capital of Switzerland?")
        (post,) = world.board.rows
        house.edit(number, "what is the capital of Austria?")
        await house.settled()
        assert list(world.board.rows) == [post]

    assert world.live(story)

    assert shown(world) == [("It is Vienna.", SECOND_OF_TWO)]
    assert asked(world.model.seen[1]) == ["what is the capital of Austria?"]


def test_the_answer_to_the_old_words_can_be_shown_again_with_the_new_ones() -> None:
    world = a_world(["It is Bern."], ["It is Vienna."], ["I see."])

    async def story(house: House) -> None:
        number = await answered(house, "Switzerland?")
        house.edit(number, "Austria?")
        await house.settled()
        await house.sessions.show_version(HERE, ADA, number, 0)
        await house.settled()
        house.arrive("really?")

    assert world.live(story)

    assert world.board.read_aloud(HERE)[0] == "It is Bern."
    assert asked(world.model.seen[2]) == ["Austria?", "It is Bern.", "really?"]


@pytest.mark.parametrize("which", [0, 1])
def test_any_of_the_questions_that_one_reply_answers_may_be_edited(which: int) -> None:
    world = a_world(["Two answers."], ["Other answers."])

    async def story(house: House) -> None:
        await connected(HERE)(house)
        numbers = [house.arrive("one?"), house.arrive("two?")]
        await house.settled()
        house.edit(numbers[which], "three?")

    assert world.live(story)

    anew = ["three?", "two?"] if which == 0 else ["one?", "three?"]
    assert [asked(context) for context in world.model.seen] == [["one?", "two?"], anew]


def test_an_edit_that_changes_no_word_is_not_answered() -> None:
    world = a_world(["Hi."])

    async def story(house: House) -> None:
        number = await answered(house, "hello")
        house.edit(number, "hello")
        said = world.past.said[number]
        pinned = replace(said.prompt, text="hello, pinned", edited_at=None)
        house.catch_up.edit(replace(said, prompt=pinned))

    assert world.live(story)

    assert questions(world) == ["hello"]


def test_who_takes_the_mention_out_is_answered_all_the_same() -> None:
    world = a_world(["Hi."], ["Hi again."])

    async def story(house: House) -> None:
        number = await answered(house, "bot, hello")
        house.catch_up.edit(world.past.edit(number, "hello", is_for_us=False))

    assert world.live(story)

    assert questions(world) == ["bot, hello", "hello"]


def test_an_answer_of_which_nothing_was_said_yet_begins_anew() -> None:
    world = a_world([asyncio.Event()], ["It is Vienna."])

    async def story(house: House) -> None:
        number = await ask(house, "Switzerland?")
        await house.until(lambda: bool(world.model.seen))
        house.edit(number, "Austria?")

    assert world.live(story)

    assert shown(world) == [("It is Vienna.", None)]
    assert questions(world) == ["Switzerland?", "Austria?"]
    assert [turn.attempt for turn in world.turns()] == [1]
    assert len(world.store.calls) == 2  # what was asked for is on the bill


def test_an_answer_that_has_begun_is_finished_and_stays_as_a_version() -> None:
    world = a_world(["It is ", go := asyncio.Event(), "Bern."], ["It is Vienna."])

    async def story(house: House) -> None:
        number = await ask(house, "Switzerland?")
        await house.until(lambda: "It is" in world.shown())
        house.edit(number, "Germany?")
        await house.clock.sleep(1)
        house.edit(number, "Austria?")
        await house.engine.intake.caught_up()
        go.set()

    assert world.live(story)

    assert shown(world) == [("It is Vienna.", SECOND_OF_TWO)]
    assert questions(world) == ["Switzerland?", "Austria?"]
    assert [turn.reply.text for turn in world.turns() if turn.reply] == [
        "It is Bern.",
        "It is Vienna.",
    ]


def test_two_edits_before_the_new_version_is_asked_for_are_answered_once() -> None:
    world = a_world(["Bern."], ["Vienna."])

    async def story(house: House) -> None:
        number = await answered(house, "Switzerland?")
        edits = [world.past.edit(number, "Germany?"), world.past.edit(number, "Austria?")]
        late = replace(edits[1].prompt, edited_at=edits[1].prompt.said_at.replace(year=2040))
        await world.store.revise([edits[0].prompt])
        await world.store.revise([late])
        house.engine.lanes.wake(world.turns()[0].session_id)

    assert world.live(story)

    assert questions(world) == ["Switzerland?", "Austria?"]


def test_somebody_who_spoke_meanwhile_is_answered_next_and_the_edit_is_not() -> None:
    world = a_world(["It is ", go := asyncio.Event(), "Bern."], ["I see."])

    async def story(house: House) -> None:
        number = await ask(house, "Switzerland?")
        await house.until(lambda: "It is" in world.shown())
        house.edit(number, "Austria?")
        house.arrive("thanks")
        await house.engine.intake.caught_up()
        go.set()

    assert world.live(story)

    assert asked(world.model.seen[1]) == ["Austria?", "It is Bern.", "thanks"]
    assert world.board.read_aloud(HERE) == ["It is Bern.", "I see."]


def test_a_stop_beside_an_edit_stops() -> None:
    world = a_world([asyncio.Event()], ["It is Vienna."])

    async def story(house: House) -> None:
        number = await ask(house, "Switzerland?")
        await house.until(lambda: bool(world.model.seen))
        assert await house.sessions.stop(HERE, ADA)
        house.edit(number, "Austria?")

    assert world.live(story)

    assert shown(world) == [("It is Vienna.", SECOND_OF_TWO)]
    assert states(world) == [TurnState.CANCELLED, TurnState.DELIVERED]


def test_what_was_taken_out_is_not_answered_anew() -> None:
    world = a_world(["Hi."])

    async def story(house: House) -> None:
        number = await answered(house, "hello")
        await house.sessions.undo(HERE, ADA)
        await house.settled()
        house.edit(number, "hello again")

    assert world.live(story)

    assert questions(world) == ["hello"]


def test_a_conversation_that_was_put_away_is_not_gone_on_with() -> None:
    world = a_world(["Hi."])

    async def story(house: House) -> None:
        number = await answered(house, "hello")
        await house.sessions.start(HERE, ADA)
        house.edit(number, "hello again")

    assert world.live(story)

    assert questions(world) == ["hello"]


# After an absence


def answered_and_left() -> tuple[World, int]:
    """Return a world in which a question was answered and the process ended, and its id."""
    world = a_world(["Bern."], ["Vienna."])
    numbers: list[int] = []

    async def story(house: House) -> None:
        numbers.append(await answered(house, "Switzerland?"))

    assert world.live(story)
    world.past.seconds = world.seconds
    return world, numbers[0]


def test_an_edit_that_is_found_after_an_absence_is_answered() -> None:
    world, number = answered_and_left()
    world.past.edit(number, "Austria?")
    world.past.put("chatter", HERE, is_for_us=False)
    world.seconds += 60

    assert world.live(connected(HERE))

    assert shown(world) == [("Vienna.", SECOND_OF_TWO)]


def test_an_edit_that_nobody_waits_for_any_more_changes_the_words_only() -> None:
    world, number = answered_and_left()
    world.past.edit(number, "Austria?")
    world.past.put("chatter", HERE, is_for_us=False)
    world.seconds += 6 * 3600 + 10

    assert world.live(connected(HERE))

    assert questions(world) == ["Switzerland?"]
    assert [prompt.text for turn in world.turns() for prompt in turn.prompts] == ["Austria?"]


def test_an_edit_before_a_question_that_was_missed_is_not_answered_by_itself() -> None:
    world, number = answered_and_left()
    world.past.edit(number, "Austria?")
    world.past.put("and its rivers?", HERE)
    world.seconds += 60

    assert world.live(connected(HERE))

    assert asked(world.model.seen[1]) == ["Austria?", "Bern.", "and its rivers?"]
    assert len(world.model.seen) == 2


# Trouble


@pytest.mark.parametrize("trouble", [*DEADLY, Trouble.FAILS, Trouble.ANSWER_LOST])
@pytest.mark.parametrize("when", ["answered", "begun", "silent"])
def test_trouble_at_any_call_of_an_edit_answers_the_new_words_once(
    when: str, trouble: Trouble
) -> None:
    def world_with_a_story() -> World:
        first: dict[str, Script] = {
            "answered": ["Bern."],
            "begun": ["It is ", 1.0, "Bern."],
            "silent": [1.0, "Bern."],
        }
        return World(first[when], *[["Vienna."]] * 9)

    async def story(house: House) -> None:
        house.say(1000, "Switzerland?")
        if when == "answered":
            await house.settled()
        else:
            await house.clock.sleep(0.5)
        edited = Prompt(
            1000, ADA.id, "Ada", "Austria?", MORNING, edited_at=MORNING.replace(second=9)
        )
        house.engine.catch_up.begin()
        house.engine.catch_up.edit(Utterance(HERE, edited, ADA))

    plan = Plan()
    assert world_with_a_story().live(story, plan)
    for at in range(1, len(plan.calls) + 1):
        world = world_with_a_story()
        where = (at, plan.calls[at - 1])
        if not world.live(story, Plan(at, trouble, seed=at)):
            world.rest(1.0)

        assert world.live(story), where  # Discord tells of it again

        assert questions(world)[-1] == "Austria?", where
        assert len(shown(world)) == 1, where
        assert all(turn.is_settled for turn in world.turns()), where
        assert questions(world).count("Austria?") <= 2, where
