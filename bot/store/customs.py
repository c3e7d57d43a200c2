"""The customs in SQLite: what is chosen for servers, channels and sessions."""

from __future__ import annotations

import json
import sqlite3
from types import MappingProxyType

from bot.domain.manner import NOTHING, Choices, Layers, Level, Listening, Trait
from bot.domain.persona import Persona
from bot.domain.session import Place, Session, SessionId
from bot.store.desk import Desk
from bot.store.sessions import open_session_at


class SqliteCustoms(Desk):
    """The `Customs` port."""

    async def customs_at(self, place: Place) -> tuple[Session | None, Layers]:
        return await self.readers.read(lambda db: _customs_at(db, place))

    async def choose(self, place: Place, level: Level, trait: Trait, value: str | None) -> bool:
        return await self.writer.write(lambda db: _choose(db, place, level, trait, value))

    async def listenings(self) -> dict[tuple[Level, int], Listening]:
        return await self.readers.read(_listenings)

    async def personas(self, guild_id: int) -> list[Persona]:
        return await self.readers.read(lambda db: _personas(db, guild_id))

    async def add_persona(self, guild_id: int, persona: Persona, *, most: int) -> bool:
        return await self.writer.write(lambda db: _add_persona(db, guild_id, persona, most))

    async def change_persona(self, guild_id: int, persona: Persona) -> bool:
        return await self.writer.write(lambda db: _change_persona(db, guild_id, persona))

    async def drop_persona(self, guild_id: int, name: str) -> bool:
        return await self.writer.write(lambda db: _drop_persona(db, guild_id, name))


def layers_of(db: sqlite3.Connection, place: Place, session: Session | None) -> Layers:
    """Return what is chosen for a place, and for a session there."""
    return Layers(
        server=_chosen(db, Level.SERVER, place.guild_id),
        channel=_chosen(db, Level.CHANNEL, place.channel),
        session=NOTHING if session is None else session.choices,
    )


def persona_named(db: sqlite3.Connection, guild_id: int, name: str) -> Persona | None:
    """Return a persona of a server's own."""
    row = db.execute(
        "select * from personas where guild_id = ? and name = ?", (guild_id, name)
    ).fetchone()
    return None if row is None else Persona(row["name"], row["summary"], row["wording"])


def keep_wording(db: sqlite3.Connection, session_id: SessionId, persona: str, wording: str) -> None:
    """Keep as whom a session is answered, and in which wording."""
    db.execute(
        "update sessions set persona = ?, wording = ? where id = ?",
        (persona, wording, str(session_id)),
    )


def _customs_at(db: sqlite3.Connection, place: Place) -> tuple[Session | None, Layers]:
    session = open_session_at(db, place)
    return session, layers_of(db, place, session)


def _chosen(db: sqlite3.Connection, level: Level, owner_id: int | None) -> Choices:
    rows = db.execute(
        "select trait, value from choices where level = ? and owner_id = ?", (level, owner_id)
    )
    return MappingProxyType({Trait(row["trait"]): row["value"] for row in rows})


def _choose(
    db: sqlite3.Connection, place: Place, level: Level, trait: Trait, value: str | None
) -> bool:
    if level is Level.SESSION:
        return _choose_for_session(db, open_session_at(db, place), trait, value)
    owner_id = place.guild_id if level is Level.SERVER else place.channel
    db.execute(
        "delete from choices where level = ? and owner_id = ? and trait = ?",
        (level, owner_id, trait),
    )
    if value is not None:
        db.execute(
            "insert into choices (level, owner_id, trait, value) values (?, ?, ?, ?)",
            (level, owner_id, trait, value),
        )
    return True


def _choose_for_session(
    db: sqlite3.Connection, session: Session | None, trait: Trait, value: str | None
) -> bool:
    if session is None:
        return False
    choices = {**session.choices, trait: value}
    kept = {each: chosen for each, chosen in choices.items() if chosen is not None}
    wording = None if trait is Trait.PERSONA else session.wording
    db.execute(
        "update sessions set choices = ?, wording = ? where id = ?",
        (json.dumps(kept), wording, str(session.id)),
    )
    return True


def _listenings(db: sqlite3.Connection) -> dict[tuple[Level, int], Listening]:
    rows = db.execute("select * from choices where trait = 'listening'")
    return {(Level(row["level"]), row["owner_id"]): Listening(row["value"]) for row in rows}


def _personas(db: sqlite3.Connection, guild_id: int) -> list[Persona]:
    rows = db.execute("select * from personas where guild_id = ? order by name", (guild_id,))
    return [Persona(row["name"], row["summary"], row["wording"]) for row in rows]


def _add_persona(db: sqlite3.Connection, guild_id: int, persona: Persona, most: int) -> bool:
    added = db.execute(
        """
        insert into personas (guild_id, name, summary, wording)
        select ?1, ?2, ?3, ?4
        where (select count(*) from personas where guild_id = ?1) < ?5
        on conflict do nothing
        """,
        (guild_id, persona.name, persona.summary, persona.wording, most),
    )
    return added.rowcount == 1


def _change_persona(db: sqlite3.Connection, guild_id: int, persona: Persona) -> bool:
    changed = db.execute(
        "update personas set summary = ?, wording = ? where guild_id = ? and name = ?",
        (persona.summary, persona.wording, guild_id, persona.name),
    )
    return changed.rowcount == 1


def _drop_persona(db: sqlite3.Connection, guild_id: int, name: str) -> bool:
    dropped = db.execute("delete from personas where guild_id = ? and name = ?", (guild_id, name))
    return dropped.rowcount == 1
