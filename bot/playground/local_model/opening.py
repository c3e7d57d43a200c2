"""Opening: a model on this machine, from nothing to the address at which it answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec

from bot.playground.local_model.errors import NoLocalModel
from bot.playground.local_model.fetching import model_file
from bot.playground.local_model.serving import Served, serve


@asynccontextmanager
async def open_local_model() -> AsyncIterator[Served]:
    """Have the local model answer for the length of the block.

    Raises:
        NoLocalModel: it cannot be had.
    """
    if find_spec("xllamacpp") is None:
        raise NoLocalModel("xllamacpp is not installed; pip install '.[playground]' brings it")
    async with serve(await model_file()) as served:
        yield served
