from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.domain.errors import StoreUnusable
from bot.store import open_store
from tests.store.scribe import killed, started

KILLS = 5


async def test_no_acknowledged_turn_is_lost_when_the_process_is_killed(
    url: str, path: Path
) -> None:
    acknowledged: list[int] = []

    for kill in range(KILLS):
        scribe = await started(url, first=1_000_000 * (kill + 1))
        acknowledged += await killed(scribe, after=20 + 50 * kill)

    async with open_store(url) as store:
        for message in acknowledged:
            assert await store.version_shown(message) is not None
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert db.execute("pragma foreign_key_check").fetchall() == []


async def test_another_process_is_told_who_owns_the_database(url: str, path: Path) -> None:
    scribe = await started(url, first=1000)

    with pytest.raises(StoreUnusable) as refusal:
        async with open_store(url):
            pass

    await killed(scribe)
    assert str(refusal.value) == (
        f"{path} is in use by another bot, process {scribe.pid}: stop that one first, "
        "or give this one a DATABASE_URL of its own"
    )


async def test_a_killed_owner_holds_the_database_no_longer(url: str) -> None:
    scribe = await started(url, first=1000)
    await killed(scribe)

    async with open_store(url) as store:
        assert await store.recall("anything") is None
