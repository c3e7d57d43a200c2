"""Prices: what a model costs, from a list that comes with the installation.

Nothing is fetched: the list is as new as the installed `genai-prices`. What the operator says
wins over it, and a model that neither knows has no price, which is not a price of nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

import genai_prices
from genai_prices.data_snapshot import get_snapshot

from bot.domain.billing import ModelPrice, nano
from bot.domain.completion import Usage
from bot.domain.offer import Offer

_OPENAI = "openai"


@dataclass(frozen=True, slots=True)
class PriceList:
    """The `Prices` port for the models of one provider: OpenAI, or whoever has `base_url`.

    A server at home may call anything gpt-4o: prices are those of who is asked.
    """

    own: Mapping[str, ModelPrice]
    base_url: str | None

    def cost(self, model: str, usage: Usage) -> int | None:
        if price := self.own.get(model):
            return price.cost(usage)
        if not self._listed(model).has_price:
            return None
        counted = get_snapshot().calc(_counted(usage), model, self._provider, self.base_url, None)
        return nano(counted.total_price)

    def offer(self, model: str) -> Offer:
        listed = self._listed(model)
        if price := self.own.get(model):
            return replace(listed, input_price=price.input, output_price=price.output)
        return listed

    @property
    def _provider(self) -> str | None:
        return _OPENAI if self.base_url is None else None

    def _listed(self, model: str) -> Offer:
        """Return what the list knows: perhaps not the model, nor who serves it."""
        try:
            _, info = get_snapshot().find_provider_model(model, None, self._provider, self.base_url)
        except LookupError:
            return Offer(model)
        price = info.get_prices(datetime.now(UTC))
        return Offer(
            model, _first(price.input_mtok), _first(price.output_mtok), info.context_window
        )


def _first(price: object) -> Decimal | None:
    """Return a price, of tiers that of the shortest contexts; what costs nothing is not known."""
    base = getattr(price, "base", price)
    return base if isinstance(base, Decimal) and base > 0 else None


def _counted(usage: Usage) -> genai_prices.Usage:
    """Return a usage as the list takes it: no part is larger than the whole."""
    cached = min(usage.cached_tokens, usage.input_tokens)
    return genai_prices.Usage(
        input_tokens=usage.input_tokens,
        cache_read_tokens=cached,
        cache_write_tokens=min(usage.cache_write_tokens, usage.input_tokens - cached),
        output_tokens=usage.output_tokens,
    )
