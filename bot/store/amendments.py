"""The amendments in SQLite.

What was edited out or taken back is gone from the file and from its write-ahead log.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from bot.domain.message import Prompt
from bot.domain.session import Place, SessionId
from bot.domain.turn import Turn
from bot.domain.wording import title_from
from bot.store.archive import delete_session
from bot.store.attachments import erase_attachments, revise_attachments
from bot.store.columns import to_column
from bot.store.desk import Desk
from bot.store.marks import forget_marks
from bot.store.retractions import retract, shown_at
from bot.store.summaries import forget_summaries_of
from bot.store.titles import follow
from bot.store.turns import turns_from
from bot.store.versions import owe_anew


class SqliteAmendments(Desk):
    """The `Amendments` port."""

    async def revise(
        self, prompts: Sequence[Prompt], *, anew_since: datetime | None = None
    ) -> list[Turn]:
        def revise(db: sqlite3.Connection) -> list[Turn]:
            turns = [_revise(db, prompt, anew_since) for prompt in prompts]
            return [turn for turn in turns if turn is not None]

        return await self.writer.write(revise, erases=True)

    async def erase(self, messages: Sequence[int]) -> list[Turn]:
        return await self.writer.write(lambda db: _erase(db, messages), erases=True)

    async def erase_place(self, place: Place) -> list[SessionId]:
        return await self.writer.write(lambda db: _erase_place(db, place), erases=True)

    async def heard_at(self, place: Place, *, since: int) -> set[int]:
        return await self.readers.read(lambda db: _heard_at(db, place, since))

    async def shown_at(self, place: Place, *, since: int) -> list[tuple[int, ...]]:
        return await self.readers.read(lambda db: shown_at(db, place, since))

    async def unanswered(self) -> list[tuple[SessionId, Place]]:
        return await self.readers.read(_unanswered)


def _kept(db: sqlite3.Connection, message: int) -> sqlite3.Row | None:
    """Return what is kept of a message that was heard and not erased."""
    row: sqlite3.Row | None = db.execute(
        "select text, edited_at from prompts where message_id = ? and not is_erased", (message,)
    ).fetchone()
    return row


def _revise(db: sqlite3.Connection, prompt: Prompt, anew_since: datetime | None) -> Turn | None:
    """Change the words of a prompt; return what is owed for it anew."""
    kept = _kept(db, prompt.message_id)
    if kept is None or prompt.edited_at is None:
        return None
    edited_at = to_column(prompt.edited_at)
    if kept["edited_at"] is not None and kept["edited_at"] >= edited_at:
        return None
    db.execute(
        "update prompts set text = ?, edited_at = ? where message_id = ?",
        (prompt.text, edited_at, prompt.message_id),
    )
    if revise_attachments(db, prompt) or kept["text"] != prompt.text:
        forget_summaries_of(db, prompt.message_id)
    if kept["text"] == prompt.text:
        return None
    follow(db, prompt.message_id, title_from(kept["text"]), title_from(prompt.text))
    is_young = anew_since is None or prompt.edited_at >= anew_since
    return owe_anew(db, prompt.message_id) if is_young else None


def _erase(db: sqlite3.Connection, messages: Sequence[int]) -> list[Turn]:
    erased: list[int] = []
    for message in messages:
        if (kept := _kept(db, message)) is not None:
            db.execute(_ERASE, (message,))
            erase_attachments(db, message)
            forget_summaries_of(db, message)
            follow(db, message, title_from(kept["text"]), None)
            erased.append(message)
    return [*_withdraw(db, erased), *retract(db, messages)]


_ERASE = """
update prompts
set text = '',
    author_name = '',
    is_erased = 1
where message_id = ?
"""
_WITHDRAWN = """
select distinct hit.turn_id
from json_each(?) as erased
cross join turn_prompts as hit on hit.message_id = erased.value
where not exists (
    select *
    from turn_prompts as mine
    cross join prompts on prompts.message_id = mine.message_id
    where mine.turn_id = hit.turn_id
        and not prompts.is_erased
)
"""
_CANCEL = """
update turns
set state = 'cancelled'
where id in (select value from json_each(?))
    and state = 'received'
"""
_STOP = """
update turns
set stop_requested = 1
where id in (select value from json_each(?))
    and state = 'answering'
returning *
"""


def _withdraw(db: sqlite3.Connection, erased: Sequence[int]) -> list[Turn]:
    """Have the turns end that lost their last prompt; return those that are being answered."""
    turns = [turn_id for (turn_id,) in db.execute(_WITHDRAWN, (json.dumps(erased),)).fetchall()]
    forget_marks(db, turns)
    withdrawn = json.dumps(turns)
    db.execute(_CANCEL, (withdrawn,))
    # All of them are fetched: a statement that is not done forbids the commit.
    return turns_from(db, db.execute(_STOP, (withdrawn,)).fetchall())


def _erase_place(db: sqlite3.Connection, place: Place) -> list[SessionId]:
    rows = db.execute("select id from sessions where channel_id = ?", (place.channel_id,))
    sessions = [SessionId(UUID(name)) for (name,) in rows.fetchall()]
    for session_id in sessions:
        delete_session(db, session_id)
    return sessions


# A turn is named by its newest prompt, so that older turns need not be looked at.
_HEARD_AT = """
select prompts.message_id
from (
    select turns.id
    from sessions
    cross join turns on turns.session_id = sessions.id
    where sessions.channel_id = :channel
        and turns.said_in is null
        and turns.anchor >= :since
    union all
    select id
    from turns
    where said_in = :channel
        and anchor >= :since
) as here
cross join turn_prompts on turn_prompts.turn_id = here.id
cross join prompts on prompts.message_id = turn_prompts.message_id
where prompts.message_id >= :since
    and prompts.is_message
    and not prompts.is_erased
"""


def _heard_at(db: sqlite3.Connection, place: Place, since: int) -> set[int]:
    rows = db.execute(_HEARD_AT, {"channel": place.channel_id, "since": since})
    return {message for (message,) in rows}


# What is owed is said as the index `owed_turns` says it: else SQLite would read every turn.
_UNANSWERED = """
select distinct sessions.id, sessions.channel_id, sessions.guild_id
from turns
cross join sessions on sessions.id = turns.session_id
where turns.state not in ('delivered', 'abandoned', 'cancelled')
    and turns.state in ('received', 'answering')
order by sessions.id
"""


def _unanswered(db: sqlite3.Connection) -> list[tuple[SessionId, Place]]:
    return [
        (SessionId(UUID(name)), Place(channel_id, guild_id))
        for name, channel_id, guild_id in db.execute(_UNANSWERED)
    ]
