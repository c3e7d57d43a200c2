"""What the gateway's tests begin with."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.playground import LocalDiscord, Rules
from tests.gateway.commands_house import House, opened, pointed_at


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    """Return a local Discord; afterwards discord.py points where it did before."""
    async with LocalDiscord(rules=Rules(identify_every=0.0)) as local:
        with pointed_at(local):
            yield local


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """Return a house as most stories need it; some files furnish it further."""
    async with opened() as house:
        yield house
