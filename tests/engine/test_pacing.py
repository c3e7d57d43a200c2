"""No second with more requests than Discord allows, whoever asks."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

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


@pytest.mark.parametrize(("streams", "seconds"), [(1, 1.2), (42, 1.2), (70, 2.0), (1000, 15.0)])
def test_all_streams_get_the_same_share_of_the_edits(streams: int, seconds: float) -> None:
    governor = Governor(LoopClock())

    with ExitStack() as stack:
        for _ in range(streams):
            stack.enter_context(governor.stream())

        assert governor.edit_interval == pytest.approx(seconds)
    assert governor.edit_interval == pytest.approx(1.2)
