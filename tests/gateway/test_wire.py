"""What leaves for Discord leaves when there is a place for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import cast

import aiohttp
import discord
import pytest
import yarl
from discord.http import Route
from multidict import CIMultiDict

from bot.clock import SystemClock
from bot.domain.errors import BotError, MessengerBusy, NoRoom, StoreBusy, StoreTaken
from bot.domain.reply import Controls, Mark, Page
from bot.domain.session import Place
from bot.engine.pacing import Governor, Urgency
from bot.gateway.messenger import DiscordMessenger
from bot.gateway.wire import errand, metered
from bot.playground import LocalDiscord
from tests.fakes.virtual_time import LoopClock, run
from tests.gateway.listeners import Ears, Hands, listening

PAGE, MARK = Page("Hello.", Controls.STOP), Mark(1000, 0)


class Watched(Governor):
    """A governor that tells what it is asked for, and what of it goes on."""

    def __init__(self) -> None:
        super().__init__(SystemClock())
        self.entered: list[Urgency] = []
        self.on_the_way = 0
        self.held: list[float] = []

    async def enter(self, urgency: Urgency) -> None:
        await super().enter(urgency)
        self.entered.append(urgency)
        self.on_the_way += 1

    def leave(self) -> None:
        super().leave()
        self.on_the_way -= 1

    def hold(self, seconds: float) -> None:
        self.held.append(seconds)
        super().hold(min(seconds, 0.2))


@dataclass(frozen=True, slots=True)
class Wired:
    """A channel, and a messenger whose requests a governor sees."""

    local: LocalDiscord
    governor: Watched
    client: discord.Client
    messenger: DiscordMessenger
    place: Place

    async def post(self) -> int:
        return await self.messenger.post(self.place, PAGE, mark=MARK, nonce="n", reply_to=None)


@pytest.fixture
async def wired(local: LocalDiscord) -> AsyncIterator[Wired]:
    """Return a messenger that is logged in."""
    governor = Watched()
    trace = metered(governor)
    async with discord.Client(intents=discord.Intents.none(), http_trace=trace) as client:
        await client.login(local.token)
        guild = local.add_guild("Home")
        place = Place(local.add_channel(guild, "general").id, guild.id)
        yield Wired(local, governor, client, DiscordMessenger(lambda: client), place)


async def test_each_request_has_the_urgency_of_what_it_is_for(wired: Wired) -> None:
    post = await wired.post()
    await wired.messenger.edit(wired.place, post, PAGE, mark=MARK, is_passing=True)
    await wired.messenger.edit(wired.place, post, PAGE, mark=MARK)
    await wired.messenger.typing(wired.place)

    must, first, spare = Urgency.MUST, Urgency.FIRST, Urgency.SPARE
    assert wired.governor.entered == [must, must, first, spare, must, spare]  # two to log in
    assert wired.governor.on_the_way == 0


async def test_what_the_library_tries_again_is_counted_again(wired: Wired) -> None:
    wired.local.faults.too_many("POST", "/channels/*/messages", retry_after=0.01)

    await wired.post()

    assert len(wired.governor.entered) == len(wired.local.requests) == 4
    assert wired.governor.held == []


async def test_without_room_nothing_leaves(wired: Wired) -> None:
    post = await wired.post()
    wired.local.requests.clear()
    async with asyncio.timeout(5):
        for _ in range(35):
            await wired.governor.enter(Urgency.SPARE)

    with pytest.raises(NoRoom):
        await wired.messenger.edit(wired.place, post, PAGE, mark=MARK, is_passing=True)
    assert not await wired.messenger.typing(wired.place)
    assert list(wired.local.requests) == []


@pytest.mark.parametrize("via", [True, False])
async def test_when_all_are_told_to_wait_all_wait(wired: Wired, *, via: bool) -> None:
    wired.local.faults.too_many(
        "POST", "/channels/*/typing", retry_after=0.01, everywhere=True, via=via
    )

    await wired.messenger.typing(wired.place)

    assert wired.governor.held == [1.0]


async def test_what_changes_something_passes_the_fence_and_nothing_else_asks_there(
    local: LocalDiscord,
) -> None:
    asked: list[BotError] = []

    async def fence() -> None:
        if asked:
            raise asked[-1]

    governor = Watched()
    trace = metered(governor, fence)
    async with discord.Client(intents=discord.Intents.none(), http_trace=trace) as client:
        await client.login(local.token)
        guild = local.add_guild("Home")
        place = Place(local.add_channel(guild, "general").id, guild.id)
        wired = Wired(local, governor, client, DiscordMessenger(lambda: client), place)
        post = await wired.post()
        local.requests.clear()

        asked.append(StoreTaken("opened by another"))
        for change in (
            wired.post(),
            wired.messenger.edit(place, post, PAGE, mark=MARK),
            wired.messenger.delete(place, post),
        ):
            with pytest.raises(StoreTaken):
                await change
        asked.append(StoreBusy("SQLITE_IOERR"))
        with pytest.raises(MessengerBusy):
            await wired.post()

        assert list(local.requests) == []
        assert await wired.messenger.read(place, post) is not None
        assert governor.on_the_way == 0


async def test_the_date_of_what_discord_answers_is_told_and_that_of_an_error_is_not(
    local: LocalDiscord,
) -> None:
    told: list[datetime] = []
    before = datetime.now(UTC).replace(microsecond=0)
    trace = metered(Watched(), set_clock=told.append)
    async with discord.Client(intents=discord.Intents.none(), http_trace=trace) as client:
        await client.login(local.token)
        answers = len(told)
        local.faults.answer(403, "GET", "/channels/*")
        with pytest.raises(discord.HTTPException):
            await client.fetch_channel(7)

    assert answers == len(told) == 2
    assert all(before <= moment <= datetime.now(UTC) for moment in told)


async def test_a_request_that_is_broken_off_gives_its_place_back(wired: Wired) -> None:
    wired.local.faults.delay(60, "POST", "/channels/*/messages")
    wired.local.requests.clear()
    posting = asyncio.create_task(wired.post())
    await wired.local.until(lambda: bool(wired.local.requests))
    assert wired.governor.on_the_way == 1

    posting.cancel()
    await asyncio.wait({posting})

    assert wired.governor.on_the_way == 0


@pytest.mark.parametrize(("seconds", "is_in_time"), [(9.9, True), (10.1, False)])
def test_to_wait_for_the_governor_costs_no_time_of_the_request(
    *, seconds: float, is_in_time: bool
) -> None:
    async def story() -> bool:
        governor = Governor(LoopClock())
        governor.hold(60)
        (start,) = metered(governor).on_request_start
        url = yarl.URL(f"{Route.BASE}/channels/7/messages")
        params = aiohttp.TraceRequestStartParams("POST", url, CIMultiDict())
        try:
            async with errand(Urgency.MUST):
                await asyncio.sleep(5)
                await start(cast("aiohttp.ClientSession", None), SimpleNamespace(), params)
                await asyncio.sleep(seconds)
        except TimeoutError:
            return False
        return True

    assert run(story()) is is_in_time


async def test_the_library_never_closes_its_own_gate(local: LocalDiscord) -> None:
    hands = Hands()

    async with listening(local, Ears(), hands):
        await local.bot_ready()
        (client,) = hands.clients
        client.http._global_over.clear()
        async with asyncio.timeout(5):
            await client.application_info()
