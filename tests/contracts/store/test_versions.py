from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.session import TurnId
from bot.domain.turn import TurnState
from bot.ports import Store
from tests.contracts.store.steps import (
    NOON,
    again,
    answered,
    begin,
    next_id,
    received,
    settled,
)
from tests.samples import (
    OTHER_SESSION_ID,
    SESSION_ID,
    session,
)

SECOND = replace(session(session_id=OTHER_SESSION_ID), opened_at=NOON)


async def test_the_newest_version_answers_a_message(store: Store) -> None:
    first = await settled(store, 1000)
    assert await store.newest_version(1000) == first

    sibling = await store.add_version(first.id)

    assert await store.newest_version(1000) == sibling
    assert await store.newest_version(1001) is None


async def test_a_turn_that_never_was_is_none(store: Store) -> None:
    assert await store.turn(TurnId(77)) is None


@pytest.mark.parametrize("state", [TurnState.DELIVERED, TurnState.CANCELLED, TurnState.ABANDONED])
async def test_another_version_is_a_sibling_that_becomes_the_head(
    store: Store, state: TurnState
) -> None:
    parent = await settled(store, 1000)
    turn = await settled(store, 1001, state)

    sibling = await store.add_version(turn.id)

    assert sibling is not None
    assert sibling.state is TurnState.RECEIVED
    assert (sibling.parent, sibling.depth, sibling.version) == (parent.id, 1, 1)
    assert sibling.prompts == turn.prompts
    assert (sibling.attempt, sibling.reply, sibling.stop_requested) == (0, None, False)
    found = await store.session(SESSION_ID)
    assert found is not None
    assert found.head == sibling.id
    assert await next_id(store) == sibling.id
    assert await again(store, turn) == turn


async def test_another_version_takes_over_the_posts(store: Store) -> None:
    turn = await answered(store, 1000)
    await store.record_post(turn.id, 0, 9000)
    await store.record_post(turn.id, 1, 9001)
    await store.settle_turn(turn.id, TurnState.DELIVERED)

    sibling = await store.add_version(turn.id)

    assert sibling is not None
    assert sibling.posts == (9000, 9001)
    assert (await again(store, turn)).posts == ()


async def test_the_posts_that_were_taken_over_are_not_checked_for_the_old_words(
    store: Store,
) -> None:
    turn = await settled(store, 1000, TurnState.POSTED)

    sibling = await store.add_version(turn.id)

    assert sibling is not None
    assert (await again(store, turn)).state is TurnState.DELIVERED
    assert await next_id(store) == sibling.id


async def test_a_version_can_be_answered_again(store: Store) -> None:
    turn = await settled(store, 1000)
    second = await store.add_version(turn.id)
    assert second is not None
    await store.settle_turn(second.id, TurnState.CANCELLED)

    third = await store.add_version(second.id)

    assert third is not None
    assert (third.version, third.depth, third.prompts) == (2, 0, turn.prompts)


async def test_a_turn_that_is_still_owed_gets_no_other_version(store: Store) -> None:
    turn = await received(store, 1000)
    assert await store.add_version(turn.id) is None

    await begin(store, turn)
    assert await store.add_version(turn.id) is None


async def test_only_the_head_gets_another_version(store: Store) -> None:
    turn = await settled(store, 1000)
    await settled(store, 1001)

    assert await store.add_version(turn.id) is None
    assert await store.add_version(TurnId(77)) is None

    assert await store.newest_version(1000) == turn


async def test_a_closed_session_gets_no_other_version(store: Store) -> None:
    turn = await settled(store, 1000)
    await store.open_session(SECOND)

    assert await store.add_version(turn.id) is None

    assert await store.owing() == []
