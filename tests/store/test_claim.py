from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from bot.domain.errors import StoreBusy, StoreTaken
from bot.store import SqliteStore, open_store
from tests.contracts.store.steps import received


class _Unchecked:
    """A claim that nobody asks about: what the store was without one."""

    def check(self, db: sqlite3.Connection) -> None:
        """Let everybody write."""


@asynccontextmanager
async def _lost_lock(path: Path) -> AsyncIterator[None]:
    """Have the lock lost within the block, as file systems and people lose it."""
    path.with_name("parley.db.lock").unlink()
    yield


def _move(path: Path, to: Path) -> None:
    path.rename(to)


def _put_copy_in_place(path: Path) -> None:
    copy = path.with_name("copy.db")
    with closing(sqlite3.connect(path)) as db, closing(sqlite3.connect(copy)) as target:
        db.backup(target)
    copy.replace(path)


async def test_who_opened_it_first_writes_no_more_once_another_has(url: str, path: Path) -> None:
    async with open_store(url) as older:
        turn = await received(older, 1000)
        async with _lost_lock(path), open_store(url) as newer:
            with pytest.raises(StoreTaken) as refusal:
                await older.take_up(turn.session_id)
            owed = await newer.take_up(turn.session_id)

    assert str(refusal.value) == (
        f"{path} was opened by another process (opening 2, this is opening 1): only the newest "
        "may go on, so this one stops"
    )
    assert owed is not None
    assert owed.turn.attempt == 1


async def test_without_a_claim_both_would_answer(url: str, path: Path) -> None:
    async with open_store(url) as older:
        turn = await received(older, 1000)
        async with _lost_lock(path), open_store(url) as newer:
            older.writer.claim = _Unchecked()  # type: ignore[assignment]  # what is shown here
            first, second = [await s.take_up(turn.session_id) for s in (older, newer)]

    assert first is not None
    assert second is not None
    assert first.turn.id == second.turn.id


async def test_who_is_overtaken_in_a_queue_of_writes_loses_them_all(url: str, path: Path) -> None:
    async with open_store(url) as older:
        async with _lost_lock(path), open_store(url) as newer:
            for _ in range(3):
                with pytest.raises(StoreTaken):
                    await older.remember("key", "older")
            await newer.remember("key", "newer")

        with pytest.raises(StoreTaken):
            await older.remember("key", "older still")

        assert await older.recall("key") == "newer"


async def test_a_file_that_was_taken_away_is_not_written_to_until_it_is_back(
    store: SqliteStore, path: Path
) -> None:
    elsewhere = path.with_name("elsewhere.db")
    _move(path, elsewhere)

    with pytest.raises(StoreBusy, match="is not there any more"):
        await store.remember("key", "value")

    _move(elsewhere, path)
    await store.remember("key", "value")
    assert await store.recall("key") == "value"


async def test_a_file_that_was_replaced_is_not_written_to(store: SqliteStore, path: Path) -> None:
    await store.remember("key", "value")
    _put_copy_in_place(path)

    with pytest.raises(StoreTaken, match="was replaced by another file"):
        await store.remember("key", "lost with the old file")
