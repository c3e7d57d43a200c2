"""The real gateway and engine in front of simcord's Discord, with fakes of the other ports.

simcord settles what the bot does in answer to an event, and lets that have a time of its
own. The engine's tasks are no answer to an event: they go on in real time beside it, and a
story waits for them through the engine itself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import discord
from simcord import ChannelHandle, Env, GuildHandle, HttpLogEntry, InteractionResult, MemberActor

from bot.domain.session import Place, Session
from bot.engine.engine import Doors, Engine, Terms, open_engine
from bot.engine.listenings import Listenings
from bot.engine.pacing import Governor
from bot.gateway.client import Client
from bot.gateway.messenger import DiscordMessenger
from bot.gateway.past import DiscordPast
from bot.gateway.sync import CommandSync
from tests.fakes.cabinet import Cabinet
from tests.fakes.memory_store import MemoryStore
from tests.fakes.prices import FixedPrices
from tests.fakes.scripted_model import ScriptedModel
from tests.fakes.signs import Signs
from tests.gateway.commands_house import entry_over

PATIENCE = 5.0  # seconds
# simcord announces every new thread, private ones too, by a message in the bot's name.
SPEECH = frozenset({discord.MessageType.default, discord.MessageType.reply})


class OneClock:
    """The Clock port on the one source of time that simcord leaves alone."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.perf_counter()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class NotingStore(MemoryStore):
    """A store that tells when something was written into its notebook."""

    def __init__(self) -> None:
        super().__init__()
        self.noted = asyncio.Event()

    async def remember(self, key: str, value: str) -> None:
        await super().remember(key, value)
        self.noted.set()


@dataclass(frozen=True, slots=True)
class Works:
    """The bot but for its connection to Discord."""

    store: NotingStore
    model: ScriptedModel
    engine: Engine
    client: Client


@dataclass(frozen=True, slots=True)
class House:
    """A guild with two people, and the bot in it."""

    env: Env
    works: Works
    guild: GuildHandle
    general: ChannelHandle
    ada: MemberActor
    bob: MemberActor

    @property
    def mention(self) -> str:
        """What people write to call the bot."""
        return f"<@{_us(self.env.bot).id}>"

    @property
    def model(self) -> ScriptedModel:
        """The model behind the bot."""
        return self.works.model

    async def quiet(self) -> None:
        """Wait until the bot has done everything it was asked for."""
        async with asyncio.timeout(PATIENCE):
            await self.works.engine.intake.caught_up()
            await self.works.engine.lanes.drained()
        await self.env.settle()

    async def ask(self, person: MemberActor, channel: ChannelHandle, text: str) -> discord.Message:
        """Say something to the bot and return its answer, which is one message."""
        said = await person.send(channel, f"{self.mention} {text}")
        await self.quiet()
        (answer,) = [m for m in self.answers(channel) if m.id > said.id]
        return answer

    async def use(
        self, person: MemberActor, channel: ChannelHandle, line: str, /, **options: object
    ) -> InteractionResult:
        """Use a command and wait until everything that comes of it is done."""
        result = await person.slash(channel, line, **options)
        await self.quiet()
        return result

    def answers(self, channel: ChannelHandle) -> list[discord.Message]:
        """Return all that the bot said to everybody at a place, oldest first."""
        us = _us(self.env.bot)
        return [
            message
            for message in channel.history()
            if message.author.id == us.id and message.type in SPEECH and not message.flags.ephemeral
        ]

    def open_at(self, channel: ChannelHandle) -> Session | None:
        """Return the session that is open at a place of the guild."""
        here = Place(channel.id, self.guild.id)
        sessions = self.works.store.sessions.values()
        return next((s for s in sessions if s.place == here and s.is_open), None)

    def bodies(self, method: str, path: str) -> list[object]:
        """Return what the bot sent in requests to this very path, oldest first."""
        return [entry.json for entry in self.requests(method) if entry.path == path]

    def requests(self, method: str) -> Iterator[HttpLogEntry]:
        """Yield the bot's requests of one method, oldest first."""
        return (entry for entry in self.env.http_requests if entry.method == method)


@asynccontextmanager
async def works(model: ScriptedModel) -> AsyncIterator[Works]:
    """Have the bot at work, connected to nothing, for the length of the block."""
    async with AsyncExitStack() as stack:
        store, clock = NotingStore(), OneClock()
        client: Client | None = None

        def connected() -> Client:
            assert client is not None
            return client

        doors = Doors(
            store,
            model,
            DiscordMessenger(connected),
            DiscordPast(connected),
            Cabinet(),
            Signs(),
            FixedPrices(),
            clock,
        )
        terms = Terms(default_model="gpt-usual", names_sessions=False)
        engine = await stack.enter_async_context(
            open_engine(
                doors, terms, governor=Governor(clock), listenings=Listenings(), own_limits={}
            )
        )
        sync = CommandSync(notebook=store, clock=clock)
        entry = entry_over(engine, sync, clock)
        client = Client(engine.catch_up, entry, message_content=True)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(engine.run()), group.create_task(sync.run())]
            yield Works(store, model, engine, client)
            for task in tasks:
                task.cancel()


async def move_in(env: Env, works: Works) -> House:
    """Return a house with Ada and Bob, to whom the commands are offered."""
    async with asyncio.timeout(PATIENCE):
        await works.store.noted.wait()
    guild = env.create_guild("Home")
    general = guild.create_text_channel("general")
    ada = guild.add_member(env.create_user("ada", global_name="Ada"))
    bob = guild.add_member(env.create_user("bob", global_name="Bob"))
    await env.settle()
    return House(env, works, guild, general, ada, bob)


def labels(message: discord.Message) -> list[list[str | None]]:
    """Return the labels of a message's buttons, row by row."""
    return [
        [part.label for part in row.children if isinstance(part, discord.Button)]
        for row in message.components
        if isinstance(row, discord.ActionRow)
    ]


def _us(client: discord.Client) -> discord.ClientUser:
    assert client.user is not None
    return client.user
