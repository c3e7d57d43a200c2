from __future__ import annotations

import asyncio

import pytest

from bot.domain.errors import StoreBusy
from bot.domain.reply import Reply
from bot.domain.turn import TurnState
from bot.ports import Store
from tests.contracts.store.conftest import Disk
from tests.contracts.store.steps import again, answering, received, settled
from tests.samples import CHANNEL, OTHER_SESSION_ID, SESSION_ID, prompt, session

LONG = "a long story " * 10_000


async def test_a_full_disk_is_told_and_nothing_was_changed(store: Store, disk: Disk) -> None:
    await disk.fill()

    with pytest.raises(StoreBusy):
        await store.hear([(session(), prompt(1000, LONG))])

    assert await store.session_at(CHANNEL) is None
    assert await store.version_shown(1000) is None


async def test_a_refused_prompt_can_be_heard_when_there_is_room_again(
    store: Store, disk: Disk
) -> None:
    await disk.fill()
    with pytest.raises(StoreBusy):
        await store.hear([(session(), prompt(1000, LONG))])

    await disk.free()

    turn = await received(store, 1000, LONG)
    assert turn.prompts == (prompt(1000, LONG),)


async def test_a_refused_reply_leaves_the_turn_as_it_was(store: Store, disk: Disk) -> None:
    turn = await answering(store, 1000)
    await disk.fill()

    with pytest.raises(StoreBusy):
        await store.record_reply(turn.id, Reply(LONG), usage=None, floor=None)

    assert await again(store, turn) == turn
    assert await store.owing() == [turn.session_id]


async def test_what_was_kept_can_be_read_while_the_disk_is_full(store: Store, disk: Disk) -> None:
    turn = await settled(store, 1000)
    await disk.fill()

    assert await store.turn(turn.id) == turn


async def test_the_change_of_a_cancelled_caller_is_made_all_the_same(store: Store) -> None:
    caller = asyncio.create_task(store.hear([(session(), prompt(1000))]))
    await asyncio.sleep(0)

    caller.cancel()

    with pytest.raises(asyncio.CancelledError):
        await caller
    await store.remember("a later write", "done")
    turn = await store.version_shown(1000)
    assert turn is not None
    assert turn.state is TurnState.RECEIVED


async def test_many_at_once_hear_a_message_once(store: Store) -> None:
    heard = [store.hear([(session(), prompt(1000))]) for _ in range(20)]

    answers = await asyncio.gather(*heard)

    assert sum(turn is not None for (turn,) in answers) == 1


async def test_many_at_once_form_one_chain(store: Store) -> None:
    heard = [store.hear([(session(), prompt(number))]) for number in range(1000, 1020)]

    answers = await asyncio.gather(*heard)

    assert [turn and (turn.anchor, turn.depth) for (turn,) in answers] == [
        (1000 + depth, depth) for depth in range(20)
    ]


async def test_of_a_reply_and_a_reset_at_once_the_first_one_decides(store: Store) -> None:
    turn = await received(store, 1000)

    reset, taken_up = await asyncio.gather(
        store.open_session(session(session_id=OTHER_SESSION_ID)), store.take_up(SESSION_ID)
    )

    assert reset is not None
    assert taken_up is None
    assert (await again(store, turn)).state is TurnState.CANCELLED
