"""Listing: which models a server has, as far as it says so."""

from __future__ import annotations

from openai import AsyncOpenAI

from bot.domain.errors import Fault, ModelRefused
from bot.model.faults import translated
from bot.model.fields import fields, text


async def listed_models(client: AsyncOpenAI) -> list[str]:
    """Return the models that the server lists; none when it has no such list.

    Raises:
        ModelError: it did not say.
    """
    try:
        with translated():
            answer = fields(await client.get("/models", cast_to=object))
    except ModelRefused as error:
        if error.fault is not Fault.MODEL:
            raise
        return []
    data = answer.get("data")
    models = [text(fields(item).get("id")) for item in data] if isinstance(data, list) else []
    return [model for model in models if model]
