from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.completion import Usage
from bot.domain.session import Place, SessionSummary, TurnId
from bot.domain.turn import TurnState
from bot.ports import Store
from tests.contracts.store.steps import (
    EVENING,
    FOURTH_SESSION_ID,
    NOON,
    THIRD_SESSION_ID,
    again,
    answered,
    answering,
    received,
    settled,
)
from tests.samples import (
    CHANNEL,
    DIRECT,
    OTHER_CHANNEL,
    OTHER_SESSION_ID,
    SESSION_ID,
    prompt,
    session,
)

FIRST = session()
SECOND = replace(session(session_id=OTHER_SESSION_ID), opened_at=NOON)
THIRD = replace(session(session_id=THIRD_SESSION_ID), opened_at=EVENING)


async def test_no_session_is_open_at_first(store: Store) -> None:
    assert await store.session_at(CHANNEL) is None


@pytest.mark.parametrize("place", [CHANNEL, DIRECT])
async def test_an_opened_session_is_the_open_one_at_its_place(store: Store, place: Place) -> None:
    opened = session(place)

    assert await store.open_session(opened) is None

    assert await store.session_at(place) == opened
    assert await store.session_at(OTHER_CHANNEL) is None


async def test_opening_a_session_closes_the_one_before_and_returns_it(store: Store) -> None:
    await store.open_session(FIRST)

    before = await store.open_session(SECOND)

    assert before == replace(FIRST, closed_at=NOON)
    assert await store.session(SESSION_ID) == before
    assert await store.session_at(CHANNEL) == SECOND


async def test_opening_a_session_twice_changes_nothing(store: Store) -> None:
    await store.open_session(FIRST)
    turn = await answering(store, 1000)

    assert await store.open_session(FIRST) is None

    assert await again(store, turn) == turn
    assert await store.session_at(CHANNEL) == replace(FIRST, head=turn.id)


async def test_the_session_before_keeps_its_head(store: Store) -> None:
    turn = await settled(store, 1000)

    before = await store.open_session(SECOND)

    assert before is not None
    assert before.head == turn.id


async def test_a_reset_cancels_what_nobody_was_asked_for(store: Store) -> None:
    asked = await answering(store, 1000)
    waiting = [await received(store, 1001), await received(store, 1002)]

    await store.open_session(SECOND)

    assert await again(store, asked) == replace(asked, stop_requested=True)
    for turn in waiting:
        assert await again(store, turn) == replace(turn, state=TurnState.CANCELLED)


async def test_a_reset_lets_what_was_said_already_be_finished(store: Store) -> None:
    posted = await settled(store, 1000, TurnState.POSTED)
    said = await answered(store, 1001)

    await store.open_session(SECOND)

    assert await again(store, posted) == posted
    assert await again(store, said) == said
    assert await store.next_turn(SESSION_ID) == said
    assert await store.next_check(SESSION_ID) == posted


async def test_a_reset_leaves_other_places_alone(store: Store) -> None:
    turn = await received(store, 1000, place=OTHER_CHANNEL)

    await store.open_session(SECOND)

    assert await again(store, turn) == turn
    assert await store.session_at(OTHER_CHANNEL) == replace(session(OTHER_CHANNEL), head=turn.id)


async def test_a_resumed_session_is_open_again_and_the_other_is_closed_alike(
    store: Store,
) -> None:
    first = await settled(store, 1000)
    await store.open_session(SECOND)
    asked = await answering(store, 1001)
    waiting = await received(store, 1002)

    closed = await store.resume_session(SESSION_ID, EVENING)

    assert closed == replace(SECOND, head=waiting.id, closed_at=EVENING)
    assert await store.session_at(CHANNEL) == replace(FIRST, head=first.id)
    assert await again(store, asked) == replace(asked, stop_requested=True)
    assert (await again(store, waiting)).state is TurnState.CANCELLED


async def test_a_resumed_session_goes_on_where_it_was(store: Store) -> None:
    first = await settled(store, 1000)
    await store.open_session(SECOND)
    await store.resume_session(SESSION_ID, EVENING)

    turn = await received(store, 1001)

    assert (turn.session_id, turn.parent, turn.depth) == (SESSION_ID, first.id, 1)


async def test_a_session_is_resumed_where_no_other_is_open(store: Store) -> None:
    await store.open_session(FIRST)
    await store.open_session(SECOND)
    await store.delete_session(OTHER_SESSION_ID)

    assert await store.resume_session(SESSION_ID, EVENING) is None

    assert await store.session_at(CHANNEL) == FIRST


async def test_resuming_an_open_session_changes_nothing(store: Store) -> None:
    turn = await answering(store, 1000)
    waiting = await received(store, 1001)

    assert await store.resume_session(SESSION_ID, EVENING) is None

    assert await store.session_at(CHANNEL) == replace(FIRST, head=waiting.id)
    assert await again(store, turn) == turn
    assert await again(store, waiting) == waiting


async def test_resuming_a_session_that_is_gone_changes_nothing(store: Store) -> None:
    await store.open_session(FIRST)

    assert await store.resume_session(OTHER_SESSION_ID, EVENING) is None

    assert await store.session_at(CHANNEL) == FIRST


async def test_sessions_are_listed_the_open_one_first_then_the_newest(store: Store) -> None:
    for opened in (FIRST, SECOND, THIRD):
        await store.open_session(opened)
    await store.open_session(session(OTHER_CHANNEL, FOURTH_SESSION_ID))
    await store.resume_session(SESSION_ID, EVENING)

    listed = await store.sessions_at(CHANNEL, limit=25)

    assert [summary.session.id for summary in listed] == [
        SESSION_ID,
        THIRD_SESSION_ID,
        OTHER_SESSION_ID,
    ]


async def test_no_more_sessions_are_listed_than_asked_for(store: Store) -> None:
    for opened in (FIRST, SECOND, THIRD):
        await store.open_session(opened)

    listed = await store.sessions_at(CHANNEL, limit=2)

    assert [summary.session.id for summary in listed] == [THIRD_SESSION_ID, OTHER_SESSION_ID]


async def test_a_summary_counts_the_turns_on_the_way_and_all_that_was_paid_for(
    store: Store,
) -> None:
    usage = Usage(100, 20, cached_tokens=90)
    await answered(store, 1000, usage=usage)
    second = await answered(store, 1001, usage=usage)
    await store.settle_turn(second.id, TurnState.DELIVERED)
    sibling = await store.add_version(second.id)
    assert sibling is not None
    await store.begin_attempt(sibling.id)
    await store.hear([(session(), replace(prompt(1002), said_at=NOON))])
    await store.hear([(session(), prompt(1003))])

    (summary,) = await store.sessions_at(CHANNEL, limit=25)

    assert summary.turns == 4
    assert summary.last_said_at == NOON
    assert (summary.input_tokens, summary.output_tokens) == (200, 40)


async def test_a_summary_of_a_fresh_session_is_empty(store: Store) -> None:
    await store.open_session(FIRST)

    assert await store.sessions_at(CHANNEL, limit=25) == [SessionSummary(FIRST, 0, None, 0, 0)]


async def test_a_session_is_renamed(store: Store) -> None:
    await store.open_session(replace(FIRST, title="before"))

    await store.rename_session(SESSION_ID, "after")
    await store.rename_session(OTHER_SESSION_ID, "nobody")

    assert await store.session(SESSION_ID) == replace(FIRST, title="after")
    assert await store.session(OTHER_SESSION_ID) is None


async def test_a_deleted_session_is_gone_with_all_its_turns(store: Store) -> None:
    turn = await answered(store, 1000)
    await store.record_post(turn.id, 0, 9000)
    later = await received(store, 1001)

    await store.delete_session(SESSION_ID)

    assert await store.session(SESSION_ID) is None
    assert await store.session_at(CHANNEL) is None
    assert await store.sessions_at(CHANNEL, limit=25) == []
    assert await store.turn(turn.id) is None
    assert await store.turn(later.id) is None
    assert await store.newest_version(1000) is None
    assert await store.speakers(SESSION_ID) == set()
    assert await store.owing() == []


async def test_deleting_twice_is_harmless(store: Store) -> None:
    await settled(store, 1000)

    await store.delete_session(SESSION_ID)
    await store.delete_session(SESSION_ID)

    assert await store.session(SESSION_ID) is None


async def test_deleting_a_session_leaves_the_others_alone(store: Store) -> None:
    await settled(store, 1000)
    await store.open_session(SECOND)
    kept = await settled(store, 1001)

    await store.delete_session(SESSION_ID)

    assert await again(store, kept) == kept
    assert await store.session_at(CHANNEL) == replace(SECOND, head=kept.id)


async def test_a_message_of_a_deleted_session_is_not_heard_again(store: Store) -> None:
    await settled(store, 1000)
    await store.delete_session(SESSION_ID)

    assert await store.hear([(FIRST, prompt(1000))]) == [None]

    assert await store.session_at(CHANNEL) is None


async def test_the_id_of_a_deleted_turn_is_not_given_to_another(store: Store) -> None:
    turn = await settled(store, 1000)
    await store.delete_session(SESSION_ID)

    later = await received(store, 1001)

    assert later.id != turn.id


async def test_speakers_are_who_opened_the_session_and_who_said_something(store: Store) -> None:
    await store.open_session(replace(FIRST, opened_by=7))
    for number, author in ((1000, 1), (1001, 2), (1002, 1)):
        await store.hear([(FIRST, prompt(number, author_id=author))])
    await store.hear([(session(OTHER_CHANNEL, OTHER_SESSION_ID), prompt(1003, author_id=3))])

    assert await store.speakers(SESSION_ID) == {1, 2, 7}


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
    assert await store.next_turn(SESSION_ID) == sibling
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
    assert await store.next_check(SESSION_ID) is None
    assert (await again(store, turn)).state is TurnState.DELIVERED


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

    await store.begin_attempt(turn.id)
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

    assert (await store.begin_attempt(turn.id)).stop_requested


async def test_there_is_nothing_to_stop_when_nothing_is_being_answered(store: Store) -> None:
    said = await answered(store, 1000)
    waiting = await received(store, 1001)

    assert await store.request_stop(SESSION_ID) is None
    assert await store.request_stop(OTHER_SESSION_ID) is None

    assert await again(store, said) == said
    assert await again(store, waiting) == waiting
