"""Prices: what a call of a model costs, from a list that comes with the installation.

Nothing is fetched: the list is as new as the installed `genai-prices`. What the operator says
wins over it, and a model that neither knows has no price, which is not a price of nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import genai_prices

from bot.domain.billing import ModelPrice, nano
from bot.domain.completion import Usage

_OPENAI = "openai"


@dataclass(frozen=True, slots=True)
class PriceList:
    """The `Prices` port for the models of one provider: OpenAI, or whoever has `base_url`."""

    own: Mapping[str, ModelPrice]
    base_url: str | None

    def cost(self, model: str, usage: Usage) -> int | None:
        if price := self.own.get(model):
            return price.cost(usage)
        try:
            return nano(self._listed(model, _counted(usage)))
        except LookupError:
            return None

    def _listed(self, model: str, usage: genai_prices.Usage) -> Decimal:
        """Return dollars.

        Raises:
            LookupError: neither the model nor, perhaps, who serves it is in the list.
        """
        if self.base_url is None:
            return genai_prices.calc_price(usage, model, provider_id=_OPENAI).total_price
        return genai_prices.calc_price(usage, model, provider_api_url=self.base_url).total_price


def _counted(usage: Usage) -> genai_prices.Usage:
    """Return a usage as the list takes it: no part is larger than the whole."""
    cached = min(usage.cached_tokens, usage.input_tokens)
    return genai_prices.Usage(
        input_tokens=usage.input_tokens,
        cache_read_tokens=cached,
        cache_write_tokens=min(usage.cache_write_tokens, usage.input_tokens - cached),
        output_tokens=usage.output_tokens,
    )
