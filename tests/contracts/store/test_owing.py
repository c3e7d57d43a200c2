from __future__ import annotations

from bot.domain.reply import Reply
from bot.domain.turn import TurnState
from bot.ports import Store
from tests.contracts.store.steps import answered, received, settled
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
