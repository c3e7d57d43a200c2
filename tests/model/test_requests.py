"""What exactly is sent, to OpenAI and to servers that are merely compatible."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2
import pytest

from bot.domain.attachment import Picture
from bot.domain.context import Context
from bot.domain.manner import Effort, Length
from bot.domain.message import Message, Role
from bot.model import Endpoint
from bot.model.connecting import Api, open_client
from bot.model.remote import RemoteModel
from tests.model.stage import CONTEXT
from tests.samples import DIGEST, IMAGE, PNG

SAID = [
    {"role": "user", "content": "[Ada #42 · 2026-01-02 09:30Z]\nGood morning"},
    {"role": "assistant", "content": "Good morning, Ada."},
    {"role": "user", "content": "[Bob #43 · 2026-01-02 09:31Z]\nAnd me?"},
]
# printf 'parley-7:42' | sha256sum
SPEAKER = "a73b9b3634e9df172c4dfd10edccb3e8c80980b98cfef596dd4cacbcfae25406"


class Wire(httpx2.AsyncBaseTransport):
    """Keeps what is sent, and answers so that both dialects are content."""

    def __init__(self) -> None:
        self.requests: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        self.requests.append(request)
        return httpx2.Response(200, content=self._lines())

    async def _lines(self) -> AsyncIterator[bytes]:
        yield b'data: {"type": "response.completed", "response": {}}\n\n'
        yield b'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\n\n'


async def sent(endpoint: Endpoint, context: Context = CONTEXT) -> httpx2.Request:
    wire = Wire()
    async with open_client(endpoint, stall_seconds=1, transport=wire) as client:
        dialect = endpoint.dialect(max_output_tokens=500, salt="parley-7")
        async with RemoteModel(client, dialect).complete(context) as events:
            assert [event async for event in events]
    [request] = wire.requests
    return request


async def test_openai_is_asked_over_responses() -> None:
    request = await sent(Endpoint("sk-test"))

    assert str(request.url) == "https://api.openai.com/v1/responses"
    assert json.loads(request.content) == {
        "model": "a-model",
        "instructions": "Be brief.",
        "input": SAID,
        "max_output_tokens": 500,
        "store": False,
        "stream": True,
        "stream_options": {"include_obfuscation": False},
        "prompt_cache_key": "6f1d1a5e-0000-4000-8000-000000000001",
        "safety_identifier": SPEAKER,
    }


async def test_openai_can_be_asked_over_chat() -> None:
    request = await sent(Endpoint("sk-test", api="chat"))

    assert str(request.url) == "https://api.openai.com/v1/chat/completions"
    assert json.loads(request.content) == {
        "model": "a-model",
        "messages": [{"role": "system", "content": "Be brief."}, *SAID],
        "max_completion_tokens": 500,
        "store": False,
        "stream": True,
        "stream_options": {"include_usage": True, "include_obfuscation": False},
        "prompt_cache_key": "6f1d1a5e-0000-4000-8000-000000000001",
        "safety_identifier": SPEAKER,
    }


async def test_another_server_is_asked_over_chat_for_what_all_of_them_know() -> None:
    request = await sent(Endpoint("", "http://127.0.0.1:8080/v1"))

    assert str(request.url) == "http://127.0.0.1:8080/v1/chat/completions"
    assert json.loads(request.content) == {
        "model": "a-model",
        "messages": [{"role": "system", "content": "Be brief."}, *SAID],
        "max_tokens": 500,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


async def test_another_server_can_be_asked_over_responses() -> None:
    request = await sent(Endpoint("", "http://127.0.0.1:8080/v1/", "responses"))

    assert str(request.url) == "http://127.0.0.1:8080/v1/responses"
    assert json.loads(request.content) == {
        "model": "a-model",
        "instructions": "Be brief.",
        "input": SAID,
        "max_output_tokens": 500,
        "store": False,
        "stream": True,
    }


@pytest.mark.parametrize("cap", [80, 900])
@pytest.mark.parametrize("api", ["responses", "chat"])
@pytest.mark.parametrize("url", [None, "http://127.0.0.1:8080/v1"])
async def test_where_fewer_tokens_are_enough_no_more_are_asked_for(
    url: str | None, api: Api, cap: int
) -> None:
    request = await sent(Endpoint("key", url, api), replace(CONTEXT, most_tokens=cap))

    caps = {"max_output_tokens", "max_completion_tokens", "max_tokens"}
    body = json.loads(request.content)
    assert [body[name] for name in caps & set(body)] == [min(cap, 500)]


LOOK = replace(
    CONTEXT,
    messages=(
        Message(
            Role.USER,
            "[Ada #42 · 2026-01-02 09:30Z]\nWhat is it?",
            (Picture(IMAGE, "dot.png", 69),),
        ),
        Message(Role.ASSISTANT, "A dot."),
    ),
    images={DIGEST: PNG},
)
DOT = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
)
QUESTION = "[Ada #42 · 2026-01-02 09:30Z]\nWhat is it?\n[image: dot.png]"


async def test_images_go_along_in_the_request_over_responses() -> None:
    request = await sent(Endpoint("sk-test"), LOOK)

    assert json.loads(request.content)["input"] == [
        {
            "role": "user",
            "content": [
                {"type": "input_text", "text": QUESTION},
                {"type": "input_image", "image_url": DOT, "detail": "high"},
            ],
        },
        {"role": "assistant", "content": "A dot."},
    ]


async def test_images_go_along_in_the_request_over_chat() -> None:
    request = await sent(Endpoint("", "http://127.0.0.1:8080/v1"), LOOK)

    assert json.loads(request.content)["messages"][1:] == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": QUESTION},
                {"type": "image_url", "image_url": {"url": DOT, "detail": "high"}},
            ],
        },
        {"role": "assistant", "content": "A dot."},
    ]


WISHED = replace(CONTEXT, effort=Effort.LOW, temperature=0.5, length=Length.SHORT)


async def extra(endpoint: Endpoint, model: str) -> dict[str, object]:
    """Return what a request with wishes holds beyond one without."""
    plain = await sent(endpoint, replace(CONTEXT, model=model))
    wished = await sent(endpoint, replace(WISHED, model=model))
    before = json.loads(plain.content)
    return {k: v for k, v in json.loads(wished.content).items() if k not in before}


@pytest.mark.parametrize(
    ("model", "over_responses", "over_chat"),
    [
        (
            "gpt-6-luna",
            {"reasoning": {"effort": "low"}, "text": {"verbosity": "low"}},
            {"reasoning_effort": "low", "verbosity": "low"},
        ),
        ("o3", {"reasoning": {"effort": "low"}}, {"reasoning_effort": "low"}),
        ("gpt-4.1", {"temperature": 0.5}, {"temperature": 0.5}),
        ("llama-3.3", {"temperature": 0.5}, {"temperature": 0.5}),
        (
            "gpt-oss-20b",
            {"temperature": 0.5, "reasoning": {"effort": "low"}},
            {"temperature": 0.5, "reasoning_effort": "low"},
        ),
    ],
)
async def test_a_model_is_told_of_what_was_chosen_as_far_as_it_has_it(
    model: str, over_responses: dict[str, object], over_chat: dict[str, object]
) -> None:
    assert await extra(Endpoint("sk-test"), model) == over_responses
    assert await extra(Endpoint("sk-test", api="chat"), model) == over_chat
    assert await extra(Endpoint("", "http://127.0.0.1:8080/v1"), model) == over_chat


@pytest.mark.parametrize(("wanted", "cap"), [(None, 500), (24, 24), (9000, 500)])
@pytest.mark.parametrize(
    ("endpoint", "name"),
    [
        (Endpoint("sk-test"), "max_output_tokens"),
        (Endpoint("sk-test", api="chat"), "max_completion_tokens"),
        (Endpoint("", "http://127.0.0.1:8080/v1"), "max_tokens"),
    ],
)
async def test_an_answer_may_be_wanted_shorter_than_the_operator_allows_and_never_longer(
    endpoint: Endpoint, name: str, *, wanted: int | None, cap: int
) -> None:
    request = await sent(endpoint, replace(CONTEXT, most_tokens=wanted))

    assert json.loads(request.content)[name] == cap


@pytest.mark.parametrize(
    ("url", "is_openai"),
    [
        (None, True),
        ("https://api.openai.com/v1", True),
        ("https://eu.api.openai.com/v1", True),
        ("https://api.openai.com.example.org/v1", False),
        ("http://127.0.0.1:8080/v1", False),
    ],
)
def test_openai_is_known_by_its_host(url: str | None, *, is_openai: bool) -> None:
    assert Endpoint("key", url).is_openai is is_openai


@pytest.mark.parametrize("api", ["responses", "chat"])
async def test_the_key_goes_into_its_header_and_nowhere_else(api: Api) -> None:
    request = await sent(Endpoint("sk-secret", api=api))

    assert request.headers["authorization"] == "Bearer sk-secret"
    assert b"sk-secret" not in request.content
    assert "sk-secret" not in str(request.url)


def test_an_endpoint_can_be_printed_without_its_key() -> None:
    assert "sk-secret" not in repr(Endpoint("sk-secret"))


async def test_settings_win_over_the_environment_of_the_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-program")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-admin")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://elsewhere.invalid/v1")

    request = await sent(Endpoint("sk-ours"))
    keyless = await sent(Endpoint("", "http://127.0.0.1:8080/v1"))

    assert str(request.url) == "https://api.openai.com/v1/responses"
    assert request.headers["authorization"] == "Bearer sk-ours"
    assert keyless.headers["authorization"] == "Bearer none"


def test_the_speaker_is_hidden_behind_the_salt() -> None:
    dialect = Endpoint("key").dialect(max_output_tokens=1, salt="another")

    identifier = str(dialect.body(CONTEXT)["safety_identifier"])

    assert identifier != SPEAKER
    assert identifier != "42"
    assert len(identifier) == 64
