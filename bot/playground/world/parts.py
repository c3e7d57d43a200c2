"""What messages are made of."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, IntFlag

from bot.playground.world.accounts import Role, User
from bot.playground.world.files import signature

Json = Mapping[str, object]
"""A JSON object that nobody changes any more."""


class MessageKind(IntEnum):
    """Discord's message types, as far as they are made here.

    https://docs.discord.com/developers/resources/message#message-object-message-types
    """

    DEFAULT = 0
    RENAMED = 4
    MEMBER_JOINED = 7
    THREAD_CREATED = 18
    REPLY = 19
    SLASH_COMMAND = 20
    THREAD_STARTER = 21
    APP_COMMAND = 23


ORDINARY = frozenset(
    {
        MessageKind.DEFAULT,
        MessageKind.REPLY,
        MessageKind.SLASH_COMMAND,
        MessageKind.APP_COMMAND,
    }
)
"""The kinds that hold somebody's words; all others are the system's."""


class MessageFlag(IntFlag):
    """Discord's message flags, as far as they mean something here."""

    SUPPRESS_EMBEDS = 1 << 2
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    VOICE_MESSAGE = 1 << 13
    COMPONENTS_V2 = 1 << 15


PLAIN = MessageFlag(0)
"""A message without any flag."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in."""

    filename: str
    data: bytes
    content_type: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that hangs on a message and can be fetched at `url`."""

    id: int
    filename: str
    data: bytes
    location: str
    content_type: str
    life: float
    description: str | None = None
    ephemeral: bool = False

    @property
    def url(self) -> str:
        """Where it can be fetched from now on for `life` seconds, and not after."""
        return f"{self.location}?{signature(self.location, time.time() + self.life)}"

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return len(self.data)


@dataclass(frozen=True, slots=True)
class Reference:
    """What a message points at: the message it replies to, or a channel."""

    channel_id: int
    message_id: int | None = None
    guild_id: int | None = None


@dataclass(frozen=True, slots=True)
class AllowedMentions:
    """Which mentions in a text are meant."""

    everyone: bool = True
    all_users: bool = True
    all_roles: bool = True
    users: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()
    replied_user: bool = True


EVERYTHING = AllowedMentions()
"""What an ordinary message without `allowed_mentions` may mention."""

USERS_ONLY = AllowedMentions(everyone=False, all_roles=False)
"""What an interaction's or webhook's message without the field may mention."""


@dataclass(frozen=True, slots=True)
class Mentioned:
    """Whom a message addresses, and whose phone rings for it."""

    users: tuple[User, ...] = ()
    roles: tuple[Role, ...] = ()
    everyone: bool = False
    pings: frozenset[User] = frozenset()


TYPED, FROM_MENU = 1, 3
"""The types of a slash command, and of one in the menu of a message."""


@dataclass(frozen=True, slots=True)
class InteractionNote:
    """Which interaction brought a message about."""

    id: int
    kind: int
    user: User
    name: str = ""
    target_message_id: int | None = None
    original_response_id: int | None = None
    command_type: int = TYPED


@dataclass(frozen=True, slots=True)
class Draft:
    """All that someone may put into a message."""

    content: str = ""
    embeds: tuple[Json, ...] = ()
    components: tuple[Json, ...] = ()
    uploads: tuple[Upload, ...] = ()
    reference: Reference | None = None
    allowed: AllowedMentions = EVERYTHING
    nonce: str | int | None = None
    flags: MessageFlag = PLAIN
    tts: bool = False
    kind: MessageKind = MessageKind.DEFAULT
    note: InteractionNote | None = None
    webhook_id: int | None = None
    ephemeral_to: User | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What an edit replaces; `None` leaves a part as it is."""

    content: str | None = None
    embeds: tuple[Json, ...] | None = None
    components: tuple[Json, ...] | None = None
    kept: frozenset[int] | None = None
    uploads: tuple[Upload, ...] = ()
    allowed: AllowedMentions = EVERYTHING
    flags: MessageFlag | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """What a message said before an edit, and when the edit came."""

    content: str
    replaced_at: datetime


BUTTON = 2


def walk(components: tuple[Json, ...] | list[Json]) -> list[Json]:
    """All components in a tree, outermost first."""
    found: list[Json] = []
    for part in components:
        found.append(part)
        for key in ("components", "accessory", "component"):
            inner = part.get(key)
            if isinstance(inner, Mapping):
                found.extend(walk([inner]))
            elif isinstance(inner, list | tuple):
                found.extend(walk([each for each in inner if isinstance(each, Mapping)]))
    return found
