"""Prices that a test can work out by heart."""

from __future__ import annotations

from bot.domain.completion import Usage


class FixedPrices:
    """The `Prices` port: a dime for a million tokens read, half a dollar for as many written.

    A model with `unpriced` in its name has no price, one with `dear` costs a hundred times.
    """

    def cost(self, model: str, usage: Usage) -> int | None:
        if "unpriced" in model:
            return None
        cost = 100 * usage.input_tokens + 500 * usage.output_tokens
        return 100 * cost if "dear" in model else cost
