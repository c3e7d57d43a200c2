"""Saying, changing and taking back messages, with everything that follows from it."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

from bot.playground.world import threads
from bot.playground.world.accounts import User
from bot.playground.world.events import (
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    MessagesDeleted,
    ReactionChanged,
)
from bot.playground.world.mentions import mentioned
from bot.playground.world.parts import (
    ORDINARY,
    AllowedMentions,
    Change,
    Draft,
    Mentioned,
    MessageFlag,
    MessageKind,
    Reference,
    Version,
)
from bot.playground.world.permission import NONE, Permission, demand, sending_in
from bot.playground.world.places import WITHOUT_MESSAGES, Channel, ChannelKind, Message, Thread
from bot.playground.world.refusal import Code, Refused
from bot.playground.world.snowflake import time_of
from bot.playground.world.world import World

UNAFFECTED_BY_SLOWMODE = (
    Permission.MANAGE_MESSAGES | Permission.MANAGE_CHANNELS | Permission.BYPASS_SLOWMODE
)


def check_may_post(world: World, channel: Channel, author: User, draft: Draft) -> None:
    """Nothing is wrong with `author` saying `draft` here.

    Raises:
        Refused: for the first thing that is.
    """
    granted = demand(channel, author, sending_in(channel) | _needed(draft))
    if channel.recipients and not _is_reachable(world, channel, author):
        raise Refused(Code.CANNOT_DM)
    if channel.kind in WITHOUT_MESSAGES:
        raise Refused(Code.NOT_A_TEXT_CHANNEL)
    if draft.reference and Permission.READ_MESSAGE_HISTORY not in granted:
        raise Refused(Code.REPLY_NEEDS_HISTORY)
    if isinstance(channel, Thread) and channel.locked and Permission.MANAGE_THREADS not in granted:
        raise Refused(Code.THREAD_LOCKED)
    if channel.slowmode and not granted & UNAFFECTED_BY_SLOWMODE:
        _check_pace(channel, author)


def check_may_begin(forum: Channel, author: User, draft: Draft) -> None:
    """Nothing is wrong with `author` beginning a post in the forum with `draft`.

    Raises:
        Refused: for the first thing that is.
    """
    demand(forum, author, Permission.SEND_MESSAGES | _needed(draft))
    if forum.kind is not ChannelKind.FORUM:
        raise Refused(Code.WRONG_CHANNEL_TYPE)


def post(world: World, channel: Channel, author: User, draft: Draft) -> Message:
    """The draft is a message now, for everyone or for `ephemeral_to` alone."""
    message_id = channel.id if _opens_post(channel) else world.snowflakes.next()
    ephemeral = draft.ephemeral_to is not None
    message = Message(
        id=message_id,
        channel=channel,
        author=author,
        content=draft.content,
        created_at=time_of(message_id),
        kind=MessageKind.REPLY if draft.reference and not draft.kind else draft.kind,
        embeds=draft.embeds,
        components=draft.components,
        attachments=tuple(
            world.store_file(channel, each, ephemeral=ephemeral) for each in draft.uploads
        ),
        reference=draft.reference,
        nonce=draft.nonce,
        flags=draft.flags,
        tts=draft.tts,
        note=draft.note,
        webhook_id=draft.webhook_id,
        ephemeral_to=draft.ephemeral_to,
    )
    message.mentioned = _mentioned(world, message, draft.allowed)
    if ephemeral:
        message.mentioned = replace(message.mentioned, pings=frozenset())
    else:
        _enter(world, message)
        world.nonces.remember(message, draft)
    world.emit(MessageCreated(message, message.content))
    return message


def edit(world: World, message: Message, change: Change) -> None:
    """The message is as `change` says; everyone who was addressed anew is pinged.

    In life an edit rings no phone, but it does mark the message for whom it names. It is
    counted here all the same: a bot must not lean on the difference.
    """
    before = message.content
    if change.content is not None:
        message.content = change.content
        rung = message.pings
        message.mentioned = _mentioned(world, message, change.allowed)
        message.mentioned = replace(message.mentioned, pings=message.pings | rung)
    if change.embeds is not None:
        message.embeds = change.embeds
    if change.components is not None:
        message.components = change.components
    _exchange_files(world, message, change)
    if change.flags is not None:
        message.flags = change.flags
    message.edited_at = datetime.now(UTC)
    message.edits.append(Version(before, message.edited_at))
    world.emit(MessageEdited(message, before, message.content))


def erase(world: World, *messages: Message) -> None:
    """The messages are gone from their channel; those that were already are passed over."""
    there = tuple(message for message in messages if not message.deleted)
    for message in there:
        message.deleted = True
        message.channel.history.remove(message)
    if len(there) == 1:
        world.emit(MessageDeleted(there[0]))
    elif there:
        world.emit(MessagesDeleted(there[0].channel, there))


def react(world: World, message: Message, user: User, emoji: str) -> None:
    """The user's emoji stands under the message."""
    who = message.reactions.setdefault(emoji, [])
    if user.id not in who:
        who.append(user.id)
        world.emit(ReactionChanged(message, user, emoji, added=True))


def unreact(world: World, message: Message, user: User, emoji: str) -> None:
    """The user's emoji no longer stands under the message."""
    who = message.reactions.get(emoji, [])
    if user.id in who:
        who.remove(user.id)
        if not who:
            del message.reactions[emoji]
        world.emit(ReactionChanged(message, user, emoji, added=False))


def check_may_react(message: Message, who: User, emoji: str) -> None:
    """Nothing is wrong with this user's emoji under the message.

    Raises:
        Refused: for the first thing that is.
    """
    new = emoji not in message.reactions
    needed = Permission.READ_MESSAGE_HISTORY | (Permission.ADD_REACTIONS if new else NONE)
    demand(message.channel, who, needed)
    if not message.is_there:
        raise Refused(Code.UNKNOWN_MESSAGE)
    if isinstance(message.channel, Thread) and message.channel.archived:
        raise Refused(Code.THREAD_ARCHIVED)


def check_may_change(message: Message, who: User, *, delete: bool) -> None:
    """The message is this user's to edit, or to delete.

    Raises:
        Refused: for a message that is not there, another's without the right, a system message,
            or one in an archived thread.
    """
    granted = demand(message.channel, who, NONE)
    if not message.is_there:
        raise Refused(Code.UNKNOWN_MESSAGE)
    if delete and Permission.MANAGE_MESSAGES in granted and message.channel.guild:
        return
    if message.author is not who:
        raise Refused(_whose(message, delete=delete))
    if not delete and message.kind not in ORDINARY:
        raise Refused(Code.NOT_ON_SYSTEM_MESSAGE)
    if isinstance(message.channel, Thread) and message.channel.archived:
        raise Refused(Code.THREAD_ARCHIVED)


def _is_reachable(world: World, channel: Channel, author: User) -> bool:
    # Direct messages need a server in which both are, and that the other has them open.
    if any(not each.direct_messages_open and each is not author for each in channel.recipients):
        return False
    return any(
        all(each.id in guild.members for each in channel.recipients)
        for guild in world.guilds.values()
    )


def _needed(draft: Draft) -> Permission:
    needed = NONE
    if draft.uploads:
        needed |= Permission.ATTACH_FILES
    if draft.embeds:
        needed |= Permission.EMBED_LINKS
    if draft.tts:
        needed |= Permission.SEND_TTS_MESSAGES
    return needed


def _whose(message: Message, *, delete: bool) -> Code:
    if not delete:
        return Code.NOT_YOUR_MESSAGE
    return Code.MISSING_PERMISSIONS if message.channel.guild else Code.NOT_IN_DM


def referenced(world: World, reference: Reference | None) -> Message | None:
    """The message that a reference points at, if it is still there."""
    if reference is None or reference.message_id is None:
        return None
    channel = world.channels.get(reference.channel_id)
    return channel.history.get(reference.message_id) if channel else None


def _check_pace(channel: Channel, author: User) -> None:
    for message in reversed(channel.history):
        if message.author is author:
            wait = message.created_at.timestamp() + channel.slowmode - time.time()
            if wait > 0:
                raise Refused(Code.SLOWMODE, retry_after=wait)
            return


def _mentioned(world: World, message: Message, allowed: AllowedMentions) -> Mentioned:
    if MessageFlag.LOADING in message.flags:
        return Mentioned()
    replied = None
    if message.kind is MessageKind.REPLY:
        target = referenced(world, message.reference)
        replied = world.users.get(target.author.id) if target else None
    return mentioned(
        message.content,
        channel=message.channel,
        author=message.author,
        allowed=allowed,
        users=world.users,
        replied_to=replied,
    )


def _opens_post(channel: Channel) -> bool:
    # The first message of a forum post has the post's own id.
    return isinstance(channel, Thread) and channel.is_post and channel.total_sent == 0


def _enter(world: World, message: Message) -> None:
    channel = message.channel
    if isinstance(channel, Thread):
        threads.wake(world, channel)
        threads.come_in(world, channel, message.author, *message.mentioned.users)
        channel.total_sent += 1
    channel.history.add(message)
    channel.last_message_id = message.id


def _exchange_files(world: World, message: Message, change: Change) -> None:
    kept = message.attachments
    if change.kept is not None:
        kept = tuple(each for each in kept if each.id in change.kept)
    new = tuple(
        world.store_file(message.channel, each, ephemeral=message.is_ephemeral)
        for each in change.uploads
    )
    message.attachments = kept + new
