"""Unheard: people whose words do not reach us are told why, once at a place."""

from __future__ import annotations

import logging
from collections import deque

import aiohttp
import discord

from bot.engine.pacing import Urgency
from bot.gateway.wire import errand

log = logging.getLogger(__name__)

MOST_REMEMBERED = 1000  # places; who is told twice in a year does not mind


class Unheard:
    """Speaks up where the bot would only be silent."""

    def __init__(self) -> None:
        self._told: deque[tuple[int, str]] = deque(maxlen=MOST_REMEMBERED)

    async def tell(self, message: discord.Message, why: str) -> None:
        """Say at the place of a message why it is not answered, unless that was said there."""
        channel = message.channel
        if (channel.id, why) in self._told:
            return
        self._told.append((channel.id, why))
        log.info("event=unheard channel=%d message=%d", channel.id, message.id)
        try:
            async with errand(Urgency.FIRST):
                await channel.send(
                    why,
                    nonce=f"{message.id:x}.w",
                    allowed_mentions=discord.AllowedMentions.none(),
                )
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.warning("event=not_told_all channel=%d reason=%r", channel.id, error)
