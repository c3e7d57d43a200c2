"""Discord is told of the commands when they changed, and only then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord
import pytest

from bot.clock import SystemClock
from bot.gateway.commands import payloads
from bot.gateway.sync import CommandSync, fingerprint
from bot.playground import LocalDiscord, Rules
from tests.fakes.memory_store import MemoryStore
from tests.gateway.commands_house import pointed_at

ONE = [{"name": "one", "description": "One", "type": 1, "options": []}]


class Notebook(MemoryStore):
    """A store that says when something was looked up or noted."""

    def __init__(self) -> None:
        super().__init__()
        self.recalled = asyncio.Event()
        self.noted = asyncio.Event()

    async def recall(self, key: str) -> str | None:
        found = await super().recall(key)
        self.recalled.set()
        return found

    async def remember(self, key: str, value: str) -> None:
        await super().remember(key, value)
        self.noted.set()


class Hurried(SystemClock):
    """Waits for nothing, and remembers for how long it should have."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with LocalDiscord(rules=Rules(identify_every=0.0)) as local:
        with pointed_at(local):
            yield local


@asynccontextmanager
async def _syncing(
    local: LocalDiscord,
    notebook: Notebook,
    commands: list[dict[str, object]] | None = None,
    clock: SystemClock | None = None,
) -> AsyncIterator[None]:
    clock = clock or SystemClock()
    sync = CommandSync(notebook=notebook, clock=clock, commands=commands)
    async with discord.Client(intents=discord.Intents(guilds=True)) as client:
        await client.login(local.token)
        running = asyncio.create_task(sync.run())
        sync.offer(client)
        try:
            async with asyncio.timeout(5):
                yield
        finally:
            running.cancel()
            await asyncio.wait({running})


def _puts(local: LocalDiscord) -> list[str]:
    return [request.path for request in local.requests if request.method == "PUT"]


async def test_the_first_start_tells_discord_of_every_command(local: LocalDiscord) -> None:
    notebook = Notebook()

    async with _syncing(local, notebook):
        await notebook.noted.wait()

    assert _puts(local) == [f"/applications/{local.bot.id}/commands"]
    assert list(notebook.notes) == [f"commands:{local.bot.id}"]


async def test_a_restart_with_the_same_commands_tells_nothing(local: LocalDiscord) -> None:
    notebook = Notebook()
    async with _syncing(local, notebook):
        await notebook.noted.wait()
    notebook.recalled.clear()

    async with _syncing(local, notebook):
        await notebook.recalled.wait()
        await asyncio.sleep(0)

    assert len(_puts(local)) == 1


async def test_changed_commands_are_told_again(local: LocalDiscord) -> None:
    notebook = Notebook()
    async with _syncing(local, notebook, ONE):
        await notebook.noted.wait()
    notebook.noted.clear()

    async with _syncing(local, notebook, [{**ONE[0], "description": "Another"}]):
        await notebook.noted.wait()

    assert len(_puts(local)) == 2


@pytest.mark.parametrize("status", [400, 403, 503])
async def test_a_failed_sync_is_tried_again_later(local: LocalDiscord, status: int) -> None:
    notebook, clock = Notebook(), Hurried()
    local.faults.answer(status, "PUT", times=2)

    async with _syncing(local, notebook, clock=clock):
        await notebook.noted.wait()

    assert clock.slept == [5.0, 30.0]
    assert len(_puts(local)) == 3


async def test_a_broken_line_is_no_end_of_it(local: LocalDiscord) -> None:
    notebook, clock = Notebook(), Hurried()
    local.faults.drop("PUT", after_effect=True, times=2)  # aiohttp makes up for the first

    async with _syncing(local, notebook, clock=clock):
        await notebook.noted.wait()

    assert clock.slept == [5.0]


async def test_a_full_disk_is_no_end_of_it(local: LocalDiscord) -> None:
    notebook, clock = Notebook(), Hurried()
    notebook.full = True

    async with _syncing(local, notebook, clock=clock):
        await local.until(lambda: len(_puts(local)) == 2)
        notebook.full = False
        await notebook.noted.wait()

    assert list(notebook.notes) == [f"commands:{local.bot.id}"]


async def test_a_client_that_is_closed_is_not_tried_at_all(local: LocalDiscord) -> None:
    notebook, clock = Notebook(), Hurried()
    sync = CommandSync(notebook=notebook, clock=clock)
    closed = discord.Client(intents=discord.Intents.none())
    await closed.close()
    running = asyncio.create_task(sync.run())

    sync.offer(closed)
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait({running})

    assert clock.slept == []
    assert _puts(local) == []


def test_a_fingerprint_is_about_the_meaning_and_not_the_order_of_keys() -> None:
    backwards = [dict(reversed(list(command.items()))) for command in payloads()]

    assert fingerprint(backwards) == fingerprint(payloads())
    assert fingerprint(payloads()[:-1]) != fingerprint(payloads())
