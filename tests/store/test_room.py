from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.errors import StoreBusy
from bot.store import SqliteStore, open_store
from bot.store.room import Room
from tests.samples import DIGEST, IMAGE, PNG, SESSION_ID, attachment, prompt, session

LONG = "a long story " * 10_000


def _ballast(path: Path) -> Path:
    return path.with_name("parley.db.ballast")


def _blocks(file: Path) -> int:
    return file.stat().st_blocks * 512


async def _fill(store: SqliteStore, *, spare: int) -> None:
    """Leave the file so many pages to grow by, as SQLite itself counts them."""

    def fill(db: sqlite3.Connection) -> None:
        (pages,) = db.execute("pragma page_count").fetchone()
        db.execute(f"pragma max_page_count = {pages + spare}").fetchall()

    await store.writer.write(fill)


async def test_the_ballast_takes_up_what_it_says(store: SqliteStore, path: Path) -> None:
    assert await store.owing() == []

    assert _ballast(path).stat().st_size == 32 * 2**20
    assert _blocks(_ballast(path)) >= 32 * 2**20


async def test_a_full_disk_has_the_ballast_thrown_off_and_takes_nothing_new(
    store: SqliteStore, path: Path
) -> None:
    (turn,) = await store.hear([(session(), prompt(1000))])
    assert turn is not None
    await _fill(store, spare=0)

    with pytest.raises(StoreBusy, match="make room, 64 MiB at least"):
        await store.hear([(session(), prompt(1001, LONG))])

    assert not _ballast(path).exists()
    assert await store.version_shown(1001) is None
    owed = await store.take_up(SESSION_ID)
    assert owed is not None
    assert owed.turn.id == turn.id


async def test_on_a_full_disk_no_file_takes_the_room_that_answers_are_finished_with(
    store: SqliteStore, path: Path
) -> None:
    said = replace(prompt(1000), attachments=(attachment(1, "cat.png"),))
    await store.hear([(session(), said)])
    await _fill(store, spare=0)

    with pytest.raises(StoreBusy, match="make room, 64 MiB at least"):
        await store.keep_attachment(1000, 1, IMAGE, PNG * 10_000)

    assert not _ballast(path).exists()
    assert await store.images([DIGEST]) == {}


async def test_with_room_again_there_is_a_ballast_again_and_what_is_new_is_taken_in(
    store: SqliteStore, path: Path
) -> None:
    await _fill(store, spare=0)
    with pytest.raises(StoreBusy):
        await store.hear([(session(), prompt(1001, LONG))])

    await _fill(store, spare=1000)

    (turn,) = await store.hear([(session(), prompt(1001, LONG))])
    assert turn is not None
    assert turn.prompts[0].text == LONG
    assert _ballast(path).exists()


async def test_a_store_that_lost_its_ballast_takes_nothing_new_until_it_has_another(
    url: str, path: Path
) -> None:
    async with open_store(url) as store:
        await store.hear([(session(), prompt(1000))])
    _ballast(path).unlink()
    room = Room(path, ballast=2**60)  # more than any disk has free

    room.begin()
    room.look()

    assert room.is_short
    assert not _ballast(path).exists()


async def test_the_operator_is_told_of_a_full_disk_once_and_of_its_end_once(
    store: SqliteStore, caplog: pytest.LogCaptureFixture
) -> None:
    await _fill(store, spare=0)
    for number in range(1000, 1020):
        with pytest.raises(StoreBusy):
            await store.hear([(session(), prompt(number, LONG))])
    await _fill(store, spare=1000)
    await store.hear([(session(), prompt(1001, LONG))])
    await store.hear([(session(), prompt(1002, LONG))])

    events = [record.getMessage().split()[0] for record in caplog.records]
    assert events == ["event=store_refuses", "event=store_works_again"]
    assert "the disk is full: make room" in caplog.text
