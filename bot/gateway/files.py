"""Fetches the files that people attach, from Discord and from nobody else.

An address comes from outside, so it is not trusted: the request is one that any stranger
could make, without a cookie and a token; it follows no redirect, has nothing unpacked, and
reads no more than was asked for, whatever the far side says about the size.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

import aiohttp
import discord
import yarl

from bot.domain.attachment import Attachment
from bot.domain.errors import FileGone, MessengerBusy, PlaceGone, PostGone, PostRefused
from bot.domain.session import Place
from bot.engine.pacing import Urgency
from bot.gateway.attachments import CDN, MEDIA
from bot.gateway.faults import discord_faults

FETCH_SECONDS = 10.0  # for one file

_PLAIN = {"Accept-Encoding": "identity"}  # what is packed may be a bomb
_LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


class DiscordFiles:
    """The Files port, on whatever client is connected just now.

    Discord's links end after some time; then the message is asked for another one.
    """

    def __init__(
        self,
        client: Callable[[], discord.Client],
        session: aiohttp.ClientSession,
        *,
        api_url: str | None,
        seconds: float = FETCH_SECONDS,
    ) -> None:
        self._client = client
        self._seconds = seconds
        self._session = session
        self._origins = {yarl.URL(f"https://{host}") for host in (CDN, MEDIA)}
        if api_url is not None:  # another Discord gives out its files itself
            self._origins.add(yarl.URL(api_url).origin())

    async def fetch(
        self, place: Place, message: int, attachment: Attachment, *, most: int
    ) -> bytes:
        content = await self._get(attachment.url, most)
        if content is None:
            content = await self._get(await self._address(place, message, attachment), most)
        if content is None:
            raise FileGone("neither the first address nor a fresh one gives it out")
        return content

    async def _get(self, address: str, most: int) -> bytes | None:
        """Return the beginning of a file; None where the address is none of Discord's, or ended."""
        url = self._trusted(address)
        if url is None:
            return None
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._session.get(url, allow_redirects=False, headers=_PLAIN) as response,
            ):
                if response.status in _LATER or response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise MessengerBusy(f"status {response.status} in place of a file")
                is_given = response.status == HTTPStatus.OK
                return await _beginning(response, most) if is_given else None
        except (aiohttp.ClientError, OSError) as error:  # a TimeoutError is one
            raise MessengerBusy(type(error).__name__) from error

    def _trusted(self, address: str) -> yarl.URL | None:
        try:
            url = yarl.URL(address, encoded=True)
            is_ours = url.absolute and url.origin() in self._origins
        except ValueError:
            return None
        return url if is_ours else None

    async def _address(self, place: Place, message: int, attachment: Attachment) -> str:
        """Return where Discord says now that the file is, as it came.

        Raises:
            FileGone: it is not there any more.
        """
        client = self._client()
        channel = client.get_partial_messageable(place.channel_id, guild_id=place.guild_id)
        try:
            async with discord_faults(client, Urgency.MUST, guild_id=place.guild_id):
                there = (await channel.fetch_message(message)).attachments
        except (PlaceGone, PostGone, PostRefused) as error:
            raise FileGone(f"its message is not to be had: {error}") from error
        for each in there:
            if each.id == attachment.id:
                return each.url
        raise FileGone("its message does not have it any more")


async def _beginning(response: aiohttp.ClientResponse, most: int) -> bytes:
    content = bytearray()
    async for piece in response.content.iter_any():
        content += piece
        if len(content) >= most:  # the rest goes with the connection
            break
    return bytes(content[:most])


@asynccontextmanager
async def open_files(
    client: Callable[[], discord.Client], *, api_url: str | None
) -> AsyncIterator[DiscordFiles]:
    """Open what fetches files, and close it at the end; `api_url` names another Discord."""
    async with aiohttp.ClientSession(
        auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        yield DiscordFiles(client, session, api_url=api_url)
