"""How a growing answer comes to be seen, and what Discord and people do to it meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.domain.completion import FinishReason
from bot.domain.errors import Fault, ModelRefused
from bot.domain.manner import Trait
from bot.domain.reply import Controls, Ending
from bot.domain.session import Place
from bot.domain.turn import TurnState
from tests.engine.faults import Plan, Trouble
from tests.engine.house import House, World
from tests.fakes.scripted_model import Script
from tests.logged import open_log
from tests.samples import ADA, CHANNEL


async def one_question(house: House) -> None:
    house.say(1000, "hello")


async def seconds(number: float) -> None:
    await asyncio.sleep(number)


def test_typing_is_shown_while_nothing_is_visible_yet_and_not_after() -> None:
    gate = asyncio.Event()
    world = World([gate, "Hi ", asyncio.Event()])

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await seconds(20)
        assert len(world.board.typed) == 3
        gate.set()
        await seconds(60)
        assert len(world.board.typed) == 3
        await house.sessions.stop(CHANNEL, ADA)

    assert world.live(story)


def test_where_many_wait_for_the_model_all_see_the_bot_typing() -> None:
    world = World([asyncio.Event()], places=100)
    places = [Place(channel_id=700 + number, guild_id=70) for number in range(100)]

    async def story(house: House) -> None:
        for number, place in enumerate(places):
            house.say(1000 + number, "hello", place)
        await seconds(4)
        assert set(world.board.typed) == set(places)
        assert len(world.board.typed) == 100
        for place in places:
            await house.sessions.stop(place, ADA)

    assert world.live(story)


def test_the_first_words_are_shown_at_once_and_the_last_ones_do_not_wait() -> None:
    first, second = asyncio.Event(), asyncio.Event()
    world = World(["Hi", first, " there", second, "."])

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await seconds(0.06)
        assert world.board.read_aloud(CHANNEL) == ["Hi"]
        assert world.board.posts_at(CHANNEL)[0].controls is Controls.STOP
        first.set()
        await seconds(2)
        assert world.board.read_aloud(CHANNEL) == ["Hi there"]
        second.set()
        await seconds(0.05)
        assert world.board.read_aloud(CHANNEL) == ["Hi there."]
        assert world.board.posts_at(CHANNEL)[0].controls is Controls.RETRY

    assert world.live(story)


def test_the_first_words_do_not_wait_for_what_came_before_them_and_is_not_to_be_seen() -> None:
    blank, first = asyncio.Event(), asyncio.Event()
    world = World(["", blank, "\n\n", first, "Hi", asyncio.Event()])

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await seconds(0.5)
        blank.set()
        await seconds(0.1)
        first.set()
        await seconds(0.06)
        assert world.board.read_aloud(CHANNEL) == ["Hi"]
        await house.sessions.stop(CHANNEL, ADA)

    assert world.live(story)


def test_an_answer_that_is_there_at_once_costs_one_request() -> None:
    world = World(["Yes."])

    world.live(one_question)

    assert world.board.read_aloud(CHANNEL) == ["Yes."]
    assert (world.board.edits, world.board.typed) == (0, [])


def test_a_character_that_comes_in_two_halves_is_shown_and_kept_whole() -> None:
    world = World(["Hi \ud83d", "\ude00!", "\ud83d"])

    world.live(one_question)

    assert world.board.read_aloud(CHANNEL) == ["Hi 😀!\ufffd"]
    reply = world.turns()[0].reply
    assert reply is not None
    assert reply.text == "Hi 😀!\ufffd"


def test_a_stream_is_edited_no_oftener_than_its_share() -> None:
    world = World([f"word{number} " for number in range(500)])

    world.live(one_question)

    assert world.board.edits <= 2


def test_a_hundred_answers_are_all_seen_to_grow() -> None:
    gates = [asyncio.Event() for _ in range(40)]
    world = World([step for gate in gates for step in ("word ", gate)], places=100)
    places = [Place(channel_id=700 + number, guild_id=70) for number in range(100)]

    async def story(house: House) -> None:
        for number, place in enumerate(places):
            house.say(1000 + number, "hello", place)
        for gate in gates[:-1]:
            await seconds(0.5)
            gate.set()
        shown = [world.board.read_aloud(place)[0].split() for place in places]
        assert min(map(len, shown)) >= 30
        gates[-1].set()

    assert world.live(story)


def test_what_somebody_deletes_is_not_put_back() -> None:
    gate = asyncio.Event()
    world = World(["Hi", gate, " there. " * 500])

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await seconds(2)
        world.board.rows.clear()
        gate.set()

    assert world.live(story)
    assert world.board.read_aloud(CHANNEL) == []
    assert world.turns()[0].state is TurnState.DELIVERED


def test_what_lands_late_is_put_right_also_by_a_process_that_is_not_young() -> None:
    world = World(["Hello."])
    plan = Plan()
    plan.trouble_at_name("post", Trouble.ANSWER_LOST)

    async def story(house: House) -> None:
        await seconds(60)
        house.say(1000, "hello")
        await seconds(20)
        ((post, row),) = world.board.rows.items()
        world.board.rows[post] = replace(row, post=replace(row.post, text="Hel"))
        await house.settled()

    assert world.live(story, plan)
    assert world.board.read_aloud(CHANNEL) == ["Hello."]


def test_a_place_that_disappears_ends_the_answer_and_costs_no_more() -> None:
    gate = asyncio.Event()
    world = World(["Hi", gate, " there", asyncio.Event(), "never read"])

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await seconds(2)
        world.board.gone.add(CHANNEL)
        gate.set()

    assert world.live(story)
    assert world.turns()[0].state is TurnState.ABANDONED
    assert world.model.streaming == 0


CUT_OFF = (
    "-# 🔇 I may not post here any more, so the rest is missing. Press Retry when I may again."
)


def test_where_nothing_new_may_be_said_the_answer_ends_in_words_and_is_kept() -> None:
    gate = asyncio.Event()
    script: Script = ["Hi.\n", gate, "More words. " * 300, asyncio.Event(), "never read"]
    world = World(script, ["Fine."])

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await seconds(2)
        world.board.silent.add(CHANNEL)
        gate.set()
        await seconds(5)
        world.board.silent.clear()
        house.say(2000, "and now?")

    assert world.live(story)
    broken, after = world.board.posts_at(CHANNEL)
    assert broken.text.startswith("Hi.\nMore words.")
    assert broken.text.endswith(f"More words.\n{CUT_OFF}")
    assert broken.controls is Controls.RETRY
    assert after.text == "Fine."
    assert world.turns()[0].state is TurnState.ABANDONED
    assert world.model.streaming == 0
    assert world.model.seen[1].messages[1].text.startswith("Hi.\nMore words.")


def test_where_nothing_may_be_changed_either_the_answer_is_left_as_it_stands() -> None:
    gate = asyncio.Event()
    world = World(["Hi.\n", gate, "More words. " * 300, asyncio.Event(), "never read"])

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await seconds(2)
        world.board.locked.add(CHANNEL)
        gate.set()

    with open_log() as log:
        assert world.live(story)

    assert world.board.read_aloud(CHANNEL) == ["Hi."]
    assert world.turns()[0].state is TurnState.ABANDONED
    assert log.lines("lane_failed") == []
    (line,) = log.lines("abandoned")
    assert line.startswith("WARNING")


def test_a_page_that_discord_does_not_take_is_told_in_words() -> None:
    world = World(["forbidden word"])
    world.board.refused_words.add("forbidden")

    world.live(one_question)

    (text,) = world.board.read_aloud(CHANNEL)
    assert "Discord did not take this part" in text
    assert world.turns()[0].state is TurnState.DELIVERED
    assert world.turns()[0].reply is not None


def test_an_answer_of_too_many_pages_comes_as_a_file_with_a_first_page() -> None:
    world = World(["word " * 4000], long_after=8)

    world.live(one_question)

    (post,) = world.board.posts_at(CHANNEL)
    assert post.has_file
    assert post.text.startswith("word word")
    assert "the whole answer is in the file" in post.text
    assert world.turns()[0].posts == (post.id,)


@pytest.mark.parametrize("grows_for", [0.0, 5.0])
def test_where_no_file_is_taken_a_long_answer_comes_in_all_its_pages(grows_for: float) -> None:
    gate = asyncio.Event()
    world = World(["word " * 4000, gate, "end"], long_after=8)
    world.board.takes_files = False

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await seconds(grows_for)
        gate.set()

    world.live(story)

    posts = world.board.posts_at(CHANNEL)
    assert " ".join(post.text for post in posts) == "word " * 4000 + "end"
    assert [post.controls for post in posts] == [Controls.CONTINUES] * 10 + [Controls.RETRY]
    assert world.turns()[0].state is TurnState.DELIVERED


def test_how_an_answer_ended_is_told_in_words() -> None:
    told = {
        Ending.LENGTH: (["Half", FinishReason.LENGTH], "length limit"),
        Ending.FILTERED: (["Half", FinishReason.FILTER], "content filter"),
        Ending.REFUSED: (["I would rather not.", FinishReason.REFUSAL], "declined"),
        Ending.EMPTY: (["  "], "empty answer"),
    }
    for ending, (script, words) in told.items():
        world = World(script)

        world.live(one_question)

        (turn,) = world.turns()
        assert turn.reply is not None
        assert turn.reply.ending is ending
        assert words in world.board.read_aloud(CHANNEL)[0]


def test_each_fault_has_words_of_its_own_and_the_next_turn_works() -> None:
    said = set()
    for fault in Fault:
        world = World([ModelRefused(fault, "no")], [ModelRefused(fault, "no")], ["Fine."])

        async def story(house: House) -> None:
            house.say(1000, "hello")
            await house.settled()
            house.say(1001, "and now?")

        world.live(story)

        answers = world.board.read_aloud(CHANNEL)
        said.add(answers[0])
        if fault is not Fault.CONTEXT:  # which is tried once more with half of the context
            world.live(one_question)
        assert answers[0] != "Fine."
    assert len(said) == len(Fault)


def test_a_context_that_is_too_long_is_halved_once_and_the_floor_is_kept() -> None:
    overflow = ModelRefused(Fault.CONTEXT, "too long")
    world = World(*[["Yes. " * 20]] * 6, [overflow], ["After all."], ["And on."])
    world.choose(Trait.SUMMARY, "off")

    async def story(house: House) -> None:
        for number in range(8):
            house.say(1000 + number, f"number {number} " + "x" * 90)
            await house.settled()

    world.live(story)

    shown = [len(context.messages) for context in world.model.seen]
    assert world.board.read_aloud(CHANNEL)[-2:] == ["After all.", "And on."]
    assert shown[:7] == [1, 3, 5, 7, 9, 11, 13]
    assert 1 <= shown[7] <= 7
    assert shown[8] == shown[7] + 2


def test_a_note_goes_under_the_last_page_only_where_there_is_room_for_it() -> None:
    for text, pages in (("x" * 1900, 1), ("x" * 1990, 2), ("😀" * 950, 1), ("😀" * 995, 2)):
        world = World([text, FinishReason.LENGTH])

        world.live(one_question)

        shown = world.board.read_aloud(CHANNEL)
        assert len(shown) == pages
        assert all(len(page.encode("utf-16-le")) <= 4000 for page in shown)
