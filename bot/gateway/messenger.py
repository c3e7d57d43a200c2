"""Speaks on Discord."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import MappingProxyType

import discord

from bot.domain.errors import BotError, PostGone
from bot.domain.reply import Controls, Mark, Page, Post
from bot.domain.session import Place
from bot.gateway.address import custom_id, parse
from bot.gateway.faults import discord_faults

log = logging.getLogger(__name__)

# A search ends after so many messages: what is looked for was posted minutes after the
# message it answers, not thousands of messages later.
MOST_SEARCHED = 1000
REPLY_NOT_ALLOWED = 160002  # a reply takes Read Message History
ARCHIVED = 50083  # the thread is archived

_LABELS = MappingProxyType(
    {Controls.STOP: "Stop", Controls.CONTINUES: "continues below", Controls.RETRY: "Retry"}
)


class DiscordMessenger:
    """The Messenger port on whatever client is connected just now."""

    def __init__(self, client: Callable[[], discord.Client]) -> None:
        self._client = client

    async def post(
        self, place: Place, page: Page, *, mark: Mark, nonce: str, reply_to: int | None
    ) -> int:
        reference = None if reply_to is None else _reference(place, reply_to)
        async with discord_faults():
            try:
                message = await self._send(place, page, mark, nonce, reference)
            except discord.HTTPException as error:
                if reference is None or error.code != REPLY_NOT_ALLOWED:
                    raise
                message = await self._send(place, page, mark, nonce, None)
        return message.id

    async def edit(self, place: Place, post: int, page: Page, *, mark: Mark) -> None:
        async with discord_faults():
            try:
                await self._edit(place, post, page, mark)
            except discord.HTTPException as error:
                if error.code != ARCHIVED:
                    raise
                await self._reopen(place)
                await self._edit(place, post, page, mark)

    async def delete(self, place: Place, post: int) -> None:
        with suppress(PostGone):
            async with discord_faults():
                await self._channel(place).get_partial_message(post).delete()

    async def find(self, place: Place, anchor: int) -> list[Post]:
        after = discord.Object(anchor)
        async with discord_faults():
            history = self._channel(place).history(
                limit=MOST_SEARCHED, after=after, oldest_first=True
            )
            posts = [self._post(message) async for message in history]
        return [post for post in posts if post is not None and post.mark.anchor == anchor]

    async def read(self, place: Place, post: int) -> Post | None:
        try:
            return await self._fetch(place, post)
        except PostGone:
            return None

    async def typing(self, place: Place) -> None:
        try:
            async with discord_faults():
                await self._channel(place).typing()
        except BotError as error:
            log.debug("event=typing_failed reason=%s", error)

    async def _fetch(self, place: Place, post: int) -> Post | None:
        async with discord_faults():
            return self._post(await self._channel(place).fetch_message(post))

    async def _edit(self, place: Place, post: int, page: Page, mark: Mark) -> None:
        await (
            self._channel(place)
            .get_partial_message(post)
            .edit(
                content=page.text,
                view=_view(page.controls, mark),
                attachments=_files(page),
                allowed_mentions=discord.AllowedMentions.none(),
            )
        )

    async def _reopen(self, place: Place) -> None:
        """Open an archived thread again: sending to it would, editing in it does not."""
        thread = await self._client().fetch_channel(place.channel_id)
        if isinstance(thread, discord.Thread) and not thread.locked:
            await thread.edit(archived=False)

    async def _send(
        self,
        place: Place,
        page: Page,
        mark: Mark,
        nonce: str,
        reference: discord.MessageReference | None,
    ) -> discord.Message:
        channel = self._channel(place)
        none = discord.AllowedMentions.none()
        view, files = _view(page.controls, mark), _files(page)
        if reference is None:
            return await channel.send(
                page.text, view=view, files=files, nonce=nonce, allowed_mentions=none
            )
        return await channel.send(
            page.text,
            view=view,
            files=files,
            nonce=nonce,
            allowed_mentions=none,
            reference=reference,
        )

    def _channel(self, place: Place) -> discord.PartialMessageable:
        return self._client().get_partial_messageable(place.channel_id, guild_id=place.guild_id)

    def _post(self, message: discord.Message) -> Post | None:
        us = self._client().user
        if us is None or message.author.id != us.id:
            return None
        for named in map(parse, _custom_ids(message)):
            if named is not None:
                controls, mark = named
                has_file = bool(message.attachments)
                return Post(message.id, mark, message.content, controls, has_file)
        return None


def _custom_ids(message: discord.Message) -> Iterator[str]:
    for row in message.components:
        for part in row.children if isinstance(row, discord.ActionRow) else []:
            if isinstance(part, discord.Button) and part.custom_id:
                yield part.custom_id


def _reference(place: Place, message: int) -> discord.MessageReference:
    return discord.MessageReference(
        message_id=message,
        channel_id=place.channel_id,
        guild_id=place.guild_id,
        fail_if_not_exists=False,
    )


def _files(page: Page) -> list[discord.File]:
    if page.file is None:
        return []
    return [discord.File(io.BytesIO(page.file.content), filename=page.file.name)]


def _view(controls: Controls, mark: Mark) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    view.add_item(
        discord.ui.Button(
            label=_LABELS[controls],
            style=discord.ButtonStyle.secondary,
            custom_id=custom_id(controls, mark),
            disabled=controls is Controls.CONTINUES,
        )
    )
    return view
