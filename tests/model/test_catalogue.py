"""Which models an endpoint offers, and what they cost there."""

from __future__ import annotations

from decimal import Decimal

import httpx2
import pytest

from bot.domain.abilities import is_chat_model
from bot.domain.errors import ModelError
from bot.domain.offer import Offer
from bot.model import Endpoint
from bot.model.catalogue import RemoteCatalogue


def listing(*models: str, status: int = 200) -> httpx2.MockTransport:
    """Return a network in which a server lists models."""
    body = {"object": "list", "data": [{"id": model} for model in models]}
    return httpx2.MockTransport(lambda _: httpx2.Response(status, json=body))


async def test_the_models_of_openai_come_with_price_and_window() -> None:
    network = listing("gpt-6-luna", "text-embedding-3-small", "gpt-99-nova", "gpt-6-luna")

    offers = await RemoteCatalogue(Endpoint("sk-test"), transport=network).models()

    assert offers == [
        Offer("gpt-6-luna", Decimal("0.1"), Decimal("0.5"), 1_050_000),
        Offer("gpt-99-nova"),
    ]


async def test_a_server_at_home_has_no_prices_whatever_its_models_are_called() -> None:
    endpoint = Endpoint("", "http://127.0.0.1:8080/v1")

    offers = await RemoteCatalogue(endpoint, transport=listing("gpt-4o", "two words")).models()

    assert offers == [Offer("gpt-4o")]


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
