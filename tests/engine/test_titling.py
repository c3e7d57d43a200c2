"""A conversation is named by a model after its first answer, beside all that matters more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

import pytest

from bot.domain.billing import CallKind, ScopeKind
from bot.domain.budget import Limits
from bot.domain.completion import CompletionEvent, FinishReason, Usage
from bot.domain.context import Context
from bot.domain.errors import Fault, ModelBusy, ModelRefused, NoRoom
from bot.domain.manner import Effort
from bot.domain.session import Place, TitledBy
from bot.domain.titling import INSTRUCTIONS
from bot.domain.turn import TurnState
from bot.engine.sessions import Change
from tests.engine.faults import Plan, Trouble
from tests.engine.house import House, Story, World
from tests.fakes.board import Board
from tests.fakes.scripted_model import Script, ScriptedModel
from tests.fakes.virtual_time import LoopClock
from tests.logged import open_log
from tests.samples import ADA, BOB, CHANNEL, OTHER_CHANNEL, PNG, attachment

ANSWER: Script = ["In a cell of the comb.", Usage(10, 2)]
TITLE: Script = ['"Sleeping bees."', Usage(50, 4)]
THREAD = Place(702, 70, 700)
QUESTION = "How do bees sleep?"


def a_world(*scripts: Script, places: int = 8) -> World:
    return World(*(scripts or (ANSWER, TITLE)), names_sessions=True, places=places)


async def one_question(house: House) -> None:
    house.say(1000, QUESTION)


def in_a_thread(world: World) -> Story:
    """Have Ada ask in a thread that the bot opened under her question."""
    world.board.names[THREAD] = QUESTION

    async def asked(house: House) -> None:
        house.say(1000, QUESTION, THREAD)

    return asked


def called(world: World) -> tuple[str | None, TitledBy]:
    (session,) = world.store.sessions.values()
    return session.title, session.titled_by


def is_named(world: World) -> bool:
    return any(s.titled_by is TitledBy.MODEL for s in world.store.sessions.values())


def kinds(world: World) -> list[CallKind]:
    return [call.kind for call in world.store.calls]


def test_a_session_is_named_by_a_model_after_its_first_answer() -> None:
    world = a_world()

    world.live(one_question)

    (turn,) = world.turns()
    assert turn.state is TurnState.DELIVERED
    assert called(world) == ("Sleeping bees", TitledBy.MODEL)
    _, asked = world.model.seen
    (shown,) = asked.messages
    assert (
        shown.text == f"What was asked:\n{QUESTION}\n\nWhat was answered:\nIn a cell of the comb."
    )
    assert (asked.model, asked.most_tokens) == ("some-model", 40)


def test_it_is_on_the_bill_of_who_asked_first() -> None:
    async def two_together(house: House) -> None:
        house.say(1000, QUESTION)
        house.say(1001, "and wasps?", by=BOB)

    world = a_world()

    world.live(two_together)

    (turn,) = world.turns()
    answer, title = world.store.calls
    assert (answer.kind, answer.payer.user_id) == (CallKind.ANSWER, BOB.id)
    assert (title.kind, title.payer.user_id) == (CallKind.TITLE, ADA.id)
    assert (title.payer.turn_id, title.usage, title.cost) == (turn.id, Usage(50, 4), 7000)


def test_only_the_first_answer_names_it() -> None:
    async def two_questions(house: House) -> None:
        house.say(1000, QUESTION)
        await house.settled()
        await house.until(lambda: len(world.model.seen) == 2)
        house.say(1001, "and wasps?")

    world = a_world(ANSWER, ["nothing useful: https://a.example"], ANSWER)

    world.live(two_questions)

    assert kinds(world) == [CallKind.ANSWER, CallKind.TITLE, CallKind.ANSWER]
    assert called(world) == (QUESTION, TitledBy.PROMPT)


def test_a_title_never_enters_a_context() -> None:
    async def two_questions(house: House) -> None:
        house.say(1000, QUESTION)
        await house.until(lambda: is_named(world))
        house.say(1001, "and wasps?")

    world = a_world(ANSWER, TITLE, ANSWER)

    world.live(two_questions)

    last = world.model.seen[-1]
    assert len(last.messages) == 3
    assert not [m for m in last.messages if "Sleeping bees" in m.text]


@pytest.mark.parametrize(
    "answer",
    [
        ["", Usage(10, 2)],
        ["cut", Usage(10, 2), FinishReason.LENGTH],
        ["no", Usage(10, 2), FinishReason.REFUSAL],
        [ModelRefused(Fault.QUOTA, "no credit")],
    ],
    ids=["empty", "cut off", "refused", "failed"],
)
def test_what_is_no_whole_answer_names_nothing(answer: Script) -> None:
    world = a_world(answer, TITLE)

    world.live(one_question)

    assert len(world.model.seen) == 1
    assert called(world) == (QUESTION, TitledBy.PROMPT)


def test_an_answer_that_is_tried_again_and_succeeds_names_it() -> None:
    async def retried(house: House) -> None:
        house.say(1000, QUESTION)
        await house.settled()
        await house.sessions.retry(CHANNEL, ADA)

    world = a_world([ModelRefused(Fault.QUOTA, "no credit")], ANSWER, TITLE)

    world.live(retried)

    assert called(world) == ("Sleeping bees", TitledBy.MODEL)


def test_a_version_that_is_shown_again_asks_for_no_title() -> None:
    async def flipped(house: House) -> None:
        house.say(1000, QUESTION)
        await house.settled()
        await house.sessions.retry(CHANNEL, ADA)
        await house.settled()
        await house.sessions.show_version(CHANNEL, ADA, 1000, 0)

    useless: Script = ["https://a.example"]
    world = a_world(ANSWER, useless, ANSWER, useless, TITLE)

    world.live(flipped)

    assert len(world.model.seen) == 4


@pytest.mark.parametrize(
    "title",
    [
        ["a title that", Usage(50, 40)],
        ["a title that", FinishReason.LENGTH],
        ["I cannot", FinishReason.REFUSAL],
        ["half", ModelBusy(Fault.SERVER, "503")],
        [" \n"],
    ],
    ids=["silently cut off", "cut off", "refused", "broken", "empty"],
)
def test_what_is_no_title_leaves_that_of_the_prompt_and_is_billed(title: Script) -> None:
    world = a_world(ANSWER, title)

    world.live(in_a_thread(world))

    assert len(world.model.seen) == 2
    assert called(world) == (QUESTION, TitledBy.PROMPT)
    assert kinds(world) == [CallKind.ANSWER, CallKind.TITLE]
    assert world.board.names[THREAD] == QUESTION


def test_a_model_that_is_silent_is_not_waited_for_and_keeps_no_answer() -> None:
    async def another(house: House) -> None:
        house.say(1000, QUESTION)
        await world.model.until_called(2)
        house.say(1001, "and wasps?")
        await house.until(lambda: "Standing." in world.shown())
        assert house.clock.monotonic() - world.seconds < 5

    world = a_world(ANSWER, [asyncio.Event()], ["Standing.", Usage(10, 2)])

    world.live(another)

    assert called(world) == (QUESTION, TitledBy.PROMPT)


def test_a_title_that_takes_a_minute_is_given_up_and_billed() -> None:
    async def waited(house: House) -> None:
        house.say(1000, QUESTION)
        await house.clock.sleep(75)

    world = a_world(ANSWER, ["Sleep", 58.0, "ing", 3.0, " bees", Usage(50, 4)])

    world.live(waited)

    assert called(world) == (QUESTION, TitledBy.PROMPT)
    _, title = world.store.calls
    assert (title.kind, title.is_estimated) == (CallKind.TITLE, True)


def test_who_waits_in_line_goes_before_a_title() -> None:
    async def crowd(house: House) -> None:
        house.say(1000, QUESTION)
        await house.until(lambda: world.model.streaming > 0)
        house.say(1001, "me too", OTHER_CHANNEL)
        house.say(1002, "and me", Place(703, 70))
        await house.clock.sleep(1)
        gate.set()

    gate = asyncio.Event()
    world = a_world(["In a cell", gate], ["to Bob", 1.0], ["to Eve"], TITLE, places=1)

    world.live(crowd)

    titles = {session.title: session.titled_by for session in world.store.sessions.values()}
    assert titles[QUESTION] is TitledBy.PROMPT
    assert len(world.turns()) == 3


def test_a_persons_title_stays() -> None:
    async def renamed(house: House) -> None:
        house.say(1000, QUESTION)
        await world.model.until_called(2)
        (session,) = world.store.sessions.values()
        await house.sessions.rename(CHANNEL, ADA, session.id, "Mine")
        gate.set()

    gate = asyncio.Event()
    world = a_world(ANSWER, [*TITLE, gate])

    world.live(renamed)

    assert called(world) == ("Mine", TitledBy.PERSON)
    assert kinds(world) == [CallKind.ANSWER, CallKind.TITLE]


def test_words_deleted_while_they_are_named_name_nothing() -> None:
    async def taken_back(house: House) -> None:
        await house.connect(THREAD)
        number = house.arrive(QUESTION, THREAD)
        await world.model.until_called(2)
        house.delete(number, place=THREAD)
        await house.until(lambda: called(world)[0] is None)
        gate.set()

    gate = asyncio.Event()
    world = a_world(ANSWER, [*TITLE, gate])
    world.board.names[THREAD] = QUESTION

    world.live(taken_back)

    assert called(world) == (None, TitledBy.PROMPT)
    assert world.board.names[THREAD] == QUESTION
    assert kinds(world) == [CallKind.ANSWER, CallKind.TITLE]


def test_words_edited_while_they_are_named_are_named_as_they_are_answered_anew() -> None:
    async def edited(house: House) -> None:
        await house.connect(THREAD)
        number = house.arrive(QUESTION, THREAD)
        await world.model.until_called(2)
        house.edit(number, "And wasps?")
        await house.until(lambda: called(world)[0] == "Sleeping wasps")
        gate.set()

    gate = asyncio.Event()
    world = a_world(ANSWER, [*TITLE, gate], ["In their nest."], ["Sleeping wasps"])

    world.live(edited)

    assert called(world) == ("Sleeping wasps", TitledBy.MODEL)
    assert sorted(kinds(world)) == [CallKind.ANSWER] * 2 + [CallKind.TITLE] * 2


def test_words_that_were_taken_back_in_part_are_shown_to_nobody() -> None:
    async def taken_back(house: House) -> None:
        await house.connect(CHANNEL)
        numbers = [house.arrive(QUESTION), house.arrive("and my secret?")]
        await house.until(lambda: world.model.streaming > 0)
        house.delete(numbers[1])

    world = a_world(["In a cell", 5.0, " of the comb."], TITLE)

    world.live(taken_back)

    (turn,) = world.turns()
    assert (len(turn.prompts), turn.state) == (2, TurnState.DELIVERED)
    assert len(world.model.seen) == 1


def test_a_branch_of_what_a_model_named_is_called_after_its_own_first_words() -> None:
    async def branched(house: House) -> None:
        house.say(1000, QUESTION)
        await house.until(lambda: is_named(world))
        found = await house.engine.branches.at(CHANNEL, ADA, 1000)
        assert not isinstance(found, Change)
        await house.engine.branches.open(*found, OTHER_CHANNEL, ADA)
        house.say(1001, "And wasps?", OTHER_CHANNEL)

    world = a_world()

    world.live(branched)

    titles = [(session.title, session.titled_by) for session in world.store.sessions.values()]
    assert titles == [("Sleeping bees", TitledBy.MODEL), ("And wasps?", TitledBy.PROMPT)]


def test_an_answer_that_was_deleted_names_nothing_and_costs_no_title() -> None:
    async def deleted(house: House) -> None:
        for number in range(3):
            house.say(1000 + number, QUESTION, Place(710 + number, 70))
            await house.settled()
        house.delete_posts(*world.turns()[2].posts, place=Place(712, 70))
        await house.settled()
        gate.set()
        await house.until(lambda: len(kinds(world)) == 5)

    gate = asyncio.Event()
    busy: Script = [*TITLE, gate]  # no more than two titles are made at a time
    world = a_world(ANSWER, busy, ANSWER, busy, ANSWER)

    world.live(deleted)

    assert sorted(kinds(world)) == [CallKind.ANSWER] * 3 + [CallKind.TITLE] * 2


def test_a_question_with_a_file_names_its_session_like_any_other() -> None:
    async def with_a_file(house: House) -> None:
        house.say(1000, QUESTION, files=[attachment(1, "bee.png")])

    world = a_world()
    world.files.contents = {1: PNG}

    world.live(with_a_file)

    assert called(world) == ("Sleeping bees", TitledBy.MODEL)


def test_a_title_goes_with_the_words_that_it_was_made_of() -> None:
    async def taken_back(house: House) -> None:
        await house.connect(CHANNEL)
        number = house.arrive(QUESTION)
        await house.until(lambda: is_named(world))
        house.delete(number)

    world = a_world()

    world.live(taken_back)

    assert called(world) == (None, TitledBy.PROMPT)


# Money and outages


@pytest.mark.parametrize(
    ("limit", "asked"), [(2000, 1), (2500, 1), (2501, 2)], ids=["spent", "80 %", "below"]
)
def test_a_budget_that_is_near_its_end_pays_for_no_title(limit: int, asked: int) -> None:
    world = a_world()
    world.limits = {ScopeKind.USER: Limits(limit, None)}

    world.live(one_question)

    assert len(world.model.seen) == asked


def test_where_there_is_a_budget_what_has_no_price_gives_no_title() -> None:
    world = a_world()
    world.title_model = "unpriced"
    world.limits = {ScopeKind.USER: Limits(10**9, None)}

    world.live(one_question)

    assert [context.model for context in world.model.seen] == ["some-model"]


def test_a_model_of_its_own_may_give_titles_told_to_think_little() -> None:
    world = a_world()
    world.title_model = "o4-mini"

    world.live(one_question)

    asked = world.model.seen[1]
    assert (asked.model, asked.effort, asked.most_tokens) == ("o4-mini", Effort.LOW, 440)


def test_a_model_that_cannot_think_little_gives_no_title() -> None:
    world = a_world()
    world.title_model = "o3-pro"

    world.live(one_question)

    assert len(world.model.seen) == 1


def test_a_model_that_refuses_to_be_asked_so_is_asked_once() -> None:
    async def two_places(house: House) -> None:
        house.say(1000, QUESTION)
        await world.model.until_called(2)
        house.say(1001, QUESTION, OTHER_CHANNEL)

    world = a_world(ANSWER, [ModelRefused(Fault.REQUEST, "no such effort")], ANSWER, TITLE)

    with open_log() as log:
        world.live(two_places)

    assert len(world.model.seen) == 3
    (line,) = log.lines("no_titles")
    assert line.startswith("WARNING event=no_titles model=some-model; it refuses")


class Faulty(ScriptedModel):
    """Fails at its second call as nobody foresaw."""

    async def _record(self, context: Context) -> None:
        await super()._record(context)
        if len(self.seen) == 2:
            raise ValueError("never foreseen")


def test_a_fault_of_our_own_in_a_title_is_a_line_in_the_log_and_no_more() -> None:
    async def asked_twice(house: House) -> None:
        house.say(1000, QUESTION)
        await model.until_called(2)
        house.say(1001, "And wasps?")

    world = a_world()
    world.asked = model = Faulty(ANSWER, TITLE, ["In their nest."])

    with open_log() as log:
        world.live(asked_twice)

    assert [turn.state for turn in world.turns()] == [TurnState.DELIVERED] * 2
    assert called(world) == (QUESTION, TitledBy.PROMPT)
    (line,) = log.lines("no_title")
    assert line.startswith("ERROR session=")


def test_a_model_that_is_down_is_asked_for_no_title() -> None:
    async def six_places(house: House) -> None:
        for number in range(5):
            house.say(1000 + number, QUESTION, Place(710 + number, 70))
            await house.settled()
        await house.clock.sleep(10)  # from now on one may try it again
        house.say(1005, QUESTION, Place(715, 70))

    down: Script = [ModelBusy(Fault.SERVER, "503")]
    world = a_world(ANSWER, down, ANSWER, down, ANSWER, down, ANSWER, down, ANSWER)
    world.title_model = "another"

    world.live(six_places)

    assert [c.model for c in world.model.seen].count("another") == 4
    assert {session.title for session in world.store.sessions.values()} == {QUESTION}


# Threads


def test_a_thread_that_the_bot_opened_is_renamed_with_it() -> None:
    world = a_world()

    world.live(in_a_thread(world))

    assert world.board.names[THREAD] == "Sleeping bees"


def test_a_thread_that_somebody_renamed_keeps_its_name() -> None:
    world = a_world()
    story = in_a_thread(world)
    world.board.names[THREAD] = "Bees!"

    world.live(story)

    assert world.board.names[THREAD] == "Bees!"
    assert called(world) == ("Sleeping bees", TitledBy.MODEL)


def test_what_is_no_thread_is_not_looked_at() -> None:
    world, plan = a_world(), Plan()

    world.live(one_question, plan)

    assert called(world) == ("Sleeping bees", TitledBy.MODEL)
    assert "rename" not in plan.calls


def test_a_thread_that_is_called_so_already_is_left_alone() -> None:
    world, plan = a_world(ANSWER, [QUESTION]), Plan()

    world.live(in_a_thread(world), plan)

    assert called(world) == (QUESTION, TitledBy.MODEL)
    assert "rename" not in plan.calls


def test_a_thread_that_cannot_be_renamed_is_a_line_in_the_log_and_no_more() -> None:
    world = a_world()
    story = in_a_thread(world)
    world.board.takes_names = False

    with open_log() as log:
        world.live(story)

    assert world.board.names[THREAD] == QUESTION
    (line,) = log.lines("not_renamed")
    assert line.startswith("INFO session=")


class CrowdedBoard(Board):
    """A board that has no room for another name for a while."""

    refusals = 0

    async def rename(self, place: Place, *, old: str, new: str) -> None:
        self.refusals -= 1
        if self.refusals >= 0:
            raise NoRoom("not now")
        await super().rename(place, old=old, new=new)


@pytest.mark.parametrize(("refusals", "name"), [(4, "Sleeping bees"), (5, QUESTION)])
def test_where_there_is_no_room_a_name_waits_a_while_and_is_left_out_then(
    refusals: int, name: str
) -> None:
    world = a_world()
    board = world.board = CrowdedBoard(LoopClock(), first_id=1 << 62)
    board.refusals = refusals

    world.live(in_a_thread(world))

    assert board.names[THREAD] == name
    assert called(world) == ("Sleeping bees", TitledBy.MODEL)


# Whatever happens at whichever awaited call


class Voices:
    """A model that answers what it is asked, however often that is."""

    def __init__(self) -> None:
        self._answers, self._titles = ScriptedModel(ANSWER), ScriptedModel(TITLE)

    def complete(
        self, context: Context
    ) -> AbstractAsyncContextManager[AsyncIterator[CompletionEvent]]:
        asked = self._titles if context.instructions == INSTRUCTIONS else self._answers
        return asked.complete(context)


def a_life(plan: Plan) -> World:
    world = a_world()
    world.asked = Voices()
    if not world.live(in_a_thread(world), plan):
        world.rest(60)
        world.live(nothing)
    return world


async def nothing(_: House) -> None:
    pass


@pytest.mark.parametrize("trouble", list(Trouble))
def test_no_trouble_on_the_way_to_a_title_harms_the_answer(trouble: Trouble) -> None:
    smooth = Plan()
    a_life(smooth)
    after_it_was_heard = smooth.calls.index("hear") + 2

    outcomes: set[tuple[str | None, str]] = set()
    for at in range(after_it_was_heard, len(smooth.calls) + 1):
        plan = Plan(at, trouble)
        world = a_life(plan)

        (turn,) = world.turns()
        title, _ = called(world)
        assert (turn.state, at) == (TurnState.DELIVERED, at)
        assert (world.board.read_aloud(THREAD), at) == (["In a cell of the comb."], at)
        assert kinds(world).count(CallKind.TITLE) <= 1
        outcomes.add((title, world.board.names[THREAD]))

    assert {"entitle", "rename"} <= set(smooth.calls[after_it_was_heard:])
    assert ("Sleeping bees", "Sleeping bees") in outcomes
    assert outcomes <= {
        (QUESTION, QUESTION),
        ("Sleeping bees", QUESTION),
        ("Sleeping bees", "Sleeping bees"),
    }


@pytest.mark.parametrize("trouble", [Trouble.DIES_BEFORE, Trouble.DIES_IN_FLIGHT])
def test_a_title_that_was_not_made_when_the_process_died_is_not_made_later(
    trouble: Trouble,
) -> None:
    plan = Plan()
    plan.trouble_at_name("entitle", trouble)

    world = a_life(plan)

    assert called(world) == (QUESTION, TitledBy.PROMPT)
    assert kinds(world) == [CallKind.ANSWER]


def test_a_planned_stop_waits_for_the_title_that_is_being_made() -> None:
    async def stopped(house: House) -> None:
        house.say(1000, QUESTION)
        await world.model.until_called(2)
        await house.engine.finish()
        assert called(world) == ("Sleeping bees", TitledBy.MODEL)

    world = a_world(ANSWER, [3.0, *TITLE])

    world.live(stopped)


def test_titles_can_be_switched_off() -> None:
    world = World(ANSWER, TITLE)

    world.live(in_a_thread(world))

    assert len(world.model.seen) == 1
    assert world.board.names[THREAD] == QUESTION
