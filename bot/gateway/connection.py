"""Connection: stays connected to Discord, whatever the network does."""

from __future__ import annotations

import asyncio
import logging

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.domain.errors import BotError, MessengerBusy
from bot.engine.intake import Intake
from bot.engine.patience import pauses
from bot.gateway.client import Client, Entry
from bot.gateway.messenger import DiscordMessenger
from bot.ports import Clock

log = logging.getLogger(__name__)

LONG_ENOUGH = 60.0  # seconds connected after which the next trouble is a new one
POINT_SECONDS = 10.0
# https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway
AUTHENTICATION_FAILED = 4004
REFUSED = "Discord does not accept DISCORD_TOKEN; reset the token and copy it anew."
ENABLE_CONTENT = (
    "without the Message Content Intent only mentions, replies that ping and direct messages are "
    "heard; enable it at https://discord.com/developers/applications under Bot"
)


class Unwelcome(BotError):
    """Discord does not let this bot in, and trying again would not help."""


class Connection:
    """A messenger that works while connected, and the loop that keeps it so."""

    def __init__(self, *, token: str, api_url: str | None, clock: Clock) -> None:
        self._token = token
        self._api_url = api_url
        self._clock = clock
        self._client: discord.Client | None = None
        self._message_content = True
        self.messenger = DiscordMessenger(self._connected)

    async def run(self, intake: Intake, entry: Entry) -> None:
        """Hear for `intake` and `entry`, connecting anew whenever that is needed.

        Raises:
            Unwelcome: the token is wrong, or Discord refuses this bot for good.
        """
        waits = pauses()
        while True:
            begun = self._clock.monotonic()
            await self._connect(intake, entry)
            if self._clock.monotonic() - begun > LONG_ENOUGH:
                waits = pauses()
            await self._clock.sleep(next(waits))

    async def _connect(self, intake: Intake, entry: Entry) -> None:
        """Be connected for as long as it lasts; the library resumes by itself where it can."""
        async with Client(intake, entry, message_content=self._message_content) as client:
            self._client = client
            try:
                await self._start(client)
            except discord.LoginFailure as error:
                raise Unwelcome(REFUSED) from error
            except discord.PrivilegedIntentsRequired as error:
                if not self._message_content:
                    raise Unwelcome("Discord refuses the bot's intents.") from error
                self._message_content = False
                log.warning("event=no_message_content; %s", ENABLE_CONTENT)
            except discord.ConnectionClosed as error:
                if error.code == AUTHENTICATION_FAILED:
                    raise Unwelcome(REFUSED) from error
                log.warning("event=disconnected code=%s", error.code)
            except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
                log.warning("event=disconnected reason=%r", error)
            except AttributeError as error:
                # The library's own bug when the very first connection is refused.
                log.warning("event=disconnected reason=%r", error)

    async def _start(self, client: Client) -> None:
        if self._api_url is not None:
            await point_at(self._api_url)
        await client.start(self._token)

    def _connected(self) -> discord.Client:
        """Return the client that is logged in.

        Raises:
            MessengerBusy: there is none just now; there will be one again.
        """
        if self._client is None or self._client.is_closed() or self._client.user is None:
            raise MessengerBusy("not connected to Discord")
        return self._client


async def point_at(api_url: str) -> None:
    """Have discord.py speak to another Discord from now on, for the whole process.

    The library has no parameter for it; it reads these class attributes at each use.

    Raises:
        aiohttp.ClientError, OSError: there is no Discord to be reached there.
    """
    Route.BASE = api_url.rstrip("/")
    async with (
        asyncio.timeout(POINT_SECONDS),
        aiohttp.ClientSession(raise_for_status=True) as session,
        session.get(f"{Route.BASE}/gateway") as response,
    ):
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(str((await response.json())["url"]))
