"""The verdict on a trial: whether all was answered once, whole, in order, and is stored so."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Any

from bot.playground import Channel
from tests.bench.kill.trial import PATIENCE, Trial
from tests.bench.kill.words import NOTICE

LOOK_EVERY = 0.5  # seconds

_OWED = "select id from turns where state not in ('delivered', 'abandoned', 'cancelled')"
_STATES = """
select state
from turns join sessions on sessions.id = session_id
where channel_id = ?
order by depth
"""
_REPLIES = """
select case ending when 'gave_up' then ? else coalesce(reply_text, '') end
from turns join sessions on sessions.id = session_id
where channel_id = ?
order by depth
"""
_PROMPTS = """
select message_id
from turn_prompts join turns on turns.id = turn_id join sessions on sessions.id = session_id
where channel_id = ?
order by depth, position
"""
_POSTS = """
select post_id
from posts join turns on turns.id = turn_id join sessions on sessions.id = session_id
where channel_id = ?
order by depth, page
"""


async def all_settled(database: Path) -> bool:
    """Wait until no turn is owed any more, late checks included; whether that came true."""
    try:
        async with asyncio.timeout(PATIENCE):
            while _column(database, _OWED):  # noqa: ASYNC110  # a file tells nobody
                await asyncio.sleep(LOOK_EVERY)
    except TimeoutError:
        return False
    return True


def is_sound(database: Path) -> bool:
    """Whether nothing in the file contradicts itself."""
    return _column(database, "pragma integrity_check") == ["ok"]


def complaints(trial: Trial, database: Path) -> list[str]:
    """Return all that is wrong with what a trial left behind."""
    late = ["something did not come within a minute"] if trial.is_late else []
    return late + [
        f"#{channel.name}: {complaint}"
        for channel in trial.channels
        for complaint in (*_seen(trial, channel), *_stored(trial, channel, database))
    ]


def _seen(trial: Trial, channel: Channel) -> Iterator[str]:
    """Yield what is wrong on Discord."""
    said = [message.id for message in trial.said[channel]]
    pages = trial.home.answers(channel)
    answers = [page for page in pages if "Retry" in page.labels]
    replies = [page.reference.message_id for page in pages if page.reference]
    shown, whole = trial.shown(channel), "\n".join(trial.expected[channel])
    if (extra := len(trial.made(channel)) - len(pages)) > 0:
        yield f"{extra} pages were there twice for a while"
    if shown != whole:
        yield f"shown is {_sketch(shown)} in place of {_sketch(whole)}"
    if replies != [number for number in said if number in replies]:
        yield "the answers do not reply to what was said, each once and in order"
    if len(answers) != len(replies) or pages[-1:] != answers[-1:]:
        yield f"the buttons are {[page.labels for page in pages]}"


def _stored(trial: Trial, channel: Channel, database: Path) -> Iterator[str]:
    """Yield what is wrong in the database."""
    stored = "\n".join(_column(database, _REPLIES, NOTICE, channel.id))
    whole = "\n".join(trial.expected[channel])
    states = _column(database, _STATES, channel.id)
    if stored != whole:
        yield f"stored is {_sketch(stored)} in place of {_sketch(whole)}"
    if set(states) - {"delivered"}:
        yield f"the turns are {states}"
    said = [message.id for message in trial.said[channel]]
    if _column(database, _PROMPTS, channel.id) != said:
        yield "the prompts stored are not those that were said, each once and in order"
    posts = [page.id for page in trial.home.answers(channel)]
    if _column(database, _POSTS, channel.id) != posts:
        yield "the posts stored are not those on Discord"


def _sketch(text: str) -> str:
    """Return which topics a text is about, with the number of lines in a row."""
    topics = [re.sub(r".* about (\S+),.*", r"\1", line) for line in text.splitlines()]
    return str([f"{len(list(lines))} of {name[:20]}" for name, lines in groupby(topics)])


def _column(database: Path, sql: str, *values: object) -> list[Any]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        return [value for (value,) in db.execute(sql, values)]
