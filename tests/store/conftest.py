from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store import SqliteStore, open_store
from tests.migrated import database_at


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the database of the test is."""
    return tmp_path / "parley.db"


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite:///{path}"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    async with open_store(database_at(path)) as opened:
        yield opened


@pytest.fixture
async def other_store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with open_store(database_at(tmp_path / "other.db")) as opened:
        yield opened
