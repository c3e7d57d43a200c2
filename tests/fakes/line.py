"""A line to the gateway, on which what is said arrives, until the line is cut."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from bot.domain.hearing import Sight, Utterance
from bot.domain.session import Place
from bot.ports import Clock
from tests.fakes.shelf import Shelf

PULSE = (5.0, 40.0)  # seconds between two heartbeats
LATENCY = (0.0, 0.0, 0.05, 0.3)  # seconds that an event takes


class Ears(Protocol):
    """What hears at the end of the line."""

    def begin(self) -> None: ...
    def see(self, guild_id: int, sights: Sequence[Sight]) -> None: ...
    def go_on(self) -> None: ...
    def alive(self, at: datetime) -> None: ...
    def hear(self, utterance: Utterance) -> bool: ...
    def edit(self, utterance: Utterance) -> None: ...
    def erase(self, place: Place, messages: Collection[int]) -> None: ...


@dataclass(frozen=True, slots=True)
class _Event:
    happen: Callable[[], object]
    said: Utterance | None = None
    is_beat: bool = False  # is not told later when the line is cut


class Line:
    """Tells of places and messages, in order, as Discord does it in a session of the gateway.

    A session that was interrupted goes on with what was said meanwhile, or is lost: then
    nothing of it is told any more, and another one begins. Some messages are told twice.
    """

    def __init__(
        self,
        ears: Ears,
        past: Shelf,
        clock: Clock,
        *,
        places: Sequence[Place],
        dice: random.Random,
    ) -> None:
        self._ears = ears
        self._past = past
        self._places = [place for place in places if not place.is_direct]
        self._clock = clock
        self._dice = dice
        self._events: deque[_Event] = deque()
        self._news = asyncio.Event()
        self._is_cut = False
        self._is_busy = False
        self._sees = False  # whether it told of all places in this session
        self.withheld: set[int] = set()  # messages that a session never told of, though it went on

    @property
    def is_quiet(self) -> bool:
        """Whether everything was told."""
        return not self._is_cut and not self._is_busy and not self._events

    async def run(self) -> None:
        """Be connected, until cancelled."""
        self._begin()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._beat())
            while True:
                await self._news.wait()
                self._news.clear()
                while self._events and not self._is_cut:
                    self._is_busy = True
                    await asyncio.sleep(self._dice.choice(LATENCY))
                    if self._events and not self._is_cut:
                        self._tell(self._events.popleft())
                    self._is_busy = False

    def carry(self, said: Utterance) -> None:
        """Have a message told that was just said."""
        self._later(_Event(partial(self._hear, said), said))

    def carry_edit(self, said: Utterance) -> None:
        """Have it told what a message says now."""
        self._later(_Event(partial(self._ears.edit, said)))

    def carry_deletion(self, place: Place, message: int) -> None:
        """Have it told that a message was deleted, whoever did it."""
        self._later(_Event(partial(self._ears.erase, place, {message})))

    async def interrupt(self, seconds: float, *, is_lost: bool, withholds: bool) -> None:
        """Cut the line for a while; then the session goes on, or it is lost.

        With `withholds` a session that goes on never tells of the last that was said.
        """
        if self._is_cut:
            return
        self._is_cut = True
        await asyncio.sleep(seconds)
        self._is_cut = False
        if is_lost:
            self._begin()
            return
        told = (event for event in self._events if not event.is_beat)
        self._events = deque(told)
        if withholds:
            self._withhold()
        self._later(_Event(self._ears.go_on))

    def _withhold(self) -> None:
        """Forget what was said last at some places, but for direct messages.

        Nobody compares those: Discord does not say what was said there last.
        """
        for place in self._places:
            here = [event for event in self._events if event.said and event.said.place == place]
            for event in here[self._dice.randint(0, len(here)) :]:
                self._events.remove(event)
                if event.said:
                    self.withheld.add(event.said.prompt.message_id)

    def _begin(self) -> None:
        self._events.clear()
        self._past.arrived.clear()
        self._sees = False
        self._later(_Event(self._greet))

    def _greet(self) -> None:
        """Begin a session, and tell of the places before what was said since, or after it."""
        self._ears.begin()
        see = _Event(self._see)
        self._events.insert(self._dice.choice((0, len(self._events))), see)

    def _see(self) -> None:
        for guild_id in {place.guild_id for place in self._places if place.guild_id is not None}:
            here = [place for place in self._places if place.guild_id == guild_id]
            sights = [Sight(place, self._past.newest(place)) for place in here]
            self._past.arrived.update({sight.place: sight.newest or 0 for sight in sights})
            self._ears.see(guild_id, sights)
        self._sees = True

    def _hear(self, said: Utterance) -> None:
        arrived = self._past.arrived.get(said.place, 0)
        self._past.arrived[said.place] = max(arrived, said.prompt.message_id)
        self._ears.hear(said)

    def _later(self, event: _Event) -> None:
        self._events.append(event)
        self._news.set()

    def _tell(self, event: _Event) -> None:
        event.happen()
        if event.said is not None and self._dice.randrange(8) == 0:
            self._later(event)

    async def _beat(self) -> None:
        """Have the ears know again and again until when everything has arrived."""
        while True:
            await self._clock.sleep(self._dice.uniform(*PULSE))
            at = self._clock.now()
            if self._sees and not self._is_cut:
                self._later(_Event(partial(self._ears.alive, at), is_beat=True))
