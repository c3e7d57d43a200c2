"""Catalogue: the models of an endpoint that answer in words."""

from __future__ import annotations

from collections.abc import Sequence

import httpx2

from bot.domain.abilities import is_chat_model
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

    async def models(self) -> Sequence[str]:
        client = open_client(self._endpoint, stall_seconds=LIST_SECONDS, transport=self._transport)
        async with client as asked:
            names = sorted(set(await listed_models(asked)))
        return [n for n in names if is_chat_model(n) and len(n) <= LONGEST_NAME and " " not in n]
