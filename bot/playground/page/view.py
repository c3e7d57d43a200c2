"""What one person is shown of the world, as JSON in Discord's shapes.

Beyond those shapes there is only what a client works out for itself: where this person may
speak or delete what others said, and which reactions are theirs.
"""

from __future__ import annotations

from bot.playground.wire.accounts import member_json, role_json, user_json
from bot.playground.wire.messages import message_json
from bot.playground.wire.places import channel_json
from bot.playground.world.accounts import User
from bot.playground.world.commands import EVERYWHERE
from bot.playground.world.interaction import Interaction
from bot.playground.world.parts import Json
from bot.playground.world.permission import Permission, may_see, permissions_in, sending_in
from bot.playground.world.places import Channel, Guild, Message
from bot.playground.world.world import World


def sees(viewer: User, message: Message) -> bool:
    """Whether the message is there for this person."""
    if message.ephemeral_to is not None:
        return message.ephemeral_to is viewer
    return may_see(message.channel, viewer)


def message_view(world: World, message: Message, viewer: User) -> Json:
    """A message; the reactions say which of them this person gave."""
    shown = message_json(world, message)
    shown["guild_id"] = str(message.channel.guild.id) if message.channel.guild else None
    if message.reactions:
        shown["reactions"] = [
            {"emoji": {"id": None, "name": emoji}, "count": len(who), "me": viewer.id in who}
            for emoji, who in message.reactions.items()
        ]
    return shown


def places_view(world: World, viewer: User) -> Json:
    """The guilds that this person is in, with what they see of them, and their DMs."""
    guilds = [guild for guild in world.guilds.values() if viewer.id in guild.members]
    direct = [
        channel
        for channel in world.channels.values()
        if channel.guild is None and viewer in channel.recipients
    ]
    return {
        "guilds": [_guild(guild, viewer) for guild in guilds],
        "dms": [_channel(channel, viewer) for channel in direct],
    }


def commands_view(world: World, viewer: User) -> list[Json]:
    """The commands registered everywhere and in this person's guilds."""
    scopes = [EVERYWHERE, *(g.id for g in world.guilds.values() if viewer.id in g.members)]
    return [command.body for scope in scopes for command in world.commands.of(scope)]


def interaction_view(interaction: Interaction) -> Json:
    """Where something that this person asked of the bot stands."""
    return {
        "id": str(interaction.id),
        "state": interaction.stage.value,
        "summary": interaction.summary,
        "channel_id": str(interaction.channel.id),
        "message_id": str(interaction.message.id) if interaction.message else None,
        "modal": interaction.modal,
    }


def _guild(guild: Guild, viewer: User) -> Json:
    return {
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner_id),
        "channels": [_channel(c, viewer) for c in guild.channels.values() if may_see(c, viewer)],
        "threads": [_channel(t, viewer) for t in guild.threads.values() if may_see(t, viewer)],
        "members": [member_json(member) for member in guild.members.values()],
        "roles": [role_json(role) for role in guild.roles.values()],
    }


def _channel(channel: Channel, viewer: User) -> Json:
    shown = channel_json(channel, viewer)
    if channel.guild is None:
        shown["recipients"] = [user_json(user) for user in channel.recipients]
    granted = permissions_in(channel, viewer)
    return shown | {
        "may_send": sending_in(channel) in granted,
        "may_tidy": channel.guild is not None and Permission.MANAGE_MESSAGES in granted,
    }
