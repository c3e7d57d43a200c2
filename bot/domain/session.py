"""Sessions: one conversation, where it is held, and as which persona the bot answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from bot.domain.manner import Choices, Trait

SessionId = NewType("SessionId", UUID)
TurnId = NewType("TurnId", int)


@dataclass(frozen=True, slots=True)
class Place:
    """Where people talk: one Discord channel, thread or direct message."""

    channel_id: int
    guild_id: int | None = None
    # The channel that a thread belongs to, where it is known; it is no part of what a place is.
    parent_id: int | None = field(default=None, compare=False)

    @property
    def channel(self) -> int:
        """The channel whose settings hold here: a thread has none of its own."""
        return self.parent_id or self.channel_id

    @property
    def is_direct(self) -> bool:
        """Whether only one person talks with the bot here."""
        return self.guild_id is None


@dataclass(frozen=True, slots=True)
class Names:
    """What people call a place, and where it is."""

    server: str
    channel: str


class TitledBy(StrEnum):
    """Where a session's title is from. One that a person gave is theirs to change."""

    PROMPT = "prompt"  # the first words that were said in it; also where there is no title
    MODEL = "model"  # which made it of the first prompts and their answer
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Session:
    """One conversation with a uuid. A place has at most one open session.

    Its history is the way from `head`, its newest turn, to the root. Of that way
    the model is shown the part from the depth `floor` on.

    It is answered as `persona`, in that persona's `wording` as it was when the session was
    first answered so, or None before that: what follows it is then cached by the provider.
    """

    id: SessionId
    place: Place
    persona: str
    opened_by: int
    opened_at: datetime
    choices: Choices = field(default_factory=dict, hash=False)  # what was chosen for it alone
    title: str | None = None
    head: TurnId | None = None
    floor: int = 0
    closed_at: datetime | None = None
    wording: str | None = None
    titled_by: TitledBy = TitledBy.PROMPT

    def __post_init__(self) -> None:
        is_called = self.title is not None or self.titled_by is TitledBy.PROMPT
        assert is_called, "who gave a title gave one"  # noqa: S101

    @property
    def model(self) -> str | None:
        """The model that was chosen for it alone."""
        return self.choices.get(Trait.MODEL)

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
class Branched:
    """A session that goes on from a turn of another, and the one whose place it took."""

    session: Session
    before: PutAway | None


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A session as a list of sessions shows it."""

    session: Session
    turns: int  # on the way from its head to the root
    last_said_at: datetime | None
    input_tokens: int
    output_tokens: int
