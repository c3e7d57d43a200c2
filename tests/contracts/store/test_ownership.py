from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing

import pytest

from bot.domain.errors import StoreTaken
from bot.ports import Store
from bot.store import SqliteStore
from bot.store.claim import claim
from tests.contracts.store.steps import received
from tests.fakes.memory_store import MemoryStore

Take = Callable[[], Awaitable[None]]


@pytest.fixture
def take(store: Store) -> Take:
    """Return what has another process own the store from then on."""

    async def take() -> None:
        if isinstance(store, MemoryStore):
            store.is_taken = True
            return
        assert isinstance(store, SqliteStore)
        path = store.writer.claim.path
        with closing(sqlite3.connect(path, isolation_level=None)) as another:
            claim(another, path)

    return take


async def test_a_store_that_was_not_taken_is_ours(store: Store) -> None:
    await received(store, 1000)

    await store.confirm()


async def test_once_it_was_taken_every_change_is_refused(store: Store, take: Take) -> None:
    turn = await received(store, 1000)
    await take()

    with pytest.raises(StoreTaken):
        await store.confirm()
    with pytest.raises(StoreTaken):
        await received(store, 1001)
    with pytest.raises(StoreTaken):
        await store.take_up(turn.session_id)

    assert await store.version_shown(1001) is None
    assert await store.turn(turn.id) == turn
