"""What a call costs, by the list that comes with the installation and by the operator's own."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.domain.billing import ModelPrice
from bot.domain.completion import Usage
from bot.domain.offer import Offer
from bot.prices import PriceList

FREE = ModelPrice(Decimal(0), Decimal(0), Decimal(0))
OWN = ModelPrice(Decimal("1.5"), Decimal(10), Decimal("0.15"))
AT_OPENAI = PriceList({"gpt-9": OWN}, None)


@pytest.mark.parametrize(
    ("usage", "nano_dollars"),
    [
        (Usage(1000, 0), 2_000_000),
        (Usage(1000, 0, cached_tokens=1000), 200_000),
        (Usage(1000, 0, cache_write_tokens=1000), 2_500_000),
        (Usage(0, 1000), 10_000_000),
        (Usage(0, 1000, reasoning_tokens=900), 10_000_000),
        (Usage(10000, 500, cached_tokens=8000, cache_write_tokens=1500), 11_350_000),
    ],
)
def test_tokens_are_priced_by_their_kind(usage: Usage, nano_dollars: int) -> None:
    assert AT_OPENAI.cost("gpt-6-sol", usage) == nano_dollars


def test_more_cached_than_read_is_no_reason_to_fail() -> None:
    cost = AT_OPENAI.cost("gpt-6-sol", Usage(1000, 0, cached_tokens=5000, cache_write_tokens=9))

    assert cost == 200_000


def test_a_model_that_nobody_knows_has_no_price() -> None:
    assert AT_OPENAI.cost("a-model-of-my-own", Usage(1000, 1000)) is None


def test_a_server_of_ones_own_does_not_cost_what_openai_costs() -> None:
    local = PriceList({}, "http://127.0.0.1:8080/v1")

    assert local.cost("gpt-6-sol", Usage(1000, 0)) is None


def test_a_known_server_has_its_own_prices() -> None:
    groq = PriceList({}, "https://api.groq.com/openai/v1")

    assert groq.cost("llama-3.3-70b-versatile", Usage(1000, 0)) == 590_000


@pytest.mark.parametrize(
    ("usage", "nano_dollars"),
    [
        (Usage(1000, 0), 1_500_000),
        (Usage(0, 1000), 10_000_000),
        (Usage(1000, 100, cached_tokens=600), 1_690_000),
        (Usage(10, 0, cached_tokens=600), 1500),
        (Usage(0, 0), 0),
    ],
)
def test_what_the_operator_says_is_counted(usage: Usage, nano_dollars: int) -> None:
    assert AT_OPENAI.cost("gpt-9", usage) == nano_dollars


def test_what_the_operator_says_wins() -> None:
    prices = PriceList({"gpt-6-sol": OWN}, None)

    assert prices.cost("gpt-6-sol", Usage(1000, 0)) == 1_500_000


def test_what_the_list_names_without_a_price_is_not_free() -> None:
    google = PriceList({}, "https://generativelanguage.googleapis.com/v1beta/openai/")

    assert google.cost("gemma-3", Usage(1000, 1000)) is None
    assert google.offer("gemma-3").has_price is False


@pytest.mark.parametrize(
    ("prices", "offer"),
    [
        (AT_OPENAI, Offer("gpt-6-luna", Decimal("0.1"), Decimal("0.5"), 1_050_000)),
        (AT_OPENAI, Offer("gpt-99-nova")),
        (PriceList({}, "http://127.0.0.1:8080/v1"), Offer("gpt-4o")),
    ],
)
def test_a_model_is_offered_with_what_the_list_knows(prices: PriceList, offer: Offer) -> None:
    assert prices.offer(offer.model) == offer


@pytest.mark.parametrize(
    ("own", "offer"),
    [
        (OWN, Offer("gpt-6-luna", Decimal("1.5"), Decimal(10), 1_050_000)),
        (OWN, Offer("gpt-99-nova", Decimal("1.5"), Decimal(10))),
        (FREE, Offer("my-own", Decimal(0), Decimal(0))),
    ],
)
def test_a_model_is_offered_at_the_price_that_the_operator_says(
    own: ModelPrice, offer: Offer
) -> None:
    assert PriceList({offer.model: own}, None).offer(offer.model) == offer
