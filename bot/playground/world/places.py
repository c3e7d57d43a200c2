"""Guilds, the channels and threads in them, DMs beside them, and what is said there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from bot.playground.world.accounts import Member, Overwrite, Role, User
from bot.playground.world.history import History
from bot.playground.world.parts import (
    BUTTON,
    PLAIN,
    Attachment,
    InteractionNote,
    Json,
    Mentioned,
    MessageFlag,
    MessageKind,
    Reference,
    Version,
    walk,
)


class ChannelKind(IntEnum):
    """Discord's channel types.

    https://docs.discord.com/developers/resources/channel#channel-object-channel-types
    """

    TEXT = 0
    DM = 1
    VOICE = 2
    CATEGORY = 4
    ANNOUNCEMENT = 5
    ANNOUNCEMENT_THREAD = 10
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    FORUM = 15


WITHOUT_MESSAGES = frozenset({ChannelKind.CATEGORY, ChannelKind.FORUM})


@dataclass(eq=False, slots=True, repr=False)
class Channel:
    """A place for messages (or, as a forum or category, for other channels)."""

    id: int
    kind: ChannelKind
    name: str
    guild: Guild | None = None
    topic: str | None = None
    position: int = 0
    category: Channel | None = None
    slowmode: int = 0
    nsfw: bool = False
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    tags: dict[int, str] = field(default_factory=dict)
    recipients: tuple[User, ...] = ()
    history: History[Message] = field(default_factory=History)
    last_message_id: int | None = None
    deleted: bool = False

    def __repr__(self) -> str:
        return f"<{self.kind.name} {self.name}>"

    @property
    def messages(self) -> list[Message]:
        """Everything said here that is still there, oldest first."""
        return list(self.history)

    @property
    def mention(self) -> str:
        """What is typed to point at this channel."""
        return f"<#{self.id}>"


@dataclass(eq=False, slots=True, kw_only=True, repr=False)
class Thread(Channel):
    """A channel under a channel; in a forum, a post."""

    parent: Channel
    owner_id: int
    created_at: datetime
    archived_at: datetime
    archived: bool = False
    locked: bool = False
    invitable: bool = True
    auto_archive_minutes: int = 1440
    member_ids: dict[int, datetime] = field(default_factory=dict)
    total_sent: int = 0
    applied_tags: tuple[int, ...] = ()

    @property
    def is_private(self) -> bool:
        """Whether only its members (and those who manage threads) see it."""
        return self.kind is ChannelKind.PRIVATE_THREAD

    @property
    def is_post(self) -> bool:
        """Whether this is a post in a forum."""
        return self.parent.kind is ChannelKind.FORUM


@dataclass(eq=False, slots=True, repr=False)
class Guild:
    """A server with its members, roles and channels."""

    id: int
    name: str
    owner_id: int
    everyone: Role
    joined_at: datetime
    unavailable: bool = False
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    threads: dict[int, Thread] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Guild {self.name}>"

    def place(self, channel: Channel) -> None:
        """Put a channel or thread on this guild's list."""
        if isinstance(channel, Thread):
            self.threads[channel.id] = channel
        else:
            self.channels[channel.id] = channel


@dataclass(eq=False, slots=True, repr=False)
class Message:
    """A message as it is now; `edits` holds what it said before."""

    id: int
    channel: Channel
    author: User
    content: str
    created_at: datetime
    kind: MessageKind = MessageKind.DEFAULT
    embeds: tuple[Json, ...] = ()
    components: tuple[Json, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    reference: Reference | None = None
    mentioned: Mentioned = field(default_factory=Mentioned)
    nonce: str | int | None = None
    flags: MessageFlag = PLAIN
    tts: bool = False
    webhook_id: int | None = None
    note: InteractionNote | None = None
    ephemeral_to: User | None = None
    edited_at: datetime | None = None
    edits: list[Version] = field(default_factory=list)
    reactions: dict[str, list[int]] = field(default_factory=dict)
    thread: Thread | None = None
    deleted: bool = False

    def __repr__(self) -> str:
        return f"<Message {self.id} {self.author.name}: {self.content[:60]!r}>"

    @property
    def pings(self) -> frozenset[User]:
        """Everyone who was notified by this message, by its first text or a later one."""
        return self.mentioned.pings

    @property
    def is_loading(self) -> bool:
        """Whether it is only the promise of an answer ("is thinking...")."""
        return MessageFlag.LOADING in self.flags

    @property
    def is_ephemeral(self) -> bool:
        """Whether only one person can see it."""
        return self.ephemeral_to is not None

    @property
    def is_there(self) -> bool:
        """Whether it stands in its channel for all who read there."""
        return not (self.deleted or self.is_ephemeral or self.channel.deleted)

    @property
    def labels(self) -> list[str]:
        """What is written on its buttons, in order."""
        return [
            str(part["label"])
            for part in walk(self.components)
            if part.get("type") == BUTTON and "label" in part
        ]
