from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.completion import Usage
from bot.domain.reply import Reply
from bot.domain.session import Branched, PutAway, SessionId, TurnId
from bot.domain.turn import Turn, TurnState
from bot.ports import Store
from tests.contracts.store.steps import (
    FOURTH_SESSION_ID,
    NOON,
    THIRD_SESSION_ID,
    again,
    answered,
    answering,
    begin,
    received,
    settled,
)
from tests.samples import (
    CHANNEL,
    OTHER_CHANNEL,
    OTHER_SESSION_ID,
    SESSION_ID,
    prompt,
    session,
)

BRANCH = replace(session(OTHER_CHANNEL, OTHER_SESSION_ID), opened_at=NOON)


async def branched(store: Store, turn: Turn, *, by: SessionId = OTHER_SESSION_ID) -> None:
    made = await store.branch(replace(BRANCH, id=by), turn.id)
    assert made is not None


async def said_in_branch(store: Store, message_id: int) -> Turn:
    (turn,) = await store.hear([(BRANCH, prompt(message_id, f"in the branch {message_id}"))])
    assert turn is not None
    return turn


def inherited(turn: Turn, by: SessionId = OTHER_SESSION_ID) -> Turn:
    return replace(turn, session_id=by, is_inherited=True)


async def way_of_branch(store: Store) -> list[str]:
    """Return what is shown to the model before something that is said in the branch."""
    turn = await said_in_branch(store, 5000)
    owed = await store.take_up(turn.session_id)
    assert owed is not None
    return [one.text for before in owed.history for one in before.prompts]


async def test_a_branch_goes_on_from_a_turn_and_the_other_session_is_as_it_was(
    store: Store,
) -> None:
    first, second = await settled(store, 1000), await settled(store, 1001)

    made = await store.branch(BRANCH, first.id)

    assert made == Branched(replace(BRANCH, head=first.id), None)
    assert await store.session_at(OTHER_CHANNEL) == replace(BRANCH, head=first.id)
    assert await store.session_at(CHANNEL) == replace(session(), head=second.id)
    turn = await said_in_branch(store, 1002)
    assert (turn.session_id, turn.parent, turn.depth) == (OTHER_SESSION_ID, first.id, 1)


async def test_both_ways_lead_over_what_they_share(store: Store) -> None:
    first = await received(store, 1000, "shared")
    await store.take_up(SESSION_ID)
    await store.record_reply(first.id, Reply("hi"), usage=None, floor=None)
    await received(store, 1001, "there only")
    await branched(store, first)

    assert await way_of_branch(store) == ["shared"]


async def test_a_branch_is_shown_what_the_model_was_shown_with_its_turn(store: Store) -> None:
    await settled(store, 1000)
    turn = await answering(store, 1001)
    await store.record_reply(turn.id, Reply("hi"), usage=Usage(10, 1), floor=1)
    await store.move_floor(SESSION_ID, 2)

    made = await store.branch(BRANCH, turn.id)

    assert made is not None
    assert made.session.floor == 1


async def test_the_session_whose_place_it_takes_is_put_away(store: Store) -> None:
    turn = await settled(store, 1000)
    here = replace(BRANCH, place=CHANNEL)

    made = await store.branch(here, turn.id)

    before = replace(session(), head=turn.id, closed_at=NOON)
    assert made == Branched(replace(here, head=turn.id), PutAway(before, unanswered=0))
    assert await store.session_at(CHANNEL) == replace(here, head=turn.id)


async def test_branching_twice_is_branching_once(store: Store) -> None:
    turn = await settled(store, 1000)
    await branched(store, turn)
    later = await said_in_branch(store, 1001)

    made = await store.branch(BRANCH, turn.id)

    assert made == Branched(replace(BRANCH, head=later.id), None)


@pytest.mark.parametrize("step", [received, answering])
async def test_nothing_goes_on_from_what_has_no_answer_yet(store: Store, step: object) -> None:
    assert callable(step)
    turn = await step(store, 1000)

    assert await store.branch(BRANCH, turn.id) is None
    assert await store.branch(BRANCH, TurnId(77)) is None

    assert await store.session_at(OTHER_CHANNEL) is None


async def test_a_turn_is_found_by_each_of_its_messages_in_the_version_that_is_shown(
    store: Store,
) -> None:
    first, second = await store.hear(
        [(session(), prompt(1000)), (session(), prompt(1001))], joinable=()
    )
    assert first is not None
    assert second is not None
    await store.take_up(SESSION_ID)
    await store.record_reply(second.id, Reply("hi"), usage=None, floor=None)
    await store.settle_turn(second.id, TurnState.DELIVERED)
    version = await store.add_version(second.id)

    found = [await store.turn_with(message) for message in (1000, 1001, 1002)]

    assert found == [version, version, None]


async def test_the_turn_before_a_message_is_the_newest_at_its_place_that_is_not_undone(
    store: Store,
) -> None:
    first, second = await settled(store, 1000), await settled(store, 1010)
    (other,) = await store.hear([(session(OTHER_CHANNEL, OTHER_SESSION_ID), prompt(1005))])
    await store.undo(SESSION_ID)

    found = [await store.turn_before(CHANNEL, message) for message in (1000, 1001, 1010, 1011)]

    undone = await store.turn(second.id)
    assert undone is not None
    assert undone.is_undone
    assert found == [None, first, first, first]
    assert await store.turn_before(OTHER_CHANNEL, 1011) == other


async def test_no_other_version_of_an_undone_answer_is_the_turn_before_a_message(
    store: Store,
) -> None:
    first, second = await settled(store, 1000), await settled(store, 1001)
    version = await store.add_version(second.id)
    assert version is not None
    await begin(store, version)
    await store.record_reply(version.id, Reply("hi again"), usage=None, floor=None)
    await store.settle_turn(version.id, TurnState.DELIVERED)
    await store.undo(SESSION_ID)

    assert await store.turn_before(CHANNEL, 1002) == first


async def test_an_undo_in_a_branch_leaves_the_shared_turn_as_it_was(store: Store) -> None:
    first = await settled(store, 1000)
    second = await settled(store, 1001)
    await branched(store, second)

    assert await store.undo(OTHER_SESSION_ID) == second

    assert await store.session_at(OTHER_CHANNEL) == replace(BRANCH, head=first.id)
    assert await store.session_at(CHANNEL) == replace(session(), head=second.id)


async def test_deleting_the_one_leaves_the_other_its_way_and_no_more(store: Store) -> None:
    first = await settled(store, 1000)
    await branched(store, first)
    gone = await settled(store, 1001)

    await store.delete_session(SESSION_ID)

    assert await store.session(SESSION_ID) is None
    assert await store.turn(gone.id) is None
    assert await again(store, first) == inherited(first)
    assert await way_of_branch(store) == ["hello"]
    assert await store.hear([(session(), prompt(1000)), (session(), prompt(1001))]) == [None, None]


async def test_deleting_the_last_that_shares_a_turn_deletes_it(store: Store) -> None:
    first = await settled(store, 1000)
    await branched(store, first)
    await store.delete_session(SESSION_ID)

    await store.delete_session(OTHER_SESSION_ID)

    assert await store.turn(first.id) is None
    assert await store.hear([(session(), prompt(1000))]) == [None]


async def test_deleting_a_branch_takes_nothing_from_where_it_came_from(store: Store) -> None:
    first = await settled(store, 1000)
    await branched(store, first)
    own = await said_in_branch(store, 1001)

    await store.delete_session(OTHER_SESSION_ID)

    assert await again(store, first) == first
    assert await store.turn(own.id) is None


async def test_a_turn_that_a_left_turn_of_a_branch_follows_is_kept_with_it(store: Store) -> None:
    first = await settled(store, 1000)
    await branched(store, first)
    own = await said_in_branch(store, 1001)
    await store.take_up(OTHER_SESSION_ID)
    await store.record_reply(own.id, Reply("hi"), usage=None, floor=None)
    await store.settle_turn(own.id, TurnState.DELIVERED)
    for _ in range(2):
        await store.undo(OTHER_SESSION_ID)

    await store.delete_session(SESSION_ID)

    assert await again(store, first) == inherited(first)


async def test_what_three_share_goes_from_the_one_to_the_next(store: Store) -> None:
    first, second = await settled(store, 1000), await settled(store, 1001)
    await branched(store, first)
    await store.branch(replace(BRANCH, id=THIRD_SESSION_ID, place=CHANNEL), second.id)
    await store.branch(replace(BRANCH, id=FOURTH_SESSION_ID), second.id)

    for session_id in (SESSION_ID, THIRD_SESSION_ID, OTHER_SESSION_ID):
        await store.delete_session(session_id)

    for turn in (first, second):
        assert await again(store, turn) == inherited(turn, FOURTH_SESSION_ID)
    await store.delete_session(FOURTH_SESSION_ID)
    assert [await store.turn(turn.id) for turn in (first, second)] == [None, None]


async def test_a_version_that_nobody_shares_goes_and_its_question_stays(store: Store) -> None:
    turn = await settled(store, 1000)
    await branched(store, turn)
    other = await store.add_version(turn.id)
    assert other is not None

    await store.delete_session(SESSION_ID)

    assert await store.turn(other.id) is None
    assert (await again(store, turn)).prompts == turn.prompts


async def test_an_inherited_answer_is_nobodys_to_show_any_more(store: Store) -> None:
    turn = await answered(store, 1000)
    await store.record_post(turn.id, 0, 9000)
    await branched(store, turn)

    await store.delete_session(SESSION_ID)

    kept = await again(store, turn)
    assert (kept.state, kept.posts) == (TurnState.DELIVERED, ())
    assert await store.owing() == []


async def test_an_inherited_turn_stays_as_it_is(store: Store) -> None:
    turn = await settled(store, 1000)
    await branched(store, turn)
    await store.delete_session(SESSION_ID)

    assert await store.add_version(turn.id) is None
    assert await store.undo(OTHER_SESSION_ID) == inherited(turn)


async def test_the_heir_counts_what_it_inherits(store: Store) -> None:
    turn = await answered(store, 1000, usage=Usage(10, 3))
    await branched(store, turn)

    await store.delete_session(SESSION_ID)

    (summary,) = await store.sessions_at(OTHER_CHANNEL)
    assert (summary.turns, summary.input_tokens, summary.output_tokens) == (1, 10, 3)
    assert summary.last_said_at == turn.prompts[0].said_at
    assert await store.speakers(OTHER_SESSION_ID) == {1}


async def test_what_a_session_inherits_was_said_elsewhere_all_the_same(store: Store) -> None:
    turn = await settled(store, 1000)
    await branched(store, turn)
    await said_in_branch(store, 1001)

    await store.delete_session(SESSION_ID)

    assert await store.heard_at(OTHER_CHANNEL, since=0) == {1001}
    assert await store.heard_at(CHANNEL, since=0) == {1000}


async def test_what_goes_back_to_a_session_of_its_place_was_said_there(store: Store) -> None:
    turn = await settled(store, 1000)
    await branched(store, turn)
    await store.delete_session(SESSION_ID)
    await store.branch(replace(BRANCH, id=THIRD_SESSION_ID, place=CHANNEL), turn.id)

    await store.delete_session(OTHER_SESSION_ID)

    assert await store.heard_at(CHANNEL, since=0) == {1000}
    assert await store.heard_at(OTHER_CHANNEL, since=0) == set()
