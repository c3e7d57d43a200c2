"""Connection: stays connected to Discord, whatever the network does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.domain.errors import BotError
from bot.engine.intake import Intake
from bot.engine.patience import pauses
from bot.gateway.client import Client, Entry
from bot.gateway.messenger import DiscordMessenger

log = logging.getLogger(__name__)


class Unwelcome(BotError):
    """Discord does not let this bot in, and trying again would not help."""


class Connection:
    """A messenger that works while connected, and the loop that keeps it so."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._client: discord.Client | None = None
        self._message_content = True
        self.messenger = DiscordMessenger(self._connected)

    async def run(self, intake: Intake, entry: Entry) -> None:
        """Hear for `intake` and `entry`, connecting anew whenever that is needed.

        Raises:
            Unwelcome: the token is wrong.
        """
        for pause in pauses():
            async with Client(intake, entry, message_content=self._message_content) as client:
                self._client = client
                try:
                    await client.start(self._token)
                except discord.LoginFailure as error:
                    raise Unwelcome(
                        "Discord does not accept DISCORD_TOKEN; reset it and copy it anew."
                    ) from error
                except discord.PrivilegedIntentsRequired:
                    log.warning("event=no_message_content")
                    self._message_content = False
                    continue
                except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
                    log.warning("event=disconnected reason=%r", error)
                except AttributeError as error:
                    # The library's own bug when the very first connection is refused.
                    log.warning("event=disconnected reason=%r", error)
            await asyncio.sleep(pause)

    def _connected(self) -> discord.Client:
        if self._client is None:
            raise AssertionError("nothing is said before the client is there")
        return self._client


@asynccontextmanager
async def open_connection(*, token: str, api_url: str | None) -> AsyncIterator[Connection]:
    """Open a connection to Discord, or to another one at `api_url`."""
    if api_url is not None:
        await point_at(api_url)
    yield Connection(token)


async def point_at(api_url: str) -> None:
    """Have discord.py speak to another Discord from now on, for the whole process.

    The library has no parameter for it; it reads these class attributes at each use.
    """
    Route.BASE = api_url.rstrip("/")
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{Route.BASE}/gateway") as response,
    ):
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL((await response.json())["url"])
