"""Answers that people deleted: their words are gone, and what is left of them is taken away."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence

from bot.domain.session import Place, TurnId
from bot.domain.turn import Turn, TurnState
from bot.store.summaries import forget_summaries_of
from bot.store.titles import take_back
from bot.store.turns import turn_numbered

_SHOWN_BY = """
select distinct posts.turn_id
from json_each(?) as deleted
cross join posts on posts.post_id = deleted.value
order by posts.turn_id
"""
# The versions of an answer have the same posts, one after the other: all of them go.
_ERASE = """
update turns
set reply_text = '',
    retracted = 1
where anchor = ?
    and reply_text is not null
"""
_STOP = """
update turns
set retracted = 1,
    stop_requested = 1
where id = ?
"""
_FORGET = """
delete from posts
where turn_id = ?
    and post_id in (select value from json_each(?))
"""
# A version that was cancelled before anybody began with it holds posts, but has no reply.
_OWE = """
update turns
set state = 'answered',
    reply_text = '',
    ending = coalesce(ending, 'stopped'),
    retracted = 1
where id = ?
"""
# Turns that a session inherited have no posts. At rest is what `Turn.is_at_rest` says.
_SHOWN_AT = """
select turns.anchor, posts.post_id
from sessions
cross join turns on turns.session_id = sessions.id
cross join posts on posts.turn_id = turns.id
where sessions.channel_id = :channel
    and turns.anchor >= :since
    and turns.state in ('posted', 'delivered', 'abandoned', 'cancelled')
    and not turns.retracted
order by turns.anchor, posts.page
"""


def retract(db: sqlite3.Connection, messages: Sequence[int]) -> list[Turn]:
    """Erase the answers that any of some messages showed, in all their versions.

    Return the turns about which something is to be done: those being answered are asked to
    stop, and those of which other posts are left are owed until these are taken away.
    """
    deleted = json.dumps(messages)
    hit = [turn_id for (turn_id,) in db.execute(_SHOWN_BY, (deleted,)).fetchall()]
    return [turn for turn_id in hit if (turn := _retract(db, turn_id, deleted)) is not None]


def _retract(db: sqlite3.Connection, turn_id: TurnId, deleted: str) -> Turn | None:
    turn = turn_numbered(db, turn_id)
    assert turn is not None, "its posts are known"  # noqa: S101
    db.execute(_ERASE, (turn.anchor,))
    forget_summaries_of(db, turn.anchor)
    take_back(db, turn.anchor)
    if turn.state is TurnState.ANSWERING:
        db.execute(_STOP, (turn_id,))
    # Who shows a turn just now knows its posts by their number: they are left to him.
    if turn.is_at_rest:
        db.execute(_FORGET, (turn_id, deleted))
        if not has_posts(db, turn_id):
            return None
        db.execute(_OWE, (turn_id,))
    return None if turn.state is TurnState.RECEIVED else turn_numbered(db, turn_id)


def has_posts(db: sqlite3.Connection, turn_id: TurnId) -> bool:
    """Whether there are posts of a turn."""
    (is_shown,) = db.execute(
        "select exists (select * from posts where turn_id = ?)", (turn_id,)
    ).fetchone()
    return bool(is_shown)


def shown_at(db: sqlite3.Connection, place: Place, since: int) -> list[tuple[int, ...]]:
    """Return the posts of each answer at rest to what was heard at a place from a message on."""
    posts: dict[int, list[int]] = defaultdict(list)
    for anchor, post in db.execute(_SHOWN_AT, {"channel": place.channel_id, "since": since}):
        posts[anchor].append(post)
    return [tuple(shown) for shown in posts.values()]
