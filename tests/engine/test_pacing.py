"""No second in which Discord can count more requests than it allows, whoever asks."""

from __future__ import annotations

import asyncio
import random

import pytest

from bot.domain.errors import NoRoom
from bot.engine.pacing import Governor, Urgency
from tests.fakes.virtual_time import LoopClock, run


def most_in_any_second(moments: list[float]) -> int:
    return max(sum(start <= other < start + 1.0 for other in moments) for start in moments)


async def is_let_go(governor: Governor, urgency: Urgency = Urgency.SPARE) -> bool:
    try:
        async with governor.request(urgency):
            return True
    except NoRoom:
        return False


def test_who_must_go_waits_for_a_place_first_come_first_served() -> None:
    async def story() -> tuple[list[int], list[float]]:
        clock = LoopClock()
        governor = Governor(clock)
        order: list[int] = []
        moments: list[float] = []

        async def ask(number: int) -> None:
            async with governor.request(Urgency.MUST):
                order.append(number)
                moments.append(clock.monotonic())

        async with asyncio.TaskGroup() as group:
            for number in range(200):
                group.create_task(ask(number))
        return order, moments

    order, moments = run(story())

    assert order == list(range(200))
    assert most_in_any_second(moments) == 48
    assert moments[-1] == pytest.approx(4.0)


@pytest.mark.parametrize("seed", range(5))
def test_whenever_discord_counts_them_there_are_never_too_many_in_a_second(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  # a dice, not a key

    async def story() -> list[float]:
        clock = LoopClock()
        governor = Governor(clock)
        counted: list[float] = []

        async def ask() -> None:
            await clock.sleep(dice.uniform(0, 2))
            async with governor.request(dice.choice([Urgency.FIRST, Urgency.MUST])):
                await clock.sleep(dice.expovariate(2))  # on its way there
                counted.append(clock.monotonic())
                await clock.sleep(dice.expovariate(2))  # and back

        async with asyncio.TaskGroup() as group:
            for _ in range(400):
                group.create_task(ask())
        return counted

    counted = run(story())

    assert len(counted) == 400
    assert most_in_any_second(counted) <= 48


def test_the_most_urgent_goes_first() -> None:
    async def story() -> list[str]:
        governor = Governor(LoopClock(), places=11)
        order: list[str] = []

        async def ask(urgency: Urgency) -> None:
            async with governor.request(urgency):
                order.append(urgency.name)

        async with asyncio.TaskGroup() as group:
            for _ in range(11):
                group.create_task(ask(Urgency.MUST))
            await asyncio.sleep(0.5)
            order.clear()
            group.create_task(ask(Urgency.MUST))
            group.create_task(ask(Urgency.FIRST))
        return order

    assert run(story()) == ["FIRST", "MUST"]


def test_what_may_be_left_out_leaves_the_last_places_alone_and_never_waits() -> None:
    async def story() -> tuple[int, bool]:
        governor = Governor(LoopClock())
        granted = sum([await is_let_go(governor) for _ in range(100)])
        async with asyncio.timeout(0.5):
            for _ in range(10):
                await governor.enter(Urgency.MUST)
        return granted, await is_let_go(governor)

    assert run(story()) == (38, False)


def test_what_may_be_left_out_passes_nobody_who_waits() -> None:
    async def story() -> bool:
        governor = Governor(LoopClock(), places=11)
        for _ in range(11):
            await governor.enter(Urgency.MUST)
        waiting = asyncio.create_task(governor.enter(Urgency.MUST))
        await asyncio.sleep(0)
        governor.leave()
        await asyncio.sleep(1.0)
        assert waiting.done()
        return await is_let_go(governor)

    assert run(story()) is False


def test_who_is_cancelled_while_waiting_takes_no_place() -> None:
    async def story() -> None:
        governor = Governor(LoopClock(), places=11)
        for _ in range(11):
            await governor.enter(Urgency.MUST)
        first, second = (asyncio.create_task(governor.enter(Urgency.MUST)) for _ in range(2))
        await asyncio.sleep(0)
        governor.leave()
        asyncio.get_running_loop().call_later(1.0, first.cancel)  # as it is granted
        async with asyncio.timeout(1.5):
            await second
        assert first.cancelled()

    run(story())


def test_after_a_hold_they_go_one_after_the_other() -> None:
    async def story() -> list[float]:
        clock = LoopClock()
        governor = Governor(clock, places=20)
        moments: list[float] = []

        async def ask() -> None:
            async with governor.request(Urgency.MUST):
                moments.append(clock.monotonic())

        async with governor.request(Urgency.MUST):
            governor.hold(5.0)
            governor.hold(3.0)  # the longer one holds
        async with asyncio.TaskGroup() as group:
            for _ in range(30):
                group.create_task(ask())
        return moments

    moments = run(story())

    assert moments[0] >= 5.0
    assert moments[-1] <= 7.1
    assert max(sum(at <= other < at + 0.1 for other in moments) for at in moments) <= 3
    assert most_in_any_second(moments) == 20


def test_a_hold_that_is_over_before_it_is_taken_in_holds_nobody() -> None:
    async def story() -> float:
        clock = LoopClock()
        governor = Governor(clock)
        await clock.sleep(1.0)
        governor.hold(0.0)  # as after a process that was paused in the midst of it
        async with governor.request(Urgency.MUST):
            return clock.monotonic()

    assert run(story()) == 1.0


@pytest.mark.parametrize(("streams", "least"), [(1, 49), (45, 48), (100, 21), (600, 3)])
@pytest.mark.parametrize("within", [0.0, 1.0])
def test_all_growing_answers_get_the_same_share_of_the_edits_whenever_they_begin(
    streams: int, least: int, within: float
) -> None:
    async def story() -> list[int]:
        clock = LoopClock()
        governor = Governor(clock)
        edits = [0] * streams

        async def stream(number: int) -> None:
            await clock.sleep(within * number / streams)
            while clock.monotonic() < 60.0:
                await governor.turn_to_edit()
                if clock.monotonic() < 60.0:
                    edits[number] += await is_let_go(governor)
                await clock.sleep(1.2)

        async with asyncio.TaskGroup() as group:
            for number in range(streams):
                group.create_task(stream(number))
        return edits

    edits = run(story())

    assert least <= min(edits)
    assert max(edits) <= min(edits) + 1
    assert sum(edits) <= 38 * 60 + 1  # the minute begins and ends with one
