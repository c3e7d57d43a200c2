"""The keeper: writes down in a file what changes in the world, and brings it back.

It is the local Discord's memory, not the bot's: Discord does not forget what was said when a
bot dies, nor when the whole machine restarts.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from bot.domain.errors import BotError
from bot.playground.keeping import records
from bot.playground.keeping.changes import Key, Thing, everyone_and_every_place, touched
from bot.playground.world.accounts import User
from bot.playground.world.commands import Command
from bot.playground.world.events import Event
from bot.playground.world.parts import Upload
from bot.playground.world.places import Channel, Guild, Message
from bot.playground.world.world import World

log = logging.getLogger(__name__)

TRY_AGAIN = 1.0  # seconds after a write that failed, as on a full disk
SCHEMA_VERSION = 1
SCHEMA = """
create table if not exists things (
    kind text not null,
    id integer not null,
    body text not null,
    primary key (kind, id)
) strict, without rowid;

create table if not exists files (
    path text primary key,
    message_id integer not null,
    name text not null,
    content_type text not null,
    data blob not null
) strict;
"""
SELF = "self"  # the kind of the one row that says who the bot and the operator are

RESTORERS: Mapping[str, Callable[[World, int, records.Record], None]] = MappingProxyType(
    {
        # In this order: each names only things of the kinds above it.
        "user": records.restore_user,
        "guild": records.restore_guild,
        "category": records.restore_channel,
        "channel": records.restore_channel,
        "thread": records.restore_channel,
        "message": records.restore_message,
        "command": records.restore_command,
    }
)


class NotKept(BotError):
    """The file cannot be used, and why: for the person who started the playground."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """What is written at once."""

    things: list[tuple[str, int, str]]
    gone: list[Key]
    files: list[tuple[str, int, str, str, bytes]]


class Keeper:
    """A file that holds a world; open it with `open_keeper`."""

    def __init__(self, database: sqlite3.Connection, path: Path) -> None:
        self._database = database
        self._path = path
        self._changed: dict[Key, Thing | None] = {}
        self._wake = asyncio.Event()
        self._is_ending = False
        self._next_tried = asyncio.Event()  # set once what changes now was written, or could not be
        self._last_tried: asyncio.Event | None = None

    def bot_id(self) -> int | None:
        """The bot's id in the world that is kept; None where none is kept yet.

        Raises:
            NotKept: as `restore`.
        """
        with self._making_sense():
            return next((bot_id for bot_id, _ in self._rows(SELF)), None)

    def restore(self, world: World) -> bool:
        """Bring back what is kept into a world made for its bot; False if nothing is kept.

        The world is open already: links to its files begin with its address.

        Raises:
            NotKept: something of it cannot be read, or is missing.
        """
        with self._making_sense():
            selves = self._rows(SELF)
            if selves:
                world.take_owner(selves[0][1]["owner"])
                self._restore_files(world)
                for kind, restore in RESTORERS.items():
                    for thing_id, record in self._rows(kind):
                        restore(world, thing_id, record)
        return bool(selves)

    @asynccontextmanager
    async def keep(self, world: World) -> AsyncIterator[None]:
        """Write down who and what is there, and all that changes while the block lasts.

        Raises:
            NotKept: not even the first can be written.
        """
        begun = _batch(everyone_and_every_place(world))
        begun.things.append((SELF, world.bot.id, json.dumps({"owner": world.owner.id})))
        try:
            await asyncio.to_thread(_write, self._database, begun)
        except sqlite3.Error as error:
            raise NotKept(f"The conversations cannot be kept: {error}.") from error
        stop = world.listen(lambda event: self._hear(world, event))
        writing = asyncio.create_task(self._write_on())
        try:
            yield
        finally:
            stop()
            self._is_ending = True
            self._wake.set()
            await writing

    async def written(self) -> None:
        """Come back once all that has changed until now is written down, or could not be.

        Then the log says so, and it is tried again.
        """
        if self._changed:
            await self._next_tried.wait()
        elif self._last_tried:
            await self._last_tried.wait()

    async def _write_on(self) -> None:
        is_last = False
        while not is_last:
            await self._wake.wait()
            self._wake.clear()
            is_last = self._is_ending
            if not await self._write_off():
                await asyncio.sleep(TRY_AGAIN)

    async def _write_off(self) -> bool:
        """Write what has changed; return whether it could be written."""
        changed, self._changed = self._changed, {}
        tried, self._next_tried = self._next_tried, asyncio.Event()
        self._last_tried = tried
        try:
            await asyncio.to_thread(_write, self._database, _batch(changed))
        except sqlite3.Error as error:
            log.error("event=discord_not_kept reason=%s", error)  # noqa: TRY400  # it says it all
            self._changed = changed | self._changed
            self._wake.set()
            return False
        finally:
            tried.set()
        return True

    def _hear(self, world: World, event: Event) -> None:
        for key, thing in touched(world, event):
            self._changed[key] = thing
        if self._changed:
            self._wake.set()

    @contextmanager
    def _making_sense(self) -> Iterator[None]:
        """Whatever is wrong with what is read here, the file is damaged."""
        try:
            yield
        except (sqlite3.Error, LookupError, TypeError, ValueError) as error:
            raise NotKept(_damaged(self._path)) from error

    def _restore_files(self, world: World) -> None:
        for path, name, content_type, data in self._database.execute(
            "select path, name, content_type, data from files"
        ):
            world.put_file(path, 0, Upload(name, data, content_type))  # its message knows the id

    def _rows(self, kind: str) -> list[tuple[int, records.Record]]:
        rows = self._database.execute(
            "select id, body from things where kind = ? order by id", (kind,)
        )
        return [(thing_id, json.loads(body)) for thing_id, body in rows]


@contextmanager
def open_keeper(path: Path) -> Iterator[Keeper]:
    """Open the file at `path`, made if it is not there; nobody else can while it is open.

    Raises:
        NotKept: it is in use, damaged, of a newer version, or cannot be written.
    """
    try:
        database = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise NotKept(f"{path} cannot be opened: {error}.") from error
    with closing(database):
        try:
            _prepare(database, path)
        except sqlite3.Error as error:
            raise NotKept(_complaint(path, error)) from error
        yield Keeper(database, path)


def _prepare(database: sqlite3.Connection, path: Path) -> None:
    database.execute("pragma locking_mode = exclusive")
    database.execute("pragma journal_mode = wal")
    database.execute("begin immediate")
    (version,) = database.execute("pragma user_version").fetchone()
    if version > SCHEMA_VERSION:
        raise NotKept(f"{path} was written by a newer playground; update this one.")
    for statement in SCHEMA.split(";"):
        database.execute(statement)
    database.execute(f"pragma user_version = {SCHEMA_VERSION}")
    database.execute("commit")


def _complaint(path: Path, error: sqlite3.Error) -> str:
    if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
        return f"{path} is in use: another playground runs in this folder."
    if error.sqlite_errorcode in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        return _damaged(path)
    return f"{path} cannot be used: {error}."


def _damaged(path: Path) -> str:
    return f"{path} is damaged; move it away to begin anew."


def _batch(changed: Mapping[Key, Thing | None]) -> _Batch:
    there = [(key, thing) for key, thing in changed.items() if thing is not None]
    return _Batch(
        things=[(kind, i, json.dumps(_record(thing))) for (kind, i), thing in there],
        gone=[key for key, thing in changed.items() if thing is None],
        files=[row for _, thing in there for row in _file_rows(thing)],
    )


def _write(database: sqlite3.Connection, batch: _Batch) -> None:
    with database:  # which commits, or takes it all back
        database.execute("begin immediate")
        database.executemany(
            "insert or replace into things (kind, id, body) values (?, ?, ?)", batch.things
        )
        database.executemany("delete from things where kind = ? and id = ?", batch.gone)
        database.executemany(
            "insert or ignore into files (path, message_id, name, content_type, data)"
            " values (?, ?, ?, ?, ?)",
            batch.files,
        )
        gone = [(thing_id,) for kind, thing_id in batch.gone if kind == "message"]
        database.executemany("delete from files where message_id = ?", gone)


def _record(thing: Thing) -> records.Record:
    match thing:
        case User():
            return records.user_record(thing)
        case Guild():
            return records.guild_record(thing)
        case Channel():
            return records.channel_record(thing)
        case Message():
            return records.message_record(thing)
        case Command():
            return records.command_record(thing)


def _file_rows(thing: Thing) -> list[tuple[str, int, str, str, bytes]]:
    if not isinstance(thing, Message):
        return []
    return [
        (urlsplit(each.location).path, thing.id, each.filename, each.content_type, each.data)
        for each in thing.attachments
    ]
