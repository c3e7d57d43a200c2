from __future__ import annotations

from dataclasses import replace

from bot.ports import Store
from tests.contracts.store.steps import (
    NOON,
    again,
    answered,
    received,
    settled,
)
from tests.samples import (
    CHANNEL,
    OTHER_SESSION_ID,
    SESSION_ID,
    prompt,
    session,
)

FIRST = session()
SECOND = replace(session(session_id=OTHER_SESSION_ID), opened_at=NOON)


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
    assert await store.version_shown(1000) is None
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
