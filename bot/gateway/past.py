"""Reads what was said at a place before, and asks what is to become of it."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable

import discord

from bot.domain.errors import MessengerBusy, PlaceGone, PostGone, PostRefused
from bot.domain.hearing import Passage, Sight, Utterance, id_at
from bot.domain.session import Place
from bot.engine.pacing import Urgency
from bot.gateway import phrases
from bot.gateway.address import missed_id
from bot.gateway.faults import discord_faults
from bot.gateway.translate import is_withheld, translate

log = logging.getLogger(__name__)

PAGE = 100  # https://discord.com/developers/docs/resources/message#get-channel-messages
MOST_REMEMBERED = 1000  # places; who reads a line twice in a year does not mind

Readable = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread


class DiscordPast:
    """The Past port on whatever client is connected just now."""

    def __init__(self, client: Callable[[], discord.Client]) -> None:
        self._client = client
        self._told: deque[int] = deque(maxlen=MOST_REMEMBERED)

    async def read(
        self, place: Place, *, after: int, before: int | None = None, most: int
    ) -> Passage:
        channel = await self._channel(place)
        if isinstance(channel, Readable) and not self._may_read(channel):
            return Passage()
        found: list[discord.Message] = []
        is_newest = before is None
        is_whole = False
        while len(found) < most and not is_whole:
            page = await self._page(channel, place, before)
            found += page
            is_whole = len(page) < PAGE
            if is_whole or page[-1].id <= after:
                break
            before = page[-1].id
        else:
            log.warning("event=past_cut channel=%d read=%d", place.channel_id, len(found))
        return Passage(
            tuple(self._translated(found[::-1])),
            frozenset(message.id for message in found),
            _complete_since(place, found, is_whole=is_whole) if is_newest else None,
        )

    async def offer(self, place: Place, *, count: int, oldest: int, newest: int) -> None:
        client = self._client()
        try:
            async with discord_faults(client, Urgency.MUST, guild_id=place.guild_id):
                channel = client.get_partial_messageable(place.channel_id, guild_id=place.guild_id)
                await channel.send(
                    phrases.missed(count),
                    view=_choice(oldest, newest),
                    nonce=f"{newest:x}.o",
                    allowed_mentions=discord.AllowedMentions.none(),
                )
        except (PostGone, PostRefused) as error:
            log.warning("event=not_offered channel=%d reason=%s", place.channel_id, error)

    async def unseen(self, guild_id: int) -> list[Sight]:
        client = self._client()
        guild = client.get_guild(guild_id)
        if guild is None:
            return []
        async with discord_faults(client, Urgency.MUST, guild_id=guild_id):
            there = [*await guild.fetch_channels(), *await guild.active_threads()]
        return [
            Sight(Place(channel.id, guild_id), channel.last_message_id)
            for channel in there
            if isinstance(channel, Readable) and (channel.last_message_id or 0) > _heard_of(channel)
        ]

    async def _channel(self, place: Place) -> discord.abc.Messageable:
        """Return a place with all that decides who is heard there.

        Raises:
            PlaceGone: it is none where people write, or we do not see it.
        """
        client = self._client()
        if place.is_direct:
            return client.get_partial_messageable(place.channel_id)
        channel: object = client.get_channel(place.channel_id)
        if channel is None:  # a thread that was put away
            async with discord_faults(client, Urgency.MUST, guild_id=place.guild_id):
                channel = await client.fetch_channel(place.channel_id)
        if not isinstance(channel, Readable):
            raise PlaceGone(f"a {type(channel).__name__}")
        return channel

    def _may_read(self, channel: Readable) -> bool:
        """Whether Discord shows us what was said there; if not, it says that there is nothing.

        Raises:
            PlaceGone: we do not even see the place.
        """
        granted = channel.permissions_for(channel.guild.me)
        if not granted.view_channel:
            raise PlaceGone("not to be seen")
        if granted.read_message_history:
            return True
        if channel.id not in self._told:
            self._told.append(channel.id)
            log.warning(
                "event=past_hidden channel=%d; what is said there while the bot is away stays "
                "unanswered: it takes the permission to read message history",
                channel.id,
            )
        return False

    async def _page(
        self, channel: discord.abc.Messageable, place: Place, before: int | None
    ) -> list[discord.Message]:
        """Return the newest messages before one, the newest first."""
        until = None if before is None else discord.Object(before)
        try:
            async with discord_faults(self._client(), Urgency.MUST, guild_id=place.guild_id):
                return [m async for m in channel.history(limit=PAGE, before=until)]
        except PostRefused as error:
            raise PlaceGone(str(error)) from error

    def _translated(self, messages: list[discord.Message]) -> list[Utterance]:
        client = self._client()
        us = client.user
        if us is None:
            raise MessengerBusy("not connected to Discord")
        said = [(message, translate(message, us)) for message in messages]
        has_intent = client.intents.message_content
        return [u for m, u in said if not is_withheld(m, u, us, has_intent=has_intent)]


def _complete_since(place: Place, found: list[discord.Message], *, is_whole: bool) -> int | None:
    """Return from which message on nothing is missing in what was found, newest first.

    In a server, where nothing was found that proves nothing: the permission may be gone.
    """
    if not found and not place.is_direct:
        return None
    return 0 if is_whole else found[-1].id


def sights_of(guild: discord.Guild) -> list[Sight]:
    """Return the places of a server, and what Discord says was said there last."""
    joined_at = guild.me.joined_at
    since = id_at(joined_at) if joined_at else 0
    places: list[Readable] = [*guild.text_channels, *guild.voice_channels]
    places += [*guild.stage_channels, *guild.threads]
    return [Sight(Place(c.id, guild.id), c.last_message_id or 0, since) for c in places]


def _heard_of(channel: Readable) -> int:
    """Return the id of the newest message at a place that the gateway told us of."""
    known = channel.guild.get_channel_or_thread(channel.id)
    return (known.last_message_id or 0) if isinstance(known, Readable) else 0


def _choice(oldest: int, newest: int) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    for label, is_answer in (("Answer", True), ("Leave", False)):
        view.add_item(
            discord.ui.Button(
                label=label,
                style=discord.ButtonStyle.primary if is_answer else discord.ButtonStyle.secondary,
                custom_id=missed_id(oldest, newest, is_answer=is_answer),
            )
        )
    view.stop()  # or discord.py would remember it until the process ends
    return view
