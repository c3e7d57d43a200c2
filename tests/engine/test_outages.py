"""The model is down: what people see, what the log says, and that it all goes on by itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.domain.completion import CompletionEvent, Usage
from bot.domain.context import Context
from bot.domain.errors import Fault, ModelBusy, ModelDown, ModelError, ModelRefused
from bot.domain.hearing import Utterance
from bot.domain.message import Prompt
from bot.domain.reply import Controls, Reply
from bot.domain.session import Place
from bot.domain.turn import TurnState
from bot.engine.outages import Circuits
from tests.engine.faults import Plan, Trouble
from tests.engine.house import House, World
from tests.fakes.scripted_model import Script, ScriptedModel
from tests.fakes.virtual_time import START, LoopClock, run
from tests.samples import ADA, CHANNEL, OTHER_CHANNEL

DOWN: Script = [ModelBusy(Fault.SERVER, "503")]
WAITING = (
    "🌩️ The model provider has a failure on its side. "
    "Your answer comes here by itself when it is back; you need not ask again."
)


class PickyModel(ScriptedModel):
    """Fails as it is told to for some models or some prompts, and answers all others."""

    def __init__(self, **failing: ModelError) -> None:
        super().__init__(["Fine.", Usage(10, 2)])
        self.failing = failing

    @asynccontextmanager
    async def complete(self, context: Context) -> AsyncIterator[AsyncIterator[CompletionEvent]]:
        for word in (context.model, *context.messages[-1].text.split()):
            if word in self.failing:
                await self._record(context)
                raise self.failing[word]
        async with super().complete(context) as events:
            yield events


def asked(model: ScriptedModel) -> list[str]:
    return [context.model for context in model.seen]


async def one_question(house: House) -> None:
    house.say(1000, "hello")


async def nothing(_: House) -> None:
    return None


async def seconds(number: float) -> None:
    await asyncio.sleep(number)


def events(caplog: pytest.LogCaptureFixture, word: str) -> list[str]:
    return [r.getMessage() for r in caplog.records if word in r.getMessage()]


def test_an_answer_waits_for_the_model_and_comes_by_itself_where_it_was_told_to() -> None:
    world = World(*[DOWN] * 4, ["Hi."])

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await seconds(1)
        house.say(1001, "are you there?")
        await seconds(5)
        (notice,) = world.board.posts_at(CHANNEL)
        assert (notice.text, notice.controls) == (WAITING, Controls.STOP)
        await house.settled()
        assert world.board.posts_at(CHANNEL)[0].id == notice.id

    assert world.live(story)
    assert world.board.read_aloud(CHANNEL) == ["Hi.", "Hi."]
    assert [turn.state for turn in world.turns()] == [TurnState.DELIVERED] * 2


def test_while_the_model_is_down_nobody_is_turned_away_and_one_turn_tries_it() -> None:
    world = World(*[DOWN] * 9, ["Hi."])
    places = [Place(700 + number, 70) for number in range(20)]

    async def story(house: House) -> None:
        for number, place in enumerate(places):
            house.say(1000 + number, "hello", place)
        await seconds(12)
        tried = len(world.model.seen)
        for place in places:
            assert world.board.read_aloud(place) == [WAITING]
        await seconds(20)
        assert len(world.model.seen) <= tried + 3

    world.model.scripts = [DOWN] * 30 + [["Hi."]]
    assert world.live(story)
    for place in places:
        assert world.board.read_aloud(place) == ["Hi."]
    assert len(world.model.seen) == 50


def test_an_outage_that_outlives_many_processes_costs_no_attempt() -> None:
    world = World(DOWN)
    for number in range(5):
        plan = Plan()
        plan.trouble_at_name("put_off", Trouble.DIES_AFTER)
        world.die(one_question if number == 0 else nothing, plan, down=1.0)
    world.model.scripts = [["Hi."]]

    world.live(nothing)

    assert world.board.read_aloud(CHANNEL) == ["Hi."]
    assert world.turns()[0].attempt == 1


def test_a_prompt_that_waited_too_long_is_told_so_and_can_be_retried() -> None:
    world = World(DOWN)
    world.seconds = 1000.0

    async def story(house: House) -> None:
        said = Prompt(1000, ADA.id, "Ada", "hello", START + timedelta(seconds=1000))
        house.engine.intake.hear(Utterance(CHANNEL, said, ADA, mentions_us=True))
        await seconds(6 * 3600 - 60)
        assert world.board.read_aloud(CHANNEL) == [WAITING]
        assert world.board.edits == 0

    assert world.live(story)
    (post,) = world.board.posts_at(CHANNEL)
    assert post.text.endswith("Press Retry in a minute or two.")
    assert post.controls is Controls.RETRY
    assert 6 * 3600 <= world.seconds - 1000 <= 6 * 3600 + 300


@pytest.mark.parametrize("how", ["stop", "reset"])
def test_who_no_longer_wants_to_wait_stops_it_at_once(how: str) -> None:
    world = World(*[DOWN] * 5, ["Fine."])

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await seconds(6)
        if how == "stop":
            assert await house.sessions.stop(CHANNEL, ADA)
        else:
            await house.sessions.reset(CHANNEL, ADA)
        await seconds(0.5)
        assert world.board.read_aloud(CHANNEL) == ["⏹️ Stopped."]
        house.say(1001, "and now?")

    assert world.live(story)
    assert world.board.read_aloud(CHANNEL) == ["⏹️ Stopped.", "Fine."]
    assert not any("provider" in m.text for m in world.model.seen[-1].messages)


def test_a_prompt_that_fails_every_time_does_not_keep_the_others_waiting() -> None:
    world = World()
    world.asked = PickyModel(poison=ModelBusy(Fault.TIMEOUT, "silence"))

    async def story(house: House) -> None:
        house.say(1000, "poison")
        await seconds(60)
        house.say(1001, "hello", OTHER_CHANNEL)
        await seconds(66)  # the longest pause, and the longest look
        assert world.board.read_aloud(OTHER_CHANNEL) == ["Fine."]
        await house.sessions.stop(CHANNEL, ADA)

    assert world.live(story)


def test_both_discord_and_the_model_may_be_away() -> None:
    world = World(*[DOWN] * 6, ["Hi."])

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await seconds(2)
        world.board.is_away = True
        await seconds(300)
        world.board.is_away = False

    assert world.live(story)
    assert world.board.read_aloud(CHANNEL) == ["Hi."]


@pytest.mark.parametrize("fault", [Fault.RATE, Fault.SERVER, Fault.TIMEOUT, Fault.MODEL])
def test_another_model_answers_and_says_so(fault: Fault) -> None:
    world = World(fallback_models=("second", "third"))
    busy = ModelRefused if fault is Fault.MODEL else ModelBusy
    world.asked = PickyModel(**{"some-model": busy(fault, "no")}, second=ModelRefused(fault, "no"))

    assert world.live(one_question)

    assert world.board.read_aloud(CHANNEL) == [
        "Fine.\n-# 🔀 Answered by `third`: `some-model` did not answer."
    ]
    (turn,) = world.turns()
    assert turn.reply == Reply("Fine.", model="third", instead_of="some-model")
    assert turn.usage == Usage(10, 2)


@pytest.mark.parametrize("fault", [Fault.AUTH, Fault.QUOTA, Fault.CONTENT, Fault.REQUEST])
def test_what_another_model_would_say_too_is_not_asked_of_it(fault: Fault) -> None:
    world = World(fallback_models=("second",))
    world.asked = PickyModel(**{"some-model": ModelRefused(fault, "no")})

    assert world.live(one_question)

    assert asked(world.asked) == ["some-model"]


def test_a_model_that_is_down_is_passed_over_at_once() -> None:
    world = World(fallback_models=("second",))
    world.asked = PickyModel(**{"some-model": ModelBusy(Fault.SERVER, "503")})

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await seconds(4)
        house.say(1001, "again")

    assert world.live(story)
    assert asked(world.asked) == ["some-model"] * 4 + ["second"] * 2


def test_when_all_models_are_down_the_answer_waits_for_any_of_them() -> None:
    world = World(fallback_models=("second",))
    busy = ModelBusy(Fault.SERVER, "503")
    world.asked = model = PickyModel(**{"some-model": busy, "second": busy})

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await seconds(30)
        assert world.board.read_aloud(CHANNEL) == [WAITING]
        del model.failing["second"]

    assert world.live(story)
    assert "Answered by `second`" in world.board.read_aloud(CHANNEL)[0]


TABLE = {
    Fault.RATE: "limiting our requests",
    Fault.QUOTA: "no credit left",
    Fault.AUTH: "API key",
    Fault.MODEL: "does not know the model",
    Fault.CONTEXT: "longer than the model can read",
    Fault.CONTENT: "content policy",
    Fault.REQUEST: "did not understand",
    Fault.SERVER: "failure on its side. Your answer comes here by itself",
    Fault.TIMEOUT: "has fallen silent. Your answer comes here by itself",
    Fault.CONNECTION: "cannot be reached just now. Your answer comes here by itself",
    Fault.TRUNCATED: "break off just now. Your answer comes here by itself",
}
PASSES = {Fault.RATE, Fault.SERVER, Fault.TIMEOUT, Fault.CONNECTION, Fault.TRUNCATED}


@pytest.mark.parametrize("fault", list(Fault))
def test_each_fault_is_told_and_logged_and_the_next_turn_works(
    fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    failing: Script = [(ModelBusy if fault in PASSES else ModelRefused)(fault, "reason")]
    world = World(*[failing] * (4 if fault in PASSES else 1), ["Fine."])

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await seconds(5)
        assert TABLE[fault] in world.board.read_aloud(CHANNEL)[0]
        assert events(caplog, f"event=model_failed fault={fault}")
        house.say(1001, "and now?")

    assert world.live(story)
    assert world.board.read_aloud(CHANNEL)[1] == "Fine."
    opened = [fault] if "by itself" in TABLE[fault] else []
    assert events(caplog, "circuit_open ") == [
        f"event=circuit_open model=some-model fault={fault} seconds=5" for fault in opened
    ]
    assert len(events(caplog, "event=waiting_for_model")) == len(opened)
    assert len(events(caplog, "event=circuit_half_open")) == len(opened)
    assert len(events(caplog, "event=circuit_closed")) == len(opened)


def fail(circuits: Circuits, fault: Fault = Fault.SERVER) -> None:
    with pytest.raises(ModelBusy), circuits.trial("m"):
        raise ModelBusy(fault, "503")


async def fail_alone(circuits: Circuits) -> None:
    """Fail in the place of the one who tries, which nobody else may do meanwhile."""
    with circuits.trial("m"):
        assert not circuits.admits(["m"])
        with pytest.raises(ModelDown), circuits.trial("m"):
            pass
        raise ModelBusy(Fault.SERVER, "503")


async def until_admitted(circuits: Circuits) -> float:
    for half_seconds in range(1000):
        if circuits.admits(["m"]):
            return half_seconds / 2
        await seconds(0.5)
    raise AssertionError("never")


async def ask_for_ever(circuits: Circuits) -> None:
    with circuits.trial("m"):
        await asyncio.Event().wait()


def test_a_circuit_opens_after_four_failures_in_a_row_and_no_other_ones() -> None:
    circuits = Circuits(LoopClock())

    async def story() -> None:
        for _ in range(3):
            fail(circuits)
        circuits.alive("m")
        for _ in range(3):
            fail(circuits)
        fail(circuits, Fault.RATE)  # somebody is there
        for _ in range(3):
            fail(circuits)
        assert circuits.down("m") is None
        fail(circuits, Fault.TIMEOUT)
        assert circuits.down("m") is Fault.TIMEOUT
        assert circuits.down("other") is None

    run(story())


def test_an_open_circuit_is_tried_by_one_at_a_time_and_ever_more_seldom() -> None:
    circuits = Circuits(LoopClock())

    async def story() -> list[float]:
        waits = []
        for _ in range(4):
            fail(circuits)
        for _ in range(6):
            waits.append(await until_admitted(circuits))
            with pytest.raises(ModelBusy):
                await fail_alone(circuits)
        return waits

    assert run(story()) == [5.0, 10.0, 20.0, 40.0, 60.0, 60.0]


def test_who_asked_before_it_was_known_makes_nobody_wait_longer() -> None:
    circuits = Circuits(LoopClock())

    async def late() -> None:
        with circuits.trial("m"):
            await seconds(1)
            raise ModelBusy(Fault.SERVER, "503")

    async def story() -> float:
        asking = asyncio.create_task(late())
        await seconds(0.5)
        for _ in range(4):
            fail(circuits)
        with pytest.raises(ModelBusy):
            await asking
        return await until_admitted(circuits)

    assert run(story()) == 4.5


def test_who_is_broken_off_while_trying_leaves_it_to_the_next_one() -> None:
    circuits = Circuits(LoopClock())

    async def story() -> None:
        for _ in range(4):
            fail(circuits)
        await asyncio.sleep(5)
        tried = asyncio.create_task(ask_for_ever(circuits))
        await asyncio.sleep(1)
        assert not circuits.admits(["m"])
        tried.cancel()
        await asyncio.sleep(0)
        assert circuits.admits(["m"])

    run(story())
