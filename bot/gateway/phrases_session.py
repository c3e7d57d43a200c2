"""Every sentence about sessions and their answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import discord

from bot.domain.manner import Manner
from bot.domain.session import PutAway, Session, SessionSummary
from bot.domain.wording import shortened

UNTITLED = "Untitled conversation"
# A line of `/session list` must fit ten times into one message of 2000 characters.
_LISTED_TITLE = 70
_OFFERED_TITLE = 60  # UTF-16 code units, as pages are counted: of the 100 of a choice

UNKNOWN_SESSION = (
    "There is no such conversation here. Type a word of its title after `session:` and pick "
    "it from the list, or look at `/session list`."
)
NO_SESSION_YET = "No conversation is open here yet. Say something to me, or use `/new`."
NOTHING_TO_STOP = "I am not writing an answer here, so there is nothing to stop."
ANSWER_IS_OVER = "This answer is not being written any more, so there is nothing to stop."
STOPPING = "⏹️ Stopping. What was said so far stays."
EMPTY_TITLE = "The new title is empty. Give it at least one letter."


def title(session: Session) -> str:
    """Return a session's title, made harmless for Markdown."""
    return discord.utils.escape_markdown(session.title or UNTITLED)


def started_afresh(before: PutAway | None, manner: Manner) -> str:
    """Return that a fresh session is open, how it answers, and what became of the one before."""
    how = f"persona {manner.persona}" + (f", model {manner.model}" if manner.model else "")
    fresh = f"🆕 A fresh conversation starts here ({how})."
    return f"{fresh} {put_away(before)}" if before else fresh


def reset(before: PutAway | None) -> str:
    """Return that a session was put away and another is open."""
    if before is None:
        return f"There is nothing to reset. {NO_SESSION_YET}"
    return f"🆕 A fresh conversation with the same settings starts here. {put_away(before)}"


def put_away(before: PutAway) -> str:
    """Return that a session was put away, and what becomes of those who waited."""
    kept = f"“{title(before.session)}” was put away and kept: `/session resume` brings it back."
    return kept + _unanswered(before)


def _unanswered(before: PutAway) -> str:
    """Return what becomes of those who waited, who may be others than who put it away."""
    match before.unanswered:
        case 0:
            return ""
        case 1:
            return " One message was still waiting there; ask again to have it answered here."
        case count:
            return f" {count} messages were still waiting there; ask again to have them answered."


def resumed(session: Session, before: PutAway | None) -> str:
    """Return that an old session goes on, and what became of the one before."""
    waiting = _unanswered(before) if before else ""
    return f"📂 “{title(session)}” goes on here. What was open before is kept.{waiting}"


def renamed(session: Session) -> str:
    """Return a session's new title."""
    return f"✏️ It is called “{title(session)}” now."


def confirm_deletion(summary: SessionSummary) -> str:
    """Return the question before a session is erased."""
    return (
        f"Erase “{title(summary.session)}” ({_turns(summary.turns)}) and every word in it from my "
        "memory? This cannot be undone. Discord's messages stay, "
        "and what other conversations went on from stays in those."
    )


def deleted(erased: PutAway) -> str:
    """Return that a session is erased, and what becomes of those who waited."""
    gone = f"🗑️ “{title(erased.session)}” is erased from my memory. Discord's messages stay."
    return gone + _unanswered(erased)


def info(summary: SessionSummary, manner: Manner, *, default_model: str) -> str:
    """Return what there is to know about the open session."""
    session = summary.session
    read, written = f"{summary.input_tokens:,}", f"{summary.output_tokens:,}"
    return "\n".join(
        (
            f"**{title(session)}**",
            f"Id: `{session.id}`",
            f"Persona: {manner.persona} · Model: {manner.model or default_model}",
            f"{_turns(summary.turns)} · {read} tokens in, {written} tokens out",
            f"Opened {moment(session.opened_at)} by <@{session.opened_by}>",
        )
    )


def listing(summaries: Sequence[SessionSummary], *, limit: int) -> str:
    """Return the newest sessions of a place, a line each."""
    if not summaries:
        return NO_SESSION_YET
    lines = [_line(summary) for summary in summaries[:limit]]
    if len(summaries) > limit:
        lines.append("-# and older ones: `/session resume` finds them by their titles.")
    return "\n".join(lines)


def choice(summary: SessionSummary) -> str:
    """Return a session as one of the choices of an option, without Markdown."""
    session = summary.session
    when = f"{summary.last_said_at or session.opened_at:%Y-%m-%d}"
    return (
        f"{shortened(session.title or UNTITLED, _OFFERED_TITLE)} · {when} · {_turns(summary.turns)}"
    )


def moment(at: datetime) -> str:
    """Return a moment that Discord shows in the reader's own time zone."""
    return f"<t:{int(at.timestamp())}:f>"


def _line(summary: SessionSummary) -> str:
    session = summary.session
    name = discord.utils.escape_markdown((session.title or UNTITLED)[:_LISTED_TITLE])
    mark = "▶️ " if session.is_open else "• "
    return f"{mark}**{name}** · {moment(summary.last_said_at or session.opened_at)}"


def _turns(count: int) -> str:
    return "1 turn" if count == 1 else f"{count} turns"
