"""What came with a message is fetched once, and shown the same way for ever."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.domain.attachment import Attachment, Excerpt, Unshown
from bot.domain.errors import Fault, ModelBusy
from bot.domain.message import Message
from bot.domain.turn import TurnState
from tests.engine.faults import DEADLY, Plan, Trouble
from tests.engine.house import House, World
from tests.fakes.scripted_model import Script
from tests.samples import ADA, CHANNEL, DIGEST, IMAGE, PNG, attachment

CAT, NOTES = attachment(1, "cat.png"), attachment(2, "notes.txt", "text/plain", 8)
FILES = {1: PNG, 2: b"one\ntwo\n"}
LABEL = "[Ada #1 · 2026-01-02 09:30Z]"
LOOKED = f"{LABEL}\nlook\n[file: notes.txt]\n```\none\ntwo\n```\n[image: cat.png]"
UNFETCHED = "[file not shown to you: cat.png, image/png, 69 bytes: it could not be fetched]"


def world(*scripts: Script, budget: int = 16_000) -> World:
    made = World(*scripts, budget=budget)
    made.files.contents = dict(FILES)
    return made


async def look(house: House) -> None:
    house.say(1000, "look", files=[CAT, NOTES])


async def ask_again(house: House) -> None:
    house.say(1001, "and now?")


async def nothing(_: House) -> None:
    return None


def read(messages: Sequence[Message]) -> list[str]:
    return [message.captioned for message in messages]


def test_files_are_shown_with_the_question_and_with_the_next() -> None:
    story = world(["A cat."])

    story.live(look)
    story.live(ask_again)

    first, second = story.model.seen
    assert read(first.messages) == [LOOKED]
    assert read(second.messages) == [LOOKED, "A cat.", f"{LABEL}\nand now?"]
    assert first.images == second.images == {DIGEST: PNG}
    assert story.files.asked == [(1000, 1), (1000, 2)]


def test_nothing_waits_for_files_but_the_answer() -> None:
    story = world()

    async def look_and_ask(house: House) -> None:
        house.say(1000, "look", files=[CAT])
        await house.engine.intake.caught_up()
        assert story.files.asked == []

    story.live(look_and_ask)

    assert story.files.asked == [(1000, 1)]


@pytest.mark.parametrize("trouble", DEADLY)
def test_death_at_any_call_leaves_one_whole_answer_to_the_files(trouble: Trouble) -> None:
    plan = Plan()
    assert world(["A cat."]).live(look, plan)
    assert plan.calls.count("fetch") == plan.calls.count("keep_attachment") == 2
    for at in range(1, len(plan.calls) + 1):
        story = world(["A cat."])
        story.die(look, Plan(at, trouble, seed=at), down=1.0)

        story.live(look)

        where = (at, plan.calls[at - 1])
        assert story.shown() == "A cat.", where
        assert [turn.state for turn in story.turns()] == [TurnState.DELIVERED], where
        assert all(read(seen.messages) == [LOOKED] for seen in story.model.seen), where
        assert all(story.files.asked.count((1000, number)) <= 2 for number in FILES), where
        assert len(story.files.asked) <= 3, where


@pytest.mark.parametrize("trouble", [Trouble.FAILS, Trouble.ANSWER_LOST], ids=lambda t: t.name)
def test_trouble_at_any_call_leaves_one_whole_answer_to_the_files(trouble: Trouble) -> None:
    plan = Plan()
    assert world(["A cat."]).live(look, plan)
    for at in range(1, len(plan.calls) + 1):
        story = world(["A cat."])

        assert story.live(look, Plan(at, trouble, seed=at))

        assert story.shown() == "A cat.", (at, plan.calls[at - 1])
        assert read(story.model.seen[-1].messages) == [LOOKED], (at, plan.calls[at - 1])


def test_a_file_that_is_gone_is_named_for_good() -> None:
    story = world(["I see nothing."])
    del story.files.contents[1]

    story.live(look)
    story.files.contents[1] = PNG
    story.live(ask_again)

    wanted = LOOKED.replace("look\n", f"look\n{UNFETCHED}\n").removesuffix("\n[image: cat.png]")
    assert [read(seen.messages)[0] for seen in story.model.seen] == [wanted, wanted]
    assert story.files.asked == [(1000, 1), (1000, 2)]


def test_files_are_waited_for_a_minute_and_then_the_answer_comes_without() -> None:
    story = world(["I see nothing."])
    story.files.failures = 1000

    story.live(look)

    assert story.shown() == "I see nothing."
    assert 60 < story.seconds < 120
    assert UNFETCHED in story.model.seen[0].messages[0].text


def test_a_file_that_comes_late_is_shown() -> None:
    story = world(["A cat."])
    story.files.failures = 4

    story.live(look)

    assert read(story.model.seen[0].messages) == [LOOKED]


def stopped_at_the_third_request(*, failures: int) -> World:
    """Return a world in which fetches failed, and somebody stopped when there was a third."""
    story = world(["A cat."])
    story.files.failures = failures

    async def look_and_stop(house: House) -> None:
        await look(house)
        await house.until(lambda: len(story.files.asked) > 2)
        await house.sessions.stop(CHANNEL, ADA)

    story.live(look_and_stop)
    return story


def test_who_stops_while_files_are_fetched_stops_at_once() -> None:
    story = stopped_at_the_third_request(failures=1000)

    assert story.seconds < 60
    assert story.model.seen == []
    assert [turn.state for turn in story.turns()] == [TurnState.CANCELLED]


def test_what_was_left_when_somebody_stopped_is_fetched_for_the_next_question() -> None:
    story = stopped_at_the_third_request(failures=3)

    story.live(ask_again)

    assert read(story.model.seen[0].messages) == [LOOKED, f"{LABEL}\nand now?"]


def test_what_is_deleted_while_it_is_fetched_is_not_kept() -> None:
    story = world(["A cat."])

    async def look_and_delete(house: House) -> None:
        story.files.failures = 1
        await look(house)
        await house.until(lambda: bool(story.files.asked))
        await story.store.erase([1000])

    story.live(look_and_delete)

    assert story.store.blobs == {}
    assert story.turns()[0].prompts[0].attachments == ()


def test_while_the_disk_is_full_files_wait_for_room() -> None:
    story = world(["A cat."])

    async def look_on_a_full_disk(house: House) -> None:
        await look(house)
        await house.until(lambda: bool(story.files.asked))
        story.store.full = True
        await house.clock.sleep(30)
        assert story.model.seen == []
        story.store.full = False

    story.live(look_on_a_full_disk)

    assert read(story.model.seen[0].messages) == [LOOKED]
    assert story.files.asked == [(1000, 1), (1000, 2)]


def test_files_take_up_half_of_the_budget_and_the_rest_is_named() -> None:
    story = world(["Well."], budget=2_000)
    many = [attachment(10 + n, f"{n}.txt", "text/plain", 9000) for n in range(3)]
    story.files.contents = {each.id: b"x" * 9000 for each in many}

    async def look_at_much(house: House) -> None:
        house.say(1000, "look", files=many)

    story.live(look_at_much)

    (turn,) = story.turns()
    assert [each.shown for each in turn.prompts[0].attachments] == [
        Excerpt("x" * 3000, is_whole=False),
        Unshown.ROOM,
        Unshown.ROOM,
    ]
    assert story.files.asked == [(1000, 10)]


@pytest.mark.parametrize(
    "hostile",
    [
        Attachment(1, "bomb.zip", "application/zip", 2**40),
        Attachment(1, "x" * 60, "unknown kind", 0),
    ],
)
def test_what_is_neither_an_image_nor_text_is_not_fetched(hostile: Attachment) -> None:
    story = world(["Well."])

    async def look_at_it(house: House) -> None:
        house.say(1000, "look", files=[hostile])

    story.live(look_at_it)

    line = f"[file not shown to you: {hostile.name}, {hostile.kind}, {hostile.size} bytes]"
    assert read(story.model.seen[0].messages) == [f"{LABEL}\nlook\n{line}"]
    assert story.files.asked == []


def test_the_next_version_of_an_answer_is_shown_the_same_files() -> None:
    story = world(["A cat."], ["A dog."])

    async def look_and_retry(house: House) -> None:
        await look(house)
        await house.settled()
        await house.sessions.retry(CHANNEL, ADA)

    story.live(look_and_retry)

    assert [read(seen.messages) for seen in story.model.seen] == [[LOOKED], [LOOKED]]
    assert story.files.asked == [(1000, 1), (1000, 2)]


def test_an_outage_of_the_model_fetches_nothing_again() -> None:
    story = world(*[[ModelBusy(Fault.SERVER, "503")]] * 4, ["A cat."])

    story.live(look)

    assert story.shown() == "A cat."
    assert story.files.asked == [(1000, 1), (1000, 2)]
    assert IMAGE.digest in story.store.blobs
