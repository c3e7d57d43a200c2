"""How an answer is read, whatever the server makes of the API."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import httpx2
import pytest

from bot.domain.completion import Finish, FinishReason, Usage
from bot.domain.errors import Fault, ModelBusy, ModelRefused
from bot.domain.message import Message, Role
from bot.model import Endpoint
from bot.model.connecting import Api, open_client
from bot.model.remote import RemoteModel
from bot.playground.local_openai import Refuse, Say, Step, Stop, Think
from tests.model.stage import CONTEXT, Heard, heard, playing

BOTH = pytest.mark.parametrize("api", ["responses", "chat"])


async def answer(*script: Step, api: Api, cap: int = 500) -> Heard:
    async with playing(script, api=api, cap=cap) as (model, _):
        return await heard(model)


async def told(events: Sequence[object], *, api: Api) -> Heard:
    """Return what a stream of just these events is read as."""

    async def lines() -> AsyncIterator[bytes]:
        for event in events:
            yield f"data: {json.dumps(event)}\n\n".encode()

    def respond(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, content=lines())

    endpoint = Endpoint("", "http://elsewhere.invalid/v1", api)
    transport = httpx2.MockTransport(respond)
    async with open_client(endpoint, stall_seconds=1, transport=transport) as client:
        return await heard(RemoteModel(client, endpoint.dialect(max_output_tokens=5, salt="")))


@BOTH
async def test_the_usage_is_read_with_all_its_details(api: Api) -> None:
    read = await answer(Think("Let me see…"), Say("Twelve letters"), api=api)

    assert read.finish.usage == Usage(
        input_tokens=29,
        output_tokens=8,
        cached_tokens=0,
        cache_write_tokens=0,
        reasoning_tokens=4,
    )


@BOTH
async def test_the_second_turn_is_served_from_the_cache(api: Api) -> None:
    long = replace(CONTEXT, instructions="Be brief. " * 1000)
    then = replace(long, messages=(*long.messages, Message(Role.ASSISTANT, "You too, Bob.")))
    usages = []
    async with playing([Say("Yes")], api=api) as (model, _):
        for context in (long, then):
            async with model.complete(context) as events:
                usages += [event.usage async for event in events if isinstance(event, Finish)]

    assert usages == [
        Usage(2526, 1, cached_tokens=0, cache_write_tokens=2526),
        Usage(2530, 1, cached_tokens=2526, cache_write_tokens=4),
    ]


@BOTH
async def test_usage_without_details_is_taken_as_it_is(api: Api) -> None:
    read = await answer(Say("Yes"), Stop(usage="bare"), api=api)

    assert read.finish.usage == Usage(input_tokens=29, output_tokens=1)


@BOTH
async def test_usage_may_be_missing(api: Api) -> None:
    read = await answer(Say("Yes"), Stop(usage="none"), api=api)

    assert read == Heard("Yes", Finish(FinishReason.STOP, None))


@BOTH
async def test_a_refusal_is_told_in_its_own_words(api: Api) -> None:
    read = await answer(Refuse("I would "), Refuse("rather not."), api=api)

    assert read.text == "I would rather not."
    assert read.finish.reason is FinishReason.REFUSAL


@BOTH
async def test_thoughts_are_no_part_of_the_answer(api: Api) -> None:
    read = await answer(Think("They want "), Think("a greeting."), Say("Hello"), api=api)

    assert read.text == "Hello"


@BOTH
async def test_a_label_that_the_model_imitates_is_taken_off(api: Api) -> None:
    imitated = Say("[Parley #99 · 2026-01-02 09:32Z]\nHello, Ada.", size=3)

    read = await answer(imitated, api=api)

    assert read.text == "Hello, Ada."


@BOTH
async def test_an_answer_that_its_cap_cuts_off_says_so(api: Api) -> None:
    read = await answer(Say("word " * 100, size=5), api=api, cap=20)

    assert read.text == "word " * 16
    assert read.finish.reason is FinishReason.LENGTH


async def test_llama_cpp_calls_an_answer_completed_that_its_cap_has_cut_off() -> None:
    read = await told(
        [
            {"type": "response.output_text.delta", "delta": "one two"},
            {
                "type": "response.completed",
                "response": {
                    "status": "completed",
                    "usage": {"input_tokens": 9, "output_tokens": 5},
                },
            },
        ],
        api="responses",
    )

    assert read == Heard("one two", Finish(FinishReason.LENGTH, Usage(9, 5)))


@pytest.mark.parametrize("reason", ["max_output_tokens", "max_messages", None])
async def test_incomplete_for_any_reason_but_the_filter_is_a_matter_of_length(
    reason: str | None,
) -> None:
    response = {"incomplete_details": {"reason": reason} if reason else None, "usage": None}

    read = await told([{"type": "response.incomplete", "response": response}], api="responses")

    assert read.finish == Finish(FinishReason.LENGTH, None)


@pytest.mark.parametrize("reason", ["stop", "tool_calls", "eos", "something_new"])
async def test_any_finish_reason_that_is_no_cut_is_a_stop(reason: str) -> None:
    read = await told(
        [{"choices": [{"delta": {"content": "Yes"}, "finish_reason": reason}]}], api="chat"
    )

    assert read == Heard("Yes", Finish(FinishReason.STOP, None))


@pytest.mark.parametrize(
    ("event", "fault"),
    [
        ({"object": "error", "code": 400, "param": "input_tokens"}, Fault.CONTEXT),  # vLLM
        ({"type": "error", "code": "insufficient_quota", "message": "no"}, Fault.QUOTA),
    ],
)
async def test_an_error_may_be_an_event_like_any_other(
    event: dict[str, object], fault: Fault
) -> None:
    with pytest.raises(ModelRefused) as caught:
        await told([{"choices": [{"delta": {"content": "Half a"}}]}, event], api="chat")

    assert caught.value.fault is fault


@pytest.mark.parametrize("absurd", [-7, 10**30, 7.5, "7", None])
async def test_a_number_of_tokens_that_cannot_be_is_read_as_none(absurd: object) -> None:
    usage = {"prompt_tokens": absurd, "completion_tokens": 2}
    end: dict[str, object] = {"choices": [{"delta": {"content": "Yes"}, "finish_reason": "stop"}]}

    read = await told([end, {"choices": [], "usage": usage}], api="chat")

    assert read == Heard("Yes", Finish(FinishReason.STOP, Usage(0, 2)))


async def test_an_error_in_place_of_a_finish_reason_is_a_failure() -> None:
    end: dict[str, object] = {"choices": [{"delta": {}, "finish_reason": "error"}]}
    usage = {"usage": {"prompt_tokens": 7, "completion_tokens": 2}}

    with pytest.raises(ModelBusy) as caught:
        await told([end, {"choices": [], **usage}], api="chat")

    assert caught.value.fault is Fault.SERVER
    assert caught.value.usage == Usage(7, 2)


async def test_an_answer_that_was_given_up_says_what_it_cost() -> None:
    failed = {
        "error": {"code": "invalid_prompt"},
        "usage": {"input_tokens": 7, "output_tokens": 2, "input_tokens_details": None},
    }

    with pytest.raises(ModelRefused) as caught:
        await told([{"type": "response.failed", "response": failed}], api="responses")

    assert caught.value.fault is Fault.CONTENT
    assert caught.value.usage == Usage(7, 2)


@pytest.mark.parametrize(
    "odd",
    [
        {},
        [],
        None,
        "words",
        7,
        {"type": "response.audio.delta", "delta": "AAAA"},
        {"type": "response.output_text.delta", "delta": None},
        {"type": "response.output_text.delta"},
        {"type": "keepalive", "sequence_number": 3},
        {"choices": []},
        {"choices": None},
        {"choices": [None]},
        {"choices": [{"delta": None, "finish_reason": None}]},
        {"choices": [{"delta": {"content": None, "reasoning_content": "Hm"}}]},
        {"choices": [{"delta": {"content": [{"type": "thinking"}]}}]},
    ],
    ids=repr,
)
@BOTH
async def test_what_is_not_understood_is_passed_over(api: Api, odd: object) -> None:
    endings = {
        "responses": {"type": "response.completed", "response": {"usage": {"input_tokens": "x"}}},
        "chat": {"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": {"x": 1}},
    }
    words = {
        "responses": {"type": "response.output_text.delta", "delta": "Hello"},
        "chat": {"choices": [{"delta": {"content": "Hello"}}]},
    }

    read = await told([odd, words[api], odd, endings[api]], api=api)

    assert read == Heard("Hello", Finish(FinishReason.STOP, Usage(0, 0)))


async def test_the_usage_may_come_with_the_finish_reason_or_after_it() -> None:
    end: dict[str, object] = {"choices": [{"delta": {}, "finish_reason": "stop"}]}
    usage = {"usage": {"prompt_tokens": 7, "completion_tokens": 2}}

    early = {"usage": {"prompt_tokens": 7, "completion_tokens": 1}}

    together = await told([{**end, **usage}], api="chat")
    apart = await told([end, {"choices": [], **usage}], api="chat")
    counting = await told([{**end, **early}, {"choices": [], **usage}], api="chat")

    assert together.finish.usage == apart.finish.usage == Usage(7, 2)
    assert counting.finish.usage == Usage(7, 2)


@BOTH
async def test_a_connection_that_breaks_after_the_end_takes_nothing_back(api: Api) -> None:
    end: dict[Api, object] = {
        "responses": {"type": "response.completed", "response": {}},
        "chat": {"choices": [{"delta": {"content": ""}, "finish_reason": "stop"}]},
    }

    read = await told([end[api], {"error": {"code": "server_error"}}], api=api)

    assert read.finish == Finish(FinishReason.STOP, None)
