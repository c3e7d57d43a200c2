from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from bot.domain.errors import StoreBusy, TurnSettled
from bot.domain.reply import Reply
from bot.domain.session import TurnId
from bot.domain.turn import Turn, TurnState
from bot.store import SqliteStore, open_store
from tests.samples import MORNING, prompt, session

LONG = "a long story " * 10_000


class Gate:
    """Keeps the writer's thread busy, so that what is written meanwhile has to wait."""

    def __init__(self, store: SqliteStore) -> None:
        self._open = Event()
        self._store = store

    async def __aenter__(self) -> None:
        entered = asyncio.Event()
        loop = asyncio.get_running_loop()

        def wait(_: sqlite3.Connection) -> bool:
            loop.call_soon_threadsafe(entered.set)
            return self._open.wait(timeout=10)

        self._write = asyncio.create_task(self._store.writer.write(wait))
        await entered.wait()

    async def __aexit__(self, *_: object) -> None:
        self._open.set()
        assert await self._write


async def _heard(store: SqliteStore, number: int, text: str = "hello") -> list[Turn | None]:
    return await store.hear([(session(), prompt(number, text))])


async def _limit_pages(store: SqliteStore, pages: int) -> None:
    await store.writer.write(lambda db: db.execute(f"pragma max_page_count = {pages}").fetchall())


async def test_a_hundred_writes_that_wait_are_one_commit(store: SqliteStore) -> None:
    async with Gate(store):
        writes = [asyncio.create_task(_heard(store, number)) for number in range(1, 101)]
        await asyncio.sleep(0)
        before = store.writer.commits

    await asyncio.gather(*writes)

    assert store.writer.commits - before == 2  # what the gate held up, and the hundred


def _flushing(db: sqlite3.Connection) -> bool:
    (synchronous,) = db.execute("pragma synchronous").fetchone()
    return bool(synchronous == 2)  # https://sqlite.org/pragma.html#pragma_synchronous: FULL


async def test_a_commit_is_flushed_to_the_disk_unless_its_writer_can_do_without(
    store: SqliteStore,
) -> None:
    write = store.writer.write

    flushed = [
        await write(_flushing),
        await write(_flushing, flushes=False),
        await write(_flushing),
    ]

    assert flushed == [True, False, True]


async def test_a_group_is_flushed_if_one_of_its_writers_cannot_do_without(
    store: SqliteStore,
) -> None:
    async with Gate(store):
        writes = [
            asyncio.create_task(store.writer.write(_flushing, flushes=flushes))
            for flushes in (False, True, False)
        ]
        await asyncio.sleep(0)

    assert await asyncio.gather(*writes) == [True, True, True]


async def test_only_what_can_be_found_out_again_is_left_to_a_power_cut(
    store: SqliteStore,
) -> None:
    flushed = []

    async def watch(work: Callable[[], Awaitable[object]]) -> None:
        await work()
        flushed.append(store.writer.is_flushing)

    turn = (await _heard(store, 1))[0]
    assert turn is not None
    await watch(lambda: _heard(store, 2))
    await watch(lambda: store.take_up(turn.session_id))
    await watch(lambda: store.move_floor(turn.session_id, 0))
    await watch(lambda: store.record_post(turn.id, 0, 55))
    await watch(lambda: store.record_reply(turn.id, Reply("hi"), usage=None, floor=None))
    await watch(lambda: store.settle_turn(turn.id, TurnState.DELIVERED))

    assert flushed == [True, False, True, False, True, False]


async def test_a_version_that_is_owed_by_an_edit_is_left_to_no_power_cut(
    store: SqliteStore,
) -> None:
    turn = (await _heard(store, 1))[0]
    assert turn is not None
    await store.take_up(turn.session_id)
    await store.record_reply(turn.id, Reply("hi"), usage=None, floor=None)
    await store.revise([replace(prompt(1, "hello?"), edited_at=MORNING)])

    await store.settle_turn(turn.id, TurnState.DELIVERED)

    assert store.writer.is_flushing
    owed = await store.take_up(turn.session_id)
    assert owed is not None
    assert (owed.turn.version, owed.turn.prompts[0].text) == (1, "hello?")


async def test_a_group_is_limited(store: SqliteStore) -> None:
    async with Gate(store):
        writes = [asyncio.create_task(_heard(store, number)) for number in range(1, 601)]
        await asyncio.sleep(0)
        before = store.writer.commits

    turns = await asyncio.gather(*writes)

    assert store.writer.commits - before == 4  # the gate's, 256, 256 and 88
    assert [turn and turn.depth for (turn,) in turns] == list(range(600))


async def test_a_hundred_people_at_once_are_far_fewer_commits(store: SqliteStore) -> None:
    before = store.writer.commits

    await asyncio.gather(*(_heard(store, number) for number in range(1, 101)))

    assert store.writer.commits - before < 50


async def test_a_write_that_fails_is_undone_alone(store: SqliteStore) -> None:
    def fail(db: sqlite3.Connection) -> None:
        db.execute("insert into notebook values ('half', 'done')")
        raise TurnSettled("somebody was faster")

    async with Gate(store):
        before = asyncio.create_task(store.remember("before", "kept"))
        failing = asyncio.create_task(store.writer.write(fail))
        missing = asyncio.create_task(store.forget_posts(TurnId(77), since=0))
        after = asyncio.create_task(store.remember("after", "kept"))
        await asyncio.sleep(0)

    await asyncio.gather(before, after)
    with pytest.raises(TurnSettled, match="somebody was faster"):
        await failing
    with pytest.raises(TurnSettled, match="turn 77 was deleted"):
        await missing
    assert await store.recall("half") is None
    assert await store.recall("before") == "kept"
    assert await store.recall("after") == "kept"


async def test_a_bug_is_told_to_its_caller_and_to_nobody_else(store: SqliteStore) -> None:
    async with Gate(store):
        wrong = asyncio.create_task(store.writer.write(lambda db: db.execute("selekt 1")))
        broken = asyncio.create_task(
            store.writer.write(
                lambda db: db.execute("insert into posts values (77, 0, 9000)"),
            )
        )
        right = asyncio.create_task(store.remember("right", "kept"))
        await asyncio.sleep(0)

    with pytest.raises(sqlite3.OperationalError, match="selekt"):
        await wrong
    with pytest.raises(sqlite3.IntegrityError):
        await broken
    await right
    assert await store.recall("right") == "kept"


async def test_a_group_that_finds_no_room_changes_nothing_for_anybody(
    store: SqliteStore,
) -> None:
    await _limit_pages(store, 1)
    async with Gate(store):
        writes = [
            asyncio.create_task(store.remember("small", "kept")),
            asyncio.create_task(store.remember("large", LONG)),
            asyncio.create_task(store.remember("other", "kept")),
        ]
        await asyncio.sleep(0)

    outcomes = await asyncio.gather(*writes, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [StoreBusy, StoreBusy, StoreBusy]
    assert "SQLITE_FULL" in str(outcomes[0])
    assert await store.recall("small") is None
    assert await store.recall("large") is None


async def test_the_writer_goes_on_as_soon_as_there_is_room(store: SqliteStore) -> None:
    await _limit_pages(store, 1)
    for _ in range(3):
        with pytest.raises(StoreBusy):
            await _heard(store, 1000, LONG)

    await _limit_pages(store, 100_000)

    (turn,) = await _heard(store, 1000, LONG)
    assert turn is not None
    assert turn.prompts[0].text == LONG


async def test_a_group_that_is_broken_off_leaves_nothing_behind(store: SqliteStore) -> None:
    def broken_off(db: sqlite3.Connection) -> None:
        db.execute("insert into notebook values ('half', 'done')")
        db.set_progress_handler(lambda: 1, 1)
        try:
            db.execute("select * from notebook").fetchall()
        finally:
            db.set_progress_handler(None, 1)

    with pytest.raises(StoreBusy, match="SQLITE_INTERRUPT"):
        await store.writer.write(broken_off)

    await store.remember("next", "kept")
    assert await store.recall("half") is None
    assert await store.recall("next") == "kept"


async def test_a_database_held_by_another_program_is_busy_until_it_lets_go(
    store: SqliteStore, path: Path
) -> None:
    await store.writer.write(lambda db: db.execute("pragma busy_timeout = 1").fetchall())

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin immediate")
        with pytest.raises(StoreBusy, match="SQLITE_BUSY"):
            await store.remember("key", "value")
        assert await store.recall("key") is None
        other.execute("rollback")

    await store.remember("key", "value")
    assert await store.recall("key") == "value"


async def test_a_cancelled_caller_takes_nobody_with_it(store: SqliteStore) -> None:
    async with Gate(store):
        writes = [asyncio.create_task(_heard(store, number)) for number in range(1, 11)]
        await asyncio.sleep(0)
        for write in writes[::2]:
            write.cancel()

    outcomes = await asyncio.gather(*writes, return_exceptions=True)

    kinds = [type(outcome) for outcome in outcomes]
    assert kinds == [asyncio.CancelledError, list] * 5
    for number in range(1, 11):
        assert await store.version_shown(number) is not None


async def test_closing_waits_for_what_is_being_written(url: str) -> None:
    async with open_store(url) as store:
        writes = [asyncio.create_task(_heard(store, number)) for number in range(1, 51)]
        await asyncio.sleep(0)

    assert all(write.done() for write in writes)
    async with open_store(url) as store:
        assert await store.version_shown(50) is not None


async def test_a_read_sees_every_write_that_was_completed(store: SqliteStore) -> None:
    for number in range(50):
        await store.remember("number", str(number))
        assert await store.recall("number") == str(number)


async def test_a_read_sees_one_moment_whatever_is_written_meanwhile(store: SqliteStore) -> None:
    await store.remember("key", "before")
    looked, written = asyncio.Event(), Event()
    loop = asyncio.get_running_loop()

    def look_twice(db: sqlite3.Connection) -> list[str]:
        first = db.execute("select value from notebook").fetchone()[0]
        loop.call_soon_threadsafe(looked.set)
        assert written.wait(timeout=10)
        return [first, db.execute("select value from notebook").fetchone()[0]]

    reading = asyncio.create_task(store.readers.read(look_twice))
    await looked.wait()
    await store.remember("key", "after")
    written.set()

    assert await reading == ["before", "before"]
    assert await store.recall("key") == "after"
