from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.domain.errors import StoreUnusable
from bot.domain.manner import Layers, Level, Trait
from bot.domain.session import TitledBy
from bot.store import SqliteStore, open_store
from bot.store.migrations import MIGRATIONS, Migration
from bot.store.schema import prepare
from tests.contracts.store.steps import received
from tests.samples import CHANNEL, OTHER_SESSION_ID, SESSION_ID

NEXT = MIGRATIONS[-1].number + 1
COLOURS = Migration(NEXT, "colours", "create table colours (name text primary key) strict;")
ATTACHMENT = """
insert into attachments (message_id, id, position, name, kind, size, url, shown)
values ({message}, 1, 0, 'cat.png', 'image/png', {size}, {url}, {shown})
"""
SECOND_ANSWER = """
insert into turns (session_id, depth, anchor, version)
select session_id, depth, anchor, version
from turns
"""
SECOND_OPEN_SESSION = """
insert into sessions (id, channel_id, persona, opened_by, opened_at)
values ('6f1d1a5e-0000-4000-8000-000000000009', 700, 'assistant', 1, 0)
"""
OLD_SESSION = """
insert into sessions (id, channel_id, persona, model, opened_by, opened_at)
values (?, ?, ?, ?, 1, 0)
"""
TITLED_SESSION = """
insert into sessions (id, channel_id, persona, title, opened_by, opened_at)
values ('{session}', {channel}, 'assistant', {title}, 1, 0)
"""
CALL = """
insert into calls (
    at, kind, user_id, channel_id, session_id, model, input_tokens, cached_tokens,
    cache_write_tokens, output_tokens, reasoning_tokens, cost, is_estimated
)
select 0, '{kind}', 1, 700, session_id, 'some-model', {tokens}, 0, 0, 0, 0, {cost}, 0
from turns
"""
BACKUP = f"parley.db.before-{NEXT}.backup"


@contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.row_factory = sqlite3.Row
        yield db


def _shape(path: Path) -> list[tuple[object, ...]]:
    """Return everything that makes a schema, but for the data."""
    with _connected(path) as db:
        objects = db.execute("select type, name, sql from sqlite_schema order by type, name")
        records = db.execute("select number, name from migrations order by number")
        marks = [db.execute(f"pragma {m}") for m in ("application_id", "user_version")]
        return [tuple(row) for rows in (objects, records, *marks) for row in rows]


def test_migrations_are_numbered_from_one_without_a_gap() -> None:
    assert [m.number for m in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))


@pytest.mark.parametrize("released", range(1, len(MIGRATIONS) + 1))
def test_a_migrated_database_equals_a_fresh_one(tmp_path: Path, released: int) -> None:
    fresh, migrated = tmp_path / "fresh.db", tmp_path / "migrated.db"
    with _connected(fresh) as db:
        prepare(db, fresh, (*MIGRATIONS, COLOURS))
    with _connected(migrated) as db:
        prepare(db, migrated, MIGRATIONS[:released])

    with _connected(migrated) as db:
        prepare(db, migrated, (*MIGRATIONS, COLOURS))

    assert _shape(migrated) == _shape(fresh)


async def test_what_was_chosen_for_a_session_is_kept_when_it_is_given_a_place_of_its_own(
    url: str, path: Path
) -> None:
    plain, chosen = SESSION_ID, OTHER_SESSION_ID
    with _connected(path) as db:
        prepare(db, path, MIGRATIONS[:3])
        for channel, (name, persona, model) in enumerate(
            ((plain, "assistant", None), (chosen, "coder", "gpt-x"))
        ):
            db.execute(OLD_SESSION, (str(name), channel, persona, model))

    async with open_store(url) as store:
        before, after = await store.session(plain), await store.session(chosen)

    assert before is not None
    assert after is not None
    assert (before.persona, before.choices, before.wording) == ("assistant", {}, None)
    assert after.persona == "coder"
    assert after.choices == {Trait.PERSONA: "coder", Trait.MODEL: "gpt-x"}


async def test_what_was_chosen_is_kept_when_there_is_more_to_choose(url: str, path: Path) -> None:
    with _connected(path) as db:
        prepare(db, path, MIGRATIONS[:17])
        db.execute("insert into choices values ('server', 70, 'language', 'German')")
        db.execute("insert into choices values ('channel', 700, 'model', 'gpt-x')")

    async with open_store(url) as store:
        _, layers = await store.customs_at(CHANNEL)
        await store.choose(CHANNEL, Level.SERVER, Trait.SUMMARY, "off")
        _, after = await store.customs_at(CHANNEL)

    assert layers == Layers({Trait.LANGUAGE: "German"}, {Trait.MODEL: "gpt-x"})
    assert after.server == {Trait.LANGUAGE: "German", Trait.SUMMARY: "off"}


async def test_a_title_that_somebody_may_have_given_before_is_left_alone(
    url: str, path: Path
) -> None:
    with _connected(path) as db:
        prepare(db, path, MIGRATIONS[:10])
        db.execute(TITLED_SESSION.format(session=SESSION_ID, channel=700, title="'Bees'"))
        db.execute(TITLED_SESSION.format(session=OTHER_SESSION_ID, channel=701, title="null"))

    async with open_store(url) as store:
        named, nameless = await store.session(SESSION_ID), await store.session(OTHER_SESSION_ID)

    assert named is not None
    assert nameless is not None
    assert (named.title, named.titled_by) == ("Bees", TitledBy.PERSON)
    assert (nameless.title, nameless.titled_by) == (None, TitledBy.PROMPT)


async def test_a_database_is_copied_before_it_is_migrated(url: str, path: Path) -> None:
    async with open_store(url) as store:
        turn = await received(store, 1000)
    before = _shape(path)

    with _connected(path) as db:
        prepare(db, path, (*MIGRATIONS, COLOURS))

    backup = path.with_name(BACKUP)
    assert _shape(backup) == before
    assert backup.stat().st_mode & 0o777 == 0o600
    async with open_store(f"sqlite:///{backup}") as store:
        assert await store.turn(turn.id) == turn


def test_a_fresh_database_is_not_copied(path: Path) -> None:
    with _connected(path) as db:
        prepare(db, path, (*MIGRATIONS, COLOURS))

    assert not path.with_name(BACKUP).exists()


async def test_a_database_that_is_up_to_date_is_neither_copied_nor_migrated(
    url: str, path: Path
) -> None:
    for _ in range(2):
        async with open_store(url) as store:
            assert await store.owing() == []

    assert list(path.parent.glob("*.backup")) == []


async def test_a_migration_that_fails_leaves_the_database_as_it_was(url: str, path: Path) -> None:
    async with open_store(url) as store:
        turn = await received(store, 1000)
    before = _shape(path)
    broken = Migration(NEXT, "broken", "create table colours (name text); insert into nowhere;")

    with _connected(path) as db, pytest.raises(StoreUnusable):
        prepare(db, path, (*MIGRATIONS, broken))

    assert _shape(path) == before
    async with open_store(url) as store:
        assert await store.turn(turn.id) == turn


async def test_a_migration_that_breaks_a_reference_is_undone(url: str, path: Path) -> None:
    async with open_store(url) as store:
        turn = await received(store, 1000)
    careless = Migration(NEXT, "careless", "delete from prompts;")

    with _connected(path) as db, pytest.raises(StoreUnusable, match="turn_prompts broken"):
        prepare(db, path, (*MIGRATIONS, careless))

    async with open_store(url) as store:
        assert await store.turn(turn.id) == turn


async def test_a_backup_of_an_attempt_that_failed_is_replaced(url: str, path: Path) -> None:
    async with open_store(url):
        pass
    path.with_name(BACKUP).write_bytes(b"old")
    path.with_name(f"{BACKUP}.unfinished").write_bytes(b"half")

    with _connected(path) as db:
        prepare(db, path, (*MIGRATIONS, COLOURS))

    assert path.with_name(BACKUP).read_bytes().startswith(b"SQLite format 3")
    assert not path.with_name(f"{BACKUP}.unfinished").exists()


@pytest.mark.parametrize(
    "statement",
    [
        "update turns set state = 'lost'",
        "update turns set state = 'answered'",
        "update turns set state = 'delivered'",
        "update turns set reply_text = 'hi', ending = 'whole'",
        "update turns set state = 'cancelled', reply_text = 'hi'",
        "update turns set state = 'cancelled', reply_text = 'hi', ending = 'broken'",
        "update turns set state = 'cancelled', reply_text = 'hi', ending = 'whole', fault = 'rate'",
        "update turns set budget_standing = 'spent'",
        "update turns set budget_scope = 'all'",
        "insert into budget_warnings values ('team', 70, 70, 20454, 'day')",
        "insert into budget_warnings values ('server', 70, 70, 20454, 'week')",
        "update turns set budget_is_own = 1",
        "insert into own_budgets values (70, 'user', 1, 1)",
        "insert into own_budgets values (70, 'server', null, null)",
        "insert into own_budgets values (70, 'server', -1, null)",
        "update turns set rate_count = 1",
        "update turns set rate_count = 1, rate_span = 'week', rate_opens_at = 0",
        "update turns set rate_count = 0, rate_span = 'day', rate_opens_at = 0",
        "update turns set rate_opens_at = 0",
        "update turns set summary_cost = 5",
        "insert into summaries values (1, 1, 1, 'they said', 'some-model', 0, 5)",
        "insert into summaries values (1, null, 1, 'they said', 'some-model', 0, -5)",
        "insert into summaries values (77, null, 1, 'they said', 'some-model', 0, 5)",
        "insert into summarised_turns values (1, 1)",
        "update turns set attempt = -1",
        "update turns set attempt = 'one'",
        "update turns set stop_requested = 2",
        "update turns set depth = 1",
        "update turns set input_tokens = 5",
        "update turns set session_id = 'another'",
        "update sessions set head = 77",
        "update sessions set floor = -1",
        "update sessions set id = 'short'",
        "insert into turn_prompts values (1, 1, 77)",
        "insert into posts values (77, 0, 9000)",
        "delete from prompts",
        CALL.format(kind="joke", cost=1, tokens=1),
        CALL.format(kind="title", cost=-1, tokens=1),
        CALL.format(kind="title", cost=1, tokens=-1),
        CALL.format(kind="title", cost=0.5, tokens=1),
        "insert into prompts select * from prompts",
        SECOND_ANSWER,
        SECOND_OPEN_SESSION,
        ATTACHMENT.format(message=1001, size=1, url="null", shown="null"),
        ATTACHMENT.format(message=1000, size=-1, url="null", shown="null"),
        ATTACHMENT.format(message=1000, size=1, url="'an address'", shown="'fetch'"),
        ATTACHMENT.format(message=1000, size=1, url="null", shown="'upside down'"),
        ATTACHMENT.format(message=1000, size=1, url="null", shown="'image'"),
        ATTACHMENT.format(message=1000, size=1, url="null", shown="'text'"),
        "insert into blobs (hash, data) values ('short', x'00')",
    ],
)
async def test_a_bug_does_not_become_data(store: SqliteStore, statement: str) -> None:
    turn = await received(store, 1000)

    with pytest.raises(sqlite3.IntegrityError):
        await store.writer.write(lambda db: db.execute(statement))

    assert await store.turn(turn.id) == turn
