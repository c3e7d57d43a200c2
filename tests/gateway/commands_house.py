"""A local Discord with the real entry connected to it, over the engine and fakes of its ports."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TypeVar

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.clock import SystemClock
from bot.domain.billing import ScopeKind
from bot.domain.budget import NO_BUDGETS, Limits
from bot.domain.message import Prompt
from bot.domain.session import Place, Session, TurnId
from bot.domain.turn import Turn
from bot.engine.engine import Doors, Engine, Terms, open_engine
from bot.engine.listenings import Listenings
from bot.engine.offers import Offers
from bot.engine.pacing import Governor, Urgency
from bot.engine.sessions import Sessions
from bot.gateway.client import Client, Ears
from bot.gateway.entry import SLOW_AFTER, Entry
from bot.gateway.past import DiscordPast
from bot.gateway.sync import CommandSync
from bot.gateway.wire import metered
from bot.playground import (
    Channel,
    Guild,
    LocalDiscord,
    Message,
    Permission,
    Person,
    Rules,
    Thread,
)
from bot.playground.world.permission import EVERYDAY
from bot.ports import Clock
from tests.fakes.board import Board
from tests.fakes.cabinet import Cabinet
from tests.fakes.memory_store import MemoryStore
from tests.fakes.prices import FixedPrices
from tests.fakes.scripted_model import Script, ScriptedModel
from tests.fakes.signs import Signs
from tests.fakes.written_catalogue import WrittenCatalogue

T = TypeVar("T")


class SlowStore(MemoryStore):
    """A store whose disk can be made to hang."""

    def __init__(self) -> None:
        super().__init__()
        self.works = asyncio.Event()
        self.works.set()

    async def _read(self, query: Callable[[], T]) -> T:
        await self.works.wait()
        return await super()._read(query)

    async def _write(self, change: Callable[[], T], *, flushes: bool = True) -> T:
        await self.works.wait()
        return await super()._write(change, flushes=flushes)


class CountingGovernor(Governor):
    """A governor that remembers how many requests were made."""

    made = 0

    async def enter(self, urgency: Urgency) -> None:
        self.made += 1
        await super().enter(urgency)


@dataclass(frozen=True, slots=True)
class House:
    """Everything there is."""

    local: LocalDiscord
    guild: Guild
    general: Channel
    ada: Person
    bob: Person
    store: SlowStore
    model: ScriptedModel
    governor: CountingGovernor
    engine: Engine
    entry: Entry
    client: discord.Client

    @property
    def sessions(self) -> Sessions:
        """What commands and buttons do."""
        return self.engine.sessions

    def place(self, channel: Channel) -> Place:
        """Return a channel as the engine knows it."""
        return Place(channel.id, channel.guild.id if channel.guild else None)

    def open_at(self, channel: Channel) -> Session | None:
        """Return the session that is open at a channel."""
        here = [s for s in self.store.sessions.values() if s.place == self.place(channel)]
        return next((session for session in here if session.is_open), None)

    def head_at(self, channel: Channel) -> TurnId | None:
        """Return the newest turn of the session that is open at a channel."""
        session = self.open_at(channel)
        return None if session is None else session.head

    def turns_at(self, channel: Channel) -> list[Turn]:
        """Return what was asked at a channel."""
        ids = {s.id for s in self.store.sessions.values() if s.place == self.place(channel)}
        return [turn for turn in self.store.turns.values() if turn.session_id in ids]

    async def ask(self, person: Person, channel: Channel, line: str, /, **options: object) -> str:
        """Use a command and return what the person alone reads then."""
        outcome = await person.slash(channel, line, **options)
        answer = await outcome.answered()
        assert outcome.ephemeral
        assert answer.ephemeral_to is person.user
        return answer.content

    async def say(self, session: Session, prompt: Prompt) -> Turn:
        """Let a prompt be heard at a session."""
        turn = await self.engine.intake.say(session, prompt)
        assert turn is not None
        return turn

    async def button(self, channel: Channel, custom_id: str) -> Message:
        """Post a message of the bot with a button under it."""
        view = discord.ui.View(timeout=None)
        view.add_item(discord.ui.Button(label="press", custom_id=custom_id))
        view.stop()
        there = self.client.get_partial_messageable(channel.id)
        sent = await there.send("an answer", view=view)
        return next(m for m in channel.messages if m.id == sent.id)

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for something in the store."""
        await _until(is_so)

    def thread_of(self, channel: Channel) -> Thread:
        """Return the thread that starts from the newest message of a channel."""
        thread = channel.messages[-1].thread
        assert thread is not None
        return thread


def entry_over(
    engine: Engine, sync: CommandSync, clock: Clock, *, slow_after: float = SLOW_AFTER
) -> Entry:
    """Return what receives commands and buttons, with one model to offer."""
    return Entry(
        engine,
        offers=Offers(
            catalogue=WrittenCatalogue(),
            prices=FixedPrices(),
            clock=clock,
            configured=["gpt-usual"],
        ),
        sync=sync,
        clock=clock,
        default_model="gpt-usual",
        slow_after=slow_after,
    )


@asynccontextmanager
async def opened(
    *scripts: Script,
    rules: Rules | None = None,
    bot_permissions: Permission = EVERYDAY,
    slow_after: float = SLOW_AFTER,
    limits: Mapping[ScopeKind, Limits] = NO_BUDGETS,
) -> AsyncIterator[House]:
    """Open a house with Ada and Bob in one guild, and close it after them."""
    async with AsyncExitStack() as stack:
        local = await stack.enter_async_context(
            LocalDiscord(rules=rules or Rules(identify_every=0.0))
        )
        guild = local.add_guild("Home", bot_permissions=bot_permissions)
        general = local.add_channel(guild, "general")
        ada = local.add_person("Ada", guilds=[guild])
        bob = local.add_person("Bob", guilds=[guild])
        store, model = SlowStore(), ScriptedModel(*(scripts or (("Hello.",),)))
        clock = SystemClock()
        governor = CountingGovernor(clock)
        clients: list[discord.Client] = []
        doors = Doors(
            store,
            model,
            Board(clock),
            DiscordPast(lambda: clients[-1]),
            Cabinet(),
            Signs(),
            FixedPrices(),
            clock,
        )
        terms = Terms(
            default_model="gpt-usual",
            limits=limits,
            names_sessions=False,  # what is asked of the model is counted here
        )
        engine = await stack.enter_async_context(
            open_engine(doors, terms, governor=governor, listenings=Listenings(), own_limits={})
        )
        sync = CommandSync(notebook=store, clock=clock)
        entry = entry_over(engine, sync, clock, slow_after=slow_after)
        await stack.enter_async_context(_running(engine.run(), sync.run()))
        ears = engine.catch_up
        client = await stack.enter_async_context(connected(local, ears, entry, governor))
        clients.append(client)
        await local.until(lambda: any(r.method == "PUT" for r in local.requests))
        await _until(lambda: ears.is_open(Place(general.id, guild.id)))
        yield House(local, guild, general, ada, bob, store, model, governor, engine, entry, client)


@asynccontextmanager
async def connected(
    local: LocalDiscord, ears: Ears, entry: Entry, governor: Governor
) -> AsyncIterator[discord.Client]:
    """Connect a client to the local Discord while the block lasts."""
    with pointed_at(local):
        client = Client(ears, entry, message_content=True, http_trace=metered(governor))
        async with client, _running(client.start(local.token)):
            await local.bot_ready()
            yield client
            await client.close()


@contextmanager
def pointed_at(local: LocalDiscord) -> Iterator[None]:
    """Let discord.py speak to the local Discord while the block lasts."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE = local.api_url
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(local.gateway_url)
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110  # no event tells of it
            await asyncio.sleep(0.005)


@asynccontextmanager
async def _running(*mains: Coroutine[object, object, None]) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(main) for main in mains]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
