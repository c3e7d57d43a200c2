"""A local Discord and stock discord.py clients connected to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import aiohttp
import discord
import pytest
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.playground import Channel, Guild, LocalDiscord, Person, Rules

Found = TypeVar("Found")
Connect = Callable[..., Awaitable["BotClient"]]


class BotClient(discord.Client):
    """Stock discord.py but for its five seconds before a second IDENTIFY."""

    def __init__(self, *, intents: discord.Intents, shard: tuple[int, int] | None = None) -> None:
        shard_id, shard_count = shard or (None, None)
        super().__init__(
            intents=intents,
            shard_id=shard_id,
            shard_count=shard_count,
            guild_ready_timeout=0.05,
            max_messages=None,
        )
        self.tree = app_commands.CommandTree(self)
        self.heard: list[discord.Message] = []
        self.edits: list[discord.RawMessageUpdateEvent] = []
        self.interactions: list[discord.Interaction] = []
        self.names: list[str] = []
        self._changed = asyncio.Event()

    async def until(self, holds: Callable[[], Found]) -> Found:
        """Come back as soon as this is so, looking again whenever something was heard."""
        async with asyncio.timeout(10):
            while not (found := holds()):
                self._changed.clear()
                await self._changed.wait()
            return found

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """No waiting."""

    async def on_message(self, message: discord.Message) -> None:
        if message.author != self.user:
            self.heard.append(message)
            self._changed.set()

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        self.edits.append(payload)
        self._changed.set()

    async def on_socket_event_type(self, name: str) -> None:
        self.names.append(name)
        self._changed.set()

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        self.interactions.append(interaction)
        self._changed.set()


@pytest.fixture
def rules() -> Rules:
    return Rules(identify_every=0.0)


@pytest.fixture
async def local(rules: Rules) -> AsyncIterator[LocalDiscord]:
    async with LocalDiscord(rules=rules) as running:
        yield running


@pytest.fixture
def home(local: LocalDiscord) -> Guild:
    return local.add_guild("Home")


@pytest.fixture
def general(local: LocalDiscord, home: Guild) -> Channel:
    return local.add_channel(home, "general")


@pytest.fixture
def ada(local: LocalDiscord, home: Guild) -> Person:
    return local.add_person("Ada", guilds=[home])


@pytest.fixture
def pointed(local: LocalDiscord) -> Iterator[None]:
    """discord.py speaks to the local Discord for the time of one test."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE = local.api_url
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(local.gateway_url)
    yield
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


@pytest.fixture
async def connect(local: LocalDiscord, pointed: None) -> AsyncIterator[Connect]:  # noqa: ARG001 - for its effect
    """Connects a client and comes back when it has its guilds."""
    async with AsyncExitStack() as stack:

        async def connect_one(
            intents: discord.Intents | None = None, shard: tuple[int, int] | None = None
        ) -> BotClient:
            return await stack.enter_async_context(connected(local, intents, shard))

        yield connect_one


@asynccontextmanager
async def connected(
    local: LocalDiscord,
    intents: discord.Intents | None,
    shard: tuple[int, int] | None,
) -> AsyncIterator[BotClient]:
    client = BotClient(intents=intents or discord.Intents.all(), shard=shard)
    async with client:
        await client.login(local.token)
        running = asyncio.create_task(client.connect())
        ready = asyncio.create_task(client.wait_until_ready())
        await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            ready.cancel()
            await running
        yield client
    await running


@pytest.fixture
async def client(
    connect: Connect,
    general: Channel,  # noqa: ARG001 - is to be there before
    ada: Person,  # noqa: ARG001 - so is she
) -> BotClient:
    """A connected client with every intent, in a guild with a channel and one person."""
    return await connect()


@pytest.fixture
async def synced(client: BotClient) -> BotClient:
    """A client with a few commands registered."""
    tree = client.tree

    @tree.command(description="answers at once")
    async def hello(interaction: discord.Interaction, name: str) -> None:
        await interaction.response.send_message(f"hello {name}")

    @tree.command(description="answers later")
    async def think(interaction: discord.Interaction, *, private: bool = False) -> None:
        await interaction.response.defer(ephemeral=private, thinking=True)
        await interaction.edit_original_response(content="thought")

    @tree.command(description="never answers")
    async def sleep(interaction: discord.Interaction) -> None:
        assert interaction.command

    @tree.command(description="a secret")
    async def secret(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("only for you", ephemeral=True)

    group = app_commands.Group(name="session", description="sessions")

    @group.command(description="resumes one")
    async def resume(interaction: discord.Interaction, session: str) -> None:
        await interaction.response.send_message(f"resumed {session}")

    @resume.autocomplete("session")
    async def complete(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"Session {typed}", value=f"id-{typed}")]

    tree.add_command(group)

    @tree.context_menu(name="Read it")
    async def read(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"it says {message.content}", ephemeral=True)

    await tree.sync()
    return client


def text_channel(client: BotClient, channel: Channel) -> discord.TextChannel:
    """The client's own object for a text channel."""
    found = client.get_channel(channel.id)
    assert isinstance(found, discord.TextChannel)
    return found


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer."""

    status: int
    body: dict[str, object]
    headers: Mapping[str, str]

    @property
    def code(self) -> object:
        """Discord's error code."""
        return self.body.get("code")


class Rest:
    """Bare HTTP requests with the bot's token."""

    def __init__(self, session: aiohttp.ClientSession, local: LocalDiscord) -> None:
        self._session = session
        self._local = local

    async def __call__(
        self, method: str, path: str, body: object = None, *, token: str | None = None
    ) -> Reply:
        """Send one request."""
        headers = {"Authorization": f"Bot {token or self._local.token}"}
        url = self._local.api_url + path
        async with self._session.request(method, url, json=body, headers=headers) as answer:
            raw = await answer.read()
            parsed = json.loads(raw) if raw else {}
            found = parsed if isinstance(parsed, dict) else {"list": parsed}
            return Reply(answer.status, found, dict(answer.headers))


@pytest.fixture
async def rest(local: LocalDiscord) -> AsyncIterator[Rest]:
    async with aiohttp.ClientSession() as session:
        yield Rest(session, local)
