"""What stands behind a client in tests: an intake and an entry that only take note."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import NoReturn

import discord

from bot.clock import SystemClock
from bot.domain.hearing import Sight, Utterance, is_called, is_heard
from bot.domain.manner import Listening
from bot.domain.session import Place
from bot.engine.pacing import Governor
from bot.gateway.client import SILENT_AFTER
from bot.gateway.connection import Connection
from bot.playground import LocalDiscord
from bot.ports import Clock


class Ears:
    """Ears that remember what they heard."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.edited: list[tuple[int, str]] = []
        self.erased: list[tuple[Place, set[int]]] = []
        self.forgotten: list[Place] = []
        self.resumed = 0
        self.begun = 0
        self.seen: dict[int, list[Sight]] = {}
        self.gone_on = 0
        self.seeings = 0
        self.alive_at: list[datetime] = []
        self.changed = asyncio.Event()

    def hear(self, utterance: Utterance) -> bool:
        self.changed.set()
        if utterance.prompt.text == "a bug":
            raise ValueError(utterance.prompt.text)
        self.heard.append(utterance.prompt.text)
        return True

    def edit(self, utterance: Utterance) -> None:
        self.edited.append((utterance.prompt.message_id, utterance.prompt.text))

    def erase(self, place: Place, messages: Collection[int]) -> None:
        self.erased.append((place, set(messages)))

    def forget(self, place: Place) -> None:
        self.forgotten.append(place)

    def is_meant(self, utterance: Utterance) -> bool:
        return is_heard(utterance, Listening.MENTIONS)

    def is_shut_out(self, utterance: Utterance) -> bool:
        return is_called(utterance) and not self.is_meant(utterance)

    def begin(self) -> None:
        self.begun += 1

    def see(self, guild_id: int, sights: Iterable[Sight]) -> None:
        self.seeings += 1
        self.seen[guild_id] = list(sights)

    def go_on(self) -> None:
        self.gone_on += 1

    def alive(self, at: datetime) -> None:
        self.alive_at.append(at)

    async def resume(self) -> int:
        self.resumed += 1
        return 0

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so that the client comes to know; nothing tells of it."""
        async with asyncio.timeout(10):
            while not is_so():  # noqa: ASYNC110  # what the library knows sets no event
                await asyncio.sleep(0.005)

    async def have_heard(self, count: int) -> None:
        """Wait until so many messages were heard."""
        async with asyncio.timeout(10):
            while len(self.heard) < count:
                self.changed.clear()
                await self.changed.wait()


class Hands:
    """An entry that does nothing, or fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.clients: list[discord.Client] = []
        self.missed: list[int] = []
        self.turned_away: list[int] = []

    async def connected(self, client: discord.Client) -> None:
        self.clients.append(client)
        if len(self.clients) <= self.failures:
            raise LookupError("a bug of ours")

    async def miss(self, message: discord.Message) -> None:
        self.missed.append(message.id)

    async def turn_away(self, message: discord.Message) -> None:
        self.turned_away.append(message.id)

    async def interact(self, interaction: discord.Interaction) -> NoReturn:
        raise AssertionError(interaction)


def connection_to(
    api_url: str, clock: Clock, token: str, *, silent_after: float = SILENT_AFTER
) -> Connection:
    """Return a connection that nobody runs yet."""
    return Connection(
        token,
        api_url=api_url,
        clock=clock,
        governor=Governor(clock),
        silent_after=silent_after,
    )


@asynccontextmanager
async def listening(
    local: LocalDiscord,
    ears: Ears,
    hands: Hands | None = None,
    clock: Clock | None = None,
    *,
    silent_after: float = SILENT_AFTER,
) -> AsyncIterator[Connection]:
    """Have a connection run while the block lasts."""
    connection = connection_to(
        local.api_url, clock or SystemClock(), local.token, silent_after=silent_after
    )
    async with asyncio.TaskGroup() as group:
        running = group.create_task(connection.run(ears, hands or Hands()))
        try:
            yield connection
        finally:
            running.cancel()
