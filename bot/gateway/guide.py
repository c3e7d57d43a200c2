"""Guide: what places are called, from what Discord told us without being asked."""

from __future__ import annotations

from collections.abc import Callable

import discord

from bot.domain.session import Names, Place
from bot.domain.wording import speaker_name

NO_SERVER = "Discord"
NO_CHANNEL = "this conversation"


class DiscordGuide:
    """The Guide port on whatever client is connected just now."""

    def __init__(self, client: Callable[[], discord.Client]) -> None:
        self._client = client

    def names(self, place: Place) -> Names:
        client = self._client()
        guild = None if place.guild_id is None else client.get_guild(place.guild_id)
        channel = None if guild is None else guild.get_channel_or_thread(place.channel_id)
        return Names(
            server=speaker_name(guild.name) if guild else NO_SERVER,
            channel=speaker_name(channel.name) if channel else NO_CHANNEL,
        )
