"""Threads: opening one for a fresh session, so that it is opened once."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from typing import TypeVar

import aiohttp
import discord

from bot.engine.pacing import Urgency
from bot.engine.patience import pauses
from bot.gateway.wire import errand
from bot.ports import Clock

log = logging.getLogger(__name__)

T = TypeVar("T")

NOBODY = discord.AllowedMentions.none()
ATTEMPTS = 4
PATIENCE = 8  # attempts where it is too early, each of five tries of the library

# https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
_ALREADY_HAS_A_THREAD = 160004

PUBLIC = ("view_channel", "send_messages", "create_public_threads", "send_messages_in_threads")
PRIVATE = ("view_channel", "create_private_threads", "send_messages_in_threads")
FORUM_POST = ("view_channel", "send_messages", "send_messages_in_threads")


class LacksPermissions(Exception):
    """The bot may not do what is needed for it; `names` are discord.py's."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        super().__init__(", ".join(self.names))


def demand_permissions(granted: discord.Permissions, needed: Iterable[str]) -> None:
    """Return only when all of `needed` are granted.

    Raises:
        LacksPermissions: names those that are not.
    """
    if missing := [name for name in needed if not getattr(granted, name)]:
        raise LacksPermissions(missing)


class Threads:
    """Opens threads for people. Nobody is pinged by what is posted."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock

    async def open_public(
        self, parent: discord.TextChannel, *, name: str, opening: str, nonce: str
    ) -> int:
        """Post `opening` in a channel and return the id of the thread that starts from it.

        The same nonce opens the same thread, though answers from Discord get lost on the way.
        """
        starter = await self._surely(
            lambda: parent.send(opening, nonce=nonce, allowed_mentions=NOBODY)
        )
        try:
            await self._surely(lambda: starter.create_thread(name=name))
        except discord.HTTPException as error:
            if error.code != _ALREADY_HAS_A_THREAD:
                await self._take_back(starter)
                raise
        return starter.id  # Discord gives a thread the id of the message it starts from

    async def open_private(
        self,
        parent: discord.TextChannel,
        *,
        name: str,
        opening: str,
        nonce: str,
        person: discord.abc.Snowflake,
    ) -> int:
        """Open a thread that only `person` is in, post `opening` there and return its id.

        Opening is tried once: Discord has no name for it and would open another thread.
        """
        thread = await self._once(
            lambda: parent.create_thread(name=name, type=discord.ChannelType.private_thread)
        )
        await self._surely(lambda: thread.add_user(person))
        await self._surely(lambda: thread.send(opening, nonce=nonce, allowed_mentions=NOBODY))
        return thread.id

    async def open_post(
        self, forum: discord.ForumChannel, *, name: str, opening: str, like: discord.Thread
    ) -> int:
        """Open a forum post with the tags of the post `like`; return its id.

        It is tried once: Discord takes no nonce for it and would open another post.
        """
        post = await self._once(
            lambda: forum.create_thread(
                name=name,
                content=opening,
                applied_tags=like.applied_tags,
                allowed_mentions=NOBODY,
            )
        )
        return post.thread.id

    async def say(self, channel: discord.abc.Messageable, text: str, *, nonce: str) -> None:
        """Post `text` at a place."""
        await self._surely(lambda: channel.send(text, nonce=nonce, allowed_mentions=NOBODY))

    async def _take_back(self, starter: discord.Message) -> None:
        """Delete a message that no thread could be started from; it may stay if that fails."""
        try:
            await self._ask(starter.delete)
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.warning("event=starter_left_behind error=%r", error)

    async def _ask(self, request: Callable[[], Awaitable[T]]) -> T:
        """Make a request, and do not wait for ever."""
        async with errand(Urgency.FIRST):
            return await request()

    async def _surely(self, request: Callable[[], Awaitable[T]]) -> T:
        """Make a request that may be made twice until its answer arrives, a few times."""
        for attempt, pause in enumerate(pauses(), start=1):
            try:
                return await self._once(request)
            except (aiohttp.ClientError, OSError, discord.DiscordServerError) as error:
                if attempt == ATTEMPTS:
                    raise
                log.warning("event=request_lost attempt=%d error=%r", attempt, error)
            await self._clock.sleep(pause)
        raise AssertionError("pauses never end")

    async def _once(self, request: Callable[[], Awaitable[T]]) -> T:
        """Make a request that may take effect only once, again when Discord says too early."""
        for attempt, pause in enumerate(pauses(), start=1):
            try:
                return await self._ask(request)
            except discord.HTTPException as error:
                if error.status != HTTPStatus.TOO_MANY_REQUESTS or attempt == PATIENCE:
                    raise
                log.warning("event=too_early seconds=%.1f reason=%s", pause, error)
            await self._clock.sleep(pause)
        raise AssertionError("pauses never end")
