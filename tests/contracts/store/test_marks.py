from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.marks import UNMARKED, Marking, Marks, TurnMark
from bot.domain.reply import Reply
from bot.domain.session import SessionId, TurnId
from bot.domain.turn import Owed, Turn, TurnState
from bot.ports import Store
from tests.contracts.store.steps import NOON, again, answered, received, settled
from tests.samples import CHANNEL, OTHER_CHANNEL, OTHER_SESSION_ID, SESSION_ID, session

PINNED, LEFT_OUT = TurnMark.PINNED, TurnMark.LEFT_OUT
BRANCH = replace(session(OTHER_CHANNEL, OTHER_SESSION_ID), opened_at=NOON)


async def mark(
    store: Store, turn: Turn, mark: TurnMark | None, *, by: SessionId = SESSION_ID, most: int = 20
) -> Marking:
    return await store.mark(by, turn.id, mark, most_pins=most)


async def owed_after(store: Store) -> Owed:
    """Return what is owed for something that is said now."""
    await received(store, 5000)
    owed = await store.take_up(SESSION_ID)
    assert owed is not None
    return owed


async def test_a_context_is_told_which_of_its_turns_are_marked(store: Store) -> None:
    first, second, third = [await settled(store, number) for number in (1000, 1001, 1002)]

    came = [await mark(store, first, PINNED), await mark(store, second, LEFT_OUT)]

    assert came == [Marking.DONE, Marking.DONE]
    owed = await owed_after(store)
    assert owed.marks == Marks(frozenset({first.id}), frozenset({second.id}), third.id)
    assert owed.pins == ()
    marks = [await store.mark_on(SESSION_ID, turn.id) for turn in (first, second, third)]
    assert marks == [PINNED, LEFT_OUT, None]


async def test_pinned_turns_below_the_floor_come_along_oldest_first(store: Store) -> None:
    turns = [await settled(store, 1000 + number) for number in range(5)]
    for turn, put in zip(turns, (PINNED, LEFT_OUT, PINNED, None, PINNED), strict=True):
        await mark(store, turn, put)

    await store.move_floor(SESSION_ID, 3)

    owed = await owed_after(store)
    assert [turn.id for turn in owed.history] == [turns[3].id, turns[4].id]
    assert owed.pins == (turns[0], turns[2])
    assert owed.marks.pinned == {turns[0].id, turns[2].id, turns[4].id}
    assert owed.marks.left_out == frozenset()


async def test_a_mark_takes_the_place_of_another_and_can_be_taken_away(store: Store) -> None:
    turn = await settled(store, 1000)
    await mark(store, turn, PINNED)

    await mark(store, turn, LEFT_OUT)
    replaced = await store.mark_on(SESSION_ID, turn.id)
    await mark(store, turn, None)

    assert (replaced, await store.mark_on(SESSION_ID, turn.id)) == (LEFT_OUT, None)
    owed = await owed_after(store)
    assert owed.marks == Marks(changed_after=turn.id)


async def test_the_same_mark_again_changes_nothing(store: Store) -> None:
    first = await settled(store, 1000)
    await mark(store, first, PINNED)
    await settled(store, 1001)

    assert await mark(store, first, PINNED, most=1) is Marking.DONE

    assert (await owed_after(store)).marks.changed_after == first.id


async def test_there_are_no_more_pins_than_a_session_can_have(store: Store) -> None:
    turns = [await settled(store, 1000 + number) for number in range(4)]
    for turn in turns[:2]:
        await mark(store, turn, PINNED, most=2)

    came = await mark(store, turns[2], PINNED, most=2)
    left_out = await mark(store, turns[3], LEFT_OUT, most=2)

    assert (came, left_out) == (Marking.FULL, Marking.DONE)
    assert await store.mark_on(SESSION_ID, turns[2].id) is None


async def test_what_the_session_does_not_lead_over_is_not_marked(store: Store) -> None:
    first = await settled(store, 1000)
    second = await settled(store, 1001)
    elsewhere = await received(store, 2000, place=OTHER_CHANNEL, session_id=OTHER_SESSION_ID)
    version = await store.add_version(second.id)
    assert version is not None
    await store.erase([1000])

    came = [await mark(store, turn, PINNED) for turn in (first, second, elsewhere)]
    came.append(await store.mark(SESSION_ID, TurnId(77), PINNED, most_pins=20))
    came.append(await mark(store, version, PINNED, by=OTHER_SESSION_ID))

    assert came == [Marking.NOT_THERE] * 5


async def test_what_was_undone_is_not_marked_and_loses_its_mark(store: Store) -> None:
    await settled(store, 1000)
    turn = await settled(store, 1001)
    await mark(store, turn, PINNED)

    await store.undo(SESSION_ID)

    assert await store.mark_on(SESSION_ID, turn.id) is None
    assert await mark(store, turn, PINNED) is Marking.NOT_THERE


async def test_another_version_has_the_mark_and_nothing_measured_counts(store: Store) -> None:
    turn = await settled(store, 1000)
    await mark(store, turn, PINNED)

    version = await store.add_version(turn.id)

    assert version is not None
    on = [await store.mark_on(SESSION_ID, one.id) for one in (turn, version)]
    assert on == [None, PINNED]
    await store.take_up(SESSION_ID)
    await store.record_reply(version.id, Reply("anew"), usage=None, floor=None)
    await store.settle_turn(version.id, TurnState.DELIVERED)
    assert await store.show_version(1000, 0) is not None
    assert await store.mark_on(SESSION_ID, turn.id) is PINNED
    foreseen = await store.foresee(CHANNEL)
    assert foreseen is not None
    assert foreseen.marks == Marks(pinned=frozenset({turn.id}), changed_after=version.id)


async def test_a_branch_begins_without_marks_and_has_its_own(store: Store) -> None:
    first, second = await settled(store, 1000), await settled(store, 1001)
    await mark(store, first, PINNED)
    await store.branch(BRANCH, second.id)

    fresh = await store.foresee(OTHER_CHANNEL)
    came = await mark(store, first, LEFT_OUT, by=OTHER_SESSION_ID)

    assert fresh is not None
    assert fresh.marks == Marks(changed_after=second.id)
    assert came is Marking.DONE
    assert await store.mark_on(SESSION_ID, first.id) is PINNED
    assert await store.mark_on(OTHER_SESSION_ID, first.id) is LEFT_OUT


async def test_a_branch_of_what_was_never_marked_trusts_what_was_measured(store: Store) -> None:
    turn = await settled(store, 1000)

    await store.branch(BRANCH, turn.id)

    fresh = await store.foresee(OTHER_CHANNEL)
    assert fresh is not None
    assert fresh.marks == UNMARKED


async def test_marks_of_others_outlive_the_session_that_a_turn_was_said_in(store: Store) -> None:
    turn = await settled(store, 1000)
    await mark(store, turn, LEFT_OUT)
    await store.branch(BRANCH, turn.id)
    await mark(store, turn, PINNED, by=OTHER_SESSION_ID)

    await store.delete_session(SESSION_ID)

    assert await store.mark_on(SESSION_ID, turn.id) is None
    assert await store.mark_on(OTHER_SESSION_ID, turn.id) is PINNED


async def test_shared_turns_that_an_undo_left_are_not_marked(store: Store) -> None:
    first, second = await settled(store, 1000), await settled(store, 1001)
    await store.branch(BRANCH, second.id)
    await mark(store, second, PINNED, by=OTHER_SESSION_ID)

    await store.undo(OTHER_SESSION_ID)

    assert await store.mark_on(OTHER_SESSION_ID, second.id) is None
    assert await mark(store, second, PINNED, by=OTHER_SESSION_ID) is Marking.NOT_THERE
    assert await mark(store, first, PINNED, by=OTHER_SESSION_ID) is Marking.DONE


async def test_a_message_means_the_version_that_a_session_leads_over(store: Store) -> None:
    turn = await settled(store, 1000)
    await store.branch(BRANCH, turn.id)
    version = await store.add_version(turn.id)
    assert version is not None

    found = [await store.turn_to_mark(by, 1000) for by in (SESSION_ID, OTHER_SESSION_ID)]

    assert [one and one.id for one in found] == [version.id, turn.id]
    assert await store.turn_to_mark(SESSION_ID, 1001) is None


async def test_a_mark_goes_with_the_last_words_of_its_turn(store: Store) -> None:
    turn = await settled(store, 1000)
    later = await settled(store, 1001)
    await mark(store, turn, PINNED)
    await store.branch(BRANCH, later.id)
    await mark(store, turn, PINNED, by=OTHER_SESSION_ID)

    await store.erase([1000])

    assert await store.mark_on(SESSION_ID, turn.id) is None
    assert await store.mark_on(OTHER_SESSION_ID, turn.id) is None
    assert (await owed_after(store)).marks == Marks(changed_after=later.id)


@pytest.mark.parametrize("step", [received, answered])
async def test_what_is_not_settled_yet_can_be_marked(store: Store, step: object) -> None:
    assert callable(step)
    turn = await step(store, 1000)

    assert await mark(store, turn, LEFT_OUT) is Marking.DONE


async def test_what_would_be_owed_is_seen_before_anything_is_said(store: Store) -> None:
    turns = [await settled(store, 1000 + number) for number in range(3)]
    await store.move_floor(SESSION_ID, 1)
    await mark(store, turns[0], PINNED)

    seen = await store.foresee(CHANNEL)

    assert seen is not None
    assert seen.turn == Turn(TurnId(0), SESSION_ID, (), parent=turns[2].id, depth=3)
    assert seen.history == (turns[1], turns[2])
    owed = await owed_after(store)
    assert (seen.history, seen.marks, seen.pins) == (owed.history, owed.marks, owed.pins)
    assert owed.turn.depth == seen.turn.depth


async def test_nothing_is_foreseen_where_no_session_is_open(store: Store) -> None:
    turn = await settled(store, 1000)
    await store.close_session(SESSION_ID, NOON)

    assert await store.foresee(CHANNEL) is None
    assert await again(store, turn) == turn
