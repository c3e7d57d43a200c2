"""Turns of one session run one after another, sessions side by side."""

from __future__ import annotations

import asyncio

from bot.domain.errors import StoreBusy
from bot.domain.session import SessionId
from bot.engine.lanes import Lanes
from tests.fakes.virtual_time import LoopClock, run
from tests.samples import OTHER_SESSION_ID, SESSION_ID


def test_a_session_never_works_at_two_turns_at_once_but_two_sessions_do() -> None:
    at_work: list[SessionId] = []
    seen: set[frozenset[SessionId]] = set()
    left = {SESSION_ID: 3, OTHER_SESSION_ID: 3}

    async def work(session_id: SessionId) -> float | None:
        assert session_id not in at_work
        at_work.append(session_id)
        await asyncio.sleep(1)
        seen.add(frozenset(at_work))
        at_work.remove(session_id)
        left[session_id] -= 1
        return 0.0 if left[session_id] else None

    async def story() -> None:
        async with Lanes(work, clock=LoopClock()) as lanes:
            for _ in range(5):
                lanes.wake(SESSION_ID)
                lanes.wake(OTHER_SESSION_ID)
            await lanes.drained()

    run(story())

    assert left == {SESSION_ID: 0, OTHER_SESSION_ID: 0}
    assert frozenset({SESSION_ID, OTHER_SESSION_ID}) in seen


def test_a_lane_that_is_woken_at_work_looks_again() -> None:
    looks: list[float] = []
    at_work = asyncio.Event()

    async def work(_: SessionId) -> None:
        looks.append(asyncio.get_running_loop().time())
        at_work.set()
        await asyncio.sleep(5)

    async def story() -> None:
        async with Lanes(work, clock=LoopClock()) as lanes:
            lanes.wake(SESSION_ID)
            await at_work.wait()
            lanes.wake(SESSION_ID)
            await lanes.drained()

    run(story())

    assert looks == [0.0, 5.0]


def test_a_failure_ends_neither_the_lane_nor_its_neighbours() -> None:
    looks: dict[SessionId, list[float]] = {SESSION_ID: [], OTHER_SESSION_ID: []}

    async def work(session_id: SessionId) -> None:
        looks[session_id].append(asyncio.get_running_loop().time())
        if session_id == SESSION_ID and len(looks[session_id]) < 3:
            raise (ValueError("a bug") if len(looks[session_id]) == 1 else StoreBusy("disk full"))

    async def story() -> None:
        async with Lanes(work, clock=LoopClock()) as lanes:
            lanes.wake(SESSION_ID)
            lanes.wake(OTHER_SESSION_ID)
            await asyncio.sleep(10)

    run(story())

    assert looks == {SESSION_ID: [0.0, 0.5, 1.5], OTHER_SESSION_ID: [0.0]}


def test_draining_lets_a_turn_end_and_begins_no_other() -> None:
    done: list[int] = []

    async def work(_: SessionId) -> float:
        await asyncio.sleep(5)
        done.append(len(done))
        return 0.0

    async def story() -> None:
        async with Lanes(work, clock=LoopClock()) as lanes:
            lanes.wake(SESSION_ID)
            await asyncio.sleep(1)
            await lanes.drain()
            lanes.wake(SESSION_ID)
            await asyncio.sleep(20)

    run(story())

    assert done == [0]


def test_work_that_is_due_later_is_done_then_and_does_not_hold_up_what_is_new() -> None:
    looks: list[float] = []

    async def work(_: SessionId) -> float | None:
        looks.append(asyncio.get_running_loop().time())
        return 25.0 if len(looks) == 1 else None

    async def story() -> None:
        async with Lanes(work, clock=LoopClock()) as lanes:
            lanes.wake(SESSION_ID)
            await asyncio.sleep(3)
            lanes.wake(SESSION_ID)
            await asyncio.sleep(60)

    run(story())

    assert looks == [0.0, 3.0, 25.0]


def test_a_failure_is_tried_again_soon_though_other_work_is_due_later() -> None:
    looks: list[float] = []

    async def work(_: SessionId) -> float | None:
        looks.append(asyncio.get_running_loop().time())
        if len(looks) == 2:
            raise StoreBusy("disk full")
        return max(25.0 - looks[-1], 0.0) or None

    async def story() -> None:
        async with Lanes(work, clock=LoopClock()) as lanes:
            lanes.wake(SESSION_ID)
            await asyncio.sleep(3)
            lanes.wake(SESSION_ID)
            await asyncio.sleep(60)

    run(story())

    assert looks == [0.0, 3.0, 3.5, 25.0]
