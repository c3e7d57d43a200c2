"""Hears Discord."""

from __future__ import annotations

import asyncio
import logging
import math
import sys
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Protocol

import aiohttp
import discord

from bot.domain.hearing import Sight, Utterance
from bot.domain.session import Place
from bot.gateway.past import sights_of
from bot.gateway.translate import is_withheld, translate
from bot.ports import Clock

log = logging.getLogger(__name__)


PULSE = 15.0  # seconds; Discord asks for a heartbeat every 41


class Ears(Protocol):
    """What hears of messages, and of what may have been missed; see `bot.engine.catching_up`."""

    def begin(self) -> None:
        """Know that a new session with the gateway begins."""
        ...

    def see(self, guild_id: int, sights: Iterable[Sight]) -> None:
        """Know the places of a server."""
        ...

    def go_on(self) -> None:
        """Know that the session with the gateway goes on after an interruption."""
        ...

    def alive(self, at: datetime) -> None:
        """Know that everything that was said until then has arrived."""
        ...

    def hear(self, utterance: Utterance) -> bool:
        """Take a message in if it is meant for the bot; say whether it is."""
        ...

    def edit(self, utterance: Utterance) -> None:
        """Know that a message says something else now."""
        ...

    def erase(self, place: Place, messages: Collection[int]) -> None:
        """Know that messages were deleted."""
        ...

    def forget(self, place: Place) -> None:
        """Know that a place was deleted with all that was said there."""
        ...

    def is_meant(self, utterance: Utterance) -> bool:
        """Whether a message is meant for the bot by itself."""
        ...

    def is_shut_out(self, utterance: Utterance) -> bool:
        """Whether somebody calls the bot where it is to answer nothing but commands."""
        ...

    async def resume(self) -> int:
        """Wake what is owed."""
        ...


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

    async def turn_away(self, message: discord.Message) -> None:
        """Take a message that calls us where we answer nothing but commands."""
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
    """One connection to Discord, which hears for the engine and the entry."""

    def __init__(
        self,
        ears: Ears,
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
        self._ears = ears
        self._entry = entry
        self._has_begun = asyncio.Event()
        self._seen: set[int] = set()  # servers whose places the ears know in this session

    async def setup_hook(self) -> None:
        """Take up what is owed, now that we can speak."""
        self.http._global_over = OpenGate()
        await self._entry.connected(self)
        await self._ears.resume()

    async def on_connect(self) -> None:
        """Know that a new session with the gateway has begun; no await stands before it.

        `on_ready` comes two seconds later, even to a client that was closed by then.
        """
        self._seen = set()
        self._ears.begin()
        self._has_begun.set()
        log.info("event=connected bot=%s servers=%d", self.user, len(self.guilds))

    async def on_resumed(self) -> None:
        """Log that the session goes on after an interruption; what was missed comes now."""
        log.info("event=resumed")
        self._ears.go_on()

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Know a server's places, after a new session or an outage of the server."""
        self._see(guild)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Know a new server's places."""
        self._see(guild)

    async def on_guild_unavailable(self, guild: discord.Guild) -> None:
        """Know that a server is out of reach for now."""
        self._seen.discard(guild.id)

    async def feel_pulse(self, clock: Clock) -> None:
        """Tell the ears again and again until when the connection was alive, until cancelled.

        Discord answers heartbeats in order: whatever it had to say before has arrived. The
        library tells of an answer by nothing but another latency.
        """
        await self._has_begun.wait()
        while True:
            before, latency, session = clock.now(), self.latency, self._seen
            await clock.sleep(PULSE)
            has_beaten = self.latency not in {latency, math.inf}
            if has_beaten and self._seen is session and self._sees_all():
                self._ears.alive(before)

    def _see(self, guild: discord.Guild) -> None:
        self._seen.add(guild.id)
        self._ears.see(guild.id, sights_of(guild))

    def _sees_all(self) -> bool:
        return all(guild.id in self._seen for guild in self.guilds)

    async def on_message(self, message: discord.Message) -> None:
        """Hear one message; no await stands before it, so that the order is kept."""
        if self.user is None:
            return
        utterance = translate(message, self.user)
        has_intent = self.intents.message_content
        if not is_withheld(message, utterance, self.user, has_intent=has_intent):
            if not self._ears.hear(utterance) and self._ears.is_shut_out(utterance):
                await self._entry.turn_away(message)
        elif self._ears.is_meant(utterance):
            await self._entry.miss(message)

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Hear what a message says now; no await stands before it, as with the next three.

        Discord tells of previews and pins in the same way: without a moment nothing was
        edited.
        """
        message = payload.message
        if self.user is None or message.edited_at is None or message.author.bot:
            return
        utterance = translate(message, self.user)
        has_intent = self.intents.message_content
        if not is_withheld(message, utterance, self.user, has_intent=has_intent):
            self._ears.edit(utterance)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """Know that a message was deleted."""
        self._ears.erase(Place(payload.channel_id, payload.guild_id), {payload.message_id})

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Know that many messages were deleted at once."""
        self._ears.erase(Place(payload.channel_id, payload.guild_id), payload.message_ids)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Know that a channel was deleted; the library tells of its threads one by one."""
        self._ears.forget(Place(channel.id, channel.guild.id))

    async def on_thread_delete(self, thread: discord.Thread) -> None:
        """Know that a thread was deleted, by itself or with its channel."""
        self._ears.forget(Place(thread.id, thread.guild.id))

    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """Know that a thread was deleted that had been put away, so that the library forgot it."""
        if payload.thread is None:
            self._ears.forget(Place(payload.thread_id, payload.guild_id))

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Take one command, button or autocomplete."""
        await self._entry.interact(interaction)

    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:  # noqa: ARG002
        """Log what a handler raised; the next event is none the worse for it.

        With a client that was closed under its hands it can do no more: people see that
        Discord got no answer, and what is owed is taken up by the next client.
        """
        error = sys.exception()
        if self.is_closed() and isinstance(error, RuntimeError):  # what aiohttp raises then
            log.info("event=handler_cut_short handler=%s reason=%r", event_method, error)
        else:
            log.exception("event=handler_failed handler=%s", event_method)
