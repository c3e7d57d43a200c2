"""No second with more requests than Discord allows, whoever asks."""

from __future__ import annotations

import asyncio

import pytest

from bot.engine.pacing import Governor
from tests.fakes.virtual_time import LoopClock, run


def most_in_any_second(moments: list[float]) -> int:
    return max(sum(start <= other < start + 1.0 for other in moments) for start in moments)


def test_what_must_be_said_waits_for_its_turn_first_come_first_served() -> None:
    async def story() -> tuple[list[int], list[float]]:
        clock = LoopClock()
        governor = Governor(clock)
        order: list[int] = []
        moments: list[float] = []

        async def ask(number: int) -> None:
            await governor.must()
            order.append(number)
            moments.append(clock.monotonic())

        async with asyncio.TaskGroup() as group:
            for number in range(200):
                group.create_task(ask(number))
        return order, moments

    order, moments = run(story())

    assert order == list(range(200))
    assert most_in_any_second(moments) == 45
    assert moments[-1] == pytest.approx(4.0)


def test_what_may_be_said_leaves_the_reserve_alone_and_never_waits() -> None:
    async def story() -> tuple[int, bool]:
        governor = Governor(LoopClock())
        granted = sum(governor.may() for _ in range(100))
        async with asyncio.timeout(0.5):
            for _ in range(10):
                await governor.must()
        return granted, governor.may()

    assert run(story()) == (35, False)


def test_nobody_who_may_passes_those_who_must() -> None:
    async def story() -> bool:
        clock = LoopClock()
        governor = Governor(clock)
        for _ in range(45):
            await governor.must()
        async with asyncio.TaskGroup() as group:
            waiting = [group.create_task(governor.must()) for _ in range(60)]
            await clock.sleep(1.5)
            passed = governor.may()
            assert not all(task.done() for task in waiting)
        return passed

    assert run(story()) is False


@pytest.mark.parametrize(("streams", "least"), [(1, 49), (42, 48), (100, 20), (600, 3)])
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
                    edits[number] += governor.may()
                await clock.sleep(1.2)

        async with asyncio.TaskGroup() as group:
            for number in range(streams):
                group.create_task(stream(number))
        return edits

    edits = run(story())

    assert least <= min(edits)
    assert max(edits) <= min(edits) + 1
    assert sum(edits) <= 35 * 60
