"""What Discord answers, in the words of the domain: who waits, who gives up, and on what."""

from __future__ import annotations

import asyncio

import aiohttp
import discord
import pytest

from bot.domain.errors import BotError, MessengerBusy, PlaceGone, PostGone, PostRefused, Silenced
from bot.domain.session import Place
from bot.engine.pacing import Urgency
from bot.gateway.faults import discord_faults
from bot.gateway.messenger import DiscordMessenger
from bot.gateway.past import DiscordPast
from bot.playground import LocalDiscord
from tests.fakes.virtual_time import run
from tests.gateway.commands_house import pointed_at
from tests.gateway.listeners import Ears, Hands, listening

REFUSALS: dict[tuple[int, int], type[BotError]] = {
    (404, 10003): PlaceGone,
    (404, 10008): PostGone,
    (404, 10004): PlaceGone,
    (403, 50001): PlaceGone,
    (403, 50013): Silenced,
    (403, 50007): PlaceGone,  # the person takes no direct messages any more
    (400, 160005): Silenced,
    (400, 50006): PostRefused,
    (400, 50035): PostRefused,
    (400, 200000): PostRefused,  # AutoMod
    (400, 240000): PostRefused,  # a link
    (413, 40005): PostRefused,
    (401, 0): MessengerBusy,
    (403, 0): MessengerBusy,  # a firewall
    (403, 40333): MessengerBusy,
    (404, 0): MessengerBusy,  # a proxy
    (408, 0): MessengerBusy,
    (429, 20016): MessengerBusy,
    (429, 20028): MessengerBusy,
    (429, 30046): MessengerBusy,
    (429, 0): MessengerBusy,
    (400, 40004): MessengerBusy,
    (503, 0): MessengerBusy,
    (503, 130000): MessengerBusy,
}


async def test_every_refusal_has_its_meaning() -> None:
    meanings: dict[tuple[int, int], type[BotError]] = {}
    async with LocalDiscord() as local:
        with pointed_at(local):
            async with discord.Client(intents=discord.Intents.none()) as client:
                await client.login(local.token)
                messenger = DiscordMessenger(lambda: client)

                for status, code in REFUSALS:
                    local.faults.answer(status, "GET", "/channels/*", code=code)
                    with pytest.raises(BotError) as caught:
                        await messenger.find(Place(7, 70), 1000)
                    meanings[status, code] = caught.type

    assert meanings == REFUSALS


@pytest.mark.parametrize(
    "error",
    [
        aiohttp.ServerDisconnectedError(),
        ConnectionResetError(),
        TimeoutError(),
        discord.DiscordException(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_the_network_does_leaves_it_open(error: Exception) -> None:
    with pytest.raises(MessengerBusy):
        async with discord_faults(discord.Client(intents=discord.Intents.none()), Urgency.MUST):
            raise error


def test_a_request_has_fifteen_seconds() -> None:
    async def wait(seconds: float) -> None:
        async with discord_faults(discord.Client(intents=discord.Intents.none()), Urgency.MUST):
            await asyncio.sleep(seconds)

    run(wait(14.9))
    with pytest.raises(MessengerBusy):
        run(wait(15.1))


async def test_a_bug_is_no_outage() -> None:
    client = discord.Client(intents=discord.Intents.none())

    with pytest.raises(RuntimeError, match="a bug"):
        async with discord_faults(client, Urgency.MUST):
            raise RuntimeError("a bug")


async def test_a_client_that_is_closed_in_the_middle_is_an_outage() -> None:
    async with LocalDiscord() as local:
        with pointed_at(local):
            client = discord.Client(intents=discord.Intents.none())
            async with client:
                await client.login(local.token)
            messenger = DiscordMessenger(lambda: client)

            with pytest.raises(MessengerBusy):
                await messenger.read(Place(7, 70), 1)
            await messenger.typing(Place(7, 70))


async def test_a_server_that_is_out_of_reach_has_lost_nothing(local: LocalDiscord) -> None:
    there, elsewhere = local.add_guild("Home"), local.add_guild("Elsewhere")
    local.outage(there)
    hands = Hands()

    async with listening(local, Ears(), hands) as connection:
        await local.bot_ready()
        local.faults.answer(403, "GET", "/channels/*", code=50001, times=None)
        with pytest.raises(MessengerBusy, match="out of reach"):
            await connection.messenger.find(Place(7, there.id), 1000)
        with pytest.raises(MessengerBusy, match="out of reach"):
            await DiscordPast(connection.client).read(Place(7, there.id), after=0, most=1)
        with pytest.raises(PlaceGone):
            await connection.messenger.find(Place(7, elsewhere.id), 1000)
        with pytest.raises(PlaceGone):
            await connection.messenger.find(Place(7, 1), 1000)  # we are not in there


async def test_before_discord_has_told_of_our_servers_nothing_is_lost(local: LocalDiscord) -> None:
    local.faults.answer(404, "GET", "/channels/*", code=10003, times=None)

    async with discord.Client(intents=discord.Intents(guilds=True)) as client:
        await client.login(local.token)
        messenger = DiscordMessenger(lambda: client)
        with pytest.raises(MessengerBusy, match="out of reach"):
            await messenger.find(Place(7, 70), 1000)
        with pytest.raises(PlaceGone):
            await messenger.find(Place(7, None), 1000)
