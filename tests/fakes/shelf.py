"""A past that can be read: what people wrote, whether the bot was there or not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.domain.errors import MessengerBusy, PlaceGone
from bot.domain.hearing import Passage, Sight, Utterance, id_at
from bot.domain.message import Prompt
from bot.domain.session import Place
from tests.fakes.virtual_time import START
from tests.samples import ADA

PAGE = 100  # messages that Discord gives at a time


@dataclass(frozen=True, slots=True)
class Offer:
    """What people were asked."""

    place: Place
    count: int
    oldest: int
    newest: int


@dataclass
class Shelf:
    """Keeps messages as Discord does: deleted ones are not there, hidden ones read as none.

    Our own messages stand among them, but count for no page.
    """

    seconds: float = 0.0  # the time at which people write while no loop runs
    said: dict[int, Utterance] = field(default_factory=dict)
    offers: list[Offer] = field(default_factory=list)
    gone: set[Place] = field(default_factory=set)
    hidden: set[Place] = field(default_factory=set)
    failures: dict[Place, int] = field(default_factory=dict)  # how often a reading fails yet
    doors: dict[Place, asyncio.Event] = field(default_factory=dict)  # a reading waits at them
    _given: set[int] = field(default_factory=set)  # numbers that no other message gets
    withheld: set[int] = field(default_factory=set)  # messages that come without their words
    arrived: dict[Place, int] = field(default_factory=dict)  # the newest that the gateway told of
    reads: list[Place] = field(default_factory=list)
    ours: Callable[[Place], Collection[int]] = lambda _: ()  # what we said at a place

    def put(
        self, text: str, place: Place, *, ago: float = 0.0, is_for_us: bool = True
    ) -> Utterance:
        """Have Ada write at a place, some seconds ago."""
        said_at = START + timedelta(seconds=self._now() - ago)
        number = id_at(said_at)
        while number in self._given:
            number += 1
        self._given.add(number)
        prompt = Prompt(number, ADA.id, "Ada", text, said_at)
        self.said[number] = Utterance(place, prompt, ADA, mentions_us=is_for_us)
        return self.said[number]

    def edit(self, number: int, text: str, *, is_for_us: bool = True) -> Utterance:
        """Have a message say something else from now on."""
        said = self.said[number]
        edited_at = START + timedelta(seconds=self._now())
        prompt = replace(said.prompt, text=text, edited_at=edited_at)
        self.said[number] = replace(said, prompt=prompt, mentions_us=is_for_us)
        return self.said[number]

    def newest(self, place: Place) -> int:
        """Return the id of the last message at a place, deleted or not."""
        return max((n for n, u in self.said.items() if u.place == place), default=0)

    async def read(
        self, place: Place, *, after: int, before: int | None = None, most: int
    ) -> Passage:
        self.reads.append(place)
        passage = self._passage(place, after, before, most)
        await asyncio.sleep(0.05)
        if door := self.doors.get(place):
            await door.wait()
        if self.failures.get(place, 0) > 0:
            self.failures[place] -= 1
            raise MessengerBusy("503")
        if place in self.gone:
            raise PlaceGone(str(place))
        return Passage() if place in self.hidden else passage

    async def unseen(self, guild_id: int) -> list[Sight]:
        await asyncio.sleep(0.05)
        newest = {place: self.newest(place) for place in self.arrived}
        return [
            Sight(place, newest[place])
            for place, arrived in self.arrived.items()
            if place.guild_id == guild_id and newest[place] > arrived
        ]

    async def offer(self, place: Place, *, count: int, oldest: int, newest: int) -> None:
        await asyncio.sleep(0.05)
        offer = Offer(place, count, oldest, newest)
        if not any(o.place == place and o.newest == newest for o in self.offers):
            self.offers.append(offer)  # Discord knows the nonce

    def _passage(self, place: Place, after: int, before: int | None, most: int) -> Passage:
        """Return page after page, the last one whole."""
        there = [u for _, u in sorted(self.said.items()) if u.place == place]
        there = [u for u in there if before is None or u.prompt.message_id < before]
        wanted = sum(u.prompt.message_id > after for u in there)
        count = min((wanted // PAGE + 1) * PAGE, max(most, PAGE))
        found = there[-count:]
        since = 0 if len(found) < count else found[0].prompt.message_id
        ours = [number for number in self.ours(place) if number >= since]
        is_proof = before is None and (bool(found or ours) or place.is_direct)
        return Passage(
            tuple(u for u in found if u.prompt.message_id not in self.withheld),
            frozenset((*(u.prompt.message_id for u in found), *ours)),
            since if is_proof else None,
        )

    def _now(self) -> float:
        try:
            return asyncio.get_running_loop().time()
        except RuntimeError:
            return self.seconds
