"""Answers that people delete lose their words."""

from __future__ import annotations

import pytest

from bot.domain.reply import Ending, Reply
from bot.domain.turn import Turn, TurnState
from bot.ports import Store
from tests.contracts.store.steps import again, answered, answering, begin, received, settled
from tests.samples import CHANNEL, OTHER_CHANNEL, OTHER_SESSION_ID, SESSION_ID, session

GONE = Reply("")
STOPPED = Reply("", Ending.STOPPED)


async def shown(store: Store, *posts: int, state: TurnState = TurnState.DELIVERED) -> Turn:
    """Return a turn whose answer is shown by posts."""
    turn = await answered(store, 1000, "my secret")
    for page, post in enumerate(posts):
        await store.record_post(turn.id, page, post)
    await store.settle_turn(turn.id, state)
    return await again(store, turn)


@pytest.mark.parametrize("state", [TurnState.DELIVERED, TurnState.POSTED, TurnState.CANCELLED])
async def test_an_answer_whose_post_is_deleted_loses_its_words(
    store: Store, state: TurnState
) -> None:
    turn = await shown(store, 9000, state=state)

    assert await store.erase([9000]) == []

    turn = await again(store, turn)
    assert (turn.reply, turn.posts, turn.state, turn.is_retracted) == (GONE, (), state, True)
    assert len(turn.kept_prompts) == 1


async def test_an_answer_of_which_a_page_is_left_is_owed_until_that_is_forgotten(
    store: Store,
) -> None:
    turn = await shown(store, 9000, 9001, 9002)

    assert await store.erase([9001]) == [await again(store, turn)]

    turn = await begin(store, await again(store, turn))
    assert (turn.reply, turn.state, turn.posts) == (GONE, TurnState.ANSWERED, (9000, 9002))
    await store.settle_turn(turn.id, TurnState.DELIVERED)
    assert await store.owing() == [SESSION_ID]

    await store.forget_posts(turn.id, since=0)
    await store.settle_turn(turn.id, TurnState.DELIVERED)
    assert await store.owing() == []


async def test_pages_that_are_deleted_together_leave_nothing_to_be_done(store: Store) -> None:
    await shown(store, 9000, 9001)

    assert await store.erase([9000, 9001]) == []

    assert await store.owing() == []


async def test_an_answer_that_is_deleted_while_it_is_written_is_asked_to_stop(
    store: Store,
) -> None:
    turn = await answering(store, 1000)
    await store.record_post(turn.id, 0, 9000)

    (hit,) = await store.erase([9000])

    assert (hit.id, hit.stop_requested) == (turn.id, True)
    kept = await store.record_reply(
        turn.id, Reply("my secret", Ending.STOPPED), usage=None, floor=None
    )
    assert kept == await again(store, turn)
    assert kept.reply == STOPPED


async def test_an_answer_that_is_deleted_while_it_is_shown_is_taken_up_again(
    store: Store,
) -> None:
    turn = await answered(store, 1000)
    await store.record_post(turn.id, 0, 9000)

    await store.erase([9000])

    await store.record_post(turn.id, 1, 9001)
    await store.settle_turn(turn.id, TurnState.DELIVERED)
    owed = await begin(store, await again(store, turn))
    assert (owed.reply, owed.posts) == (GONE, (9000, 9001))


async def test_an_answer_that_cannot_be_taken_away_is_abandoned(store: Store) -> None:
    turn = await shown(store, 9000, 9001)
    await store.erase([9000])

    await store.settle_turn(turn.id, TurnState.ABANDONED)

    assert await store.owing() == []


async def test_all_versions_go_with_the_posts_that_they_shared(store: Store) -> None:
    first = await shown(store, 9000)
    second = await store.add_version(first.id)
    assert second is not None
    second = await begin(store, second)
    await store.record_reply(second.id, Reply("another"), usage=None, floor=None)
    await store.settle_turn(second.id, TurnState.DELIVERED)

    await store.erase([9000])

    assert (await again(store, first)).reply == GONE
    assert (await again(store, second)).reply == GONE
    assert await store.show_version(1000, 0) is None


async def test_another_version_of_a_deleted_answer_is_the_only_one(store: Store) -> None:
    turn = await shown(store, 9000)
    await store.erase([9000])

    version = await store.add_version(turn.id)

    assert version is not None
    owed = await store.take_up(SESSION_ID)
    assert owed is not None
    assert (owed.turn.id, owed.turn.posts, owed.standing) == (version.id, (), None)
    assert not owed.turn.is_retracted


async def test_a_version_that_waits_is_answered_though_the_one_before_is_deleted(
    store: Store,
) -> None:
    turn = await shown(store, 9000)
    version = await store.add_version(turn.id)
    assert version is not None

    assert await store.erase([9000]) == []

    assert (await again(store, turn)).reply == GONE
    owed = await begin(store, version)
    assert (owed.stop_requested, owed.is_retracted) == (False, False)


async def test_pages_that_a_cancelled_version_took_over_are_owed_until_they_are_forgotten(
    store: Store,
) -> None:
    turn = await shown(store, 9000, 9001)
    version = await store.add_version(turn.id)
    assert version is not None
    await store.erase([1000])  # its question

    assert await store.erase([9000]) == [await again(store, version)]

    owed = await begin(store, version)
    assert (owed.state, owed.reply, owed.posts) == (TurnState.ANSWERED, STOPPED, (9001,))
    assert owed.is_retracted
    assert await store.shown_at(CHANNEL, since=0) == []
    await store.forget_posts(version.id, since=0)
    await store.settle_turn(version.id, TurnState.CANCELLED)
    assert await store.owing() == []


async def test_pages_that_a_version_gives_back_are_owed_if_their_answer_was_deleted_meanwhile(
    store: Store,
) -> None:
    turn = await shown(store, 9000, 9001)
    assert await store.add_version(turn.id) is not None
    await store.erase([9000])

    await store.open_session(session(session_id=OTHER_SESSION_ID))

    owed = await begin(store, turn)
    assert (owed.state, owed.reply, owed.posts) == (TurnState.ANSWERED, GONE, (9000, 9001))


async def test_a_cancelled_version_whose_only_post_is_deleted_stays_without_an_answer(
    store: Store,
) -> None:
    turn = await shown(store, 9000)
    version = await store.add_version(turn.id)
    assert version is not None
    await store.erase([1000])  # its question

    assert await store.erase([9000]) == []

    version = await again(store, version)
    assert (version.state, version.reply, version.posts) == (TurnState.CANCELLED, None, ())


async def test_a_deleted_answer_is_gone_from_the_ways_of_others(store: Store) -> None:
    turn = await shown(store, 9000)
    await store.branch(session(OTHER_CHANNEL, OTHER_SESSION_ID), turn.id)
    await received(store, 1001, place=OTHER_CHANNEL, session_id=OTHER_SESSION_ID)

    await store.erase([9000])

    owed = await store.take_up(OTHER_SESSION_ID)
    assert owed is not None
    assert [one.reply for one in owed.history] == [GONE]


async def test_posts_of_others_are_let_be(store: Store) -> None:
    turn = await shown(store, 9000)
    other = await settled(store, 1001)

    assert await store.erase([9001]) == []

    assert await again(store, turn) == turn
    assert await again(store, other) == other


async def test_the_posts_of_answers_at_rest_are_known_by_place_from_a_message_on(
    store: Store,
) -> None:
    await shown(store, 9000, 9001)
    for number, post in ((1001, 9002), (1002, 9003)):
        turn = await answered(store, number)
        await store.record_post(turn.id, 0, post)
        await store.settle_turn(turn.id, TurnState.POSTED)
    there = await received(store, 1003, place=OTHER_CHANNEL, session_id=OTHER_SESSION_ID)
    await begin(store, there)
    await store.record_post(there.id, 0, 9004)

    assert await store.shown_at(CHANNEL, since=0) == [(9000, 9001), (9002,), (9003,)]
    assert await store.shown_at(CHANNEL, since=1002) == [(9003,)]
    assert await store.shown_at(OTHER_CHANNEL, since=0) == []

    await store.record_reply(there.id, Reply("hi"), usage=None, floor=None)
    assert await store.shown_at(OTHER_CHANNEL, since=0) == []
    await store.settle_turn(there.id, TurnState.CANCELLED)
    assert await store.shown_at(OTHER_CHANNEL, since=0) == [(9004,)]


async def test_an_answer_that_was_handed_over_is_shown_once_it_is_at_rest_again(
    store: Store,
) -> None:
    turn = await shown(store, 9000)
    version = await store.add_version(turn.id)
    assert version is not None
    assert await store.shown_at(CHANNEL, since=0) == []

    version = await begin(store, version)
    await store.record_reply(version.id, Reply("another"), usage=None, floor=None)
    await store.settle_turn(version.id, TurnState.DELIVERED)

    assert await store.shown_at(CHANNEL, since=0) == [(9000,)]


async def test_what_is_left_of_a_deleted_answer_is_not_shown(store: Store) -> None:
    turn = await shown(store, 9000, 9001)
    await store.erase([9001])
    assert await store.shown_at(CHANNEL, since=0) == []

    await store.settle_turn(turn.id, TurnState.ABANDONED)

    assert await store.shown_at(CHANNEL, since=0) == []


async def test_what_an_heir_goes_on_from_is_shown_nowhere(store: Store) -> None:
    turn = await shown(store, 9000)
    await store.branch(session(OTHER_CHANNEL, OTHER_SESSION_ID), turn.id)
    assert await store.shown_at(OTHER_CHANNEL, since=0) == []

    await store.delete_session(SESSION_ID)

    assert await store.shown_at(CHANNEL, since=0) == []
    assert await store.shown_at(OTHER_CHANNEL, since=0) == []
