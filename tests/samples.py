"""A few values that many tests begin with."""

from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime
from uuid import UUID

from bot.domain.access import Actor, ActorKind, Right
from bot.domain.attachment import Attachment, Image
from bot.domain.billing import Call, CallKind, Payer
from bot.domain.completion import Usage
from bot.domain.hearing import Utterance
from bot.domain.message import Prompt
from bot.domain.persona import DEFAULT_PERSONA
from bot.domain.reply import Reply
from bot.domain.session import Place, Session, SessionId, TurnId
from bot.domain.turn import Turn, TurnState

SESSION_ID = SessionId(UUID("6f1d1a5e-0000-4000-8000-000000000001"))
OTHER_SESSION_ID = SessionId(UUID("6f1d1a5e-0000-4000-8000-000000000002"))
CHANNEL = Place(channel_id=700, guild_id=70)
OTHER_CHANNEL = Place(channel_id=701, guild_id=70)
DIRECT = Place(channel_id=800)
SOME_TOKENS = Usage(10, 2)
MORNING = datetime(2026, 1, 2, 9, 30, 15, 123456, tzinfo=UTC)
EVERY_RIGHT = frozenset(Right)
# A whole PNG of one red pixel.
PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
)
DIGEST = "b1ff9c8ea3a780bad09b346c423d2d0e46815926879b18e841d928376a946640"
IMAGE = Image(DIGEST, "image/png", 69)
ADA = Actor(1, ActorKind.PERSON, EVERY_RIGHT)
BOB = Actor(2, ActorKind.PERSON, frozenset({Right.VIEW, Right.WRITE}))


def prompt(
    message_id: int, text: str = "hello", *, author_id: int = 1, name: str = "Ada"
) -> Prompt:
    return Prompt(message_id, author_id, name, text, MORNING)


def attachment(number: int, name: str, kind: str = "image/png", size: int = 69) -> Attachment:
    return Attachment(number, name, kind, size, f"https://cdn.discordapp.com/{number}")


def session(place: Place = CHANNEL, session_id: SessionId = SESSION_ID) -> Session:
    return Session(session_id, place, DEFAULT_PERSONA, ADA.id, MORNING)


def call(
    cost: int | None = 100,
    *,
    at: datetime = MORNING,
    model: str = "some-model",
    user_id: int = 1,
    place: Place = CHANNEL,
    usage: Usage = SOME_TOKENS,
    is_estimated: bool = False,
    kind: CallKind = CallKind.ANSWER,
    turn_id: int = 1,
) -> Call:
    payer = Payer(user_id, place, SESSION_ID, TurnId(turn_id))
    return Call(kind, payer, model, usage, cost, at, is_estimated)


def utterance(message_id: int, text: str = "hello", place: Place = CHANNEL) -> Utterance:
    return Utterance(place, prompt(message_id, text), ADA, mentions_us=True)


def turn(depth: int, text: str, reply: str | None = None, usage: Usage | None = None) -> Turn:
    """Return the turn at `depth` of a chain, answered when `reply` is given."""
    return Turn(
        TurnId(depth + 1),
        SESSION_ID,
        (prompt(1000 + depth, text),),
        parent=TurnId(depth) if depth else None,
        depth=depth,
        state=TurnState.RECEIVED if reply is None else TurnState.DELIVERED,
        reply=None if reply is None else Reply(reply),
        usage=usage,
        floor=None if usage is None else 0,
    )
