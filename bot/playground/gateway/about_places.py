"""What the gateway says about guilds, channels, threads, members and roles."""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch

from bot.playground.gateway.dispatch import Dispatch
from bot.playground.gateway.intents import Intent
from bot.playground.wire.accounts import member_json, role_json, user_json
from bot.playground.wire.places import (
    channel_json,
    guild_create_json,
    guild_json,
    thread_json,
    thread_member_json,
)
from bot.playground.world.events import (
    ChannelCreated,
    ChannelDeleted,
    ChannelOpened,
    ChannelUpdated,
    GuildAdded,
    GuildChanged,
    GuildLost,
    MemberChanged,
    MemberJoined,
    MemberLeft,
    RoleChanged,
    ThreadDeleted,
    ThreadMembersChanged,
    ThreadOpened,
    ThreadUpdated,
)
from bot.playground.world.permission import may_see
from bot.playground.world.places import Channel, Guild, Thread
from bot.playground.world.world import World

LARGE = 250
"""Members beyond which GUILD_CREATE leaves the rest out (large_threshold's maximum)."""


def guild_create(world: World, guild: Guild) -> Dispatch:
    """A guild becomes known to the bot; its other members only to one that hears presences.

    https://docs.discord.com/developers/events/gateway-events#guild-create
    """

    def data(intents: Intent) -> dict[str, object]:
        everyone = Intent.GUILD_PRESENCES in intents and len(guild.members) <= LARGE
        return guild_create_json(guild, world.bot, all_members=everyone)

    return Dispatch("GUILD_CREATE", data, guild=guild, intent=Intent.GUILDS)


@singledispatch
def tell_of_places(_event: object, _world: World) -> list[Dispatch]:
    """What is said about an event that concerns places or members; nothing about others."""
    return []


def _channel(name: str, channel: Channel, world: World) -> list[Dispatch]:
    shown = channel_json(channel, world.bot)
    return [Dispatch(name, lambda _: shown, channel.guild, None, Intent.GUILDS)]


def _thread(name: str, thread: Thread, shown: dict[str, object]) -> list[Dispatch]:
    return [Dispatch(name, lambda _: shown, thread.guild, thread, Intent.GUILDS)]


@tell_of_places.register
def _channel_created(event: ChannelCreated, world: World) -> list[Dispatch]:
    return _channel("CHANNEL_CREATE", event.channel, world)


@tell_of_places.register
def _channel_updated(event: ChannelUpdated, world: World) -> list[Dispatch]:
    return _channel("CHANNEL_UPDATE", event.channel, world)


@tell_of_places.register
def _channel_deleted(event: ChannelDeleted, world: World) -> list[Dispatch]:
    return _channel("CHANNEL_DELETE", event.channel, world)


@tell_of_places.register
def _thread_opened(event: ThreadOpened, world: World) -> list[Dispatch]:
    shown = thread_json(event.thread, world.bot) | {"newly_created": True}
    return _thread("THREAD_CREATE", event.thread, shown)


@tell_of_places.register
def _thread_updated(event: ThreadUpdated, world: World) -> list[Dispatch]:
    return _thread("THREAD_UPDATE", event.thread, thread_json(event.thread, world.bot))


@tell_of_places.register
def _thread_deleted(event: ThreadDeleted, _world: World) -> list[Dispatch]:
    thread = event.thread
    shown: dict[str, object] = {
        "id": str(thread.id),
        "guild_id": str(thread.guild.id) if thread.guild else None,
        "parent_id": str(thread.parent.id),
        "type": int(thread.kind),
    }
    return _thread("THREAD_DELETE", thread, shown)


@tell_of_places.register
def _thread_members(event: ThreadMembersChanged, world: World) -> list[Dispatch]:
    thread, guild = event.thread, event.thread.guild
    if guild is None:
        return []
    own = world.bot in event.added or world.bot in event.removed
    shown: dict[str, object] = {
        "id": str(thread.id),
        "guild_id": str(guild.id),
        "member_count": min(len(thread.member_ids), 50),
        "added_members": [
            {
                **thread_member_json(thread, user.id, thread.member_ids[user.id]),
                "member": member_json(guild.members[user.id]),
                "presence": None,
            }
            for user in event.added
        ],
        "removed_member_ids": [str(user.id) for user in event.removed],
    }
    intent = Intent.GUILDS if own else Intent.GUILD_MEMBERS
    channel = None if world.bot in event.removed else thread
    told = [Dispatch("THREAD_MEMBERS_UPDATE", lambda _: shown, guild, channel, intent)]
    if world.bot in event.added and thread.owner_id != world.bot.id:
        brought = thread_json(thread, world.bot)
        told.insert(0, Dispatch("THREAD_CREATE", lambda _: brought, guild, thread, Intent.GUILDS))
    return told


@tell_of_places.register
def _guild_added(event: GuildAdded, world: World) -> list[Dispatch]:
    return [guild_create(world, event.guild)]


@tell_of_places.register
def _guild_lost(event: GuildLost, _world: World) -> list[Dispatch]:
    lost: dict[str, object] = {"id": str(event.guild.id)}
    if event.outage:
        lost["unavailable"] = True
    return [Dispatch("GUILD_DELETE", lambda _: lost, event.guild, None, Intent.GUILDS)]


@tell_of_places.register
def _guild_changed(event: GuildChanged, _world: World) -> list[Dispatch]:
    shown = guild_json(event.guild)
    return [Dispatch("GUILD_UPDATE", lambda _: shown, event.guild, None, Intent.GUILDS)]


@tell_of_places.register
def _member_left(event: MemberLeft, _world: World) -> list[Dispatch]:
    return [_member("GUILD_MEMBER_REMOVE", event.guild, {"user": user_json(event.user)})]


@tell_of_places.register
def _member_joined(event: MemberJoined, _world: World) -> list[Dispatch]:
    return [_member("GUILD_MEMBER_ADD", event.guild, member_json(event.member))]


@tell_of_places.register
def _member_changed(event: MemberChanged, world: World) -> list[Dispatch]:
    told = _member("GUILD_MEMBER_UPDATE", event.guild, member_json(event.member))
    own = event.member.user is world.bot
    return [replace(told, intent=Intent.GUILDS) if own else told]


def _member(name: str, guild: Guild, member: dict[str, object]) -> Dispatch:
    shown = member | {"guild_id": str(guild.id)}
    return Dispatch(name, lambda _: shown, guild, None, Intent.GUILD_MEMBERS)


@tell_of_places.register
def _role(event: RoleChanged, _world: World) -> list[Dispatch]:
    name = "GUILD_ROLE_CREATE" if event.created else "GUILD_ROLE_UPDATE"
    shown: dict[str, object] = {"guild_id": str(event.guild.id), "role": role_json(event.role)}
    return [Dispatch(name, lambda _: shown, event.guild, None, Intent.GUILDS)]


@tell_of_places.register
def _channel_opened(event: ChannelOpened, world: World) -> list[Dispatch]:
    if event.channel.guild is None:
        return []
    guild, bot = event.channel.guild, world.bot
    seen = [
        each
        for each in world.active_threads(guild)
        if each.parent is event.channel and may_see(each, bot)
    ]
    shown: dict[str, object] = {
        "guild_id": str(guild.id),
        "channel_ids": [str(event.channel.id)],
        "threads": [thread_json(each, bot) for each in seen],
        "members": [
            thread_member_json(each, bot.id, each.member_ids[bot.id])
            for each in seen
            if bot.id in each.member_ids
        ],
    }
    return [Dispatch("THREAD_LIST_SYNC", lambda _: shown, guild, None, Intent.GUILDS)]
