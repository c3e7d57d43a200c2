"""Guilds, channels and threads as Discord writes them."""

from __future__ import annotations

from datetime import datetime

from bot.playground.wire.accounts import member_json, roles_json, user_json
from bot.playground.world.accounts import Overwrite, User
from bot.playground.world.parts import Json, MessageKind
from bot.playground.world.permission import may_see
from bot.playground.world.places import Channel, ChannelKind, Guild, Thread


def channel_json(channel: Channel, reader: User) -> dict[str, object]:
    """Any channel, thread or DM, as `reader` sees it."""
    if isinstance(channel, Thread):
        return thread_json(channel, reader)
    if channel.guild is None:
        return _direct_json(channel, reader)
    shown: dict[str, object] = {
        "id": str(channel.id),
        "type": int(channel.kind),
        "flags": 0,
        "guild_id": str(channel.guild.id),
        "name": channel.name,
        "position": channel.position,
        "parent_id": _id(channel.category.id if channel.category else None),
        "permission_overwrites": [_overwrite(each) for each in channel.overwrites.values()],
        "nsfw": channel.nsfw,
    }
    if channel.kind is not ChannelKind.CATEGORY:
        shown["topic"] = channel.topic
        shown["rate_limit_per_user"] = channel.slowmode
        shown["last_message_id"] = _id(channel.last_message_id)
    if channel.kind is ChannelKind.VOICE:
        shown |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
    if channel.kind is ChannelKind.FORUM:
        shown |= _forum(channel)
    return shown


def thread_json(thread: Thread, reader: User) -> dict[str, object]:
    """A thread; with `member` if the reader is in it."""
    shown: dict[str, object] = {
        "id": str(thread.id),
        "type": int(thread.kind),
        "flags": 0,
        "guild_id": _id(thread.guild.id if thread.guild else None),
        "parent_id": str(thread.parent.id),
        "name": thread.name,
        "owner_id": str(thread.owner_id),
        "last_message_id": _id(thread.last_message_id),
        "message_count": len(thread.history) - _has_beginning(thread),
        "total_message_sent": thread.total_sent - _has_beginning(thread),
        "member_count": min(len(thread.member_ids), 50),
        "rate_limit_per_user": thread.slowmode,
        "thread_metadata": {
            "archived": thread.archived,
            "archive_timestamp": thread.archived_at.isoformat(),
            "auto_archive_duration": thread.auto_archive_minutes,
            "locked": thread.locked,
            "create_timestamp": thread.created_at.isoformat(),
        },
    }
    if thread.is_private and isinstance(shown["thread_metadata"], dict):
        shown["thread_metadata"]["invitable"] = thread.invitable
    if thread.is_post:
        shown["applied_tags"] = [str(tag) for tag in thread.applied_tags]
    if joined := thread.member_ids.get(reader.id):
        shown["member"] = thread_member_json(thread, reader.id, joined)
    return shown


def thread_member_json(thread: Thread, user_id: int, joined: datetime) -> Json:
    """One person's place in a thread."""
    return {
        "id": str(thread.id),
        "user_id": str(user_id),
        "join_timestamp": joined.isoformat(),
        "flags": 0,
    }


def guild_json(guild: Guild) -> dict[str, object]:
    """A guild as REST tells it: without channels and members."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "description": None,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "features": ["COMMUNITY"],
        "banner": None,
        "owner_id": str(guild.owner_id),
        "application_id": None,
        "region": "us-west",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 0,
        "roles": roles_json(guild),
        "default_message_notifications": 1,
        "mfa_level": 0,
        "explicit_content_filter": 2,
        "max_presences": None,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "premium_progress_bar_enabled": False,
        "preferred_locale": "en-US",
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [],
        "stickers": [],
        "incidents_data": None,
    }


def guild_create_json(guild: Guild, reader: User, *, all_members: bool) -> dict[str, object]:
    """A guild as the gateway brings it.

    With all its channels, the active threads that the reader sees, and its members: all of
    them, or the reader alone.
    """
    members = [
        member_json(member)
        for member in guild.members.values()
        if all_members or member.user is reader
    ]
    threads = [
        thread_json(thread, reader)
        for thread in guild.threads.values()
        if not thread.archived and may_see(thread, reader)
    ]
    own = guild.members[reader.id]
    return guild_json(guild) | {
        "joined_at": own.joined_at.isoformat(),
        "large": False,
        "unavailable": False,
        "member_count": len(guild.members),
        "voice_states": [],
        "members": members,
        "channels": [channel_json(each, reader) for each in guild.channels.values()],
        "threads": threads,
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def _direct_json(channel: Channel, reader: User) -> dict[str, object]:
    return {
        "id": str(channel.id),
        "type": int(channel.kind),
        "flags": 0,
        "last_message_id": _id(channel.last_message_id),
        "recipients": [user_json(user) for user in channel.recipients if user is not reader],
    }


def _forum(channel: Channel) -> dict[str, object]:
    return {
        "available_tags": [
            {"id": str(tag), "name": name, "moderated": False, "emoji_id": None, "emoji_name": None}
            for tag, name in channel.tags.items()
        ],
        "default_reaction_emoji": None,
        "default_sort_order": None,
        "default_forum_layout": 0,
        "default_auto_archive_duration": 1440,
        "default_thread_rate_limit_per_user": 0,
    }


def _overwrite(overwrite: Overwrite) -> Json:
    return {
        "id": str(overwrite.target_id),
        "type": 0 if overwrite.is_role else 1,
        "allow": str(overwrite.allow),
        "deny": str(overwrite.deny),
    }


def _has_beginning(thread: Thread) -> bool:
    """Whether its first message is what it was opened with; that one is never counted."""
    first = next(iter(thread.history), None)
    return first is not None and (first.id == thread.id or first.kind is MessageKind.THREAD_STARTER)


def _id(snowflake: int | None) -> str | None:
    return None if snowflake is None else str(snowflake)
