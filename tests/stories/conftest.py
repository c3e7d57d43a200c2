"""A fresh home for every story."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.playground.local_openai import LocalOpenAI
from tests.logged import Log, open_log
from tests.stories.home import Home, open_home


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    """Return a home whose model answers as the story tells it to."""
    async with open_home(tmp_path, LocalOpenAI()) as home:
        yield home
        assert not home.discord.unknown_routes


@pytest.fixture
def logged() -> Iterator[Log]:
    """Return what the bot logs."""
    with open_log() as log:
        yield log
