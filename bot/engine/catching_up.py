"""Catching up: what was said while nobody listened is heard all the same, once and in order.

Nobody listens while the process is down, or between two sessions with the gateway when the
first could not be resumed. Each new session therefore begins a new epoch, in which no place
is open. A place is open once it is known that nothing there was missed: Discord says what
was said there last, and that is not after the place's watermark. Otherwise the place lags,
which is durable before anything else happens; it is read from its watermark on and opened.
What arrives at a place that is not open is held, and takes its turn with what was missed.

All places share a watermark. It follows the moments at which the connection was known to be
alive, so that it costs nothing per message, and holds for places where nobody ever spoke to
the bot. It may move only while every place that was not heard to that point is known to lag.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from bot.domain.access import Action, Actor, demand
from bot.domain.errors import MessengerBusy, PlaceGone
from bot.domain.hearing import Reading, Sight, Utterance, Watermark, id_at
from bot.domain.session import Place
from bot.domain.turn import MOST_TOGETHER
from bot.engine.attention import Attention, meant
from bot.engine.intake import Intake
from bot.engine.patience import insist, pauses
from bot.ports import Attendance, Clock, Past

log = logging.getLogger(__name__)

# Ids are given out in many places at once and arrive a little out of order, and the clock
# of this machine is not Discord's: so much before a watermark is read again.
OVERLAP = timedelta(seconds=60)
MOST_READ = 1000  # messages of a place, the newest: ten requests
# Each is a call of the model that nobody waits for at the moment; beyond that, people are asked.
MOST_REPLIES = 100  # in one epoch
MOST_HELD = MOST_TOGETHER  # of a place; beyond that it is read once more
# Servers that are compared after a session went on: two requests each, and there may be
# several interruptions a day.
MOST_COMPARED = 20
READERS = 4  # places read at a time: those who write now have most of the requests
ATTEMPTS = 8  # two minutes; then the place is opened, and read again in the next epoch

# Threads that were put away, and direct messages, have to be asked for one by one.
RECENT = timedelta(days=14)
MOST_ASKED = 200


@dataclass(frozen=True, slots=True)
class _Gap:
    """A place that was not heard from a message on."""

    place: Place
    after: int
    epoch: int


@dataclass(frozen=True, slots=True)
class _Sighting:
    """Places to be opened or caught up with; all that there are of a server, or just some."""

    epoch: int
    sights: tuple[Sight, ...] = ()
    guild_id: int | None = None
    is_begin: bool = False
    is_doubt: bool = False
    is_proof: bool = False  # the newest message of each place never arrived
    is_late: bool = False  # somebody wrote at a place that nobody had told us of
    alive_at: datetime | None = None


@dataclass(slots=True)
class _Tally:
    places: int = 0
    heard: int = 0
    offered: int = 0
    failed: int = 0


class CatchUp:
    """Stands before the intake, and lets in what is said at open places."""

    def __init__(
        self, *, attendance: Attendance, past: Past, intake: Intake, clock: Clock, hours: float
    ) -> None:
        self._attendance = attendance
        self._past = past
        self._intake = intake
        self._clock = clock
        self._answered_within = timedelta(hours=hours)
        self._attention = Attention()
        self._queue: asyncio.Queue[_Sighting] = asyncio.Queue()
        self._room = asyncio.Semaphore(READERS)
        self._held: dict[Place, dict[int, Utterance]] = {}
        self._again: set[Place] = set()  # to be read once more
        self._closing: set[Place] = set()
        self._open: set[int] = set()
        self._expected: set[Place] = set()  # to be opened soon
        self._epoch = 0  # the id at its beginning; younger places have no past to be read
        self._base = 0  # the common watermark when the epoch began
        self._common = 0
        self._own: dict[int, Watermark] = {}
        self._recent: list[Place] = []
        self._replies = 0
        self._unfinished = 0
        self._tally = _Tally()

    def begin(self) -> None:
        """Know that a new session with the gateway begins: anything may have been missed.

        Nothing is awaited here, so that no message of the new session is heard before.
        """
        self._epoch = max(id_at(self._clock.now()), self._epoch + 1)
        self._open.clear()
        self._expected.clear()
        self._closing.clear()
        self._replies = self._unfinished = 0
        self._tally = _Tally()
        self._queue.put_nowait(_Sighting(self._epoch, is_begin=True))

    def see(self, guild_id: int, sights: Iterable[Sight]) -> None:
        """Know the places of a server, all that Discord tells of by itself."""
        self._expect(_Sighting(self._epoch, tuple(sights), guild_id))

    def go_on(self) -> None:
        """Know that the session goes on, and that what was missed comes now, most likely."""
        self._queue.put_nowait(_Sighting(self._epoch, is_doubt=True))

    def alive(self, at: datetime) -> None:
        """Know that everything that was said until then has arrived, at every place."""
        self._queue.put_nowait(_Sighting(self._epoch, alive_at=at))

    def hear(self, utterance: Utterance) -> bool:
        """Take a message in if it is meant for the bot; say whether it is."""
        if not self._attention.catches(utterance):
            return False
        place = utterance.place
        if self.is_open(place):
            self._intake.hear(utterance)
            return True
        self._hold(utterance)
        if place not in self._expected:
            self._expect(_Sighting(self._epoch, (Sight(place),), is_late=True))
        return True

    def is_open(self, place: Place) -> bool:
        """Whether what is said at a place is let in at once."""
        if place.channel_id in self._open:
            return True
        return place not in self._expected and 0 < self._epoch < place.channel_id

    async def resume(self) -> int:
        """Wake what is owed: it is older than all that was missed, so it need not wait.

        Before the first connection ever it is made durable that what was said until then is
        not ours to answer.
        """
        marks = await insist(self._clock, self._attendance.watermarks)
        if marks.common is None:
            now = id_at(self._clock.now())
            await insist(self._clock, partial(self._attendance.stay_alive, now))
        return await self._intake.resume()

    async def answer(self, place: Place, actor: Actor, oldest: int, newest: int) -> bool:
        """Have answered what was offered; False when nothing is left of it to be answered.

        Raises:
            MessengerBusy, PlaceGone: it cannot be read.
        """
        demand(actor, Action.CATCH_UP, place)
        said = await self._past.read(place, after=oldest - 1, before=newest + 1, most=MOST_READ)
        fresh = await self._unheard(meant(said))
        prompts = [utterance.prompt for utterance in fresh[-MOST_TOGETHER:]]
        if not prompts:
            return False
        return await self._intake.hear_together(place, prompts, reading=None) is not None

    async def run(self) -> None:
        """Catch up with places, until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                sighting = await self._queue.get()
                if sighting.epoch != self._epoch:
                    continue
                if sighting.alive_at is not None:
                    await self._move_common(sighting.alive_at)
                    continue
                if sighting.is_doubt:
                    group.create_task(self._compare())
                    continue
                if sighting.is_begin:
                    sighting = await self._load(sighting)
                for gap in await self._judge(sighting):
                    self._unfinished += 1
                    group.create_task(self._catch_up(gap))

    async def _compare(self) -> None:
        """See whether anything never arrived where people spoke with the bot lately."""
        lived_in = dict.fromkeys(p.guild_id for p in self._recent if p.guild_id is not None)
        for guild_id in islice(lived_in, MOST_COMPARED):
            epoch = self._epoch
            try:
                async with self._room:
                    unseen = await self._past.unseen(guild_id)
            except (MessengerBusy, PlaceGone) as error:
                log.warning("event=not_compared server=%d reason=%s", guild_id, error)
                continue
            if unseen and epoch == self._epoch:
                log.warning("event=not_all_arrived server=%d places=%d", guild_id, len(unseen))
                self._expect(_Sighting(epoch, tuple(unseen), is_proof=True))

    def _expect(self, sighting: _Sighting) -> None:
        self._expected.update(sight.place for sight in sighting.sights)
        self._open.difference_update(sight.place.channel_id for sight in sighting.sights)
        self._queue.put_nowait(sighting)

    def _hold(self, utterance: Utterance) -> None:
        held = self._held.setdefault(utterance.place, {})
        if len(held) < MOST_HELD:
            held[utterance.prompt.message_id] = utterance
        else:
            self._again.add(utterance.place)

    async def _move_common(self, at: datetime) -> None:
        """Move the common watermark once everything that arrived until now is durable."""
        await self._intake.caught_up()
        self._common = max(self._common, id_at(at))
        await insist(self._clock, partial(self._attendance.stay_alive, self._common))

    async def _load(self, sighting: _Sighting) -> _Sighting:
        """Read the watermarks, and see the places that no server tells of."""
        marks = await insist(self._clock, self._attendance.watermarks)
        self._base = self._common = self._epoch if marks.common is None else marks.common
        self._own = dict(marks.own)
        since = self._clock.now() - RECENT
        ask = partial(self._attendance.places_since, since, limit=MOST_ASKED)
        self._recent = await insist(self._clock, ask)
        lagging = [mark.place for mark in marks.own.values() if mark.lags]
        direct = [place for place in (*lagging, *self._recent) if place.is_direct]
        held = [place for place in self._held if place not in self._expected]
        return replace(sighting, sights=tuple(map(Sight, dict.fromkeys((*direct, *held)))))

    async def _judge(self, sighting: _Sighting) -> list[_Gap]:
        """Open the places where nothing was missed, and return the others, the newest first."""
        told = (*sighting.sights, *self._not_told_of(sighting))
        self._again.update(sight.place for sight in told if sight.place in self._closing)
        seen = [sight for sight in told if sight.place not in self._closing]
        seen.sort(key=lambda sight: sight.newest or 0, reverse=True)
        gaps = [
            _Gap(sight.place, bound, sighting.epoch)
            for sight in seen
            if not self._is_quiet(sight, bound := self._bound(sight, sighting))
        ]
        self._expected.update(gap.place for gap in gaps)
        if gaps:
            behind = [(gap.place, gap.after) for gap in gaps]
            fall_behind = partial(self._attendance.fall_behind, behind, epoch=self._epoch)
            await insist(self._clock, fall_behind)
        if sighting.epoch != self._epoch:
            return []
        lagging = {gap.place for gap in gaps}
        self._closing |= lagging
        self._own |= {
            gap.place.channel_id: Watermark(gap.place, gap.after, lags=True) for gap in gaps
        }
        for sight in seen:
            if sight.place not in lagging:
                self._admit(sight.place)
        return gaps

    def _not_told_of(self, sighting: _Sighting) -> Iterator[Sight]:
        """Yield the places of a server that have to be asked for: threads that were put away."""
        if sighting.guild_id is None:
            return
        told = {sight.place for sight in sighting.sights}
        lagging = (mark.place for mark in self._own.values() if mark.lags)
        for place in dict.fromkeys((*lagging, *self._recent)):
            if place.guild_id == sighting.guild_id and place not in told:
                yield Sight(place)

    def _bound(self, sight: Sight, sighting: _Sighting) -> int:
        common = self._base if sighting.is_late else self._common
        own = self._own.get(sight.place.channel_id)
        if own is not None:
            common = own.until if own.lags else max(common, own.until)
        if sighting.is_proof and sight.newest is not None:
            common = min(common, sight.newest - 1)
        return max(common, sight.since)

    def _is_quiet(self, sight: Sight, bound: int) -> bool:
        own = self._own.get(sight.place.channel_id)
        if sight.newest is None or (own is not None and own.lags):
            return False
        return sight.newest <= bound

    async def _catch_up(self, gap: _Gap) -> None:
        try:
            is_done = await self._close(gap)
        except Exception:
            # A boundary, as a lane is one: what one place holds must not silence the others.
            log.exception("event=catch_up_failed channel=%d", gap.place.channel_id)
            is_done = False
        if gap.epoch != self._epoch:
            return
        self._tally.failed += not is_done
        self._admit(gap.place)
        self._unfinished -= 1
        if not self._unfinished:
            self._report()

    async def _close(self, gap: _Gap) -> bool:
        """Hear what was missed at a place; False when it could not be read, and lags on."""
        place = gap.place
        while True:
            self._again.discard(place)
            reading_from = id_at(self._clock.now())
            said = await self._read(gap)
            if said is None:
                return False
            missed = {u.prompt.message_id: u for u in meant(said)}
            missed |= self._held.get(place, {})
            fresh = await self._unheard([missed[number] for number in sorted(missed)])
            if gap.epoch != self._epoch:
                return True
            answered, offered = self._shared_out(fresh, gap)
            await self._offer(place, offered)
            newest = max([reading_from, *(u.prompt.message_id for u in said)])
            await self._record(place, answered, Reading(newest, gap.epoch))
            self._tally.places += 1
            self._tally.heard += len(answered)
            self._tally.offered += len(offered)
            if place not in self._again:
                self._own.pop(place.channel_id, None)
                return True
            gap = replace(gap, after=max([gap.after, *(u.prompt.message_id for u in said)]))

    async def _read(self, gap: _Gap) -> list[Utterance] | None:
        overlap = int(OVERLAP.total_seconds() * 1000) << 22
        for pause in islice(pauses(), ATTEMPTS):
            try:
                async with self._room:
                    return await self._past.read(
                        gap.place, after=max(gap.after - overlap, 0), most=MOST_READ
                    )
            except PlaceGone as error:
                log.info("event=not_there channel=%d reason=%s", gap.place.channel_id, error)
                return []
            except MessengerBusy as error:
                log.warning(
                    "event=catch_up_waiting channel=%d seconds=%.1f reason=%s",
                    gap.place.channel_id,
                    pause,
                    error,
                )
            await self._clock.sleep(pause)
        log.error("event=not_caught_up channel=%d; it is tried again later", gap.place.channel_id)
        return None

    async def _unheard(self, said: Sequence[Utterance]) -> list[Utterance]:
        if not said:
            return []
        numbers = [utterance.prompt.message_id for utterance in said]
        unheard = await insist(self._clock, partial(self._attendance.unheard, numbers))
        return [utterance for utterance in said if utterance.prompt.message_id in unheard]

    def _shared_out(
        self, fresh: Sequence[Utterance], gap: _Gap
    ) -> tuple[list[Utterance], list[Utterance]]:
        """Return what is answered at once, and what people are asked about.

        What is before the watermark and was not heard was asked about before.
        """
        oldest = self._clock.now() - self._answered_within
        live = self._held.get(gap.place, {})
        young = [u for u in fresh if u.prompt.said_at >= oldest or u.prompt.message_id in live]
        room = MOST_TOGETHER if self._replies < MOST_REPLIES else 0
        chosen = {u.prompt.message_id for u in young[max(len(young) - room, 0) :]} | set(live)
        answered = [u for u in young if u.prompt.message_id in chosen]
        self._replies += bool(answered)
        left = [u for u in fresh if u.prompt.message_id not in chosen]
        return answered, [u for u in left if u.prompt.message_id > gap.after]

    async def _offer(self, place: Place, offered: Sequence[Utterance]) -> None:
        """Ask before it is recorded: who is asked twice after a crash is better off than never."""
        if not offered:
            return None
        ask = partial(
            self._past.offer,
            place,
            count=len(offered),
            oldest=offered[0].prompt.message_id,
            newest=offered[-1].prompt.message_id,
        )
        for pause in islice(pauses(), ATTEMPTS):
            try:
                async with self._room:
                    return await ask()
            except PlaceGone as error:
                log.info("event=not_offered channel=%d reason=%s", place.channel_id, error)
                return None
            except MessengerBusy as error:
                log.warning("event=offer_failed channel=%d reason=%s", place.channel_id, error)
            await self._clock.sleep(pause)
        return None

    async def _record(self, place: Place, answered: Sequence[Utterance], reading: Reading) -> None:
        prompts = [utterance.prompt for utterance in answered]
        if prompts:
            await self._intake.hear_together(place, prompts, reading=reading)
        else:
            await insist(self._clock, partial(self._attendance.keep_up, place, reading))
        held = self._held.get(place, {})
        for prompt in prompts:
            held.pop(prompt.message_id, None)

    def _admit(self, place: Place) -> None:
        """Open a place, and let in what was held meanwhile."""
        self._open.add(place.channel_id)
        for places in (self._expected, self._again, self._closing):
            places.discard(place)
        held = self._held.pop(place, {})
        for number in sorted(held):
            self._intake.hear(held[number])

    def _report(self) -> None:
        tally, self._tally = self._tally, _Tally()
        log.info(
            "event=caught_up places=%d heard=%d offered=%d failed=%d",
            tally.places,
            tally.heard,
            tally.offered,
            tally.failed,
        )
