"""Attachments in SQLite: what came with a message goes with it, whoever deletes it."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from bot.domain.attachment import Attachment, Excerpt, Image, Shown, Unshown, revised
from bot.domain.message import Prompt
from bot.store.desk import Desk

_IMAGE, _TEXT = "image", "text"


class SqliteAttachments(Desk):
    """The `Attachments` port."""

    async def keep_attachment(
        self, message: int, attachment: int, shown: Shown, content: bytes = b""
    ) -> None:
        await self.writer.write(
            lambda db: _keep(db, message, attachment, shown, content), flushes=False, is_new=True
        )

    async def images(self, digests: Collection[str]) -> dict[str, bytes]:
        return await self.readers.read(lambda db: _images(db, digests))


def add_attachments(db: sqlite3.Connection, prompt: Prompt) -> None:
    """Keep what came with a prompt; nobody fetched it yet."""
    _add(db, prompt.message_id, prompt.attachments)


def revise_attachments(db: sqlite3.Connection, prompt: Prompt) -> bool:
    """Make an edited prompt's attachments those that it has now, if they are others; say so.

    The rest is erased.
    """
    (old,) = attachments_of(db, [prompt.message_id]).values() or ((),)
    if [each.id for each in old] == [each.id for each in prompt.attachments]:
        return False
    left = revised(old, prompt.attachments)
    erase_attachments(db, prompt.message_id, but={each.id for each in left})
    _add(db, prompt.message_id, left)
    return True


def erase_attachments(
    db: sqlite3.Connection, message: int, *, but: Collection[int] = frozenset()
) -> None:
    """Erase what came with a message; bytes that came with no other go too, by a trigger."""
    db.execute(
        """
        delete from attachments
        where message_id = ?
            and id not in (select value from json_each(?))
        """,
        (message, json.dumps(list(but))),
    )


def attachments_of(
    db: sqlite3.Connection, messages: Iterable[int]
) -> Mapping[int, tuple[Attachment, ...]]:
    """Return what came with each of some messages, in order; nothing for those without."""
    found: dict[int, list[Attachment]] = defaultdict(list)
    for row in db.execute(_ATTACHMENTS, (json.dumps(sorted(set(messages))),)):
        found[row["message_id"]].append(_attachment(row))
    return {message: tuple(attachments) for message, attachments in found.items()}


_ATTACHMENTS = """
select attachments.*
from json_each(?) as wanted
cross join attachments on attachments.message_id = wanted.value
order by attachments.message_id, attachments.position, attachments.id
"""


def _attachment(row: sqlite3.Row) -> Attachment:
    return Attachment(
        row["id"], row["name"], row["kind"], row["size"], row["url"] or "", _shown(row)
    )


def _shown(row: sqlite3.Row) -> Shown | None:
    match row["shown"]:
        case None:
            return None
        case "image":
            return Image(row["hash"], row["image_kind"], row["image_size"])
        case "text":
            return Excerpt(row["excerpt"], bool(row["is_whole"]))
        case why:
            return Unshown(why)


def _add(db: sqlite3.Connection, message: int, attachments: Iterable[Attachment]) -> None:
    db.executemany(
        """
        insert into attachments (message_id, position, id, name, kind, size, url)
        values (?, ?, ?, ?, ?, ?, ?)
        on conflict do update set position = excluded.position
        """,
        [
            (message, position, each.id, each.name, each.kind, each.size, each.url or None)
            for position, each in enumerate(attachments)
        ],
    )


def _keep(
    db: sqlite3.Connection, message: int, attachment: int, shown: Shown, content: bytes
) -> None:
    is_there = db.execute(
        "select * from attachments where message_id = ? and id = ? and shown is null",
        (message, attachment),
    ).fetchone()
    if is_there is None:
        return
    if isinstance(shown, Image):
        db.execute(
            "insert into blobs (hash, data) values (?, ?) on conflict do nothing",
            (shown.digest, content),
        )
    db.execute(
        """
        update attachments
        set url = null,
            shown = ?,
            hash = ?,
            image_kind = ?,
            image_size = ?,
            excerpt = ?,
            is_whole = ?
        where message_id = ?
            and id = ?
        """,
        (*_columns(shown), message, attachment),
    )


def _columns(shown: Shown) -> tuple[str | int | None, ...]:
    match shown:
        case Image(digest, kind, size):
            return _IMAGE, digest, kind, size, None, None
        case Excerpt(text, is_whole):
            return _TEXT, None, None, None, text, is_whole
        case why:
            return why, None, None, None, None, None


def _images(db: sqlite3.Connection, digests: Collection[str]) -> dict[str, bytes]:
    rows = db.execute(
        """
        select blobs.hash, blobs.data
        from json_each(?) as wanted
        cross join blobs on blobs.hash = wanted.value
        """,
        (json.dumps(sorted(digests)),),
    )
    return {digest: bytes(data) for digest, data in rows}
