"""Which models an endpoint offers."""

from __future__ import annotations

import httpx2
import pytest

from bot.domain.abilities import is_chat_model
from bot.domain.errors import ModelError
from bot.model import Endpoint
from bot.model.catalogue import RemoteCatalogue


def listing(*models: str, status: int = 200) -> httpx2.MockTransport:
    """Return a network in which a server lists models."""
    body = {"object": "list", "data": [{"id": model} for model in models]}
    return httpx2.MockTransport(lambda _: httpx2.Response(status, json=body))


async def test_the_models_that_answer_in_words_are_named_once_each() -> None:
    network = listing("gpt-99-nova", "text-embedding-3-small", "gpt-6-luna", "gpt-99-nova")

    names = await RemoteCatalogue(Endpoint("sk-test"), transport=network).models()

    assert names == ["gpt-6-luna", "gpt-99-nova"]


@pytest.mark.parametrize("name", ["two words", "m" * 101])
async def test_what_nobody_could_pick_is_not_named(name: str) -> None:
    endpoint = Endpoint("", "http://127.0.0.1:8080/v1")

    names = await RemoteCatalogue(endpoint, transport=listing("gpt-4o", name)).models()

    assert names == ["gpt-4o"]


async def test_a_server_without_a_list_offers_nothing() -> None:
    network = listing(status=404)

    assert await RemoteCatalogue(Endpoint("sk-test"), transport=network).models() == []


async def test_a_server_that_fails_says_so() -> None:
    with pytest.raises(ModelError):
        await RemoteCatalogue(Endpoint("sk-test"), transport=listing(status=503)).models()


@pytest.mark.parametrize(
    ("model", "is_offered"),
    [
        ("gpt-6-luna", True),
        ("meta-llama/Llama-3.3-70B", True),
        ("gpt-4o-2024-08-06", False),
        ("whisper-1", False),
        ("gpt-4o-mini-tts", False),
        ("gpt-realtime", False),
        ("gpt-image-2", False),
        ("omni-moderation-latest", False),
        ("nomic-embed-text", False),
    ],
)
def test_what_does_not_answer_in_words_is_not_offered(model: str, *, is_offered: bool) -> None:
    assert is_chat_model(model) is is_offered
