from __future__ import annotations

from dataclasses import replace

from bot.ports import Store
from tests.contracts.store.steps import (
    again,
    answered,
    answering,
    begin,
    received,
)
from tests.samples import (
    OTHER_SESSION_ID,
    SESSION_ID,
)


async def test_the_turn_that_is_being_answered_is_asked_to_stop(store: Store) -> None:
    turn = await answering(store, 1000)
    waiting = await received(store, 1001)

    stopped = await store.request_stop(SESSION_ID)

    assert stopped == replace(turn, stop_requested=True)
    assert await again(store, turn) == stopped
    assert await again(store, waiting) == waiting


async def test_a_stop_outlives_another_attempt(store: Store) -> None:
    turn = await answering(store, 1000)
    await store.request_stop(SESSION_ID)

    assert (await begin(store, turn)).stop_requested


async def test_there_is_nothing_to_stop_when_nothing_is_being_answered(store: Store) -> None:
    said = await answered(store, 1000)
    waiting = await received(store, 1001)

    assert await store.request_stop(SESSION_ID) is None
    assert await store.request_stop(OTHER_SESSION_ID) is None

    assert await again(store, said) == said
    assert await again(store, waiting) == waiting
