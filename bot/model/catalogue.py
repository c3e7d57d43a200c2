"""Catalogue: the models of an endpoint that answer in words, with prices where these are known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import httpx2
from genai_prices.data_snapshot import get_snapshot

from bot.domain.abilities import is_chat_model
from bot.domain.offer import Offer
from bot.model.connecting import Endpoint, open_client
from bot.model.listing import listed_models

LIST_SECONDS = 20.0  # nobody waits for it
LONGEST_NAME = 100  # what can be picked; whoever has a longer name cannot be chosen


class RemoteCatalogue:
    """The Catalogue port over an endpoint, asked anew each time."""

    def __init__(
        self, endpoint: Endpoint, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self._endpoint = endpoint
        self._transport = transport

    async def models(self) -> Sequence[Offer]:
        client = open_client(self._endpoint, stall_seconds=LIST_SECONDS, transport=self._transport)
        async with client as asked:
            names = sorted(set(await listed_models(asked)))
        fit = [n for n in names if is_chat_model(n) and len(n) <= LONGEST_NAME and " " not in n]
        return [self.offer(name) for name in fit]

    def offer(self, model: str) -> Offer:
        # A server at home may call anything gpt-4o: prices are those of who is asked.
        provider = "openai" if self._endpoint.is_openai else None
        url = None if provider else self._endpoint.target
        try:
            _, info = get_snapshot().find_provider_model(model, None, provider, url)
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
