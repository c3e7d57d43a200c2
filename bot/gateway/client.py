"""Hears Discord."""

from __future__ import annotations

import logging
from typing import Protocol

import discord

from bot.engine.intake import Intake
from bot.gateway.translate import translate

log = logging.getLogger(__name__)


class Entry(Protocol):
    """What takes everything that people do beyond messages."""

    async def connected(self, client: discord.Client) -> None:
        """Know that the client is logged in."""
        ...

    async def interact(self, interaction: discord.Interaction) -> None:
        """Take an interaction."""
        ...


class Client(discord.Client):
    """One connection to Discord: ears for the intake and the entry."""

    def __init__(self, intake: Intake, entry: Entry, *, message_content: bool) -> None:
        super().__init__(
            intents=discord.Intents(
                guilds=True,
                guild_messages=True,
                dm_messages=True,
                message_content=message_content,
            ),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
        )
        self._intake = intake
        self._entry = entry

    async def setup_hook(self) -> None:
        """Take up what is owed, now that we can speak."""
        await self._entry.connected(self)
        await self._intake.resume()

    async def on_message(self, message: discord.Message) -> None:
        """Hear one message; no await stands before it, so that the order is kept."""
        if self.user is not None and not self._is_withheld(message):
            self._intake.hear(translate(message, self.user))

    def _is_withheld(self, message: discord.Message) -> bool:
        """Whether Discord keeps from us what the message says, for want of an intent."""
        says_something = message.content or message.attachments or message.stickers
        return not self.intents.message_content and not says_something

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Take one command, button or autocomplete."""
        await self._entry.interact(interaction)

    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:  # noqa: ARG002
        """Log what a handler raised; the next event is none the worse for it."""
        log.exception("event=handler_failed handler=%s", event_method)
