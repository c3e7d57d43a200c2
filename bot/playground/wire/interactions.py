"""Interactions as Discord writes them, for the gateway and as answers."""

from __future__ import annotations

from bot.playground.wire.accounts import member_with_permissions, user_json
from bot.playground.wire.messages import message_json
from bot.playground.wire.places import channel_json
from bot.playground.world.files import LARGEST_FILE
from bot.playground.world.interaction import Callback, Interaction
from bot.playground.world.parts import Json
from bot.playground.world.permission import permissions_in
from bot.playground.world.places import Guild
from bot.playground.world.world import World

IN_GUILD, IN_BOT_DM = 0, 1
GUILD_INSTALL = "0"
SHOWN = frozenset({Callback.MESSAGE, Callback.UPDATE})


def interaction_json(world: World, interaction: Interaction) -> dict[str, object]:
    """What INTERACTION_CREATE carries."""
    channel = interaction.channel
    guild = channel.guild
    owner = str(guild.id) if guild else "0"
    shown: dict[str, object] = {
        "id": str(interaction.id),
        "application_id": str(world.bot.id),
        "type": int(interaction.kind),
        "token": interaction.token,
        "version": 1,
        "data": interaction.data,
        "channel_id": str(channel.id),
        "channel": channel_json(channel, world.bot)
        | {"permissions": str(int(permissions_in(channel, interaction.user)))},
        "app_permissions": str(int(permissions_in(channel, world.bot))),
        "locale": "en-US",
        "entitlements": [],
        "entitlement_sku_ids": [],
        "authorizing_integration_owners": {GUILD_INSTALL: owner},
        "context": IN_GUILD if guild else IN_BOT_DM,
        "attachment_size_limit": LARGEST_FILE,
    }
    if guild:
        shown |= _in_guild(guild, interaction)
    else:
        shown["user"] = user_json(interaction.user)
    if interaction.message:
        shown["message"] = message_json(world, interaction.message)
    return shown


def callback_json(world: World, interaction: Interaction) -> Json:
    """What a callback is answered with when it asks for a response.

    Only a message that was made or changed is shown; a deferral tells its id alone.
    """
    response = interaction.response
    about: dict[str, object] = {"id": str(interaction.id), "type": int(interaction.kind)}
    shown: dict[str, object] = {"interaction": about}
    if response:
        about["response_message_id"] = str(response.id)
        about["response_message_loading"] = response.is_loading
        about["response_message_ephemeral"] = response.is_ephemeral
    if response and interaction.callback in SHOWN:
        message = message_json(world, response)
        shown["resource"] = {"type": int(interaction.callback), "message": message}
    return shown


def _in_guild(guild: Guild, interaction: Interaction) -> dict[str, object]:
    member = guild.members[interaction.user.id]
    granted = permissions_in(interaction.channel, interaction.user)
    return {
        "guild_id": str(guild.id),
        "guild": {"id": str(guild.id), "locale": "en-US", "features": []},
        "guild_locale": "en-US",
        "member": member_with_permissions(member, granted),
    }
