"""A past that can be read: what people wrote, whether the bot was there or not."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.errors import MessengerBusy, PlaceGone
from bot.domain.hearing import Sight, Utterance, id_at
from bot.domain.message import Prompt
from bot.domain.session import Place
from tests.fakes.virtual_time import START
from tests.samples import ADA


@dataclass(frozen=True, slots=True)
class Offer:
    """What people were asked."""

    place: Place
    count: int
    oldest: int
    newest: int


@dataclass
class Shelf:
    """Keeps messages as Discord does: deleted ones are not there, hidden ones read as none."""

    seconds: float = 0.0  # the time at which people write while no loop runs
    said: dict[int, Utterance] = field(default_factory=dict)
    offers: list[Offer] = field(default_factory=list)
    gone: set[Place] = field(default_factory=set)
    hidden: set[Place] = field(default_factory=set)
    failures: dict[Place, int] = field(default_factory=dict)  # how often a reading fails yet
    doors: dict[Place, asyncio.Event] = field(default_factory=dict)  # a reading waits at them
    unheard_of: list[Sight] = field(default_factory=list)
    reads: list[Place] = field(default_factory=list)

    def put(
        self, text: str, place: Place, *, ago: float = 0.0, is_for_us: bool = True
    ) -> Utterance:
        """Have Ada write at a place, some seconds ago."""
        said_at = START + timedelta(seconds=self._now() - ago)
        number = id_at(said_at)
        while number in self.said:
            number += 1
        prompt = Prompt(number, ADA.id, "Ada", text, said_at)
        self.said[number] = Utterance(place, prompt, ADA, mentions_us=is_for_us)
        return self.said[number]

    def newest(self, place: Place) -> int:
        """Return the id of the last message at a place, deleted or not."""
        return max((n for n, u in self.said.items() if u.place == place), default=0)

    async def read(
        self, place: Place, *, after: int, before: int | None = None, most: int
    ) -> list[Utterance]:
        self.reads.append(place)
        found = self._found(place, after, before)[-most:]
        await asyncio.sleep(0.05)
        if door := self.doors.get(place):
            await door.wait()
        if self.failures.get(place, 0) > 0:
            self.failures[place] -= 1
            raise MessengerBusy("503")
        if place in self.gone:
            raise PlaceGone(str(place))
        return [] if place in self.hidden else found

    async def unseen(self, guild_id: int) -> list[Sight]:
        await asyncio.sleep(0.05)
        return [sight for sight in self.unheard_of if sight.place.guild_id == guild_id]

    async def offer(self, place: Place, *, count: int, oldest: int, newest: int) -> None:
        await asyncio.sleep(0.05)
        offer = Offer(place, count, oldest, newest)
        if not any(o.place == place and o.newest == newest for o in self.offers):
            self.offers.append(offer)  # Discord knows the nonce

    def _found(self, place: Place, after: int, before: int | None) -> list[Utterance]:
        return [
            u
            for n, u in sorted(self.said.items())
            if u.place == place and n > after and (before is None or n < before)
        ]

    def _now(self) -> float:
        try:
            return asyncio.get_running_loop().time()
        except RuntimeError:
            return self.seconds
