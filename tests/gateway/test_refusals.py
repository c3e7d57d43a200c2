"""Discord's no is heard by the whole bot before it becomes a ban."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from bot.domain.errors import MessengerBusy, NoRoom
from bot.domain.reply import Controls, Mark, Page
from bot.domain.session import Place
from bot.engine.pacing import Governor, Urgency
from bot.gateway.refusals import Refusals
from bot.playground import LocalDiscord
from tests.fakes.virtual_time import LoopClock, run
from tests.gateway.listeners import Ears, Hands, listening
from tests.logged import Log, open_log

VIA = {"Via": "1.1 google"}


@pytest.fixture
def log() -> Iterator[Log]:
    """Return what the bot logs."""
    with open_log() as log:
        yield log


def held_after(*answers: tuple[int, dict[str, str]], each: float = 0.05) -> float:
    """Return the seconds for which everything waits after so many answers."""

    async def story() -> float:
        governor = Governor(LoopClock())
        refusals = Refusals(governor, on_unauthorized=lambda: None)
        loop = asyncio.get_running_loop()
        for status, headers in answers:
            await asyncio.sleep(each)
            refusals.hear("GET /users/@me", status, headers, is_counted=True)
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


async def test_a_channel_that_takes_no_edits_for_a_while_is_not_asked_again_before(
    local: LocalDiscord, log: Log
) -> None:
    guild = local.add_guild("Home")
    busy, other = local.add_channel(guild, "busy"), local.add_channel(guild, "other")
    page, mark = Page("Hello.", Controls.STOP), Mark(1000, 0)

    async with listening(local, Ears(), Hands()) as connection:
        await local.bot_ready()
        messenger = connection.messenger
        here, there = Place(busy.id, guild.id), Place(other.id, guild.id)
        post = await messenger.post(here, page, mark=mark, nonce="a", reply_to=None)
        second = await messenger.post(here, page, mark=mark, nonce="b", reply_to=None)
        elsewhere = await messenger.post(there, page, mark=mark, nonce="c", reply_to=None)
        local.faults.too_many("PATCH", f"/channels/{busy.id}/*", retry_after=60)
        given_up = asyncio.create_task(messenger.edit(here, post, page, mark=mark))
        await log.have("route_closed")
        given_up.cancel()
        await asyncio.wait({given_up})

        with pytest.raises(NoRoom):
            await messenger.edit(here, second, page, mark=mark, is_passing=True)
        await messenger.edit(there, elsewhere, page, mark=mark)
        await messenger.post(here, page, mark=mark, nonce="d", reply_to=None)
        waiting = asyncio.create_task(messenger.edit(here, second, page, mark=mark))
        await asyncio.wait({waiting}, timeout=0.1)
        waiting.cancel()

    edits = [request.status for request in local.requests if request.method == "PATCH"]
    assert edits == [429, 200]


def test_a_route_opens_when_its_time_is_over_and_may_be_left_out_until_then() -> None:
    async def story() -> list[float]:
        refusals = Refusals(Governor(LoopClock()), on_unauthorized=lambda: None)
        loop = asyncio.get_running_loop()
        refusals.hear("PATCH /a", 429, {**VIA, "Retry-After": "60"}, is_counted=True)
        with pytest.raises(NoRoom):
            await refusals.admit("PATCH /a", Urgency.SPARE)
        moments = [loop.time()]
        for route in ("PATCH /b", "PATCH /a"):
            await refusals.admit(route, Urgency.MUST)
            moments.append(loop.time())
        return [moment - moments[0] for moment in moments[1:]]

    assert run(story()) == [0.0, 60.0]
