from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.reply import Reply
from bot.domain.session import Session
from bot.domain.turn import Owed, TurnState
from bot.ports import Store
from tests.contracts.store.steps import answered, begin, next_id, received, settled
from tests.samples import (
    OTHER_CHANNEL,
    OTHER_SESSION_ID,
    SESSION_ID,
    session,
)


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
    assert await next_id(store) == turn.id


async def test_the_oldest_turn_that_is_owed_an_answer_comes_first(store: Store) -> None:
    await settled(store, 1000)
    second = await received(store, 1001)
    await received(store, 1002)

    assert await next_id(store) == second.id

    second = await begin(store, second)
    assert await next_id(store) == second.id

    second = await store.record_reply(second.id, Reply("hi"), usage=None, floor=None)
    assert await next_id(store) == second.id


async def test_a_posted_turn_holds_up_nothing_and_owes_a_check(store: Store) -> None:
    first = await settled(store, 1000, TurnState.POSTED)
    second = await settled(store, 1001, TurnState.POSTED)
    third = await received(store, 1002)
    assert await next_id(store) == third.id

    await begin(store, third)
    await store.settle_turn(third.id, TurnState.CANCELLED)
    assert await next_id(store) == first.id

    await store.settle_turn(first.id, TurnState.DELIVERED)
    assert await next_id(store) == second.id


async def test_a_session_that_owes_nothing_has_nothing_next(store: Store) -> None:
    await settled(store, 1000)

    assert await store.take_up(SESSION_ID) is None
    assert await store.take_up(OTHER_SESSION_ID) is None


async def test_what_is_owed_comes_with_its_session_and_the_way_to_it(store: Store) -> None:
    turns = [await settled(store, number, reply=f"reply {number}") for number in range(1000, 1003)]
    last = await received(store, 1003)

    owed = await store.take_up(SESSION_ID)

    taken_up = replace(last, state=TurnState.ANSWERING, attempt=1)
    assert owed == Owed(taken_up, await the_session(store), tuple(turns))
    assert [turn.reply for turn in owed.history] == [
        Reply("reply 1000"),
        Reply("reply 1001"),
        Reply("reply 1002"),
    ]


@pytest.mark.parametrize(("floor", "shown"), [(0, 4), (2, 2), (4, 0), (9, 0)])
async def test_the_way_begins_at_the_floor(store: Store, floor: int, shown: int) -> None:
    turns = [await settled(store, number) for number in range(1000, 1004)]
    await received(store, 1004)
    await store.move_floor(SESSION_ID, floor)

    owed = await store.take_up(SESSION_ID)

    assert owed is not None
    assert owed.history == tuple(turns[4 - shown :])


async def test_the_way_passes_by_the_siblings_of_its_turns(store: Store) -> None:
    first = await settled(store, 1000)
    second = await store.add_version(first.id)
    assert second is not None
    await store.settle_turn(second.id, TurnState.CANCELLED)
    await received(store, 1001)

    owed = await store.take_up(SESSION_ID)

    assert owed is not None
    assert [turn.id for turn in owed.history] == [second.id]


async def test_a_check_needs_no_history(store: Store) -> None:
    await settled(store, 1000)
    posted = await settled(store, 1001, TurnState.POSTED)

    assert await store.take_up(SESSION_ID) == Owed(posted, await the_session(store), ())


async def test_nothing_is_owed_by_a_session_that_was_deleted(store: Store) -> None:
    await settled(store, 1000)
    await received(store, 1001)
    await store.delete_session(SESSION_ID)

    assert await store.take_up(SESSION_ID) is None


async def the_session(store: Store) -> Session:
    found = await store.session(SESSION_ID)
    assert found is not None
    return found
