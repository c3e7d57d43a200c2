"""A model over real sockets, and the scripts it is given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.domain.completion import CompletionEvent, Delta, Finish
from bot.domain.context import Context
from bot.domain.message import Message, Role
from bot.model import Endpoint, open_model
from bot.model.connecting import Api
from bot.playground.local_openai import LocalOpenAI, Script, in_turn
from bot.ports import Model
from tests.samples import SESSION_ID

CONTEXT = Context(
    SESSION_ID,
    42,
    "a-model",
    "Be brief.",
    (
        Message(Role.USER, "[Ada #42 · 2026-01-02 09:30Z]\nGood morning"),
        Message(Role.ASSISTANT, "Good morning, Ada."),
        Message(Role.USER, "[Bob #43 · 2026-01-02 09:31Z]\nAnd me?"),
    ),
)


@dataclass(frozen=True)
class Heard:
    """A completion, taken apart."""

    text: str
    finish: Finish


@asynccontextmanager
async def playing(
    *scripts: Script, api: Api = "responses", stall_seconds: float = 5.0, cap: int = 500
) -> AsyncIterator[tuple[Model, LocalOpenAI]]:
    """Yield a model and the server behind it, which plays the scripts in turn."""
    async with LocalOpenAI(in_turn(*scripts)) as server:
        endpoint = Endpoint("", server.url, api)
        async with open_model(
            endpoint, max_output_tokens=cap, stall_seconds=stall_seconds, salt="salt"
        ) as model:
            yield model, server


async def heard(model: Model) -> Heard:
    """Return the whole completion of `CONTEXT`."""
    events: list[CompletionEvent] = []
    async with model.complete(CONTEXT) as stream:
        events.extend([event async for event in stream])
    *deltas, finish = events
    assert isinstance(finish, Finish)
    return Heard("".join(event.text for event in deltas if isinstance(event, Delta)), finish)
