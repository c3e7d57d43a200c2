"""Connection: stays connected to Discord, whatever the network does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from http import HTTPStatus
from itertools import chain, islice, repeat
from types import MappingProxyType

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.domain.errors import BotError, MessengerBusy
from bot.engine.pacing import Governor
from bot.engine.patience import pauses
from bot.gateway.client import SILENT_AFTER, Client, Ears, Entry
from bot.gateway.messenger import DiscordMessenger
from bot.gateway.wire import Fence, SetClock, metered, no_fence, no_time
from bot.ports import Clock

log = logging.getLogger(__name__)

POINT_SECONDS = 10.0

# https://discord.com/developers/docs/events/gateway#session-start-limit: who begins more than
# 1000 sessions a day gets the token taken away. A session that lasted this long was a good
# one; after so many that did not, we begin one every minute and a half: 960 a day.
LONG_ENOUGH = 600.0  # seconds
QUICK_ATTEMPTS = 7
SELDOM = 90.0  # seconds

REFUSED = "Discord does not accept DISCORD_TOKEN; reset the token and copy it anew."
ENABLE_CONTENT = (
    "without the Message Content Intent only mentions, replies that ping and direct messages are "
    "heard; enable it at https://discord.com/developers/applications under Bot"
)
# https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway
_FOR_GOOD = MappingProxyType(
    {
        4004: REFUSED,
        4010: "Discord refuses the shard that the bot asked for.",
        4011: "The bot is in more servers than one connection may serve.",
        4012: "Discord has given up the version of its gateway that the bot speaks; update it.",
        4013: "Discord does not know the intents that the bot asked for.",
    }
)


class Unwelcome(BotError):
    """Discord does not let this bot in, and trying again would not help."""


class Connection:
    """A messenger that works while connected, and the loop that keeps it so.

    The messenger may be used from the beginning to the end of `run`: until the first login
    and between two connections it is busy.
    """

    def __init__(
        self,
        token: str,
        *,
        api_url: str | None = None,
        clock: Clock,
        governor: Governor,
        fence: Fence = no_fence,
        set_clock: SetClock = no_time,
        silent_after: float = SILENT_AFTER,
    ) -> None:
        self._token = token
        self._api_url = api_url
        self._clock = clock
        self._trace = metered(governor, fence, set_clock, on_unauthorized=self._doubt)
        self._doubted = asyncio.Event()  # that the token of this client is still valid
        self._silent_after = silent_after
        self._client: discord.Client | None = None
        self._message_content = True
        self.messenger = DiscordMessenger(self.client)

    async def run(self, ears: Ears, entry: Entry) -> None:
        """Hear for `ears` and `entry` until cancelled, connecting anew whenever needed.

        Raises:
            Unwelcome: the token is wrong, or Discord refuses this bot for good.
        """
        waits = _pauses()
        while True:
            begun = self._clock.monotonic()
            await self._connect(ears, entry)
            if self._clock.monotonic() - begun > LONG_ENOUGH:
                waits = _pauses()
            await self._clock.sleep(next(waits))

    async def _connect(self, ears: Ears, entry: Entry) -> None:
        """Be connected for as long as it lasts; the library resumes by itself where it can."""
        client = Client(
            ears,
            entry,
            message_content=self._message_content,
            silent_after=self._silent_after,
            http_trace=self._trace,
        )
        self._doubted.clear()
        async with client, asyncio.TaskGroup() as group:
            self._client = client
            living = group.create_task(self._live(client))
            doubted = group.create_task(self._doubted.wait())
            pulse = group.create_task(client.feel_pulse(self._clock))
            try:
                await asyncio.wait({living, doubted}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                pulse.cancel()
                doubted.cancel()
                # The library may miss that it was cancelled, for `asyncio.wait_for` drops what
                # comes together with a result; it never misses that its client is closed.
                await client.close()
        self._judge(client, living.result())

    async def _live(self, client: Client) -> Exception | None:
        """Run a client to its end and return what ended it."""
        try:
            if self._api_url is not None:
                await point_at(self._api_url, self._token, self._trace)
            await client.start(self._token)
        except Exception as error:  # noqa: BLE001  # a boundary: `_judge` logs it
            return error
        return None

    def _doubt(self) -> None:
        """End the client whose token was refused: to log in anew says whether it was meant so.

        The gateway may keep a connection whose token was reset, while every request fails.
        """
        if self._client is not None and self._client.user is not None:
            log.warning("event=token_refused; logging in anew")
            self._doubted.set()

    def _judge(self, client: Client, error: Exception | None) -> None:
        """Return if it is worth trying again.

        Raises:
            Unwelcome: it is not.
        """
        match error:
            case (
                discord.LoginFailure() | aiohttp.ClientResponseError(status=HTTPStatus.UNAUTHORIZED)
            ):
                raise Unwelcome(REFUSED) from error
            case discord.ConnectionClosed(code=code) if code in _FOR_GOOD:
                raise Unwelcome(_FOR_GOOD[code]) from error
            case discord.PrivilegedIntentsRequired() if self._message_content:
                self._message_content = False
                log.warning("event=no_message_content; %s", ENABLE_CONTENT)
            case discord.PrivilegedIntentsRequired():
                raise Unwelcome("Discord refuses the intents that the bot asked for.") from error
            case None | discord.DiscordException() | aiohttp.ClientError() | OSError():
                log.warning("event=disconnected reason=%r", error)
            case AttributeError() if client.ws is None:
                # discord.py asks a socket that is not there when the first one is refused.
                log.warning("event=disconnected reason='the gateway refused the connection'")
            case _:
                # Whatever Discord sent was more than the library could take, or we have a bug.
                # A new client has forgotten it, and goes on as after a crash.
                log.error("event=disconnected", exc_info=error)

    def client(self) -> discord.Client:
        """Return the client that is logged in.

        Raises:
            MessengerBusy: there is none just now; there will be one again.
        """
        if self._client is None or self._client.is_closed() or self._client.user is None:
            raise MessengerBusy("not connected to Discord")
        return self._client


async def point_at(
    api_url: str, token: str | None = None, trace: aiohttp.TraceConfig | None = None
) -> None:
    """Have discord.py speak to another Discord from now on, for the whole process.

    The library has no parameter for it; it reads these class attributes at each use. The
    gateway is asked for as bots do it, or without a token as everybody may; `trace` sees it.

    Raises:
        aiohttp.ClientError, OSError: there is no Discord to be reached there.
    """
    Route.BASE = api_url.rstrip("/")
    url = f"{Route.BASE}/gateway" if token is None else f"{Route.BASE}/gateway/bot"
    headers = None if token is None else {"Authorization": f"Bot {token}"}
    async with (
        asyncio.timeout(POINT_SECONDS),
        aiohttp.ClientSession(
            raise_for_status=True, trace_configs=[trace] if trace else None
        ) as session,
        session.get(url, headers=headers) as response,
    ):
        try:
            answer: object = await response.json()
        except ValueError as error:
            raise aiohttp.ClientPayloadError(f"{url} answers with no JSON") from error
    match answer:
        case {"url": str(gateway)}:
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
        case _:
            raise aiohttp.ClientPayloadError(f"{url} names no gateway")


def _pauses() -> Iterator[float]:
    """Yield seconds between connections, so that no token is lost, for ever."""
    return chain(islice(pauses(), QUICK_ATTEMPTS), repeat(SELDOM))
