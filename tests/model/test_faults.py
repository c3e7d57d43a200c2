"""Every way in which a provider is known to fail, and what we make of it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping

import httpx2
import pytest

from bot.domain.errors import Fault, ModelBusy, ModelError, ModelRefused
from bot.model import Endpoint, open_model
from bot.model.connecting import Api, open_client
from bot.model.faults import told
from bot.model.remote import RemoteModel
from bot.playground.local_openai import (
    Begin,
    Collapse,
    Complain,
    Drop,
    End,
    Fail,
    Garble,
    Hold,
    Pause,
    Say,
    Step,
    Stop,
    Think,
)
from tests.model.stage import heard, playing

BOTH = pytest.mark.parametrize("api", ["responses", "chat"])


async def failure(*script: Step, api: Api, stall_seconds: float = 5.0) -> ModelError:
    async with playing(script, api=api, stall_seconds=stall_seconds) as (model, _):
        with pytest.raises(ModelError) as caught:
            await heard(model)
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "kind", "fault"),
    [
        (429, "rate_limit_exceeded", "requests", Fault.RATE),
        (429, None, None, Fault.RATE),
        (429, "insufficient_quota", "insufficient_quota", Fault.QUOTA),
        (429, "credit_balance_exhausted", "insufficient_quota", Fault.QUOTA),
        (429, "project_spend_limit_exceeded", "insufficient_quota", Fault.QUOTA),
        (429, None, "insufficient_quota", Fault.QUOTA),
        (400, "billing_hard_limit_reached", "invalid_request_error", Fault.QUOTA),
        (402, None, None, Fault.QUOTA),
        (401, "invalid_api_key", "invalid_request_error", Fault.AUTH),
        (401, None, None, Fault.AUTH),
        (403, "unsupported_country_region_territory", "request_forbidden", Fault.AUTH),
        (403, None, None, Fault.AUTH),
        (404, "model_not_found", "invalid_request_error", Fault.MODEL),
        (403, "model_not_found", "invalid_request_error", Fault.MODEL),
        (404, None, None, Fault.MODEL),
        (400, "context_length_exceeded", "invalid_request_error", Fault.CONTEXT),
        (400, 400, "exceed_context_size_error", Fault.CONTEXT),  # llama.cpp
        (413, None, None, Fault.CONTEXT),
        (400, "content_filter", None, Fault.CONTENT),  # Azure
        (400, "content_policy_violation", None, Fault.CONTENT),
        (400, "invalid_prompt", "invalid_request_error", Fault.CONTENT),
        (400, "cyber_policy", "invalid_request", Fault.CONTENT),
        (403, "moderation_blocked", None, Fault.CONTENT),
        (400, "unknown_parameter", "invalid_request_error", Fault.REQUEST),
        (400, None, None, Fault.REQUEST),
        (422, None, None, Fault.REQUEST),
        (405, None, None, Fault.REQUEST),
        (500, "server_error", "server_error", Fault.SERVER),
        (500, None, None, Fault.SERVER),
        (502, 502, None, Fault.SERVER),
        (503, "server_is_overloaded", "service_unavailable_error", Fault.SERVER),
        (503, "slow_down", None, Fault.RATE),
        (529, "overloaded_error", None, Fault.SERVER),
        (409, None, None, Fault.SERVER),
        (408, None, None, Fault.TIMEOUT),
    ],
)
async def test_a_status_and_its_code_say_what_is_wrong(
    status: int, code: str | int | None, kind: str | None, fault: Fault
) -> None:
    error = await failure(Fail(status, code, type=kind), api="responses")

    assert error.fault is fault


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (429, ModelBusy),
        (500, ModelBusy),
        (503, ModelBusy),
        (408, ModelBusy),
        (400, ModelRefused),
        (401, ModelRefused),
        (402, ModelRefused),
        (403, ModelRefused),
        (404, ModelRefused),
        (413, ModelRefused),
    ],
)
async def test_only_what_may_pass_is_worth_another_try(status: int, kind: type[ModelError]) -> None:
    error = await failure(Fail(status), api="responses")

    assert type(error) is kind


async def test_vllm_names_a_parameter_where_others_have_a_code() -> None:
    too_long = Fail(400, 400, type="BadRequestError", param="input_tokens")

    error = await failure(too_long, api="chat")

    assert error.fault is Fault.CONTEXT


def test_openrouter_keeps_its_codes_apart() -> None:
    error = told({"code": 400, "metadata": {"error_type": "context_length_exceeded"}})

    assert error.fault is Fault.CONTEXT


@BOTH
async def test_a_server_that_does_not_speak_http_is_a_broken_connection(api: Api) -> None:
    async def babble(_: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        out.write(b"220 mail.example.org ESMTP\r\n\r\n")
        out.close()

    async with await asyncio.start_server(babble, "127.0.0.1", 0) as server:
        endpoint = Endpoint("", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", api)
        async with open_model(
            endpoint, max_output_tokens=16, stall_seconds=5, salt="salt"
        ) as model:
            with pytest.raises(ModelBusy) as caught:
                await heard(model)

    assert caught.value.fault is Fault.CONNECTION


@pytest.mark.parametrize(
    ("headers", "after"),
    [
        ({"Retry-After": "20"}, 20.0),
        ({"Retry-After": "0.5"}, 0.5),
        ({"retry-after-ms": "1500", "Retry-After": "2"}, 1.5),
        ({"Retry-After": "-3"}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        (
            {
                "Date": "Fri, 02 Jan 2026 09:30:00 GMT",
                "Retry-After": "Fri, 02 Jan 2026 09:31:30 GMT",
            },
            90.0,
        ),
        ({}, None),
    ],
)
async def test_the_wait_the_far_side_names_is_passed_on(
    headers: Mapping[str, str], after: float | None
) -> None:
    error = await failure(Fail(503, headers=headers), api="responses")

    assert isinstance(error, ModelBusy)
    assert error.after == after


async def test_nothing_is_retried_behind_our_back() -> None:
    async with playing([Fail(500)]) as (model, server):
        with pytest.raises(ModelBusy):
            await heard(model)

        assert len(server.requests) == 1


@BOTH
async def test_a_server_that_is_not_there_is_a_broken_connection(api: Api) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        endpoint = Endpoint("", f"http://127.0.0.1:{nobody.getsockname()[1]}/v1", api)
        async with open_model(
            endpoint, max_output_tokens=16, stall_seconds=5, salt="salt"
        ) as model:
            with pytest.raises(ModelBusy) as caught:
                await heard(model)

    assert caught.value.fault is Fault.CONNECTION


@BOTH
@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ((Drop(),), Fault.CONNECTION),
        ((Say("Half a"), Drop()), Fault.CONNECTION),
        ((Hold(),), Fault.TIMEOUT),
        ((Begin(), Hold()), Fault.TIMEOUT),
        ((Say("Half a"), Hold()), Fault.TIMEOUT),
        ((End(),), Fault.TRUNCATED),
        ((Say("Half a"), End()), Fault.TRUNCATED),
        ((Say("Half a"), Garble(), Stop()), Fault.TRUNCATED),
    ],
    ids=lambda part: "-".join(type(s).__name__ for s in part) if isinstance(part, tuple) else part,
)
async def test_a_stream_can_break_in_many_ways(
    api: Api, script: tuple[Step, ...], fault: Fault
) -> None:
    error = await failure(*script, api=api, stall_seconds=0.2)

    assert isinstance(error, ModelBusy)
    assert error.fault is fault


@BOTH
@pytest.mark.parametrize(
    ("code", "kind", "fault"),
    [
        ("server_error", "server_error", Fault.SERVER),
        ("rate_limit_exceeded", "requests", Fault.RATE),
        ("insufficient_quota", "insufficient_quota", Fault.QUOTA),
        ("context_length_exceeded", "invalid_request_error", Fault.CONTEXT),
        ("content_filter", None, Fault.CONTENT),
        (None, None, Fault.SERVER),
        (502, None, Fault.SERVER),  # OpenRouter tells a status in place of a code
        (400, None, Fault.REQUEST),
        (429, None, Fault.RATE),
    ],
)
async def test_an_error_can_be_told_in_the_middle_of_a_stream(
    api: Api, code: str | int | None, kind: str | None, fault: Fault
) -> None:
    error = await failure(Say("Half a"), Complain(code, kind), api=api)

    assert error.fault is fault


@pytest.mark.parametrize(
    ("code", "fault"), [("insufficient_quota", Fault.QUOTA), (None, Fault.SERVER)]
)
async def test_responses_may_tell_it_in_a_flat_event(code: str | None, fault: Fault) -> None:
    error = await failure(Say("Half a"), Complain(code, nested=False), api="responses")

    assert error.fault is fault


@BOTH
@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("server_error", Fault.SERVER),
        ("rate_limit_exceeded", Fault.RATE),
        ("invalid_prompt", Fault.CONTENT),
        ("misalignment_policy_violation", Fault.CONTENT),
        ("something_new", Fault.SERVER),
    ],
)
async def test_an_answer_can_be_given_up_by_the_far_side(api: Api, code: str, fault: Fault) -> None:
    error = await failure(Say("Half a"), Collapse(code), api=api)

    assert error.fault is fault


@BOTH
async def test_a_model_that_thinks_long_is_not_silent(api: Api) -> None:
    thoughts: list[Step] = [Think("hm "), Pause(0.12)]
    async with playing([*thoughts * 3, Say("Yes.")], api=api, stall_seconds=0.3) as (model, _):
        answer = await heard(model)

    assert answer.text == "Yes."


async def refusal(answer: httpx2.Response, *, api: Api, stall_seconds: float = 5.0) -> ModelError:
    endpoint = Endpoint("", "http://elsewhere.invalid/v1", api)
    transport = httpx2.MockTransport(lambda _: answer)
    async with open_client(endpoint, stall_seconds=stall_seconds, transport=transport) as client:
        with pytest.raises(ModelError) as caught:
            await heard(RemoteModel(client, endpoint.dialect(max_output_tokens=5, salt="")))
    return caught.value


@BOTH
@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (
            httpx2.Response(200, json={"error": {"code": "insufficient_quota"}}),
            ModelRefused,
            "quota: code=insufficient_quota",
        ),
        (
            httpx2.Response(200, json={"error": {"code": 429, "message": "slow down"}}),
            ModelBusy,
            "rate: status=429 code=429",
        ),
        (
            httpx2.Response(200, json={"error": "the model crashed"}),
            ModelBusy,
            "server: no details",
        ),
        (
            httpx2.Response(200, json={"error": None, "output": []}),
            ModelRefused,
            "request: application/json came in place of a stream",
        ),
        (
            httpx2.Response(200, html="<title>Please log in</title>"),
            ModelRefused,
            "request: text/html came in place of a stream",
        ),
        (
            httpx2.Response(200, content=b"{", headers={"content-type": "Application/JSON; a=b"}),
            ModelRefused,
            "request: application/json came in place of a stream",
        ),
        (
            httpx2.Response(502, html="<title>Bad gateway</title>"),
            ModelBusy,
            "server: status=502",
        ),
    ],
)
async def test_what_is_no_stream_is_told_for_what_it_is(
    answer: httpx2.Response, kind: type[ModelError], reason: str, api: Api
) -> None:
    error = await refusal(answer, api=api)

    assert type(error) is kind
    assert str(error) == reason


@BOTH
async def test_a_line_kept_alive_by_comments_is_given_up_like_a_silent_one(api: Api) -> None:
    async def comments() -> AsyncIterator[bytes]:
        while True:
            yield b": still here\n\n"
            await asyncio.sleep(0.01)

    answer = httpx2.Response(200, content=comments())

    async with asyncio.timeout(5):
        error = await refusal(answer, api=api, stall_seconds=0.1)

    assert isinstance(error, ModelBusy)
    assert error.fault is Fault.TIMEOUT


@BOTH
async def test_the_reason_tells_the_operator_what_the_codes_are(api: Api) -> None:
    error = await failure(Fail(404, "model_not_found"), api=api)

    assert str(error) == (
        "model: status=404 code=model_not_found type=invalid_request_error request=req_1"
    )


@BOTH
async def test_no_message_of_the_far_side_reaches_the_log(api: Api) -> None:
    quoting = Fail(
        400,
        "the prompt was: hello",
        type="Good morning, sk-secret",
        message="You said: Good morning. Your key is sk-secret.",
        headers={"x-request-id": "<sk-secret>"},
    )

    error = await failure(quoting, api=api)

    assert str(error) == ("request: status=400 code=unreadable type=unreadable request=unreadable")


@BOTH
async def test_the_cause_is_kept(api: Api) -> None:
    error = await failure(Fail(500), api=api)

    assert type(error.__cause__).__name__ == "InternalServerError"
