"""An interaction: someone asked the bot for something and waits.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from bot.playground.world.accounts import User
from bot.playground.world.parts import Json
from bot.playground.world.places import Channel, Message


class InteractionKind(IntEnum):
    """What the person did."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Callback(IntEnum):
    """How a bot may answer first."""

    PONG = 1
    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


class Stage(StrEnum):
    """Where an interaction stands."""

    WAITING = "waiting"
    ANSWERED = "answered"
    FAILED = "failed"


@dataclass(eq=False, slots=True)
class Interaction:
    """One request of one person, from its beginning to its last follow-up."""

    id: int
    token: str
    kind: InteractionKind
    user: User
    channel: Channel
    data: Json
    summary: str
    message: Message | None = None
    original_id: int | None = None
    began: float = field(default_factory=time.monotonic)
    stage: Stage = Stage.WAITING
    callback: Callback | None = None
    answered_after: float | None = None
    ephemeral: bool = False
    response: Message | None = None
    followups: list[Message] = field(default_factory=list)
    choices: tuple[Json, ...] = ()
    modal: Json | None = None

    def settle(self, callback: Callback) -> None:
        """The bot has answered, in this way, now."""
        self.stage = Stage.ANSWERED
        self.callback = callback
        self.answered_after = time.monotonic() - self.began

    def age(self) -> float:
        """Seconds since the person asked."""
        return time.monotonic() - self.began
