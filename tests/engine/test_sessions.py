"""What people do to a session while and after it is answered."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.domain.access import Actor, ActorKind, Denial, Denied, Right
from bot.domain.completion import FinishReason
from bot.domain.reply import Controls, Ending, Reply
from bot.domain.turn import TurnState
from bot.engine.sessions import Change
from tests.engine.faults import Plan, Trouble
from tests.engine.house import House, World
from tests.samples import ADA, BOB, CHANNEL, DIRECT, OTHER_CHANNEL

STOPPED = "-# ⏹️ Stopped."
STRANGER = Actor(5, ActorKind.PERSON, frozenset({Right.WRITE}))


def words(world: World, number: int) -> list[str]:
    """Return what the model was shown at its call `number`, without the labels."""
    return [m.text.rpartition("]\n")[2] for m in world.model.seen[number].messages]


def halfway() -> World:
    """Return a world whose first answer gets no further than “Hi ”."""
    return World(["Hi ", asyncio.Event(), "there."], ["Fresh."])


async def nothing(_: House) -> None:
    return None


def test_a_reset_in_the_middle_keeps_what_was_said_and_the_next_message_starts_fresh() -> None:
    world = halfway()

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.until(lambda: "Hi" in world.shown())
        put_away = await house.sessions.reset(CHANNEL, ADA)
        await house.settled()
        house.say(1001, "again")
        assert put_away is not None
        assert put_away.session.title == "hello"

    world.live(story)

    first, second = world.turns()
    assert world.board.read_aloud(CHANNEL) == [f"Hi\n{STOPPED}", "Fresh."]
    assert first.state is TurnState.CANCELLED
    assert first.reply is not None
    assert first.reply.ending is Ending.STOPPED
    assert first.session_id != second.session_id
    assert words(world, 1) == ["again"]


def test_a_stopped_answer_stays_in_the_context_and_can_be_retried() -> None:
    world = halfway()

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.until(lambda: "Hi" in world.shown())
        assert await house.sessions.stop_answer(CHANNEL, BOB, 1000)
        await house.settled()
        assert not await house.sessions.stop(CHANNEL, BOB)
        house.say(1001, "go on")

    world.live(story)

    assert world.board.posts_at(CHANNEL)[0].controls is Controls.RETRY
    assert words(world, 1) == ["hello", "Hi ", "go on"]


@pytest.mark.parametrize("at", range(1, 9))
def test_a_stop_is_remembered_when_the_process_dies_over_it(at: int) -> None:
    world = halfway()

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.until(lambda: "Hi" in world.shown())
        plan.at = len(plan.calls) + at
        await house.sessions.stop(CHANNEL, ADA)

    plan = Plan(trouble=Trouble.DIES_AFTER)
    if not world.live(story, plan):
        world.rest(1)

    world.live(nothing)

    (turn,) = world.turns()
    if at == 1:  # the stop itself was not committed: the answer is owed in full
        assert world.board.read_aloud(CHANNEL) == ["Fresh."]
        assert turn.state is TurnState.DELIVERED
    else:
        assert world.board.read_aloud(CHANNEL) == [f"Hi\n{STOPPED}"]
        assert turn.state is TurnState.CANCELLED


def test_words_of_ours_are_no_part_of_what_a_stopped_answer_had_said() -> None:
    world = World([("a" * 1999 + "\n") * 4, asyncio.Event()], long_after=2)
    plan = Plan()
    plan.trouble_at_name("request_stop", Trouble.DIES_AFTER)

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.until(lambda: "A long answer" in world.shown())
        await house.sessions.stop(CHANNEL, ADA)

    world.die(story, plan, down=1.0)
    world.live(nothing)

    assert world.board.read_aloud(CHANNEL) == ["a" * 1999, STOPPED]
    assert world.turns()[0].reply == Reply("a" * 1999, Ending.STOPPED)


def test_a_version_that_is_stopped_before_its_first_word_does_not_repeat_the_one_before() -> None:
    world = World(["One." * 1000, FinishReason.LENGTH], [asyncio.Event()])
    plan = Plan()
    plan.trouble_at_name("request_stop", Trouble.DIES_AFTER)

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.settled()
        await house.sessions.retry(CHANNEL, ADA)
        await house.until(lambda: world.turns()[1].state is TurnState.ANSWERING)
        await house.sessions.stop(CHANNEL, ADA)

    world.die(story, plan, down=1.0)
    world.live(nothing)

    assert world.board.read_aloud(CHANNEL) == ["⏹️ Stopped."]
    assert world.turns()[1].reply == Reply("", Ending.STOPPED)


def test_a_retry_answers_again_in_the_same_post_and_takes_the_place_of_the_first() -> None:
    world = World(["One."], ["Two."], ["Three."])

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.settled()
        assert await house.sessions.retry(CHANNEL, ADA) is Change.STARTED
        await house.settled()
        house.say(1001, "and?")

    world.live(story)

    first, second, third = world.turns()
    assert world.board.read_aloud(CHANNEL) == ["Two.", "Three."]
    assert (first.version, second.version) == (0, 1)
    assert first.parent == second.parent is None
    assert third.parent == second.id
    assert (first.posts, len(second.posts)) == ((), 1)
    assert words(world, 1) == ["hello"]
    assert words(world, 2) == ["hello", "Two.", "and?"]


def test_a_shorter_version_takes_back_the_pages_it_does_not_need() -> None:
    world = World(["a" * 5000], ["Short."], ["b" * 5000])

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.settled()
        await house.sessions.retry_answer(CHANNEL, ADA, 1000)
        await house.settled()
        assert world.board.read_aloud(CHANNEL) == ["Short."]
        await house.sessions.retry_answer(CHANNEL, ADA, 1000)

    world.live(story)

    assert [len(text) for text in world.board.read_aloud(CHANNEL)] == [2000, 2000, 1000]
    assert {text[0] for text in world.board.read_aloud(CHANNEL)} == {"b"}


def test_a_retry_of_a_deleted_answer_is_posted_anew() -> None:
    world = World(["One."], ["Two."])

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.settled()
        world.board.rows.clear()
        await house.sessions.retry(CHANNEL, ADA)

    world.live(story)

    assert world.board.read_aloud(CHANNEL) == ["Two."]


@pytest.mark.parametrize("down", [1.0, 400.0])
def test_a_deleted_answer_is_posted_anew_once_though_the_process_dies(down: float) -> None:
    world = World(["One."], ["Two."])

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.settled()
        world.board.rows.clear()
        plan.trouble_at_name("post", Trouble.DIES_AFTER)
        plan.calls.clear()
        await house.sessions.retry(CHANNEL, ADA)

    plan = Plan()
    world.die(story, plan, down=down)

    world.live(nothing)

    assert world.board.read_aloud(CHANNEL) == ["Two."]
    assert len(world.board.created) == 2


@pytest.mark.parametrize("trouble", [Trouble.FAILS, Trouble.ANSWER_LOST, Trouble.LANDS_LATE])
def test_a_deleted_answer_is_posted_anew_though_the_request_fails(trouble: Trouble) -> None:
    world = World(["One."], ["Two."])

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.settled()
        world.board.rows.clear()
        plan.trouble_at_name("post", trouble)
        plan.calls.clear()
        await house.sessions.retry(CHANNEL, ADA)

    plan = Plan()
    world.live(story, plan)

    assert world.board.read_aloud(CHANNEL) == ["Two."]
    assert len(world.board.created) == 2


def test_only_the_newest_answer_can_be_retried_and_not_while_it_grows() -> None:
    world = World(["One."], ["Two ", asyncio.Event()])

    async def story(house: House) -> None:
        assert await house.sessions.retry(CHANNEL, ADA) is Change.NOTHING
        house.say(1000, "hello")
        await house.settled()
        house.say(1001, "more")
        await house.until(lambda: "Two" in world.shown())
        assert await house.sessions.retry_answer(CHANNEL, ADA, 1000) is Change.NOT_NEWEST
        assert await house.sessions.retry_answer(CHANNEL, ADA, 1001) is Change.BUSY
        assert await house.sessions.retry(CHANNEL, ADA) is Change.BUSY
        await house.sessions.stop(CHANNEL, ADA)

    assert world.live(story)


def test_an_answer_can_be_retried_from_the_moment_it_is_seen() -> None:
    world = World(["One."], ["Two."])

    async def story(house: House) -> None:
        world.board.is_away = True
        house.say(1000, "hello")
        await house.until(lambda: [t.state for t in world.turns()] == [TurnState.ANSWERED])
        async with asyncio.TaskGroup() as group:
            retrying = group.create_task(house.sessions.retry(CHANNEL, ADA))
            await house.clock.sleep(0.1)
            world.board.is_away = False
        assert retrying.result() is Change.STARTED

    assert world.live(story)
    assert world.shown() == "Two."


def test_an_old_session_goes_on_where_it_was_when_it_is_resumed() -> None:
    world = World(["Nice to meet you."], ["New topic."], ["You are Ada."])

    async def story(house: House) -> None:
        house.say(1000, "I am Ada")
        await house.settled()
        old = await house.sessions.start(CHANNEL, ADA)
        house.say(1001, "something else")
        await house.settled()
        assert old is not None
        resumed = await house.sessions.resume(CHANNEL, BOB, old.session.id)
        assert resumed is not None
        assert resumed[0].id == old.session.id
        house.say(1002, "who am I?")

    world.live(story)

    assert words(world, 2) == ["I am Ada", "Nice to meet you.", "who am I?"]


def test_resuming_a_session_stops_the_answer_of_the_one_it_puts_away() -> None:
    world = World(["One."], ["Hi ", asyncio.Event()], ["Three."])

    async def story(house: House) -> None:
        house.say(1000, "first")
        await house.settled()
        old = await house.sessions.start(CHANNEL, ADA)
        house.say(1001, "second")
        await house.until(lambda: "Hi" in world.shown())
        assert old is not None
        await house.sessions.resume(CHANNEL, BOB, old.session.id)
        await house.until(lambda: STOPPED in world.shown())
        house.say(1002, "third")

    assert world.live(story)
    assert world.board.read_aloud(CHANNEL) == ["One.", f"Hi\n{STOPPED}", "Three."]
    assert words(world, 2) == ["first", "One.", "third"]


def test_a_session_of_another_place_is_out_of_reach_whatever_its_uuid() -> None:
    world = World(["Hi."])

    async def story(house: House) -> None:
        house.say(1000, "secret", place=OTHER_CHANNEL)
        await house.settled()
        secret = world.turns()[0].session_id
        for attempt in (
            house.sessions.resume(CHANNEL, ADA, secret),
            house.sessions.rename(CHANNEL, ADA, secret, "mine"),
            house.sessions.delete(CHANNEL, ADA, secret),
            house.sessions.stop_answer(CHANNEL, STRANGER, 1000),
            house.sessions.retry_answer(CHANNEL, ADA, 1000),
            house.sessions.all(OTHER_CHANNEL, STRANGER),
        ):
            with pytest.raises(Denied):
                await attempt

    assert world.live(story)
    assert world.board.read_aloud(OTHER_CHANNEL) == ["Hi."]


def test_what_others_took_part_in_only_a_moderator_deletes() -> None:
    world = World(["Hi."])

    async def story(house: House) -> None:
        house.say(1000, "hello")
        house.say(1001, "me too", by=BOB)
        await house.settled()
        shared = world.turns()[0].session_id
        with pytest.raises(Denied) as caught:
            await house.sessions.delete(CHANNEL, BOB, shared)
        assert caught.value.denial is Denial.CANNOT_MODERATE
        assert await house.sessions.delete(CHANNEL, ADA, shared) is not None
        assert await house.sessions.all(CHANNEL, ADA) == []

    assert world.live(story)
    assert world.turns() == []


def test_deleting_a_session_that_is_answering_ends_the_answer_first() -> None:
    world = halfway()

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.until(lambda: "Hi" in world.shown())
        await house.sessions.delete(CHANNEL, ADA, world.turns()[0].session_id)

    assert world.live(story)
    assert world.turns() == []
    assert world.board.read_aloud(CHANNEL) == [f"Hi\n{STOPPED}"]


def test_deleting_a_session_answers_nothing_of_it_that_still_waited() -> None:
    world = World(["Hi ", asyncio.Event()], ["Next."])

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.until(lambda: "Hi" in world.shown())
        house.say(1001, "and then?")
        await house.until(lambda: len(world.turns()) == 2)
        erased = await house.sessions.delete(CHANNEL, ADA, world.turns()[0].session_id)
        assert erased is not None
        assert erased.unanswered == 1

    assert world.live(story)
    assert world.turns() == []
    assert len(world.model.seen) == 1
    assert world.board.read_aloud(CHANNEL) == [f"Hi\n{STOPPED}"]


def test_deleting_a_session_lets_an_answer_be_shown_whole_that_is_safe_already() -> None:
    world = World(["a" * 2000 + "b" * 2000])
    plan = Plan()
    plan.trouble_at_name("post", Trouble.FAILS)

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.until(lambda: "post" in plan.calls)
        assert world.turns()[0].state is TurnState.ANSWERED
        await house.sessions.delete(CHANNEL, ADA, world.turns()[0].session_id)

    assert world.live(story, plan)
    assert world.turns() == []
    assert world.board.read_aloud(CHANNEL) == ["a" * 2000, "b" * 2000]


def test_deleting_does_not_wait_for_ever_for_an_answer_to_be_marked() -> None:
    world = halfway()

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.until(lambda: "Hi" in world.shown())
        world.board.is_away = True
        await house.sessions.delete(CHANNEL, ADA, world.turns()[0].session_id)
        assert world.turns() == []
        world.board.is_away = False

    assert world.live(story)


def test_no_word_of_one_place_is_in_the_context_of_another() -> None:
    world = World(["Yes."])
    places = [CHANNEL, OTHER_CHANNEL, DIRECT]

    async def story(house: House) -> None:
        for number in range(30):
            place = places[number % 3]
            house.say(1000 + number, f"said in {place.channel_id}", place=place)
            await house.settled()

    world.live(story)

    assert len(world.model.seen) == 30
    for context in world.model.seen:
        said = {m.text.rpartition("]\n")[2] for m in context.messages} - {"Yes."}
        assert len(said) == 1


def test_messages_of_one_place_are_answered_in_order_each_knowing_the_one_before() -> None:
    world = World(["First."], ["Second."], ["Third."])

    async def story(house: House) -> None:
        for number in range(3):
            house.say(1000 + number, f"number {number}")
            await house.settled()

    world.live(story)

    assert world.board.read_aloud(CHANNEL) == ["First.", "Second.", "Third."]
    assert words(world, 2) == ["number 0", "First.", "number 1", "Second.", "number 2"]


def test_a_session_is_named_after_the_first_words_said_in_it() -> None:
    world = World(["Yes."])

    async def story(house: House) -> None:
        house.say(1000, "How do I bake bread?")
        await house.settled()
        (only,) = await house.sessions.all(CHANNEL, BOB)
        assert only.session.title == "How do I bake bread?"
        renamed = await house.sessions.rename(CHANNEL, BOB, only.session.id, "  Bread\n ")
        assert renamed is not None
        assert renamed.title == "Bread"

    assert world.live(story)


def test_whatever_is_done_to_a_session_stands_in_the_log_under_its_id(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    world = World(["Hi.", asyncio.Event()], ["Hi."])
    told: list[str] = []

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.until(lambda: "Hi." in world.shown())
        await house.sessions.stop(CHANNEL, ADA)
        await house.settled()
        await house.sessions.retry(CHANNEL, ADA)
        await house.settled()
        old = await house.sessions.reset(CHANNEL, ADA)
        assert old is not None
        await house.sessions.resume(CHANNEL, ADA, old.session.id)
        await house.sessions.rename(CHANNEL, ADA, old.session.id, "secret")
        await house.sessions.delete(CHANNEL, ADA, old.session.id)
        told.extend(
            record.getMessage().rpartition("event=")[2]
            for record in caplog.records
            if record.name == "bot.engine.sessions" and str(old.session.id) in record.getMessage()
        )

    world.live(story)

    assert told == [
        "stopping",
        "retrying",
        "put_away unanswered=0",
        "resumed",
        "renamed",
        "deleted",
    ]
    assert "secret" not in caplog.text
