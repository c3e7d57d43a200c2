"""What happens in the world. Gateway, watchers and waiting tests all live on these."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.playground.world.accounts import Member, Role, User
from bot.playground.world.interaction import Interaction
from bot.playground.world.places import Channel, Guild, Message, Thread


@dataclass(frozen=True, slots=True)
class MessageCreated:
    """Something was said; `nonce` is told to nobody but at this moment."""

    message: Message
    content: str


@dataclass(frozen=True, slots=True)
class MessageEdited:
    """A message changed from `before` to `content` (or in its other parts)."""

    message: Message
    before: str
    content: str


@dataclass(frozen=True, slots=True)
class MessageDeleted:
    """A message is gone."""

    message: Message


@dataclass(frozen=True, slots=True)
class MessagesDeleted:
    """Many messages of one channel are gone at once."""

    channel: Channel
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class ReactionChanged:
    """Someone put an emoji under a message, or took it away."""

    message: Message
    user: User
    emoji: str
    added: bool


@dataclass(frozen=True, slots=True)
class TypingStarted:
    """Someone is typing."""

    channel: Channel
    user: User
    at: datetime


@dataclass(frozen=True, slots=True)
class ChannelCreated:
    """A guild has a new channel."""

    channel: Channel


@dataclass(frozen=True, slots=True)
class ChannelUpdated:
    """A channel's settings changed."""

    channel: Channel


@dataclass(frozen=True, slots=True)
class ChannelOpened:
    """The bot can see a channel that was hidden from it."""

    channel: Channel


@dataclass(frozen=True, slots=True)
class ChannelDeleted:
    """A channel is gone, with everything in it; so are the threads under it."""

    channel: Channel
    threads: tuple[Thread, ...] = ()


@dataclass(frozen=True, slots=True)
class ThreadOpened:
    """A thread was made."""

    thread: Thread


@dataclass(frozen=True, slots=True)
class ThreadUpdated:
    """A thread was renamed, archived, locked or the reverse."""

    thread: Thread


@dataclass(frozen=True, slots=True)
class ThreadDeleted:
    """A thread is gone."""

    thread: Thread


@dataclass(frozen=True, slots=True)
class ThreadMembersChanged:
    """People came into a thread or left it."""

    thread: Thread
    added: tuple[User, ...] = ()
    removed: tuple[User, ...] = ()


@dataclass(frozen=True, slots=True)
class GuildAdded:
    """The bot came into a guild."""

    guild: Guild


@dataclass(frozen=True, slots=True)
class GuildChanged:
    """A guild's settings changed."""

    guild: Guild


@dataclass(frozen=True, slots=True)
class GuildLost:
    """The bot is no longer in a guild, or (`outage`) the guild is out of order."""

    guild: Guild
    outage: bool = False


@dataclass(frozen=True, slots=True)
class MemberJoined:
    """Someone came into a guild."""

    guild: Guild
    member: Member


@dataclass(frozen=True, slots=True)
class MemberChanged:
    """A member's name or roles changed."""

    guild: Guild
    member: Member


@dataclass(frozen=True, slots=True)
class MemberLeft:
    """Someone left a guild."""

    guild: Guild
    user: User


@dataclass(frozen=True, slots=True)
class RoleChanged:
    """A role was made (`created`) or changed."""

    guild: Guild
    role: Role
    created: bool


@dataclass(frozen=True, slots=True)
class InteractionBegan:
    """Someone used a command, button, menu or form; the bot has three seconds."""

    interaction: Interaction


@dataclass(frozen=True, slots=True)
class InteractionAnswered:
    """The bot acknowledged an interaction, in the way its `callback` says."""

    interaction: Interaction


@dataclass(frozen=True, slots=True)
class InteractionFailed:
    """Three seconds went by: the person reads "The application did not respond"."""

    interaction: Interaction


@dataclass(frozen=True, slots=True)
class CommandsChanged:
    """The bot has registered other commands."""


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """The bot's gateway connection did something: ready, resumed, closed."""

    shard: int
    what: str


Event = (
    MessageCreated
    | MessageEdited
    | MessageDeleted
    | MessagesDeleted
    | ReactionChanged
    | TypingStarted
    | ChannelCreated
    | ChannelUpdated
    | ChannelOpened
    | ChannelDeleted
    | ThreadOpened
    | ThreadUpdated
    | ThreadDeleted
    | ThreadMembersChanged
    | GuildAdded
    | GuildChanged
    | GuildLost
    | MemberJoined
    | MemberChanged
    | MemberLeft
    | RoleChanged
    | InteractionBegan
    | InteractionAnswered
    | InteractionFailed
    | CommandsChanged
    | ConnectionChanged
)
"""Everything that can happen."""
