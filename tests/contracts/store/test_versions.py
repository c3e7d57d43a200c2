from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.marks import TurnMark
from bot.domain.reply import Reply, Standing
from bot.domain.session import TurnId
from bot.domain.turn import Turn, TurnState
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


async def test_the_version_shown_answers_a_message(store: Store) -> None:
    first = await settled(store, 1000)
    assert await store.version_shown(1000) == first

    sibling = await store.add_version(first.id)

    assert await store.version_shown(1000) == sibling
    assert await store.version_shown(1001) is None


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

    assert await store.version_shown(1000) == turn


async def test_a_closed_session_gets_no_other_version(store: Store) -> None:
    turn = await settled(store, 1000)
    await store.open_session(SECOND)

    assert await store.add_version(turn.id) is None

    assert await store.owing() == []


async def two_versions(store: Store) -> tuple[Turn, Turn]:
    """Return two answers to the same message, of which the second is shown."""
    first = await answered(store, 1000, "one")
    await store.record_post(first.id, 0, 9000)
    await store.settle_turn(first.id, TurnState.DELIVERED)
    second = await store.add_version(first.id)
    assert second is not None
    second = await begin(store, second)
    await store.record_reply(second.id, Reply("two"), usage=None, floor=None)
    await store.settle_turn(second.id, TurnState.DELIVERED)
    return await again(store, first), await again(store, second)


async def test_a_version_that_is_shown_again_is_the_head_and_owed_with_the_posts(
    store: Store,
) -> None:
    first, second = await two_versions(store)

    shown = await store.show_version(1000, 0)

    assert shown == replace(first, state=TurnState.ANSWERED, posts=(9000,), edition=2)
    assert await store.version_shown(1000) == shown
    assert (await again(store, second)).posts == ()
    found = await store.session(SESSION_ID)
    assert found is not None
    assert found.head == first.id
    owed = await store.take_up(SESSION_ID)
    assert owed is not None
    assert (owed.turn, owed.others) == (shown, (1,))
    assert owed.standing == Standing(number=1, count=2, before=None, after=1)


async def test_each_showing_has_nonces_of_its_own(store: Store) -> None:
    await two_versions(store)
    nonces = []

    for version in (0, 1, 0):
        shown = await store.show_version(1000, version)
        assert shown is not None
        nonces.append(shown.nonce(1))
        await store.settle_turn(shown.id, TurnState.POSTED)

    assert nonces == ["3e8.2.1", "3e8.3.1", "3e8.4.1"]


async def test_the_check_of_a_version_goes_with_its_posts(store: Store) -> None:
    first, second = await two_versions(store)
    await store.show_version(1000, 0)
    await store.settle_turn(first.id, TurnState.POSTED)

    await store.show_version(1000, 1)

    assert (await again(store, first)).state is TurnState.DELIVERED
    assert (await again(store, second)).state is TurnState.ANSWERED


async def test_the_next_turn_follows_the_version_that_is_shown(store: Store) -> None:
    first, _ = await two_versions(store)
    await store.show_version(1000, 0)

    turn = await received(store, 1001)

    assert turn.parent == first.id


async def test_another_version_of_one_that_is_shown_again_is_the_newest(store: Store) -> None:
    first, _ = await two_versions(store)
    await store.show_version(1000, 0)
    await store.settle_turn(first.id, TurnState.DELIVERED)

    third = await store.add_version(first.id)

    assert third is not None
    assert (third.version, third.edition, third.posts) == (2, 3, (9000,))


async def test_only_another_version_with_a_reply_is_shown(store: Store) -> None:
    first, second = await two_versions(store)
    third = await store.add_version(second.id)
    assert third is not None
    await store.settle_turn(third.id, TurnState.CANCELLED)
    assert await store.show_version(1000, 0) is not None
    await store.settle_turn(first.id, TurnState.DELIVERED)

    assert await store.show_version(1000, 0) is None  # it is shown
    assert await store.show_version(1000, 2) is None  # it says nothing
    assert await store.show_version(1000, 3) is None  # it never was
    assert await store.show_version(1001, 0) is None


async def test_no_version_is_shown_while_another_is_on_its_way(store: Store) -> None:
    await two_versions(store)
    await store.show_version(1000, 0)

    assert await store.show_version(1000, 1) is None


async def test_no_other_version_is_shown_of_what_is_not_the_head(store: Store) -> None:
    await two_versions(store)
    await settled(store, 1001)

    assert await store.show_version(1000, 0) is None


async def test_no_other_version_is_shown_in_a_closed_session(store: Store) -> None:
    await two_versions(store)
    await store.open_session(SECOND)

    assert await store.show_version(1000, 0) is None


async def test_a_version_that_nobody_began_with_gives_everything_back_to_a_reset(
    store: Store,
) -> None:
    turn = await answered(store, 1000)
    await store.record_post(turn.id, 0, 500)
    await store.settle_turn(turn.id, TurnState.DELIVERED)
    await store.mark(SESSION_ID, turn.id, TurnMark.PINNED, most_pins=20)
    version = await store.add_version(turn.id)
    assert version is not None

    closed = await store.open_session(SECOND)

    assert closed is not None
    assert (closed.session.head, closed.unanswered) == (turn.id, 1)
    assert await store.session(SESSION_ID) == closed.session
    assert await store.version_shown(1000) == replace(
        turn, state=TurnState.DELIVERED, edition=2, posts=(500,)
    )
    assert await store.mark_on(SESSION_ID, turn.id) is TurnMark.PINNED
    cancelled = await again(store, version)
    assert (cancelled.state, cancelled.posts) == (TurnState.CANCELLED, ())
    assert await next_id(store) is None


async def test_what_was_said_since_such_a_version_goes_on_from_what_is_shown(store: Store) -> None:
    turn = await settled(store, 1000)
    assert await store.add_version(turn.id) is not None
    since = await received(store, 1001)

    closed = await store.open_session(SECOND)

    assert closed is not None
    assert (closed.session.head, closed.unanswered) == (since.id, 2)
    assert (await again(store, since)).parent == turn.id


async def test_what_such_a_version_was_to_replace_goes_on_after_a_resume(store: Store) -> None:
    first = await settled(store, 1000)
    second = await store.add_version(first.id)
    assert second is not None
    await begin(store, second)
    await store.record_reply(second.id, Reply("hi again"), usage=None, floor=None)
    await store.settle_turn(second.id, TurnState.DELIVERED)
    shown = await store.show_version(1000, 0)
    assert shown is not None
    await store.settle_turn(shown.id, TurnState.DELIVERED)
    assert await store.add_version(first.id) is not None

    await store.open_session(SECOND)
    await store.resume_session(SESSION_ID, NOON)

    resumed = await store.session(SESSION_ID)
    assert resumed is not None
    assert resumed.head == first.id
    fourth = await store.add_version(first.id)
    assert fourth is not None
    assert (fourth.version, fourth.edition) == (3, 5)
