"""The fixtures that simcord's plugin asks for, and the house in which the stories are told."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from simcord import Env

from bot.gateway.client import Client
from tests.fakes.scripted_model import ScriptedModel
from tests.simcord.house import House, Works, move_in, works


@pytest.fixture
async def parts() -> AsyncIterator[Works]:
    """Return the bot at work."""
    async with works(ScriptedModel()) as parts:
        yield parts


@pytest.fixture
def simcord_bot(parts: Works) -> Client:
    """Return what simcord is to connect."""
    return parts.client


@pytest.fixture
async def house(simcord_env: Env, parts: Works) -> House:
    """Return the house; its model says hello until the story tells it otherwise."""
    return await move_in(simcord_env, parts)
