"""Hears Discord."""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

import aiohttp
import discord

from bot.domain.hearing import Utterance, is_heard
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

    async def miss(self, message: discord.Message) -> None:
        """Take a message that is meant for us and that Discord keeps the words of."""
        ...


# A gateway from which nothing came for so long is dead, whatever the socket says: it answers
# a heartbeat every 41.25 s. https://discord.com/developers/docs/events/gateway#heartbeat-interval
SILENT_AFTER = 50.0  # seconds


class OpenGate(asyncio.Event):
    """What all requests pass, for they wait for the governor instead.

    discord.py closes its gate when a request meets the limit for the whole bot, and opens
    it, for all at once, when that request has slept it off. When the request is cancelled
    in its sleep, by a time limit or a person's Stop, nobody would open it again, ever.
    """

    def __init__(self) -> None:
        super().__init__()
        self.set()

    def clear(self) -> None:
        """Stay open."""


class Client(discord.Client):
    """One connection to Discord: ears for the intake and the entry."""

    def __init__(
        self,
        intake: Intake,
        entry: Entry,
        *,
        message_content: bool,
        silent_after: float = SILENT_AFTER,
        http_trace: aiohttp.TraceConfig | None = None,
    ) -> None:
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
            heartbeat_timeout=silent_after,
            http_trace=http_trace or aiohttp.TraceConfig(),
        )
        self._intake = intake
        self._entry = entry

    async def setup_hook(self) -> None:
        """Take up what is owed, now that we can speak."""
        self.http._global_over = OpenGate()
        await self._entry.connected(self)
        await self._intake.resume()

    async def on_connect(self) -> None:
        """Log that a new session with the gateway has begun.

        `on_ready` comes two seconds later, even to a client that was closed by then.
        """
        log.info("event=connected bot=%s servers=%d", self.user, len(self.guilds))

    async def on_resumed(self) -> None:
        """Log that the session goes on after an interruption; what was missed comes now."""
        log.info("event=resumed")

    async def on_message(self, message: discord.Message) -> None:
        """Hear one message; no await stands before it, so that the order is kept."""
        if self.user is None:
            return
        utterance = translate(message, self.user)
        if not self._is_withheld(message, utterance):
            self._intake.hear(utterance)
        elif is_heard(utterance):
            await self._entry.miss(message)

    def _is_withheld(self, message: discord.Message, utterance: Utterance) -> bool:
        """Whether Discord keeps from us what the message says.

        Without the intent it does so where nobody mentions us; a direct message without
        words really has none.
        """
        if self.intents.message_content or utterance.place.is_direct:
            return False
        is_for_us = self.user in message.mentions
        return not (is_for_us or message.content or message.attachments)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Take one command, button or autocomplete."""
        await self._entry.interact(interaction)

    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:  # noqa: ARG002
        """Log what a handler raised; the next event is none the worse for it."""
        log.exception("event=handler_failed handler=%s", event_method)
