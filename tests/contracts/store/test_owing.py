from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.completion import Usage
from bot.domain.errors import TurnSettled
from bot.domain.reply import Reply
from bot.domain.session import TurnId
from bot.domain.turn import TurnState
from bot.ports import Store
from tests.contracts.store.steps import NOON, again, answered, answering, received, settled
from tests.samples import (
    CHANNEL,
    MORNING,
    OTHER_CHANNEL,
    OTHER_SESSION_ID,
    SESSION_ID,
    session,
)

USAGE = Usage(100, 20, cached_tokens=80, cache_write_tokens=5, reasoning_tokens=7)


async def test_nothing_is_owed_at_first(store: Store) -> None:
    assert await store.owing() == []


async def test_every_session_with_an_unsettled_turn_owes(store: Store) -> None:
    await settled(store, 1000)
    await settled(store, 1001, TurnState.POSTED)
    await received(store, 1002, place=OTHER_CHANNEL, session_id=OTHER_SESSION_ID)

    assert await store.owing() == [SESSION_ID, OTHER_SESSION_ID]


async def test_a_session_whose_turns_are_settled_owes_nothing(store: Store) -> None:
    for number, state in enumerate(
        (TurnState.DELIVERED, TurnState.ABANDONED, TurnState.CANCELLED), start=1000
    ):
        await settled(store, number, state)

    assert await store.owing() == []


async def test_a_closed_session_still_owes_what_was_answered(store: Store) -> None:
    turn = await answered(store, 1000)
    await store.open_session(session(session_id=OTHER_SESSION_ID))

    assert await store.owing() == [SESSION_ID]
    assert await store.next_turn(SESSION_ID) == turn


async def test_the_next_turn_is_the_oldest_that_is_owed_an_answer(store: Store) -> None:
    await settled(store, 1000)
    second = await received(store, 1001)
    await received(store, 1002)

    assert await store.next_turn(SESSION_ID) == second

    second = await store.begin_attempt(second.id)
    assert await store.next_turn(SESSION_ID) == second

    second = await store.record_reply(second.id, Reply("hi"), usage=None, floor=None)
    assert await store.next_turn(SESSION_ID) == second


async def test_a_posted_turn_holds_up_nothing_and_owes_a_check(store: Store) -> None:
    first = await settled(store, 1000, TurnState.POSTED)
    await settled(store, 1001, TurnState.POSTED)
    third = await received(store, 1002)

    assert await store.next_turn(SESSION_ID) == third
    assert await store.next_check(SESSION_ID) == first


async def test_a_session_that_owes_nothing_has_no_next_turn_and_no_check(store: Store) -> None:
    await settled(store, 1000)

    assert await store.next_turn(SESSION_ID) is None
    assert await store.next_check(SESSION_ID) is None
    assert await store.next_turn(OTHER_SESSION_ID) is None


async def test_a_turn_that_is_received_owes_no_check(store: Store) -> None:
    await received(store, 1000)

    assert await store.next_check(SESSION_ID) is None


async def test_the_path_leads_to_a_turn_and_leaves_it_out(store: Store) -> None:
    turns = [await settled(store, number, reply=f"reply {number}") for number in range(1000, 1004)]

    path = await store.path(turns[-1], floor=0)

    assert path == turns[:3]
    assert [turn.reply for turn in path] == [
        Reply("reply 1000"),
        Reply("reply 1001"),
        Reply("reply 1002"),
    ]


async def test_the_path_begins_at_the_floor(store: Store) -> None:
    turns = [await settled(store, number) for number in range(1000, 1005)]

    assert await store.path(turns[4], floor=2) == turns[2:4]
    assert await store.path(turns[4], floor=4) == []
    assert await store.path(turns[4], floor=9) == []
    assert await store.path(turns[0], floor=0) == []


async def test_the_path_passes_by_the_siblings_of_its_turns(store: Store) -> None:
    first = await settled(store, 1000)
    second = await store.add_version(first.id)
    assert second is not None
    await store.settle_turn(second.id, TurnState.CANCELLED)
    third = await received(store, 1001)

    path = await store.path(third, floor=0)

    assert [turn.id for turn in path] == [second.id]


async def test_the_path_of_a_deleted_turn_is_empty(store: Store) -> None:
    await settled(store, 1000)
    turn = await received(store, 1001)
    await store.delete_session(SESSION_ID)

    assert await store.path(turn, floor=0) == []


async def test_a_posted_turn_is_delivered_after_its_check(store: Store) -> None:
    turn = await settled(store, 1000, TurnState.POSTED)

    await store.settle_turn(turn.id, TurnState.DELIVERED)

    assert (await again(store, turn)).state is TurnState.DELIVERED
    assert await store.next_check(SESSION_ID) is None


async def test_nothing_is_owed_for_a_turn_that_was_deleted(store: Store) -> None:
    turn = await answering(store, 1000)
    await store.delete_session(SESSION_ID)

    await _nothing_is_owed(store, turn.id)

    assert await store.turn(turn.id) is None


async def _nothing_is_owed(store: Store, turn_id: TurnId) -> None:
    with pytest.raises(TurnSettled):
        await store.begin_attempt(turn_id)
    with pytest.raises(TurnSettled):
        await store.record_post(turn_id, 0, 9000)
    with pytest.raises(TurnSettled):
        await store.forget_posts(turn_id, since=0)
    with pytest.raises(TurnSettled):
        await store.record_reply(turn_id, Reply("hi"), usage=None, floor=None)
    with pytest.raises(TurnSettled):
        await store.settle_turn(turn_id, TurnState.DELIVERED)


async def test_a_session_is_found_open_or_closed(store: Store) -> None:
    turn = await received(store, 1000)
    await store.open_session(replace(session(session_id=OTHER_SESSION_ID), opened_at=NOON))

    closed = await store.session(SESSION_ID)

    assert closed == replace(session(), head=turn.id, closed_at=NOON)
    assert closed.place == CHANNEL
    assert closed.opened_at == MORNING
