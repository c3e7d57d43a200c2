"""Every implementation of the store; each test of this folder runs over each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

import pytest

from bot.ports import Store
from bot.store import SqliteStore, open_store
from tests.fakes.memory_store import MemoryStore
from tests.migrated import database_at


class Disk(Protocol):
    """What a store writes to."""

    async def fill(self) -> None: ...
    async def free(self) -> None: ...


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    async with open_store(database_at(tmp_path / "parley.db")) as sqlite_store:
        yield sqlite_store


@pytest.fixture
def disk(store: Store) -> Disk:
    """Return the disk beneath the store; when it is full no large text can be written."""
    if isinstance(store, MemoryStore):
        return _MemoryDisk(store)
    assert isinstance(store, SqliteStore)
    return _SqliteDisk(store)


class _MemoryDisk:
    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def fill(self) -> None:
        self._store.full = True

    async def free(self) -> None:
        self._store.full = False


class _SqliteDisk:
    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    async def fill(self) -> None:
        await self._limit(1)  # SQLite takes it for: no more pages than there are

    async def free(self) -> None:
        await self._limit(1_000_000)

    async def _limit(self, pages: int) -> None:
        await self._store.writer.write(
            lambda db: db.execute(f"pragma max_page_count = {pages}").fetchall()
        )
