"""Nods: who writes while an answer is written sees at once that the message was heard."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from bot.domain.errors import BotError, PlaceGone
from bot.domain.session import Place
from bot.ports import Clock, Messenger

log = logging.getLogger(__name__)

WORKERS = 4  # nods under way at a time; each place takes about four a second
# A sign that comes later than this says nothing that the answer will not say better.
WITHIN = 3.0  # seconds
MOST_WAITING = 100


@dataclass(frozen=True, slots=True)
class _Nod:
    place: Place
    message: int
    at: float


class Nods:
    """Gives signs that cost nobody anything: late ones and those in the way are left out."""

    def __init__(self, *, messenger: Messenger, clock: Clock) -> None:
        self._messenger = messenger
        self._clock = clock
        self._waiting: asyncio.Queue[_Nod] = asyncio.Queue(MOST_WAITING)
        self._unwelcome: set[Place] = set()  # where we may not; asked once in a life

    def nod(self, place: Place, message: int) -> None:
        """Have a person know soon that a message was heard."""
        if place not in self._unwelcome and not self._waiting.full():
            self._waiting.put_nowait(_Nod(place, message, self._clock.monotonic()))

    async def run(self) -> None:
        """Give the signs that are asked for, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(self._work())

    async def _work(self) -> None:
        while True:
            nod = await self._waiting.get()
            if self._clock.monotonic() - nod.at > WITHIN or nod.place in self._unwelcome:
                continue
            try:
                await self._messenger.nod(nod.place, nod.message)
            except PlaceGone as error:
                self._unwelcome.add(nod.place)
                log.info("event=no_nods channel=%d reason=%s", nod.place.channel_id, error)
            except BotError as error:
                log.debug("event=nod_failed channel=%d reason=%s", nod.place.channel_id, error)
