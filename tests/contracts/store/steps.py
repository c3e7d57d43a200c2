"""The steps of a turn's life, for tests that begin further on."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from bot.domain.completion import Usage
from bot.domain.reply import Reply
from bot.domain.session import Place, SessionId, TurnId
from bot.domain.turn import Turn, TurnState
from bot.ports import Store
from tests.samples import CHANNEL, SESSION_ID, prompt, session

THIRD_SESSION_ID = SessionId(UUID("6f1d1a5e-0000-4000-8000-000000000003"))
FOURTH_SESSION_ID = SessionId(UUID("6f1d1a5e-0000-4000-8000-000000000004"))
NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
EVENING = datetime(2026, 1, 2, 18, 0, tzinfo=UTC)


async def received(
    store: Store,
    message_id: int,
    text: str = "hello",
    *,
    place: Place = CHANNEL,
    session_id: SessionId = SESSION_ID,
) -> Turn:
    (turn,) = await store.hear([(session(place, session_id), prompt(message_id, text))])
    assert turn is not None
    return turn


async def answering(store: Store, message_id: int) -> Turn:
    turn = await received(store, message_id)
    return await begin(store, turn)


async def answered(
    store: Store, message_id: int, reply: str = "hi", usage: Usage | None = None
) -> Turn:
    turn = await answering(store, message_id)
    return await store.record_reply(turn.id, Reply(reply), usage=usage, floor=None)


async def settled(
    store: Store, message_id: int, state: TurnState = TurnState.DELIVERED, reply: str = "hi"
) -> Turn:
    turn = await answered(store, message_id, reply)
    await store.settle_turn(turn.id, state)
    return await again(store, turn)


async def again(store: Store, turn: Turn) -> Turn:
    """Return the turn as the store knows it now."""
    known = await store.turn(turn.id)
    assert known is not None
    return known


async def begin(store: Store, turn: Turn) -> Turn:
    """Take up a turn, which must be the next that its session owes."""
    owed = await store.take_up(turn.session_id)
    assert owed is not None
    assert owed.turn.id == turn.id
    return owed.turn


async def next_id(store: Store, session_id: SessionId = SESSION_ID) -> TurnId | None:
    """Return the id of the turn for which a session owes something next."""
    owed = await store.take_up(session_id)
    return owed.turn.id if owed else None
