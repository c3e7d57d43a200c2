from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.completion import Usage
from bot.domain.reply import Reply
from bot.domain.session import TurnId
from bot.domain.turn import Turn, TurnState
from bot.ports import Store
from tests.contracts.store.steps import NOON, again, answered, begin, next_id, received, settled
from tests.samples import OTHER_SESSION_ID, SESSION_ID, session

SECOND = replace(session(session_id=OTHER_SESSION_ID), opened_at=NOON)


async def shown(store: Store, message_id: int) -> Turn:
    turn = await answered(store, message_id)
    await store.record_post(turn.id, 0, 9000 + message_id)
    await store.settle_turn(turn.id, TurnState.DELIVERED)
    return await again(store, turn)


async def measured(store: Store, message_id: int, floor: int) -> Turn:
    turn = await begin(store, await received(store, message_id))
    await store.record_reply(turn.id, Reply("hi"), usage=Usage(10, 1), floor=floor)
    await store.settle_turn(turn.id, TurnState.DELIVERED)
    return await again(store, turn)


async def way_to(store: Store) -> list[str]:
    """Return what a new turn would be shown after."""
    turn = await received(store, 5000)
    owed = await store.take_up(SESSION_ID)
    assert owed is not None
    assert owed.turn.id == turn.id
    return [prompt.text for one in owed.history for prompt in one.prompts]


async def test_the_turn_before_is_the_head_and_what_is_shown_is_owed_again(store: Store) -> None:
    first, second = await shown(store, 1000), await shown(store, 1001)

    undone = await store.undo(SESSION_ID)

    assert undone == replace(second, state=TurnState.ANSWERED, edition=1, is_undone=True)
    assert await next_id(store) == second.id
    assert await again(store, first) == first
    found = await store.session(SESSION_ID)
    assert found is not None
    assert found.head == first.id


async def test_again_goes_further_back_until_nothing_is_left(store: Store) -> None:
    first, second = await shown(store, 1000), await shown(store, 1001)

    undone = [await store.undo(SESSION_ID) for _ in range(3)]

    assert [turn.id if turn else None for turn in undone] == [second.id, first.id, None]
    assert await store.session_at(session().place) == session()
    turn = await received(store, 1002)
    assert (turn.parent, turn.depth) == (None, 0)


async def test_all_that_is_taken_out_says_so_before_what_is_said_next_is_answered(
    store: Store,
) -> None:
    first, second = await shown(store, 1000), await shown(store, 1001)
    for _ in range(2):
        await store.undo(SESSION_ID)
    turn = await received(store, 1002)

    owed: list[TurnId | None] = []
    for undone in (first, second):
        owed.append(await next_id(store))
        await store.settle_turn(undone.id, TurnState.DELIVERED)

    assert owed == [first.id, second.id]
    assert await next_id(store) == turn.id


async def test_what_is_shown_nowhere_is_owed_nothing(store: Store) -> None:
    turn = await settled(store, 1000, TurnState.ABANDONED)

    undone = await store.undo(SESSION_ID)

    assert undone == replace(turn, edition=1, is_undone=True)
    assert await store.owing() == []


@pytest.mark.parametrize("step", [received, answered])
async def test_a_turn_that_is_on_its_way_is_not_taken_out(store: Store, step: object) -> None:
    assert callable(step)
    await step(store, 1000)

    assert await store.undo(SESSION_ID) is None


async def test_nothing_is_taken_out_of_a_closed_session(store: Store) -> None:
    await shown(store, 1000)
    await store.open_session(SECOND)

    assert await store.undo(SESSION_ID) is None
    assert await store.undo(OTHER_SESSION_ID) is None


async def test_a_question_that_was_deleted_is_passed_over(store: Store) -> None:
    first = await shown(store, 1000)
    await shown(store, 1001)
    await store.erase([1001])

    undone = await store.undo(SESSION_ID)

    assert undone is not None
    assert undone.id == first.id


async def test_a_turn_that_was_taken_out_gets_no_other_version(store: Store) -> None:
    turn = await shown(store, 1000)
    await store.undo(SESSION_ID)
    await store.settle_turn(turn.id, TurnState.DELIVERED)

    assert await store.add_version(turn.id) is None


async def test_what_was_shown_before_a_hop_is_shown_again_when_what_followed_is_taken_out(
    store: Store,
) -> None:
    for number in range(4):
        await measured(store, 1000 + number, floor=0)
    await store.move_floor(SESSION_ID, 4)
    await measured(store, 1004, floor=4)

    await store.undo(SESSION_ID)

    assert len(await way_to(store)) == 4


async def test_where_nothing_was_measured_the_nearest_turns_are_shown(store: Store) -> None:
    for number in range(60):
        await settled(store, 1000 + number)
    await store.move_floor(SESSION_ID, 59)

    await store.undo(SESSION_ID)

    assert len(await way_to(store)) == 50
