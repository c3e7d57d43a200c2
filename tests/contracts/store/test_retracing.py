"""Retracing: an answered turn, with what it was shown with and what became of that since."""

from __future__ import annotations

from bot.domain.completion import Usage
from bot.domain.marks import Marks, TurnMark
from bot.domain.reply import Reply, Standing
from bot.domain.session import TurnId
from bot.domain.summary import Summary
from bot.domain.turn import TurnState
from bot.ports import Store
from tests.contracts.store.steps import NOON, again, answering, received, settled
from tests.samples import SESSION_ID


async def test_a_turn_is_retraced_from_where_it_was_shown_from(store: Store) -> None:
    turns = [await settled(store, 1000 + number) for number in range(4)]
    for pinned in (turns[0], turns[2]):
        await store.mark(SESSION_ID, pinned.id, TurnMark.PINNED, most_pins=20)
    made = Summary(turns[1].id, "They said hello.", "some-model", NOON)
    await store.move_floor(SESSION_ID, 2, summary=made, covered=turns[:2])
    asked = await answering(store, 1004)
    await store.record_reply(asked.id, Reply("hi"), usage=Usage(9, 1), floor=2)
    await store.settle_turn(asked.id, TurnState.DELIVERED)
    await store.move_floor(SESSION_ID, 4)
    await store.mark(SESSION_ID, turns[3].id, TurnMark.LEFT_OUT, most_pins=20)

    traced = await store.retrace(asked.id)

    assert traced is not None
    assert traced.turn == await again(store, asked)
    assert traced.history == (turns[2], turns[3])
    assert traced.marks == Marks(
        frozenset({turns[0].id, turns[2].id}), frozenset({turns[3].id}), changed_after=asked.id
    )
    assert traced.pins == (turns[0],)
    assert traced.summary == made


async def test_what_is_not_answered_yet_is_retraced_from_the_floor(store: Store) -> None:
    turns = [await settled(store, 1000 + number) for number in range(3)]
    await store.move_floor(SESSION_ID, 2)
    waiting = await received(store, 1003)

    traced = await store.retrace(waiting.id)

    assert traced is not None
    assert (traced.turn, traced.history) == (waiting, (turns[2],))


async def test_a_version_is_retraced_among_the_others(store: Store) -> None:
    turn = await settled(store, 1000)
    version = await store.add_version(turn.id)
    assert version is not None
    await store.take_up(SESSION_ID)
    await store.record_reply(version.id, Reply("hi again"), usage=None, floor=None)

    traced = await store.retrace(version.id)

    assert traced is not None
    assert traced.standing == Standing(2, 2, before=0, after=None)
    assert await store.retrace(TurnId(99)) is None
