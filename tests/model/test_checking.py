"""What `check` tells the operator about the model."""

from __future__ import annotations

import httpx2
import pytest

from bot.model import Endpoint, check_model
from bot.playground.local_openai import Fail, LocalOpenAI, Say, in_turn

SAYS_HELLO = in_turn([Say("Hello")])


async def test_a_model_in_the_list_is_there_and_nothing_is_asked_of_it() -> None:
    async with LocalOpenAI(models=["gpt-6-luna", "gpt-6-sol"]) as server:
        checkup = await check_model(Endpoint("", server.url), "gpt-6-luna")

    assert checkup.ok
    assert checkup.words == f"gpt-6-luna is there, at {server.url}"
    assert server.requests == []


async def test_a_server_that_answers_to_any_name_is_fine() -> None:
    async with LocalOpenAI(SAYS_HELLO) as server:
        checkup = await check_model(Endpoint("", server.url), "whatever")

    assert checkup.ok
    assert checkup.words == f"whatever answers, at {server.url}"


async def test_a_model_that_is_not_there_is_told_with_those_that_are() -> None:
    async with LocalOpenAI(models=["c", "b", "a", "f", "e", "d", "g"]) as server:
        checkup = await check_model(Endpoint("", server.url), "gpt-6-lunatic")

    assert not checkup.ok
    assert "has no model gpt-6-lunatic" in checkup.words
    assert checkup.words.endswith("set OPENAI_MODEL to one it has: a, b, c, d, e and 2 more")


async def test_a_server_without_a_list_is_asked_for_an_answer() -> None:
    async with LocalOpenAI(SAYS_HELLO, lists_models=False) as server:
        checkup = await check_model(Endpoint("", server.url), "llama")

    assert checkup.ok
    assert [asked.model for asked in server.requests] == ["llama"]


async def test_a_url_without_the_api_behind_it_is_told() -> None:
    async with LocalOpenAI() as server:
        url = server.url.removesuffix("/v1")
        checkup = await check_model(Endpoint("", url), "llama")

    assert not checkup.ok
    assert f"{url} has no model llama, or is not where the API is" in checkup.words


async def test_a_wrong_key_is_told_without_repeating_it() -> None:
    async with LocalOpenAI(key="sk-right") as server:
        checkup = await check_model(Endpoint("sk-wrong", server.url), "llama")

    assert not checkup.ok
    assert "does not accept the key: correct OPENAI_API_KEY" in checkup.words
    assert "sk-wrong" not in checkup.words
    assert server.requests == []


async def test_an_empty_account_is_told() -> None:
    broke = in_turn([Fail(429, "insufficient_quota")])
    async with LocalOpenAI(broke) as server:
        checkup = await check_model(Endpoint("", server.url), "llama")

    assert not checkup.ok
    assert checkup.words == (
        "the account has no credit left: top it up (quota: status=429 "
        "code=insufficient_quota type=invalid_request_error request=req_1)"
    )


async def test_a_server_that_is_gone_is_told() -> None:
    async with LocalOpenAI() as server:
        url = server.url

    checkup = await check_model(Endpoint("", url), "llama")

    assert not checkup.ok
    assert checkup.words.startswith(f"{url} cannot be reached: check OPENAI_BASE_URL")


@pytest.mark.parametrize(
    ("models", "ok", "words"),
    [
        (["gpt-6-luna"], True, "gpt-6-luna is there, at https://api.openai.com/v1"),
        (
            ["gpt-6-sol"],
            False,
            "this key has no model gpt-6-luna; set OPENAI_MODEL to one it has: gpt-6-sol",
        ),
    ],
)
async def test_openai_is_never_asked_for_more_than_its_list(
    models: list[str], *, ok: bool, words: str
) -> None:
    paths = []

    def respond(request: httpx2.Request) -> httpx2.Response:
        paths.append(request.url.path)
        return httpx2.Response(200, json={"data": [{"id": model} for model in models]})

    checkup = await check_model(
        Endpoint("sk-test"), "gpt-6-luna", transport=httpx2.MockTransport(respond)
    )

    assert (checkup.ok, checkup.words, paths) == (ok, words, ["/v1/models"])
