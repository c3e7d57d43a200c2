"""How often the model is asked for one turn, with what, and what is kept of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.domain.completion import Usage
from bot.domain.errors import Fault, ModelBusy, ModelDown, ModelRefused
from bot.domain.manner import Layers, Trait
from bot.domain.marks import UNMARKED, Marks
from bot.domain.reply import Ending, Reply
from bot.domain.turn import Owed, Turn
from bot.engine.billing import Billing
from bot.engine.completing import Answer
from tests.engine.desk import completer_over
from tests.fakes.memory_store import MemoryStore
from tests.fakes.prices import FixedPrices
from tests.fakes.scripted_model import Script, ScriptedModel
from tests.fakes.virtual_time import LoopClock, run
from tests.samples import IMAGE, attachment, prompt, session, turn

OVERFLOW = ModelRefused(Fault.CONTEXT, "too long")
FAILURE = ModelBusy(Fault.SERVER, "503")


class Desk:
    """A completer with all that it needs, and one turn that is owed after a history."""

    def __init__(
        self,
        *scripts: Script,
        history: Sequence[Turn] = (),
        marks: Marks = UNMARKED,
        budget: int = 16000,
        model: str = "some-model",
    ) -> None:
        self.model = ScriptedModel(*scripts)
        self._name = model
        self._budget = budget
        choices = {Trait.SUMMARY: "off"}
        self._owed = Owed(
            turn(len(history), "now"),
            replace(session(), choices=choices),
            tuple(history),
            Layers(session=choices),
            marks=marks,
        )
        billing = Billing(accounts=MemoryStore(), prices=FixedPrices(), clock=LoopClock())
        self.tab = billing.tab(self._owed)

    def answer(self) -> Answer:
        return run(self._answer())

    @property
    def shown(self) -> list[int]:
        """How many messages each request held."""
        return [len(context.messages) for context in self.model.seen]

    async def _answer(self) -> Answer:
        store = MemoryStore()
        completer = completer_over(
            store, self.model, LoopClock(), budget=self._budget, name=self._name
        )
        return await completer.complete(self._owed, lambda _: None, self.tab)


def chain(length: int) -> list[Turn]:
    return [turn(depth, "q" * 28, "a" * 88) for depth in range(length)]  # 20 + 34 tokens each


def test_an_overflow_at_the_last_try_is_still_tried_with_half() -> None:
    desk = Desk([FAILURE], [FAILURE], [FAILURE], [OVERFLOW], ["After all."], history=chain(10))

    answer = desk.answer()

    assert answer.reply == Reply("After all.", model="some-model")
    assert desk.shown == [21, 21, 21, 21, 5]


def test_an_overflow_halves_what_was_shown_also_right_after_a_hop() -> None:
    desk = Desk([OVERFLOW], ["After all."], history=chain(30), budget=1500)

    answer = desk.answer()

    assert answer.reply == Reply("After all.", model="some-model")
    assert desk.shown == [17, 3]


def test_a_pin_that_a_hop_went_over_is_there_still_after_an_overflow() -> None:
    history = chain(30)
    marks = Marks(pinned=frozenset({history[2].id}))
    desk = Desk([OVERFLOW], ["After all."], history=history, marks=marks, budget=1500)

    desk.answer()

    before, after = (context.messages for context in desk.model.seen)
    assert len(after) < len(before)
    assert before[1:3] == after[1:3]
    assert [message.text.strip() for message in after[2:4]] == [
        "a" * 88,
        "[That was pinned. The conversation goes on here:]",
    ]


def test_a_second_overflow_is_told() -> None:
    desk = Desk([OVERFLOW], history=chain(10))

    answer = desk.answer()

    assert answer.reply == Reply("", Ending.BROKEN, Fault.CONTEXT)
    assert desk.shown == [21, 5]


def test_where_nothing_can_be_left_out_an_overflow_is_told_at_once() -> None:
    desk = Desk([OVERFLOW])

    answer = desk.answer()

    assert answer.reply == Reply("", Ending.BROKEN, Fault.CONTEXT)
    assert desk.shown == [1]


def test_four_tries_are_made_and_no_more() -> None:
    desk = Desk([ModelBusy(Fault.RATE, "429")])

    answer = desk.answer()

    assert answer.reply == Reply("", Ending.BROKEN, Fault.RATE)
    assert desk.shown == [1, 1, 1, 1]


def test_four_tries_that_show_it_down_are_no_answer() -> None:
    desk = Desk([FAILURE])

    with pytest.raises(ModelDown):
        desk.answer()

    assert desk.shown == [1, 1, 1, 1]


def test_a_wait_that_is_too_long_is_told_at_once() -> None:
    desk = Desk([ModelBusy(Fault.RATE, "429", after=60.5)])

    answer = desk.answer()

    assert answer.reply == Reply("", Ending.BROKEN, Fault.RATE)
    assert desk.shown == [1]


def test_what_the_last_try_had_said_is_kept() -> None:
    broken: Script = ["Half a sen", FAILURE]

    answer = Desk(broken, broken, broken, [FAILURE]).answer()

    assert answer.reply == Reply("Half a sen", Ending.BROKEN, Fault.SERVER, "some-model")


def test_what_failed_tries_cost_is_counted_but_measures_no_context() -> None:
    dear = ModelBusy(Fault.SERVER, "503", usage=Usage(100, 20, 80, 5, 7))
    desk = Desk(["Half a", dear], [FAILURE], ["Whole.", Usage(100, 30, 90, 0, 10)])

    answer = desk.answer()

    assert answer == Answer(
        Reply("Whole.", model="some-model"), Usage(200, 50, 170, 5, 17), floor=None
    )


def test_a_turn_that_came_to_nothing_still_knows_what_it_cost() -> None:
    refused = ModelRefused(Fault.CONTENT, "no", usage=Usage(100, 0))

    answer = Desk([refused]).answer()

    assert answer == Answer(
        Reply("", Ending.BROKEN, Fault.CONTENT, "some-model"), Usage(100, 0), floor=None
    )


def test_an_answer_at_the_first_try_measures_its_context() -> None:
    desk = Desk(["Whole.", Usage(100, 30)])

    assert desk.answer() == Answer(Reply("Whole.", model="some-model"), Usage(100, 30), floor=0)


@pytest.mark.parametrize(("model", "shown"), [("some-model", 1), ("SmolLM2-135M", 3)])
def test_an_image_takes_no_room_from_a_model_that_sees_none(model: str, shown: int) -> None:
    looked = replace(attachment(1, "cat.png"), shown=IMAGE)
    said = replace(prompt(1000), attachments=(looked,))
    history = [replace(turn(0, "look", "a cat"), prompts=(said,))]
    desk = Desk(["Hi."], history=history, budget=1000, model=model)

    desk.answer()

    assert desk.shown == [shown]
