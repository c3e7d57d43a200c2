"""Models: who answers. The only room that speaks to OpenAI."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.model.catalogue import RemoteCatalogue
from bot.model.checking import Checkup, check_model
from bot.model.connecting import Endpoint, open_client
from bot.model.remote import RemoteModel
from bot.model.warming import warm_up
from bot.ports import Model

__all__ = ["Checkup", "Endpoint", "RemoteCatalogue", "check_model", "open_model", "warm_up"]


@asynccontextmanager
async def open_model(
    endpoint: Endpoint, *, max_output_tokens: int, stall_seconds: float, salt: str
) -> AsyncIterator[Model]:
    """Open the connection to the model, one for the whole bot, and close it at the end.

    Args:
        endpoint: where and how.
        max_output_tokens: the cap on every answer, reasoning included.
        stall_seconds: a model that is silent for so long is given up.
        salt: any words of this installation's own, the same after every restart; they
            hide who speaks from everybody but us (`bot.model.extras`).
    """
    async with open_client(endpoint, stall_seconds=stall_seconds) as client:
        dialect = endpoint.dialect(max_output_tokens=max_output_tokens, salt=salt)
        yield RemoteModel(client, dialect)
