from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.domain.billing import Scope, ScopeKind
from bot.domain.budget import Alert, Balance, Period
from bot.domain.errors import StoreBusy, StoreUnusable
from bot.domain.reply import Reply
from bot.store import SqliteStore, open_store
from bot.store.schema import prepare
from tests.contracts.store.steps import answering, received
from tests.samples import MORNING, call, prompt, session


async def _opened(url: str) -> None:
    async with open_store(url):
        pass


def _modes(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mode & 0o777 for file in sorted(folder.iterdir())}


def _make(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _content(path: Path) -> bytes:
    return path.read_bytes()


def _let_others_read(path: Path) -> None:
    path.chmod(0o644)


def _scratch(path: Path) -> None:
    """Overwrite a page in the middle."""
    page = 4096
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // page // 2 * page)
        file.write(b"\xff" * page)


def _scratch_all_but_the_first(path: Path) -> None:
    page = 4096
    with path.open("r+b") as file:
        file.seek(page)
        file.write(b"\xff" * (path.stat().st_size - page))


def _cut_in_half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


@pytest.fixture
def generous_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


async def test_what_was_written_is_there_after_a_restart(url: str) -> None:
    async with open_store(url) as store:
        turn = await received(store, 1000)

    async with open_store(url) as store:
        assert await store.turn(turn.id) == turn


async def test_a_closed_store_leaves_one_file_and_the_lock(url: str, path: Path) -> None:
    async with open_store(url) as store:
        await received(store, 1000)

    assert list(_modes(path.parent)) == ["parley.db", "parley.db.ballast", "parley.db.lock"]


async def test_a_store_that_was_left_by_an_error_can_be_opened_again(url: str) -> None:
    with pytest.raises(ZeroDivisionError):
        async with open_store(url):
            raise ZeroDivisionError

    await _opened(url)


async def test_a_second_opening_in_the_same_process_is_refused(
    store: SqliteStore, url: str
) -> None:
    with pytest.raises(StoreUnusable, match=f"in use by another bot, process {os.getpid()}"):
        await _opened(url)

    assert await store.recall("anything") is None


async def test_two_names_of_a_file_are_one_database(store: SqliteStore, path: Path) -> None:
    link = path.with_name("link.db")
    link.symlink_to(path)

    with pytest.raises(StoreUnusable, match="in use"):
        await _opened(f"sqlite:///{link}")

    assert await store.recall("anything") is None


@pytest.mark.usefixtures("generous_umask")
async def test_nobody_else_can_read_what_is_kept(url: str, path: Path) -> None:
    async with open_store(url) as store:
        await received(store, 1000)
        modes = _modes(path.parent)

    assert modes == {
        "parley.db": 0o600,
        "parley.db-shm": 0o600,
        "parley.db-wal": 0o600,
        "parley.db.ballast": 0o600,
        "parley.db.lock": 0o600,
    }


async def test_a_file_that_others_could_read_is_closed_to_them(url: str, path: Path) -> None:
    await _opened(url)
    _let_others_read(path)

    await _opened(url)

    assert _modes(path.parent)["parley.db"] == 0o600


async def test_a_folder_that_takes_no_lock_is_named(url: str, path: Path) -> None:
    path.with_name("parley.db.lock").mkdir()

    with pytest.raises(StoreUnusable, match="let the bot's user write in the folder"):
        await _opened(url)


async def test_an_empty_file_is_a_fresh_database(url: str, path: Path) -> None:
    _make(path, b"")

    async with open_store(url) as store:
        assert await store.owing() == []


async def test_a_file_that_is_no_database_is_left_as_it_was(url: str, path: Path) -> None:
    _make(path, b"dear diary " * 1000)

    with pytest.raises(StoreUnusable, match="no SQLite database"):
        await _opened(url)

    assert _content(path) == b"dear diary " * 1000


async def test_a_database_of_another_program_is_left_as_it_was(url: str, path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("create table diary (entry text)")
    _let_others_read(path)
    before = _content(path)

    with pytest.raises(StoreUnusable, match="belongs to another program"):
        await _opened(url)

    assert _content(path) == before
    assert _modes(path.parent)["parley.db"] == 0o644


async def test_a_database_of_a_newer_bot_is_refused_and_left_as_it_was(
    url: str, path: Path
) -> None:
    await _opened(url)
    with closing(sqlite3.connect(path)) as db:
        db.execute("pragma user_version = 99")
    before = _content(path)

    with pytest.raises(StoreUnusable, match=r"newer version of the bot \(schema 99"):
        await _opened(url)

    assert _content(path) == before


async def test_a_database_with_bills_and_warnings_is_not_damaged(url: str) -> None:
    scope = Scope(ScopeKind.SERVER, 70, 70)
    async with open_store(url) as store:
        turn = await answering(store, 1000)
        alert = Alert(scope, Period.DAY, MORNING.date())
        await store.record_reply(
            turn.id, Reply("hi"), usage=None, floor=None, calls=[call(5)], warning=alert
        )

    async with open_store(url) as store:
        (balance,) = await store.balances([scope], today=MORNING.date())

    assert balance == Balance(scope, 5, 5, frozenset({Period.DAY}))


async def test_a_damaged_database_is_recognised(url: str, path: Path) -> None:
    async with open_store(url) as store:
        await store.hear([(session(), prompt(number, "word " * 500)) for number in range(50)])
    _scratch(path)

    with pytest.raises(StoreUnusable, match="damaged"):
        await _opened(url)


async def test_for_a_damaged_database_the_newest_backup_is_named(url: str, path: Path) -> None:
    async with open_store(url) as store:
        await store.hear([(session(), prompt(number, "word " * 500)) for number in range(50)])
    for number in (3, 4):
        _make(path.with_name(f"parley.db.before-{number}.backup"), b"")
        os.utime(path.with_name(f"parley.db.before-{number}.backup"), (number, number))
    _scratch(path)

    with pytest.raises(StoreUnusable) as refusal:
        await _opened(url)

    assert str(refusal.value).endswith(
        f"stop the bot, move parley.db and its -wal and -shm out of {path.parent}, and copy a "
        f"backup to its place; the bot's own newest one is {path}.before-4.backup"
    )


async def test_a_page_that_is_damaged_under_the_running_bot_is_told_of(
    store: SqliteStore, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await store.hear([(session(), prompt(number, "word " * 500)) for number in range(50)])
    with closing(sqlite3.connect(path)) as db:
        db.execute("pragma wal_checkpoint(truncate)").fetchall()
    _scratch_all_but_the_first(path)

    for number in range(1000, 1003):
        with pytest.raises(StoreBusy, match="SQLITE_CORRUPT"):
            await store.hear([(session(), prompt(number))])

    (line,) = caplog.messages
    assert line.startswith(f"event=store_refuses file={path} it is damaged: stop the bot, move")


async def test_a_database_that_was_cut_off_is_recognised(url: str, path: Path) -> None:
    async with open_store(url) as store:
        await store.hear([(session(), prompt(number, "word " * 500)) for number in range(50)])
    _cut_in_half(path)

    with pytest.raises(StoreUnusable, match="damaged"):
        await _opened(url)


def test_a_database_in_the_hands_of_another_program_is_recognised(path: Path) -> None:
    with (
        closing(sqlite3.connect(path)) as other,
        closing(sqlite3.connect(path, timeout=0)) as ours,
    ):
        other.execute("begin exclusive")

        with pytest.raises(StoreUnusable, match="another program holds it"):
            prepare(ours, path)


async def test_the_writer_is_as_careful_as_it_must_be(store: SqliteStore) -> None:
    names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")

    found = await store.writer.write(
        lambda db: [db.execute(f"pragma {name}").fetchone()[0] for name in names]
    )

    assert found == ["wal", 2, 1, 1, 500]


async def test_a_reader_can_change_nothing(store: SqliteStore) -> None:
    for _ in range(2):
        with pytest.raises(StoreBusy, match="SQLITE_READONLY"):
            await store.readers.read(
                lambda db: db.execute("insert into notebook values ('a', 'b')")
            )

    assert await store.recall("a") is None
