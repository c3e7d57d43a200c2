from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.completion import Usage
from bot.domain.errors import Fault, IllegalMove, TurnSettled
from bot.domain.reply import Ending, Reply
from bot.domain.session import TurnId
from bot.domain.turn import TurnState
from bot.ports import Store
from tests.contracts.store.steps import NOON, again, answered, answering, begin, received, settled
from tests.samples import (
    OTHER_CHANNEL,
    OTHER_SESSION_ID,
    SESSION_ID,
    session,
)

USAGE = Usage(100, 20, cached_tokens=80, cache_write_tokens=5, reasoning_tokens=7)


async def test_each_attempt_is_counted(store: Store) -> None:
    turn = await received(store, 1000)

    first = await begin(store, turn)
    second = await begin(store, turn)

    assert first == replace(turn, state=TurnState.ANSWERING, attempt=1)
    assert second == replace(turn, state=TurnState.ANSWERING, attempt=2)
    assert await again(store, turn) == second


async def test_a_planned_stop_is_no_failed_attempt(store: Store) -> None:
    interrupted = await answering(store, 1000)
    waiting = await received(store, 1001)
    other = await received(store, 1002, place=OTHER_CHANNEL, session_id=OTHER_SESSION_ID)
    await begin(store, other)
    await begin(store, other)

    await store.forgive_attempts()

    assert await again(store, interrupted) == replace(interrupted, attempt=0)
    assert (await again(store, other)).attempt == 1
    assert await again(store, waiting) == waiting


async def test_what_was_received_before_may_have_been_begun_with(store: Store) -> None:
    settled_one = await settled(store, 1000)
    posted = await settled(store, 1001, TurnState.POSTED)
    asked = await answering(store, 1002)
    waiting = await received(store, 1003)

    await store.take_over()

    assert await again(store, waiting) == replace(waiting, state=TurnState.ANSWERING)
    for turn in (settled_one, posted, asked):
        assert await again(store, turn) == turn


async def test_an_answered_attempt_is_not_taken_back(store: Store) -> None:
    turn = await answered(store, 1000)

    await store.forgive_attempts()

    assert (await again(store, turn)).attempt == 1


async def test_attempts_are_never_less_than_none(store: Store) -> None:
    turn = await answering(store, 1000)

    await store.forgive_attempts()
    await store.forgive_attempts()

    assert (await again(store, turn)).attempt == 0


async def test_a_turn_that_is_put_off_has_not_failed(store: Store) -> None:
    turn = await answering(store, 1000)

    await store.put_off(turn.id)
    await store.put_off(turn.id)

    assert await again(store, turn) == replace(turn, attempt=0)
    assert (await begin(store, turn)).attempt == 1


async def test_what_has_its_answer_is_not_put_off(store: Store) -> None:
    done = await settled(store, 1000)
    turn = await answered(store, 1001)

    with pytest.raises(IllegalMove):
        await store.put_off(turn.id)
    with pytest.raises(TurnSettled):
        await store.put_off(done.id)


async def test_which_model_answered_is_kept(store: Store) -> None:
    turn = await answering(store, 1000)
    reply = Reply("hi", model="second", instead_of="first")

    kept = await store.record_reply(turn.id, reply, usage=None, floor=None)

    assert kept.reply == reply
    assert (await again(store, turn)).reply == reply


async def test_a_floor_is_remembered(store: Store) -> None:
    await received(store, 1000)

    await store.move_floor(SESSION_ID, 5)

    found = await store.session(SESSION_ID)
    assert found is not None
    assert found.floor == 5


async def test_a_floor_of_a_deleted_session_is_nobodys_concern(store: Store) -> None:
    await store.move_floor(SESSION_ID, 5)

    assert await store.session(SESSION_ID) is None


async def test_posts_are_remembered_page_by_page(store: Store) -> None:
    turn = await answering(store, 1000)

    await store.record_post(turn.id, 0, 9000)
    await store.record_post(turn.id, 1, 9001)

    assert (await again(store, turn)).posts == (9000, 9001)


async def test_a_page_that_is_posted_again_has_the_newer_post(store: Store) -> None:
    turn = await answering(store, 1000)
    await store.record_post(turn.id, 0, 9000)
    await store.record_post(turn.id, 1, 9001)

    await store.record_post(turn.id, 0, 9002)

    assert (await again(store, turn)).posts == (9002, 9001)


async def test_a_page_is_not_recorded_before_the_one_in_front_of_it(store: Store) -> None:
    turn = await answering(store, 1000)

    with pytest.raises(IllegalMove):
        await store.record_post(turn.id, 1, 9001)

    assert (await again(store, turn)).posts == ()


async def test_posts_of_later_pages_are_forgotten(store: Store) -> None:
    turn = await answered(store, 1000)
    for page, post in enumerate((9000, 9001, 9002)):
        await store.record_post(turn.id, page, post)

    await store.forget_posts(turn.id, since=1)

    assert (await again(store, turn)).posts == (9000,)


async def test_a_reply_is_kept_with_what_it_cost(store: Store) -> None:
    turn = await answering(store, 1000)
    reply = Reply("half an ans", Ending.BROKEN, Fault.TRUNCATED)

    returned = await store.record_reply(turn.id, reply, usage=USAGE, floor=0)

    expected = replace(turn, state=TurnState.ANSWERED, reply=reply, usage=USAGE, floor=0)
    assert returned == expected
    assert await again(store, turn) == expected


async def test_an_empty_reply_is_a_reply(store: Store) -> None:
    turn = await answering(store, 1000)

    await store.record_reply(turn.id, Reply("", Ending.EMPTY), usage=None, floor=None)

    found = await again(store, turn)
    assert found.reply == Reply("", Ending.EMPTY)
    assert found.usage is None
    assert found.floor is None


@pytest.mark.parametrize("ending", [ending for ending in Ending if ending is not Ending.BROKEN])
async def test_every_ending_can_be_kept(store: Store, ending: Ending) -> None:
    turn = await answering(store, 1000)

    await store.record_reply(turn.id, Reply("so", ending), usage=None, floor=None)

    assert (await again(store, turn)).reply == Reply("so", ending)


@pytest.mark.parametrize("fault", list(Fault))
async def test_every_fault_can_be_kept(store: Store, fault: Fault) -> None:
    turn = await answering(store, 1000)

    await store.record_reply(turn.id, Reply("", Ending.BROKEN, fault), usage=None, floor=None)

    assert (await again(store, turn)).reply == Reply("", Ending.BROKEN, fault)


@pytest.mark.parametrize(
    "state",
    [TurnState.POSTED, TurnState.DELIVERED, TurnState.ABANDONED, TurnState.CANCELLED],
)
async def test_a_turn_is_settled(store: Store, state: TurnState) -> None:
    turn = await answered(store, 1000)

    await store.settle_turn(turn.id, state)

    assert await again(store, turn) == replace(turn, state=state)


@pytest.mark.parametrize(
    "state", [TurnState.RECEIVED, TurnState.ANSWERING, TurnState.ANSWERED, TurnState.DELIVERED]
)
async def test_a_turn_is_not_settled_by_a_move_that_does_not_settle_it(
    store: Store, state: TurnState
) -> None:
    turn = await answering(store, 1000)

    with pytest.raises(IllegalMove):
        await store.settle_turn(turn.id, state)

    assert await again(store, turn) == turn


async def test_a_reply_comes_only_after_an_attempt(store: Store) -> None:
    turn = await received(store, 1000)

    with pytest.raises(IllegalMove):
        await store.record_reply(turn.id, Reply("hi"), usage=None, floor=None)

    assert await again(store, turn) == turn


async def test_an_answered_turn_is_not_attempted_again(store: Store) -> None:
    turn = await answered(store, 1000)

    assert await begin(store, turn) == turn
    with pytest.raises(IllegalMove):
        await store.record_reply(turn.id, Reply("other"), usage=None, floor=None)

    assert await again(store, turn) == turn


@pytest.mark.parametrize("state", [TurnState.DELIVERED, TurnState.ABANDONED, TurnState.CANCELLED])
async def test_nothing_changes_a_settled_turn(store: Store, state: TurnState) -> None:
    turn = await settled(store, 1000, state)

    await _nothing_is_owed(store, turn.id)

    assert await again(store, turn) == turn


async def test_a_received_turn_is_cancelled_by_a_reset_and_cannot_be_taken_up(
    store: Store,
) -> None:
    turn = await received(store, 1000)
    await store.open_session(replace(session(session_id=OTHER_SESSION_ID), opened_at=NOON))

    assert await store.take_up(SESSION_ID) is None

    assert await again(store, turn) == replace(turn, state=TurnState.CANCELLED)


async def test_a_posted_turn_is_delivered_after_its_check(store: Store) -> None:
    turn = await settled(store, 1000, TurnState.POSTED)

    await store.settle_turn(turn.id, TurnState.DELIVERED)

    assert (await again(store, turn)).state is TurnState.DELIVERED
    assert await store.take_up(SESSION_ID) is None


async def test_nothing_is_owed_for_a_turn_that_was_deleted(store: Store) -> None:
    turn = await answering(store, 1000)
    await store.delete_session(SESSION_ID)

    await _nothing_is_owed(store, turn.id)

    assert await store.turn(turn.id) is None


async def _nothing_is_owed(store: Store, turn_id: TurnId) -> None:
    with pytest.raises(TurnSettled):
        await store.record_post(turn_id, 0, 9000)
    with pytest.raises(TurnSettled):
        await store.forget_posts(turn_id, since=0)
    with pytest.raises(TurnSettled):
        await store.record_reply(turn_id, Reply("hi"), usage=None, floor=None)
    with pytest.raises(TurnSettled):
        await store.settle_turn(turn_id, TurnState.DELIVERED)
