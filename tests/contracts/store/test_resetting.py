from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.session import Place, PutAway
from bot.domain.turn import TurnState
from bot.ports import Store
from tests.contracts.store.steps import (
    EVENING,
    NOON,
    again,
    answered,
    answering,
    next_id,
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

    assert before == PutAway(replace(FIRST, closed_at=NOON), unanswered=0)
    assert await store.session(SESSION_ID) == before.session
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
    assert before.session.head == turn.id


async def test_a_reset_cancels_what_nobody_was_asked_for(store: Store) -> None:
    asked = await answering(store, 1000)
    waiting = [await received(store, 1001), await received(store, 1002)]

    before = await store.open_session(SECOND)

    assert before is not None
    assert before.unanswered == 2
    assert await again(store, asked) == replace(asked, stop_requested=True)
    for turn in waiting:
        assert await again(store, turn) == replace(turn, state=TurnState.CANCELLED)


async def test_a_reset_counts_the_messages_that_waited_not_their_turns(store: Store) -> None:
    heard = [(session(), prompt(number)) for number in (1000, 1001, 1002)]
    await store.hear(heard, joinable=())

    before = await store.open_session(SECOND)

    assert before is not None
    assert before.unanswered == 3


async def test_a_reset_lets_what_was_said_already_be_finished(store: Store) -> None:
    posted = await settled(store, 1000, TurnState.POSTED)
    said = await answered(store, 1001)

    await store.open_session(SECOND)

    assert await again(store, posted) == posted
    assert await again(store, said) == said
    assert await next_id(store) == said.id


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

    assert closed == PutAway(replace(SECOND, head=waiting.id, closed_at=EVENING), unanswered=1)
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


async def test_a_session_is_found_open_or_closed(store: Store) -> None:
    turn = await received(store, 1000)
    await store.open_session(replace(session(session_id=OTHER_SESSION_ID), opened_at=NOON))

    closed = await store.session(SESSION_ID)

    assert closed == replace(session(), head=turn.id, closed_at=NOON)


async def test_closing_a_session_cancels_what_waits_and_stops_what_is_answered(
    store: Store,
) -> None:
    first = await answering(store, 1000)
    second = await received(store, 1001)

    put_away = await store.close_session(SESSION_ID, NOON)

    assert await store.session_at(CHANNEL) is None
    closed = await store.session(SESSION_ID)
    assert closed is not None
    assert closed.closed_at == NOON
    assert put_away == PutAway(closed, unanswered=1)
    assert (await again(store, first)).stop_requested
    assert (await again(store, second)).state is TurnState.CANCELLED


async def test_closing_a_session_twice_leaves_the_one_after_it_open(store: Store) -> None:
    await store.open_session(FIRST)
    await store.open_session(SECOND)

    assert await store.close_session(SESSION_ID, EVENING) is None

    assert await store.session(SESSION_ID) == replace(FIRST, closed_at=NOON)
    assert await store.session_at(CHANNEL) == SECOND
