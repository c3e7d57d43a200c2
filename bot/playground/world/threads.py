"""Opening threads and posts, who is in them, and putting them away.

https://docs.discord.com/developers/topics/threads
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.playground.world.accounts import User
from bot.playground.world.events import (
    MessageCreated,
    MessageEdited,
    ThreadMembersChanged,
    ThreadOpened,
    ThreadUpdated,
)
from bot.playground.world.parts import MessageFlag, MessageKind, Reference
from bot.playground.world.permission import Permission, demand, may_see
from bot.playground.world.places import Channel, ChannelKind, Message, Thread
from bot.playground.world.refusal import Code, Refused
from bot.playground.world.snowflake import time_of
from bot.playground.world.world import World

STARTABLE = {
    ChannelKind.TEXT: ChannelKind.PUBLIC_THREAD,
    ChannelKind.ANNOUNCEMENT: ChannelKind.ANNOUNCEMENT_THREAD,
    ChannelKind.FORUM: ChannelKind.PUBLIC_THREAD,
}
"""The kinds of channel that can hold threads, and the kind of a public one there."""


LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class ThreadDraft:
    """How a thread is to be."""

    name: str
    auto_archive_minutes: int = 1440
    private: bool = False
    invitable: bool = True
    applied_tags: tuple[int, ...] = ()


def check_may_open(channel: Channel, who: User, *, private: bool, message: Message | None) -> None:
    """Nothing is wrong with this user opening a thread here; a forum holds only posts.

    Raises:
        Refused: for the first thing that is.
    """
    if message and not (message.is_there and message.channel is channel):
        raise Refused(Code.UNKNOWN_MESSAGE)
    if private:
        demand(channel, who, Permission.CREATE_PRIVATE_THREADS)
    else:
        demand(channel, who, Permission.CREATE_PUBLIC_THREADS)
    kinds = {ChannelKind.TEXT} if private else STARTABLE.keys() - {ChannelKind.FORUM}
    if channel.kind not in kinds:
        raise Refused(Code.WRONG_CHANNEL_TYPE)
    if message and message.thread:
        raise Refused(Code.THREAD_ALREADY_STARTED)


def open_thread(
    world: World, channel: Channel, who: User, draft: ThreadDraft, message: Message | None = None
) -> Thread:
    """A new thread with its maker in it; one from a message has the message's id."""
    if channel.guild is None:
        raise Refused(Code.NOT_IN_DM)
    now = datetime.now(UTC)
    kind = ChannelKind.PRIVATE_THREAD if draft.private else STARTABLE[channel.kind]
    thread = Thread(
        id=message.id if message else world.snowflakes.next(),
        kind=kind,
        name=draft.name,
        guild=channel.guild,
        parent=channel,
        owner_id=who.id,
        created_at=now,
        archived_at=now,
        auto_archive_minutes=draft.auto_archive_minutes,
        invitable=draft.invitable,
        applied_tags=draft.applied_tags,
        member_ids={who.id: now},
    )
    world.channels[thread.id] = thread
    channel.guild.place(thread)
    world.emit(ThreadOpened(thread))
    world.emit(ThreadMembersChanged(thread, added=(who,)))
    if message:
        _hang_on(world, thread, message)
    elif channel.kind is ChannelKind.FORUM:
        channel.last_message_id = thread.id
    elif not draft.private:
        _announce(world, thread, who)
    return thread


def come_in(world: World, thread: Thread, *users: User) -> None:
    """These users are in the thread, as far as they can see the channel it is in."""
    new = tuple(
        user
        for user in dict.fromkeys(users)
        if user.id not in thread.member_ids and may_see(thread.parent, user)
    )
    if new:
        now = datetime.now(UTC)
        thread.member_ids.update((user.id, now) for user in new)
        world.emit(ThreadMembersChanged(thread, added=new))


def go_out(world: World, thread: Thread, user: User) -> None:
    """The user is no longer in the thread."""
    if thread.member_ids.pop(user.id, None) is not None:
        world.emit(ThreadMembersChanged(thread, removed=(user,)))


def set_aside(world: World, thread: Thread, *, archived: bool, locked: bool) -> None:
    """The thread is archived and locked, or not, as said."""
    if thread.archived != archived:
        thread.archived_at = datetime.now(UTC)
    thread.archived = archived
    thread.locked = locked
    world.emit(ThreadUpdated(thread))


def tell_renamed(world: World, thread: Thread, who: User) -> None:
    """Everyone in the thread reads who gave it the name that it has now."""
    _say(world, _Notice(thread, who, MessageKind.RENAMED, thread.name))


def wake(world: World, thread: Thread) -> None:
    """An archived thread is active again: somebody spoke in it."""
    if thread.archived:
        set_aside(world, thread, archived=False, locked=thread.locked)


def _hang_on(world: World, thread: Thread, message: Message) -> None:
    message.thread = thread
    message.flags |= MessageFlag.HAS_THREAD
    world.emit(MessageEdited(message, message.content, message.content))
    pointer = Reference(message.channel.id, message.id, _guild_id(thread))
    _say(world, _Notice(thread, message.author, MessageKind.THREAD_STARTER, "", pointer))


def _announce(world: World, thread: Thread, who: User) -> None:
    pointer = Reference(thread.id, None, _guild_id(thread))
    notice = _Notice(thread.parent, who, MessageKind.THREAD_CREATED, thread.name, pointer)
    _say(world, notice)


def _guild_id(channel: Channel) -> int | None:
    return channel.guild.id if channel.guild else None


@dataclass(frozen=True, slots=True)
class _Notice:
    channel: Channel
    who: User
    kind: MessageKind
    content: str
    pointer: Reference | None = None


def _say(world: World, notice: _Notice) -> None:
    message_id = world.snowflakes.next()
    message = Message(
        id=message_id,
        channel=notice.channel,
        author=notice.who,
        content=notice.content,
        created_at=time_of(message_id),
        kind=notice.kind,
        reference=notice.pointer,
    )
    notice.channel.history.add(message)
    notice.channel.last_message_id = message.id
    world.emit(MessageCreated(message, notice.content))
