"""Changes: what of the world is to be written down, at the beginning and after each event."""

from __future__ import annotations

from collections.abc import Iterator

from bot.playground.world.accounts import User
from bot.playground.world.commands import EVERYWHERE, Command
from bot.playground.world.events import (
    ChannelCreated,
    ChannelDeleted,
    ChannelUpdated,
    CommandsChanged,
    Event,
    GuildAdded,
    GuildChanged,
    GuildLost,
    MemberChanged,
    MemberJoined,
    MemberLeft,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    MessagesDeleted,
    ReactionChanged,
    RoleChanged,
    ThreadDeleted,
    ThreadMembersChanged,
    ThreadOpened,
    ThreadUpdated,
)
from bot.playground.world.places import Channel, ChannelKind, Guild, Message, Thread
from bot.playground.world.world import World

Key = tuple[str, int]
"""The kind and the id under which a thing is kept."""

Thing = User | Guild | Channel | Message | Command


def everyone_and_every_place(world: World) -> dict[Key, Thing | None]:
    """Return what is there before anything is said: users, guilds, channels and threads."""
    return {
        **{("user", user.id): user for user in world.users.values()},
        **{("guild", guild.id): guild for guild in world.guilds.values()},
        **dict(_channel(channel) for channel in world.channels.values()),
    }


def touched(world: World, event: Event) -> Iterator[tuple[Key, Thing | None]]:
    """What is to be written down after an event; None for what is gone."""
    yield from _touched_words(event)
    yield from _touched_places(event)
    if isinstance(event, CommandsChanged):
        for command in world.commands.of(EVERYWHERE):
            yield ("command", command.id), command


def _touched_words(event: Event) -> Iterator[tuple[Key, Thing | None]]:
    match event:
        case MessageCreated(message) | MessageEdited(message) | ReactionChanged(message):
            if not message.is_ephemeral:
                yield ("message", message.id), message
                yield _channel(message.channel)
        case MessageDeleted(message):
            yield ("message", message.id), None
        case MessagesDeleted(_, messages):
            for message in messages:
                yield ("message", message.id), None


def _touched_places(event: Event) -> Iterator[tuple[Key, Thing | None]]:
    match event:
        case ChannelCreated(channel) | ChannelUpdated(channel):
            yield _channel(channel)
        case ThreadOpened(thread) | ThreadUpdated(thread) | ThreadMembersChanged(thread):
            yield _channel(thread)
            yield _channel(thread.parent)  # a forum's newest message is its newest post
        case ChannelDeleted(channel, threads):
            for each in (channel, *threads):
                yield from _all_gone(each)
        case ThreadDeleted(thread):
            yield from _all_gone(thread)
        case (
            GuildAdded(guild)
            | GuildChanged(guild)
            | GuildLost(guild)
            | RoleChanged(guild)
            | MemberJoined(guild)
            | MemberChanged(guild)
            | MemberLeft(guild)
        ):
            yield ("guild", guild.id), guild
            for member in guild.members.values():
                yield ("user", member.user.id), member.user


def _channel(channel: Channel) -> tuple[Key, Channel]:
    return (_kind(channel), channel.id), channel


def _all_gone(channel: Channel) -> Iterator[tuple[Key, None]]:
    yield (_kind(channel), channel.id), None
    for message in channel.history:
        yield ("message", message.id), None


def _kind(channel: Channel) -> str:
    if isinstance(channel, Thread):
        return "thread"
    return "category" if channel.kind is ChannelKind.CATEGORY else "channel"
