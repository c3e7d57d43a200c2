"""The common watermark follows what the gateway is known to have delivered."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import discord

from bot.clock import SystemClock
from bot.gateway.client import PULSE
from bot.playground import LocalDiscord, Rules
from tests.gateway.commands_house import pointed_at
from tests.gateway.listeners import Ears, Hands, listening

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Pacemaker(SystemClock):
    """A clock whose pauses between two looks at the pulse last until somebody says so."""

    def __init__(self) -> None:
        self.beats = 0
        self.asked = asyncio.Event()
        self.goes_on = asyncio.Event()

    def now(self) -> datetime:
        return NOON + timedelta(seconds=PULSE * self.beats)

    async def sleep(self, seconds: float) -> None:
        if seconds != PULSE:
            return await super().sleep(seconds)
        self.asked.set()
        await self.goes_on.wait()
        self.goes_on.clear()
        self.beats += 1
        return None

    async def beat(self) -> None:
        """Have the time of one pause go by."""
        self.asked.clear()
        self.goes_on.set()
        await self.asked.wait()


async def test_only_an_answered_heartbeat_proves_that_everything_arrived() -> None:
    async with LocalDiscord(rules=Rules(identify_every=0.0)) as local:
        with pointed_at(local):
            guild = local.add_guild("Home")
            ears, hands, clock = Ears(), Hands(), Pacemaker()
            async with listening(local, ears, hands, clock), asyncio.timeout(20):
                await ears.until(lambda: bool(ears.seen))
                await clock.asked.wait()
                (client,) = hands.clients

                await clock.beat()  # nothing came meanwhile
                assert ears.alive_at == []

                await _answered_heartbeat(local, ears, client)
                await clock.beat()
                assert ears.alive_at == [NOON + timedelta(seconds=PULSE)]

                local.outage(guild)
                await ears.until(lambda: client.guilds[0].unavailable)
                await _answered_heartbeat(local, ears, client)
                await clock.beat()
                assert len(ears.alive_at) == 1

                local.end_outage(guild)
                await ears.until(lambda: ears.seeings == 2)
                await _answered_heartbeat(local, ears, client)
                await clock.beat()
                assert len(ears.alive_at) == 2


async def _answered_heartbeat(local: LocalDiscord, ears: Ears, client: discord.Client) -> None:
    latency = client.latency
    local.gateway.ask_for_heartbeat()
    await ears.until(lambda: client.latency != latency)


async def test_a_session_that_goes_on_is_told_apart_from_a_new_one() -> None:
    async with LocalDiscord(rules=Rules(identify_every=0.0)) as local:
        with pointed_at(local):
            local.add_guild("Home")
            ears = Ears()
            async with listening(local, ears):
                await ears.until(lambda: bool(ears.seen))
                local.gateway.drop()
                await ears.until(lambda: ears.gone_on > 0)

    assert (ears.begun, ears.gone_on) == (1, 1)
