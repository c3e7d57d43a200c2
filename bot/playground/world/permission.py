"""What someone may do in a channel, computed as Discord computes it.

https://docs.discord.com/developers/topics/permissions
"""

from __future__ import annotations

from enum import IntFlag

from bot.playground.world.accounts import Member, Role, User
from bot.playground.world.places import Channel, Guild, Thread
from bot.playground.world.refusal import Code, Refused


class Permission(IntFlag):
    """Discord's permission bits."""

    CREATE_INSTANT_INVITE = 1 << 0
    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_AUDIT_LOG = 1 << 7
    STREAM = 1 << 9
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    CONNECT = 1 << 20
    SPEAK = 1 << 21
    CHANGE_NICKNAME = 1 << 26
    MANAGE_NICKNAMES = 1 << 27
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    USE_EXTERNAL_STICKERS = 1 << 37
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40
    SEND_VOICE_MESSAGES = 1 << 46
    SEND_POLLS = 1 << 49
    USE_EXTERNAL_APPS = 1 << 50
    PIN_MESSAGES = 1 << 51
    BYPASS_SLOWMODE = 1 << 52


NONE = Permission(0)
ALL = Permission(sum(Permission))

EVERYDAY = (
    Permission.CREATE_INSTANT_INVITE
    | Permission.ADD_REACTIONS
    | Permission.STREAM
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.CONNECT
    | Permission.SPEAK
    | Permission.CHANGE_NICKNAME
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.CREATE_PRIVATE_THREADS
    | Permission.USE_EXTERNAL_STICKERS
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.SEND_VOICE_MESSAGES
    | Permission.SEND_POLLS
    | Permission.USE_EXTERNAL_APPS
)
"""What @everyone may do in a new guild, without MENTION_EVERYONE to see it missed."""

IN_DIRECT_MESSAGES = (
    Permission.ADD_REACTIONS
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.MENTION_EVERYONE
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.SEND_VOICE_MESSAGES
    | Permission.SEND_POLLS
    | Permission.PIN_MESSAGES
)

LOST_WITH_SENDING = (
    Permission.MENTION_EVERYONE
    | Permission.SEND_TTS_MESSAGES
    | Permission.ATTACH_FILES
    | Permission.EMBED_LINKS
)


def permissions_of(guild: Guild, member: Member) -> Permission:
    """What a member may do in the guild where no channel says otherwise."""
    if member.user.id == guild.owner_id:
        return ALL
    granted = Permission(guild.everyone.permissions)
    for role in member.roles:
        granted |= Permission(role.permissions)
    return ALL if Permission.ADMINISTRATOR in granted else granted


def permissions_in(channel: Channel, user: User) -> Permission:
    """What a user may do in a channel; nothing for one who is not there."""
    guild = channel.guild
    if guild is None:
        return IN_DIRECT_MESSAGES if user in channel.recipients else NONE
    member = guild.members.get(user.id)
    if member is None:
        return NONE
    granted = permissions_of(guild, member)
    if granted == ALL:
        return ALL
    ruled = channel.parent if isinstance(channel, Thread) else channel
    granted = _overwritten(granted, member, guild.everyone, ruled)
    return _without_what_follows(granted, thread=isinstance(channel, Thread))


def may_see(channel: Channel, user: User) -> bool:
    """Whether the channel is there for this user at all."""
    granted = permissions_in(channel, user)
    if Permission.VIEW_CHANNEL not in granted:
        return False
    if isinstance(channel, Thread) and channel.is_private:
        return user.id in channel.member_ids or Permission.MANAGE_THREADS in granted
    return True


def sending_in(channel: Channel) -> Permission:
    """The permission that speaking in this channel takes."""
    if isinstance(channel, Thread):
        return Permission.SEND_MESSAGES_IN_THREADS
    return Permission.SEND_MESSAGES


def demand(channel: Channel, user: User, needed: Permission) -> Permission:
    """All that the user may do here, once it is sure that it includes `needed`.

    Raises:
        Refused: with UNKNOWN_CHANNEL, MISSING_ACCESS or MISSING_PERMISSIONS.
    """
    if channel.deleted:
        raise Refused(Code.UNKNOWN_CHANNEL)
    if not may_see(channel, user):
        raise Refused(Code.MISSING_ACCESS)
    granted = permissions_in(channel, user)
    if needed not in granted:
        raise Refused(Code.MISSING_PERMISSIONS)
    return granted


def _overwritten(
    granted: Permission, member: Member, everyone: Role, channel: Channel
) -> Permission:
    allow, deny = NONE, NONE
    held = {role.id for role in member.roles}
    for overwrite in channel.overwrites.values():
        if overwrite.target_id == everyone.id:
            granted = (granted & ~Permission(overwrite.deny)) | Permission(overwrite.allow)
        elif overwrite.target_id in held:
            allow |= Permission(overwrite.allow)
            deny |= Permission(overwrite.deny)
    granted = (granted & ~deny) | allow
    if own := channel.overwrites.get(member.user.id):
        granted = (granted & ~Permission(own.deny)) | Permission(own.allow)
    return granted


def _without_what_follows(granted: Permission, *, thread: bool) -> Permission:
    if Permission.VIEW_CHANNEL not in granted:
        return NONE
    sending = Permission.SEND_MESSAGES_IN_THREADS if thread else Permission.SEND_MESSAGES
    return granted if sending in granted else granted & ~LOST_WITH_SENDING
