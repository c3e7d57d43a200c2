"""The local OpenAI is as the real one is, as far as its library and our facts can tell."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp
import openai
import pytest

from bot.domain.summary import request_for
from bot.playground.local_openai import (
    Asked,
    Begin,
    Collapse,
    Complain,
    Drop,
    Fail,
    Hold,
    LocalOpenAI,
    Pause,
    Refuse,
    Said,
    Say,
    Script,
    Think,
    in_turn,
    stand_in,
)

HELLO = [{"role": "user", "content": "[Ada #42 · 2026-01-02 09:30Z]\nGood **morning**"}]

YES = in_turn([Say("Yes")])


@asynccontextmanager
async def client_of(server: LocalOpenAI, key: str = "key") -> AsyncIterator[openai.AsyncOpenAI]:
    """Yield the real library, told to refuse whatever does not fit its types."""
    async with openai.AsyncOpenAI(
        api_key=key,
        base_url=server.url,
        max_retries=0,
        http_client=openai.DefaultAioHttpClient(),
        _strict_response_validation=True,
    ) as client:
        yield client


async def lines(server: LocalOpenAI, path: str, body: Mapping[str, object]) -> list[str]:
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{server.url}{path}", json=body) as response,
    ):
        return (await response.text()).splitlines()


def events(raw: list[str]) -> list[dict[str, object]]:
    return [json.loads(line.removeprefix("data: ")) for line in raw if line.startswith("data: {")]


async def test_responses_stream_the_events_of_the_real_one_in_their_order() -> None:
    async with LocalOpenAI(in_turn([Think("Hm"), Say("Good day", size=4)])) as server:
        raw = await lines(server, "/responses", {"model": "m", "input": "hi", "stream": True})

    told = events(raw)
    assert [event["type"] for event in told] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.reasoning_text.delta",
        "response.reasoning_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert [event["sequence_number"] for event in told] == list(range(16))
    assert raw[:2] == ["event: response.created", raw[1]]
    assert raw[-1] == ""


async def test_chat_streams_chunks_and_then_the_usage_and_done() -> None:
    body = {
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    async with LocalOpenAI(in_turn([Say("Good day", size=4)])) as server:
        raw = await lines(server, "/chat/completions", body)

    assert [event["choices"] for event in events(raw)] == [
        [choice({"role": "assistant", "content": "", "refusal": None})],
        [choice({"content": "Good"})],
        [choice({"content": " day"})],
        [choice({}, "stop")],
        [],
    ]
    assert [event["usage"] for event in events(raw)][:4] == [None] * 4
    assert [line for line in raw if line][-1] == "data: [DONE]"


def choice(delta: Mapping[str, object], reason: str | None = None) -> dict[str, object]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}


async def test_chat_counts_only_for_those_who_asked_for_it() -> None:
    body = {"model": "m", "messages": HELLO, "stream": True}
    async with LocalOpenAI(YES) as server:
        told = events(await lines(server, "/chat/completions", body))

    assert all("usage" not in event for event in told)


async def test_the_real_library_finds_nothing_amiss_in_a_stream_of_responses() -> None:
    script: Script = [Think("Hm"), Say("Good day"), Refuse("No more.")]
    async with (
        LocalOpenAI(in_turn(script)) as server,
        client_of(server) as client,
        client.responses.stream(model="m", input="hi") as stream,
    ):
        response = await stream.get_final_response()

    assert response.output_text == "Good day"
    assert [item.type for item in response.output] == ["reasoning", "message", "message"]
    assert response.usage is not None
    assert response.usage.output_tokens_details.reasoning_tokens == 1


async def test_the_real_library_finds_nothing_amiss_in_a_stream_of_chat() -> None:
    async with (
        LocalOpenAI(in_turn([Think("Hm"), Say("Good day")])) as server,
        client_of(server) as client,
        client.chat.completions.stream(
            model="m",
            messages=[{"role": "user", "content": "hi"}],
            stream_options={"include_usage": True},
        ) as stream,
    ):
        completion = await stream.get_final_completion()

    assert completion.choices[0].message.content == "Good day"
    assert completion.usage is not None
    assert completion.usage.completion_tokens == 3


async def test_both_answer_in_one_piece_as_well() -> None:
    async with LocalOpenAI(in_turn([Say("Good day")])) as server, client_of(server) as client:
        response = await client.responses.create(model="m", input="hi")
        completion = await client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "hi"}]
        )

    assert response.output_text == "Good day"
    assert completion.choices[0].message.content == "Good day"


async def test_the_models_can_be_listed() -> None:
    async with LocalOpenAI(models=["one", "two"]) as server, client_of(server) as client:
        listed = [model.id async for model in client.models.list()]

    assert listed == ["one", "two"]


async def test_a_failure_has_a_status_a_code_and_its_headers() -> None:
    limited = Fail(429, "rate_limit_exceeded", type="requests", headers={"Retry-After": "3"})
    async with LocalOpenAI(in_turn([limited])) as server, client_of(server) as client:
        with pytest.raises(openai.RateLimitError) as caught:
            await client.responses.create(model="m", input="hi", stream=True)

    assert (caught.value.code, caught.value.type) == ("rate_limit_exceeded", "requests")
    assert caught.value.response.headers["retry-after"] == "3"
    assert caught.value.request_id == "req_1"


async def test_an_error_event_is_flat_or_nested() -> None:
    body = {"model": "m", "input": "hi", "stream": True}
    flat = [Complain("server_error", "server_error", nested=False)]
    nested = [Complain("server_error", "server_error")]
    async with LocalOpenAI(in_turn(flat, nested)) as server:
        told = [events(await lines(server, "/responses", body))[-1] for _ in range(2)]

    assert told[0]["type"] == told[1]["type"] == "error"
    assert told[0]["code"] == "server_error"
    assert isinstance(told[1]["error"], dict)
    assert told[1]["error"]["code"] == "server_error"


async def test_a_failed_response_carries_its_error() -> None:
    body = {"model": "m", "input": "hi", "stream": True}
    async with LocalOpenAI(in_turn([Say("Half"), Collapse("server_error")])) as server:
        last = events(await lines(server, "/responses", body))[-1]

    assert last["type"] == "response.failed"
    assert isinstance(last["response"], dict)
    assert last["response"]["status"] == "failed"
    assert last["response"]["error"]["code"] == "server_error"


@pytest.mark.parametrize("path", ["/responses", "/chat/completions"])
async def test_a_connection_is_dropped_before_the_headers(path: str) -> None:
    async with LocalOpenAI(in_turn([Drop()])) as server:
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await lines(server, path, {"model": "m", "messages": HELLO, "stream": True})


@pytest.mark.parametrize("path", ["/responses", "/chat/completions"])
async def test_a_connection_is_dropped_after_the_words_were_sent(path: str) -> None:
    async with (
        LocalOpenAI(in_turn([Say("Half a sentence", size=99), Drop()])) as server,
        aiohttp.ClientSession() as http,
        http.post(f"{server.url}{path}", json={"model": "m", "stream": True}) as response,
    ):
        got = [await response.content.readuntil(b'"Half a sentence"')]
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.content.read()

    assert got


async def test_a_held_stream_goes_on_when_its_gate_opens() -> None:
    gate = asyncio.Event()
    async with (
        LocalOpenAI(in_turn([Begin(), Hold(gate), Say("Yes")])) as server,
        asyncio.TaskGroup() as group,
    ):
        body = {"model": "m", "input": "hi", "stream": True}
        reading = group.create_task(lines(server, "/responses", body))
        await server.until(lambda: len(server.requests) == 1)
        assert not server.requests[0].is_over
        gate.set()
        await server.until(lambda: server.requests[0].is_over)
        await reading

    assert not server.requests[0].left_early


@pytest.mark.parametrize("script", [[Hold()], [Say("One "), Hold()], [Pause(60)]], ids=repr)
async def test_a_client_that_goes_away_is_noticed_at_once(script: Script) -> None:
    async with LocalOpenAI(in_turn(script)) as server, asyncio.timeout(5):
        body = {"model": "m", "input": "hi", "stream": True}
        reading = asyncio.create_task(lines(server, "/responses", body))
        await server.until(lambda: len(server.requests) == 1)
        reading.cancel()

        await server.until(lambda: server.requests[0].left_early)
        assert server.requests[0].is_over


async def test_requests_are_kept_without_their_key() -> None:
    async with LocalOpenAI(YES) as server, client_of(server, "sk-secret") as client:
        await client.responses.create(
            model="m", instructions="Be brief.", input=[{"role": "user", "content": "hi"}]
        )

    [asked] = server.requests
    assert (asked.path, asked.model, asked.instructions) == ("/v1/responses", "m", "Be brief.")
    assert asked.messages == (Said("user", "hi"),)
    assert "sk-secret" not in repr(asked)


async def test_chat_is_kept_in_the_same_words() -> None:
    said = [{"role": "system", "content": "Be brief."}, *HELLO]
    async with LocalOpenAI(YES) as server:
        await lines(server, "/chat/completions", {"model": "m", "messages": said})

    [asked] = server.requests
    assert asked.instructions == "Be brief."
    assert asked.messages == (Said("user", HELLO[0]["content"]),)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"model": "small", "input": "hi"}, 200, None),
        ({"model": "large", "input": "hi"}, 404, "model_not_found"),
        ({"model": "small", "input": "word " * 100}, 400, "context_length_exceeded"),
        ({"model": "small", "input": "hi", "safety_identifier": "x"}, 400, "unknown_parameter"),
    ],
)
async def test_it_refuses_what_it_was_told_to(
    body: Mapping[str, object], status: int, code: str | None
) -> None:
    async with (
        LocalOpenAI(YES, models=["small"], window=100, strict=True) as server,
        aiohttp.ClientSession() as http,
        http.post(f"{server.url}/responses", json=body) as response,
    ):
        answer = await response.json()

    assert response.status == status
    assert (answer["error"]["code"] if code else answer["error"]) == code


@pytest.mark.parametrize(("key", "status"), [("right", 200), ("wrong", 401)])
async def test_it_knows_its_key(key: str, status: int) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        LocalOpenAI(YES, key="right") as server,
        aiohttp.ClientSession(headers=headers) as http,
        http.post(f"{server.url}/responses", json={"model": "m", "input": "hi"}) as asked,
        http.get(f"{server.url}/models") as listed,
    ):
        pass

    assert (asked.status, listed.status) == (status, status)


async def test_a_prompt_is_cached_only_for_its_own_key_and_prefix() -> None:
    async def cached(server: LocalOpenAI, key: str, *texts: str) -> object:
        body = {
            "model": "m",
            "input": [{"role": "user", "content": text} for text in texts],
            "prompt_cache_key": key,
            "stream": True,
        }
        last = events(await lines(server, "/responses", body))[-1]["response"]
        assert isinstance(last, dict)
        return last["usage"]["input_tokens_details"]["cached_tokens"]

    long, short = "word" * 2000, "word"
    async with LocalOpenAI(YES) as server:
        told = [
            await cached(server, "a", long),
            await cached(server, "a", long, "more"),
            await cached(server, "b", long, "more"),
            await cached(server, "a", f"{long}!", "more"),
            await cached(server, "c", short),
            await cached(server, "c", short, "more"),
        ]

    assert told == [0, 2000, 0, 0, 0, 0]


def asked(
    *texts: str, instructions: str = "You are Parley, a helpful assistant. Be kind."
) -> Asked:
    said = [{"role": "user", "content": text} for text in texts]
    body = {"model": "m", "instructions": instructions, "input": said}
    return Asked("/v1/responses", body, {}, at=0.0, number=1, peer="")


def test_the_stand_in_says_what_it_is_and_what_it_was_shown() -> None:
    [say] = stand_in(
        asked(
            "[Ada #42 · 2026-01-02 09:30Z]\nGood morning",
            "[Bob #43 · 2026-01-02 09:31Z]\nSecret of\nlife?",
        )
    )

    assert isinstance(say, Say)
    assert say.text == (
        "**I am a scripted stand-in, not a model.** Nobody has thought about what you wrote.\n"
        "This is what a model would have been shown:\n"
        "\n"
        "- **Messages:** 2, of which 2 from people\n"
        "- **Speakers:** Ada #42, Bob #43\n"
        "- **Size:** about 35 tokens, instructions included\n"
        "- **Instructions begin:** “You are Parley, a helpful assistant. Be kind. …”\n"
        "\n"
        "The last message, labelled `Bob #43 · 2026-01-02 09:31Z`:\n"
        "> Secret of\n"
        "> life?\n"
        "\n"
        "Set `OPENAI_API_KEY`, or `OPENAI_BASE_URL` for a server of your own, to talk to a model."
    )


def test_the_stand_in_does_not_take_notes_of_the_bot_for_somebodys_words() -> None:
    note = "[Note of the bot itself: a summary.]\nThey spoke of trams."
    [say] = stand_in(asked(note, "[Ada #42 · 2026-01-02 09:30Z]\nAnd now?"))

    assert isinstance(say, Say)
    assert "- **Messages:** 2, of which 1 from people\n" in say.text
    assert "- **Speakers:** Ada #42\n" in say.text


def test_the_stand_in_says_that_it_sums_nothing_up() -> None:
    [say] = stand_in(asked("[Ada #42 · 2026-01-02 09:30Z]\nHello", request_for(100).text))

    assert isinstance(say, Say)
    assert say.text == (
        "A scripted stand-in sums nothing up: nobody knows any more what stood here."
    )


def test_the_stand_in_repeats_only_the_beginning_of_a_long_message() -> None:
    [say] = stand_in(asked("[2026-01-02 09:30Z]\n" + "word " * 100))

    assert isinstance(say, Say)
    assert "> " + "word " * 39 + "word …" in say.text
    assert "Speakers:** not named" in say.text


def test_pieces_lose_nothing() -> None:
    text = "  A fence:\n```python\nprint()\n```\n"

    assert "".join(Say(text).pieces()) == "".join(Say(text, size=3).pieces()) == text
    assert Say("One two\nthree").pieces() == ["One ", "two\n", "three"]


async def test_a_hundred_streams_at_once_are_all_whole() -> None:
    words = " ".join(str(number) for number in range(50))
    body = {"model": "m", "input": "hi", "stream": True}
    async with (
        LocalOpenAI(in_turn([Say(words, delay=0.002)])) as server,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http,
    ):

        async def told() -> str:
            async with http.post(f"{server.url}/responses", json=body) as response:
                raw = (await response.text()).splitlines()
            return "".join(str(event.get("delta", "")) for event in events(raw))

        answers = await asyncio.gather(*(told() for _ in range(100)))

    assert answers == [words] * 100
