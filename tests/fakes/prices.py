"""Prices that a test can work out by heart."""

from __future__ import annotations

from decimal import Decimal

from bot.domain.completion import Usage
from bot.domain.offer import Offer


class FixedPrices:
    """The `Prices` port: a dime for a million tokens read, half a dollar for as many written.

    A model with `unpriced` in its name has no price, one with `dear` costs a hundred times, and
    one with `narrow` reads no more than 6000 tokens at once.
    """

    def cost(self, model: str, usage: Usage) -> int | None:
        if "unpriced" in model:
            return None
        cost = 100 * usage.input_tokens + 500 * usage.output_tokens
        return 100 * cost if "dear" in model else cost

    def offer(self, model: str) -> Offer:
        if "unpriced" in model:
            return Offer(model)
        if "narrow" in model:
            return Offer(model, Decimal("0.10"), Decimal("0.50"), 6000)
        if "dear" in model:
            return Offer(model, Decimal(10), Decimal(50), 100_000)
        return Offer(model, Decimal("0.10"), Decimal("0.50"), 100_000)
