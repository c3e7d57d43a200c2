"""What the engine may rely on, whichever model answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

import pytest

from bot.domain.completion import CompletionEvent, Delta, Finish, FinishReason
from bot.domain.context import Context
from bot.domain.errors import Fault, ModelBusy, ModelError, ModelRefused
from bot.domain.message import Message, Role
from bot.model import Endpoint, open_model
from bot.model.connecting import Api
from bot.playground import local_openai as wire
from bot.ports import Model
from tests.fakes.scripted_model import ScriptedModel
from tests.samples import SESSION_ID

Part = str | FinishReason | ModelError | asyncio.Event
"""What every stage can play: words, an end, a fault, a gate to wait at."""

BROKEN_OFF = ModelBusy(Fault.TRUNCATED, "the stream just ends")
LIMITED = ModelBusy(Fault.RATE, "too many requests", after=7.0)
TOO_LONG = ModelRefused(Fault.CONTEXT, "too long")


class Stage(Protocol):
    """A model that plays one play again and again."""

    model: Model

    async def until_left(self) -> None:
        """Wait until the far side has noticed that nobody listens any more."""


Opener = Callable[..., AbstractAsyncContextManager[Stage]]


class ScriptedStage:
    def __init__(self, play: tuple[Part, ...]) -> None:
        self.scripted = ScriptedModel(play)
        self.model: Model = self.scripted

    async def until_left(self) -> None:
        assert (self.scripted.abandoned, self.scripted.streaming) == (1, 0)


class WireStage:
    def __init__(self, model: Model, server: wire.LocalOpenAI) -> None:
        self.model = model
        self._server = server

    async def until_left(self) -> None:
        async with asyncio.timeout(5):
            await self._server.until(lambda: self._server.requests[0].left_early)


@asynccontextmanager
async def scripted(*play: Part) -> AsyncIterator[Stage]:
    yield ScriptedStage(play)


def over_the_wire(api: Api) -> Opener:
    @asynccontextmanager
    async def open_stage(*play: Part) -> AsyncIterator[Stage]:
        answer = wire.in_turn([on_the_wire(part, first=i == 0) for i, part in enumerate(play)])
        async with wire.LocalOpenAI(answer) as server:
            endpoint = Endpoint("", server.url, api)
            async with open_model(
                endpoint, max_output_tokens=500, stall_seconds=5, salt="salt"
            ) as model:
                yield WireStage(model, server)

    return open_stage


ENDS: dict[FinishReason, wire.Step] = {
    FinishReason.STOP: wire.Stop(),
    FinishReason.LENGTH: wire.Stop("length"),
    FinishReason.FILTER: wire.Stop("content_filter"),
    FinishReason.REFUSAL: wire.Refuse("I would rather not."),
}
REFUSALS = {
    Fault.RATE: wire.Fail(429, "rate_limit_exceeded", headers={"Retry-After": "7"}),
    Fault.CONTEXT: wire.Fail(400, "context_length_exceeded"),
}


def on_the_wire(part: Part, *, first: bool) -> wire.Step:
    match part:
        case FinishReason():
            return ENDS[part]
        case str():
            return wire.Say(part, size=1000)
        case asyncio.Event():
            return wire.Hold(part)
        case ModelError(fault=Fault.TRUNCATED):
            return wire.End()
        case ModelError(fault=fault):
            return REFUSALS[fault] if first else wire.Complain(REFUSALS[fault].code)


@pytest.fixture(
    params=[scripted, over_the_wire("responses"), over_the_wire("chat")],
    ids=["scripted", "responses", "chat"],
)
def play(request: pytest.FixtureRequest) -> Opener:
    opener: Opener = request.param
    return opener


def context(text: str = "hello") -> Context:
    return Context(SESSION_ID, 1, "a-model", "Be brief.", (Message(Role.USER, text),))


async def heard(model: Model) -> list[CompletionEvent]:
    events: list[CompletionEvent] = []
    await listen(model, events)
    return events


async def listen(model: Model, into: list[CompletionEvent]) -> None:
    async with model.complete(context()) as events:
        async for event in events:
            into.append(event)  # noqa: PERF401 - what comes before an error counts


def words(events: list[CompletionEvent]) -> list[str]:
    return [event.text for event in events if isinstance(event, Delta)]


async def test_an_answer_is_its_pieces_and_then_one_finish(play: Opener) -> None:
    async with play("Good ", "morning", ", Ada.") as stage:
        events = await heard(stage.model)

    assert words(events) == ["Good ", "morning", ", Ada."]
    assert [type(event) for event in events] == [Delta, Delta, Delta, Finish]


@pytest.mark.parametrize(
    "reason", [FinishReason.STOP, FinishReason.LENGTH, FinishReason.FILTER, FinishReason.REFUSAL]
)
async def test_the_finish_says_why_it_ended(play: Opener, reason: FinishReason) -> None:
    async with play("Well", reason) as stage:
        events = await heard(stage.model)

    assert isinstance(events[-1], Finish)
    assert events[-1].reason is reason


async def test_a_model_may_say_nothing_at_all(play: Opener) -> None:
    async with play() as stage:
        events = await heard(stage.model)

    assert [type(event) for event in events] == [Finish]


async def test_a_request_that_fails_never_becomes_a_stream(play: Opener) -> None:
    async with play(LIMITED) as stage:
        with pytest.raises(ModelBusy) as caught:
            await stage.model.complete(context()).__aenter__()

    assert caught.value.fault is Fault.RATE
    assert caught.value.after == 7.0


async def test_what_asking_again_cannot_help_is_refused(play: Opener) -> None:
    async with play(TOO_LONG) as stage:
        with pytest.raises(ModelRefused) as caught:
            await heard(stage.model)

    assert caught.value.fault is Fault.CONTEXT


async def test_a_failure_in_the_middle_comes_after_the_words_before_it(play: Opener) -> None:
    events: list[CompletionEvent] = []
    async with play("Half a sen", LIMITED) as stage:
        with pytest.raises(ModelBusy) as caught:
            await listen(stage.model, events)

    assert events == [Delta("Half a sen")]
    assert caught.value.fault is Fault.RATE


async def test_a_stream_that_just_ends_is_a_failure(play: Opener) -> None:
    async with play("Half a sen", BROKEN_OFF) as stage:
        with pytest.raises(ModelBusy) as caught:
            await heard(stage.model)

    assert caught.value.fault is Fault.TRUNCATED


async def test_words_arrive_while_the_rest_is_still_to_come(play: Opener) -> None:
    gate = asyncio.Event()
    async with (
        asyncio.timeout(5),
        play("First. ", gate, "Second.") as stage,
        stage.model.complete(context()) as events,
    ):
        first = await anext(events)
        gate.set()
        rest = [event async for event in events]

    assert first == Delta("First. ")
    assert words(rest) == ["Second."]


async def test_leaving_early_is_noticed_by_the_far_side(play: Opener) -> None:
    async with play("First. ", asyncio.Event(), "Second.") as stage:
        async with stage.model.complete(context()) as events:
            await anext(events)

        await stage.until_left()


async def test_a_cancelled_listener_is_noticed_by_the_far_side(play: Opener) -> None:
    listening = asyncio.Event()

    async def listen_for_ever(model: Model) -> None:
        async with model.complete(context()) as events:
            async for _ in events:
                listening.set()

    async with play("First. ", asyncio.Event(), "Second.") as stage:
        task = asyncio.create_task(listen_for_ever(stage.model))
        await listening.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        await stage.until_left()


async def test_an_error_of_the_listener_leaves_as_it_is(play: Opener) -> None:
    async def stumble(model: Model) -> None:
        async with model.complete(context()) as events:
            await anext(events)
            raise ZeroDivisionError

    async with play("First. ", asyncio.Event()) as stage:
        with pytest.raises(ZeroDivisionError):
            await stumble(stage.model)

        await stage.until_left()


async def test_many_answers_stream_at_once(play: Opener) -> None:
    async with play("One ", "and ", "all.") as stage, asyncio.TaskGroup() as group:
        tasks = [group.create_task(heard(stage.model)) for _ in range(20)]

    assert [words(task.result()) for task in tasks] == [["One ", "and ", "all."]] * 20
