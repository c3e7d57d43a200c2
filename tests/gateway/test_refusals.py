"""Discord's no is heard by the whole bot before it becomes a ban."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.errors import MessengerBusy
from bot.domain.session import Place
from bot.engine.pacing import Governor, Urgency
from bot.gateway.refusals import Refusals
from bot.playground import LocalDiscord
from tests.fakes.virtual_time import LoopClock, run
from tests.gateway.listeners import Ears, Hands, listening

VIA = {"Via": "1.1 google"}


def held_after(*answers: tuple[int, dict[str, str]], each: float = 0.05) -> float:
    """Return the seconds for which everything waits after so many answers."""

    async def story() -> float:
        governor = Governor(LoopClock())
        refusals = Refusals(governor, on_unauthorized=lambda: None)
        loop = asyncio.get_running_loop()
        for status, headers in answers:
            await asyncio.sleep(each)
            refusals.hear(status, headers, is_counted=True)
        before = loop.time()
        await governor.enter(Urgency.FIRST)
        return round(loop.time() - before, 1)

    return run(story())


@pytest.mark.parametrize("status", [401, 403, 429])
def test_long_before_the_address_is_shut_out_everything_waits(status: int) -> None:
    assert held_after(*[(status, VIA)] * 7999) == 0
    assert held_after(*[(status, VIA)] * 8000) == 200.1  # of ten minutes, in which they came


def test_refusals_that_are_far_apart_or_no_fault_of_ours_do_not_count() -> None:
    assert held_after(*[(403, VIA)] * 8000, each=0.1) == 0
    assert held_after(*[(404, VIA)] * 8000) == 0
    assert held_after(*[(429, {**VIA, "X-RateLimit-Scope": "shared"})] * 8000) == 0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({}, 30.0),
        ({"Retry-After": "86400"}, 600.0),
        ({**VIA, "Retry-After": "60"}, 0.0),  # for one route only
        ({**VIA, "Retry-After": "60", "X-RateLimit-Global": "true"}, 60.0),
    ],
)
def test_who_is_shut_out_waits_with_everything(headers: dict[str, str], seconds: float) -> None:
    assert held_after((429, headers)) == pytest.approx(seconds, abs=0.1)


async def test_a_ban_without_any_words_costs_a_few_requests(local: LocalDiscord) -> None:
    places = [
        Place(local.add_channel(guild := local.add_guild(f"{n}"), "general").id, guild.id)
        for n in range(20)
    ]

    async with listening(local, Ears(), Hands()) as connection:
        await local.bot_ready()
        local.limits.shut_out()
        local.requests.clear()
        with pytest.raises(MessengerBusy):
            await connection.messenger.find(places[0], 1)
        waiting = [asyncio.create_task(connection.messenger.find(p, 1)) for p in places]
        await asyncio.wait(waiting, timeout=0.2)
        for task in waiting:
            task.cancel()

    assert [request.status for request in local.requests] == [429]
