"""Sudden death, and everything less: at a chosen awaited call of the engine, something happens."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any

from bot.domain.completion import CompletionEvent
from bot.domain.context import Context
from bot.domain.errors import BotError, Fault, MessengerBusy, ModelBusy, StoreBusy
from bot.ports import Model

IN_FLIGHT = 20.0  # seconds within which a request that left us lands, if it lands at all


class Crash(BaseException):
    """The process is dead. Not an Exception: no handler in the bot may survive it."""


class Trouble(Enum):
    """What can happen at one awaited call."""

    DIES_BEFORE = "the process dies before the call"
    DIES_AFTER = "the process dies after it took effect"
    DIES_IN_FLIGHT = "the process dies, the request lands some seconds later"
    FAILS = "the call fails without effect"
    ANSWER_LOST = "the call takes effect, but its answer is lost"
    LANDS_LATE = "the call times out, and takes effect some seconds later"


DEADLY = (Trouble.DIES_BEFORE, Trouble.DIES_AFTER, Trouble.DIES_IN_FLIGHT)
_LATE = (Trouble.DIES_IN_FLIGHT, Trouble.LANDS_LATE)
_WRITES = {"post", "edit", "delete", "offer", "say", "rename"}
_HARMLESS = {"typing"}  # its port promises that nobody hears of its failures


class Plan:
    """Counts the awaited calls of one life of the process and makes trouble at one of them."""

    def __init__(
        self, at: int | None = None, trouble: Trouble | None = None, seed: int = 0
    ) -> None:
        self.at = at
        self.trouble = trouble
        self.calls: list[str] = []
        self._name: str | None = None
        self.is_dead = False
        self.in_flight: list[Landing] = []
        self.has_sent = asyncio.Event()  # something that is in flight now
        self._random = random.Random(seed)  # noqa: S311  # a dice, not a key

    def trouble_at_name(self, name: str, trouble: Trouble) -> None:
        """Make trouble at the first call of that name."""
        self._name, self.trouble = name, trouble

    def next(self, name: str) -> Trouble | None:
        """Count a call and return what happens at it."""
        self.die_if_dead()
        self.calls.append(name)
        is_here = len(self.calls) == self.at or (name == self._name and self.calls.count(name) == 1)
        return self.trouble if is_here else None

    def die(self) -> None:
        self.is_dead = True
        raise Crash

    def die_if_dead(self) -> None:
        if self.is_dead:
            raise Crash

    def land_later(self, request: Callable[[], Awaitable[Any]]) -> None:
        now = asyncio.get_running_loop().time()
        self.in_flight.append(Landing(now + self._random.uniform(0, IN_FLIGHT), request))
        self.has_sent.set()


@dataclass(frozen=True, slots=True)
class Landing:
    """A request that left us and has not taken effect yet."""

    moment: float
    request: Callable[[], Awaitable[Any]]

    def is_due(self) -> bool:
        """Whether its moment has come."""
        return self.moment <= asyncio.get_running_loop().time()

    async def land(self) -> None:
        """Take effect, whoever is still there to hear of it."""
        try:
            await self.request()
        except BotError:
            return


async def suffer(
    plan: Plan, name: str, call: Callable[[], Awaitable[Any]], error: BotError, *, is_write: bool
) -> Any:
    """Make one call of a port, with the trouble that the plan has for it."""
    trouble = plan.next(name)
    if trouble in _LATE and is_write:
        plan.land_later(call)
    if trouble in {Trouble.DIES_BEFORE, Trouble.DIES_IN_FLIGHT}:
        plan.die()
    if trouble in {Trouble.FAILS, Trouble.LANDS_LATE} and name not in _HARMLESS:
        raise error
    try:
        result = await call()
    finally:
        plan.die_if_dead()
        if trouble is Trouble.DIES_AFTER:
            plan.die()
    if trouble is Trouble.ANSWER_LOST and is_write:
        raise error
    return result


class _Guarded:
    def __init__(self, port: Any, plan: Plan, error: type[BotError], writes: set[str]) -> None:
        self._port = port
        self._plan = plan
        self._error = error
        self._writes = writes

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            return await suffer(
                self._plan,
                name,
                lambda: method(*args, **kwargs),
                self._error(f"{name} had trouble"),
                is_write=name in self._writes,
            )

        return call


def guard_store(store: Any, plan: Plan) -> Any:
    """Return the store as the plan lets it be; a commit is all or nothing, never late."""
    return _Guarded(store, plan, StoreBusy, set())


def guard_messenger(messenger: Any, plan: Plan) -> Any:
    """Return the messenger as the plan lets it be."""
    return _Guarded(messenger, plan, MessengerBusy, _WRITES)


class GuardedModel:
    """The model as the plan lets it be: trouble may come before each of its events."""

    def __init__(self, model: Model, plan: Plan) -> None:
        self._model = model
        self._plan = plan

    @asynccontextmanager
    async def complete(self, context: Context) -> AsyncIterator[AsyncIterator[CompletionEvent]]:
        async with self._model.complete(context) as events:
            yield self._suffering(events)

    async def _suffering(
        self, events: AsyncIterator[CompletionEvent]
    ) -> AsyncIterator[CompletionEvent]:
        async for event in events:
            error = ModelBusy(Fault.SERVER, "503")
            await suffer(self._plan, "event", _nothing, error, is_write=False)
            yield event


async def _nothing() -> None:
    return None
