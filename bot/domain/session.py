"""Sessions: one conversation, where it is held, and as which persona the bot answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType
from uuid import UUID

SessionId = NewType("SessionId", UUID)
TurnId = NewType("TurnId", int)


@dataclass(frozen=True, slots=True)
class Place:
    """Where people talk: one Discord channel, thread or direct message."""

    channel_id: int
    guild_id: int | None = None

    @property
    def is_direct(self) -> bool:
        """Whether only one person talks with the bot here."""
        return self.guild_id is None


@dataclass(frozen=True, slots=True)
class Session:
    """One conversation with a uuid. A place has at most one open session.

    Its history is the way from `head`, its newest turn, to the root. Of that way
    the model is shown the part from the depth `floor` on.
    """

    id: SessionId
    place: Place
    persona: str
    opened_by: int
    opened_at: datetime
    model: str | None = None  # None: whatever the operator's default is
    title: str | None = None
    head: TurnId | None = None
    floor: int = 0
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether what is said at its place belongs to it."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class PutAway:
    """A session that another took the place of."""

    session: Session
    unanswered: int  # prompts that waited for a reply, and get none now


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A session as a list of sessions shows it."""

    session: Session
    turns: int  # on the way from its head to the root
    last_said_at: datetime | None
    input_tokens: int
    output_tokens: int
