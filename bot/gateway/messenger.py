"""Speaks on Discord."""

from __future__ import annotations

import io
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from types import MappingProxyType

import discord

from bot.domain.errors import BotError, NoRoom, PostGone, PostRefused
from bot.domain.reply import Controls, Mark, Page, Post, Standing
from bot.domain.session import Place
from bot.engine.pacing import Urgency
from bot.gateway.address import branch_id, custom_id, parse, parse_standing, standing_id, version_id
from bot.gateway.faults import ARCHIVED, NO_PERMISSION, REPLY_NOT_ALLOWED, discord_faults

log = logging.getLogger(__name__)

# A search ends after so many messages: what is looked for was posted minutes after the
# message it answers, not thousands of messages later.
MOST_SEARCHED = 1000

_SEEN = "👀"
_NOBODY = discord.AllowedMentions.none()
_LABELS = MappingProxyType(
    {
        Controls.STOP: "Stop",
        Controls.CONTINUES: "continues below",
        Controls.RETRY: "Retry",
        Controls.UNDONE: "taken out",
    }
)


class DiscordMessenger:
    """The Messenger port on whatever client is connected just now."""

    def __init__(self, client: Callable[[], discord.Client]) -> None:
        self._client = client

    async def post(
        self, place: Place, page: Page, *, mark: Mark, nonce: str, reply_to: int | None
    ) -> int:
        async with self._at(place, Urgency.FIRST) as channel, _taking_files(page):
            if reply_to is not None:
                reference = _reference(place, reply_to)
                try:
                    return (await _sending(channel, page, mark, nonce)(reference=reference)).id
                except discord.HTTPException as error:
                    if error.code != REPLY_NOT_ALLOWED:
                        raise
            return (await _sending(channel, page, mark, nonce)()).id

    async def edit(
        self, place: Place, post: int, page: Page, *, mark: Mark, is_passing: bool = False
    ) -> None:
        urgency = Urgency.SPARE if is_passing else Urgency.MUST
        async with self._at(place, urgency) as channel, _taking_files(page):
            message = channel.get_partial_message(post)
            await self._in_the_open(
                place,
                lambda: message.edit(
                    content=page.text,
                    view=_view(page, mark),
                    attachments=_files(page),
                    allowed_mentions=_NOBODY,
                ),
            )

    async def delete(self, place: Place, post: int) -> None:
        with suppress(PostGone):
            async with self._at(place) as channel:
                await self._in_the_open(place, channel.get_partial_message(post).delete)

    async def find(self, place: Place, *anchors: int) -> list[Post]:
        found: dict[int, Post] = {}
        # Much may have been said between the first message and the last, where most posts are.
        for after in sorted({min(anchors), max(anchors)}):
            async with self._at(place) as channel:
                history = channel.history(
                    limit=MOST_SEARCHED, after=discord.Object(after), oldest_first=True
                )
                messages = [message async for message in history]
            posts = [post for post in map(self._post, messages) if post is not None]
            found |= {post.id: post for post in posts if post.mark.anchor in anchors}
            if len(messages) < MOST_SEARCHED:
                break
        return list(found.values())

    async def read(self, place: Place, post: int) -> Post | None:
        try:
            async with self._at(place) as channel:
                message = await channel.fetch_message(post)
        except PostGone:
            return None
        return self._post(message)

    async def nod(self, place: Place, message: int) -> None:
        async with self._at(place, Urgency.SPARE) as channel:
            await channel.get_partial_message(message).add_reaction(_SEEN)

    async def say(self, place: Place, words: str, *, nonce: str) -> None:
        with suppress(PostGone):  # said, and deleted since
            async with self._at(place, Urgency.FIRST) as channel:
                await channel.send(words, nonce=nonce, allowed_mentions=_NOBODY)

    async def rename(self, place: Place, *, old: str, new: str) -> None:
        async with self._at(place, Urgency.SPARE):
            # Not as the gateway told: somebody may have given it a name just now.
            thread = await self._client().fetch_channel(place.channel_id)
            if not isinstance(thread, discord.Thread) or not self._is_us(thread.owner_id):
                return
            if thread.name == old and not thread.archived:
                await thread.edit(name=new)

    async def typing(self, place: Place) -> bool:
        try:
            async with self._at(place, Urgency.SPARE) as channel:
                await channel.typing()
        except NoRoom:
            return False
        except BotError as error:
            log.debug("event=typing_failed reason=%s", error)
        return True

    @asynccontextmanager
    async def _at(
        self, place: Place, urgency: Urgency = Urgency.MUST
    ) -> AsyncIterator[discord.PartialMessageable]:
        client = self._client()
        async with discord_faults(client, urgency, guild_id=place.guild_id):
            yield client.get_partial_messageable(place.channel_id, guild_id=place.guild_id)

    async def _in_the_open(self, place: Place, request: Callable[[], Awaitable[object]]) -> None:
        """Change a post; if its thread was put away meanwhile, fetch it out and try again.

        A new message does that by itself, a change does not.
        """
        try:
            await request()
        except discord.HTTPException as error:
            if error.code != ARCHIVED:
                raise
            thread = await self._client().fetch_channel(place.channel_id)
            if isinstance(thread, discord.Thread):
                await thread.edit(archived=False)
            await request()

    def _is_us(self, user_id: int) -> bool:
        us = self._client().user
        return us is not None and user_id == us.id

    def _post(self, message: discord.Message) -> Post | None:
        if not self._is_us(message.author.id):
            return None
        ids = list(_custom_ids(message))
        named = next(filter(None, map(parse, ids)), None)
        if named is None:
            return None
        controls, mark = named
        standing = next(filter(None, map(parse_standing, ids)), None)
        has_file = bool(message.attachments)
        return Post(message.id, mark, message.content, controls, has_file, standing)


def _sending(
    channel: discord.PartialMessageable, page: Page, mark: Mark, nonce: str
) -> partial[Awaitable[discord.Message]]:
    """Return the call that posts a page; it is good for one attempt, which reads the file."""
    return partial(
        channel.send,
        page.text,
        view=_view(page, mark),
        files=_files(page),
        nonce=nonce,
        allowed_mentions=_NOBODY,
    )


def _reference(place: Place, message: int) -> discord.MessageReference:
    return discord.MessageReference(
        message_id=message,
        channel_id=place.channel_id,
        guild_id=place.guild_id,
        fail_if_not_exists=False,
    )


@asynccontextmanager
async def _taking_files(page: Page) -> AsyncIterator[None]:
    """Tell a file that may not be attached from a place where nothing may be said."""
    try:
        yield
    except discord.HTTPException as error:
        if page.file is None or error.code != NO_PERMISSION:
            raise
        raise PostRefused("it takes the permission to attach files") from error


def _files(page: Page) -> list[discord.File]:
    if page.file is None:
        return []
    return [discord.File(io.BytesIO(page.file.content), filename=page.file.name)]


def _view(page: Page, mark: Mark) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    for button in _buttons(page, mark):
        view.add_item(button)
    view.stop()  # or discord.py would remember it until the process ends
    return view


def _buttons(page: Page, mark: Mark) -> Iterator[discord.ui.Button[discord.ui.View]]:
    if page.standing is not None:
        yield from _version_buttons(page.standing, mark)
    is_idle = page.controls in {Controls.CONTINUES, Controls.UNDONE}
    yield _button(_LABELS[page.controls], custom_id(page.controls, mark), is_idle=is_idle)
    if page.controls in {Controls.RETRY, Controls.UNDONE}:
        yield _button("Branch", branch_id(mark), is_idle=False)


def _version_buttons(
    standing: Standing, mark: Mark
) -> Iterator[discord.ui.Button[discord.ui.View]]:
    before, after = standing.before, standing.after
    place = f"{standing.number}/{standing.count}"
    yield _button("◀", version_id(mark, before, is_before=True), is_idle=before is None)
    yield _button(place, standing_id(mark, standing), is_idle=True)
    yield _button("▶", version_id(mark, after, is_before=False), is_idle=after is None)


def _button(label: str, address: str, *, is_idle: bool) -> discord.ui.Button[discord.ui.View]:
    style = discord.ButtonStyle.secondary
    return discord.ui.Button(label=label, style=style, custom_id=address, disabled=is_idle)


def _custom_ids(message: discord.Message) -> Iterator[str]:
    for row in message.components:
        for part in row.children if isinstance(row, discord.ActionRow) else []:
            if isinstance(part, discord.Button) and part.custom_id:
                yield part.custom_id
