"""Every sentence about versions, what is taken out, and branches."""

from __future__ import annotations

import discord

from bot.domain.session import Branched, Session
from bot.engine.sessions import Change
from bot.gateway.phrases_session import UNTITLED, put_away

_RETRIES = {
    Change.STARTED: "🔁 Answering again, in the place of the last answer.",
    Change.NOTHING: "There is no answer yet that I could give again.",
    Change.BUSY: "The newest answer is still being written. Stop it first, or wait for its end.",
    Change.WITHDRAWN: "The question was deleted, so there is nothing to answer again. Ask anew.",
    Change.NOT_NEWEST: (
        "The conversation has gone on since, or was put away, and only its newest answer can "
        "be given again. Ask anew, or use `/retry`."
    ),
}
_VERSIONS = {
    Change.STARTED: "🔃 Another version of the answer is shown.",
    Change.NOTHING: "I do not have this version of the answer any more.",
    Change.BUSY: _RETRIES[Change.BUSY],
    Change.NOT_NEWEST: (
        "The conversation has gone on since, or was put away, and only its newest answer can "
        "change to another version."
    ),
}

_UNDOINGS = {
    Change.STARTED: (
        "↩️ The last message and its answer are no longer part of the conversation; what is said "
        "next builds on what was before. `/undo` again goes further back."
    ),
    Change.NOTHING: "There is nothing to take out: no conversation is open here, or it is empty.",
    Change.BUSY: _RETRIES[Change.BUSY],
}

_BRANCHINGS = {
    Change.NOTHING: (
        "There is nothing to go on from: up to this message nothing was said to me here, or it "
        "was erased."
    ),
    Change.WITHDRAWN: "What was asked there was deleted, so there is nothing to go on from.",
    Change.BUSY: "What was asked is not answered yet. Wait for the answer, then go on from it.",
}


def retried(came: Change) -> str:
    """Return what came of asking for another answer."""
    return _RETRIES[came]


def version_shown(came: Change) -> str:
    """Return why another version of an answer is not shown."""
    return _VERSIONS[came]


def undone(came: Change) -> str:
    """Return what came of taking the newest turn out."""
    return _UNDOINGS[came]


def not_branched(came: Change) -> str:
    """Return why nobody can go on from a message."""
    return _BRANCHINGS[came]


def branch_name(source: Session) -> str:
    """Return what the thread of a branch is called."""
    return f"↳ {source.title or UNTITLED}"[:100]


def went_on(name: str, link: str) -> str:
    """Return the line that a branch starts from; it pings nobody when sent as the bot sends."""
    return f"🌿 **{discord.utils.escape_markdown(name)}** goes on from {link}"


def branch_greeting(link: str, *, needs_mention: bool) -> str:
    """Return what is said first in the thread of a branch."""
    how = "mention me when you do" if needs_mention else "no mention is needed in here"
    return (
        f"🌿 I know all that was said up to {link}, and nothing after it. What is said here "
        f"changes nothing there. Say how it goes on; {how}."
    )


def branched_here(branched: Branched) -> str:
    """Return that a branch is open where there are no threads."""
    fresh = "🌿 We go on from there, right here; what was said after it is no part of it."
    return f"{fresh} {put_away(branched.before)}" if branched.before else fresh
