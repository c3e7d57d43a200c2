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
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.domain.access import Action, Actor, demand
from bot.domain.hearing import Sight, Utterance, id_at
from bot.domain.session import Place
from bot.engine.amending import Amender
from bot.engine.attention import Attention
from bot.engine.awakening import Awakening
from bot.engine.closing import OVERLAPPING_IDS, Closer, Gap
from bot.engine.comparing import Doubts
from bot.engine.holding import Held
from bot.engine.intake import Intake
from bot.engine.lanes import Lanes
from bot.engine.listenings import Listenings
from bot.engine.reach import Reach
from bot.ports import Amendments, Attendance, Clock, Messenger, Past

log = logging.getLogger(__name__)


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


class CatchUp:
    """Stands before the intake, and lets in what is said at open places."""

    def __init__(
        self,
        *,
        attendance: Attendance,
        amendments: Amendments,
        messenger: Messenger,
        past: Past,
        intake: Intake,
        amender: Amender,
        lanes: Lanes,
        listenings: Listenings,
        clock: Clock,
        hours: float,
    ) -> None:
        self._intake = intake
        self._amender = amender
        self._clock = clock
        self._attention = Attention(listenings)
        self._awakening = Awakening(amendments=amendments, intake=intake, lanes=lanes, clock=clock)
        self._queue: asyncio.Queue[_Sighting] = asyncio.Queue()
        self._held = Held()
        self._closer = Closer(
            attendance=attendance,
            amendments=amendments,
            amender=amender,
            messenger=messenger,
            past=past,
            intake=intake,
            listenings=listenings,
            clock=clock,
            held=self._held,
            answered_within=timedelta(hours=hours),
        )
        self._closing: set[Place] = set()
        self._open: set[int] = set()
        self._expected: set[Place] = set()  # to be opened soon
        self._epoch = 0  # the id at its beginning; younger places have no past to be read
        self._reach = Reach(attendance=attendance, clock=clock)
        self._doubts = Doubts(past=past, reach=self._reach, clock=clock, room=self._closer.room)
        self._recent: list[Place] = []
        self._unanswered: set[Place] = set()  # whose questions are to be looked at again
        self._unfinished = 0

    def begin(self) -> None:
        """Know that a new session with the gateway begins: anything may have been missed.

        Nothing is awaited here, so that no message of the new session is heard before.
        """
        self._epoch = max(id_at(self._clock.now()), self._epoch + 1)
        self._open.clear()
        self._expected.clear()
        self._closing.clear()
        self._unfinished = 0
        self._closer.begin(self._epoch)
        self._doubts.begin(self._epoch)
        self._queue.put_nowait(_Sighting(self._epoch, is_begin=True))

    def see(self, guild_id: int, sights: Iterable[Sight]) -> None:
        """Know the places of a server, all that Discord tells of by itself."""
        self._expect(_Sighting(self._epoch, tuple(sights), guild_id))

    def go_on(self) -> None:
        """Know that the session goes on, and that what was missed comes now, most likely."""
        self._doubts.arise()
        self._queue.put_nowait(_Sighting(self._epoch, is_doubt=True))

    def alive(self, at: datetime) -> None:
        """Know that everything that was said until then has arrived, at every place.

        Nobody knows that between an interruption and the comparison that follows it.
        """
        if not self._doubts:
            self._queue.put_nowait(_Sighting(self._epoch, alive_at=at))

    def hear(self, utterance: Utterance) -> bool:
        """Take a message in if it is meant for the bot; say whether it is."""
        self._doubts.note(utterance.place)
        if not self._attention.catches(utterance):
            return False
        place = utterance.place
        if self.is_open(place):
            self._intake.hear(utterance)
            return True
        self._held.keep(utterance)
        if place not in self._expected:
            self._expect(_Sighting(self._epoch, (Sight(place),), is_late=True))
        return True

    def edit(self, utterance: Utterance) -> None:
        """Know that a message says something else now."""
        if self.is_open(utterance.place):
            self._amender.edit(utterance, is_meant=self.is_meant(utterance))
            return
        self._amender.revise(utterance)
        if self._is_unsettled(utterance.place):
            self._held.edit(utterance)

    def erase(self, place: Place, messages: Collection[int]) -> None:
        """Know that messages were deleted."""
        self._amender.erase(messages)
        if self._is_unsettled(place):
            self._held.erase(place, messages)

    def forget(self, place: Place) -> None:
        """Know that a place was deleted with all that was said there."""
        self._held.forget(place)
        self._amender.forget(place)

    def is_meant(self, utterance: Utterance) -> bool:
        """Whether a message is meant for the bot by itself."""
        return self._attention.is_meant(utterance)

    def is_shut_out(self, utterance: Utterance) -> bool:
        """Whether somebody calls the bot where it is to answer nothing but commands."""
        return self._attention.is_shut_out(utterance)

    def is_open(self, place: Place) -> bool:
        """Whether what is said at a place is let in at once."""
        if place.channel_id in self._open:
            return True
        is_young = place.channel_id > self._epoch + OVERLAPPING_IDS
        return place not in self._expected and self._epoch > 0 and is_young

    async def resume(self) -> int:
        """Wake what is owed: it is older than all that was missed, so it need not wait for it.

        Only where an answer is not written yet the questions are looked at again first.
        Before the first connection ever it is made durable that what was said until then is
        not ours to answer.
        """
        await self._reach.settle_beginning()
        return await self._awakening.resume()

    async def answer(self, place: Place, actor: Actor, oldest: int, newest: int) -> bool:
        """Have answered what was offered; False when nothing is left of it to be answered.

        Raises:
            MessengerBusy, PlaceGone: it cannot be read.
        """
        demand(actor, Action.CATCH_UP, place)
        return await self._closer.answer(place, oldest, newest)

    async def run(self) -> None:
        """Catch up with places, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._awakening.run())
            while True:
                sighting = await self._queue.get()
                if sighting.epoch != self._epoch:
                    continue
                if sighting.alive_at is not None:
                    await self._move_common(sighting.alive_at)
                    continue
                if sighting.is_doubt:
                    prove = partial(self._prove, sighting.epoch)
                    group.create_task(self._doubts.compare(sighting.epoch, prove))
                    continue
                if sighting.is_begin:
                    sighting = await self._load(sighting)
                for gap in await self._judge(sighting):
                    self._unfinished += 1
                    group.create_task(self._catch_up(gap))

    def _prove(self, epoch: int, sights: Sequence[Sight]) -> None:
        """Know of places where something may never have arrived."""
        self._expect(_Sighting(epoch, tuple(sights), is_proof=True))

    def _expect(self, sighting: _Sighting) -> None:
        self._expected.update(sight.place for sight in sighting.sights)
        self._open.difference_update(sight.place.channel_id for sight in sighting.sights)
        self._queue.put_nowait(sighting)

    def _is_unsettled(self, place: Place) -> bool:
        """Whether it is about to be known what was missed at a place."""
        return place in self._expected or bool(self._held.at(place))

    async def _move_common(self, at: datetime) -> None:
        """Move the common watermark once everything that arrived until now is durable."""
        await self._intake.caught_up()
        await self._reach.extend(at)

    async def _load(self, sighting: _Sighting) -> _Sighting:
        """Read the watermarks, and see the places that no server tells of."""
        await self._reach.load(self._epoch)
        self._recent = await self._reach.spoken_in_lately()
        self._unanswered = await self._awakening.places()
        direct = [place for place in self._asked_for() if place.is_direct]
        held = [place for place in self._held if place not in self._expected]
        return replace(sighting, sights=tuple(map(Sight, dict.fromkeys((*direct, *held)))))

    async def _judge(self, sighting: _Sighting) -> list[Gap]:
        """Open the places where nothing was missed, and return the others, the newest first."""
        told = (*sighting.sights, *self._not_told_of(sighting))
        self._held.again.update(sight.place for sight in told if sight.place in self._closing)
        seen = [sight for sight in told if sight.place not in self._closing]
        seen.sort(key=lambda sight: sight.newest or 0, reverse=True)
        gaps = [gap for sight in seen if (gap := self._gap(sight, sighting)) is not None]
        self._expected.update(gap.place for gap in gaps)
        if gaps:
            await self._reach.fall_behind(gaps, self._epoch)
        if sighting.epoch != self._epoch:
            return []
        lagging = {gap.place for gap in gaps}
        self._closing |= lagging
        self._reach.lags(gaps)
        for sight in seen:
            if sight.place not in lagging:
                self._admit(sight.place)
        return gaps

    def _not_told_of(self, sighting: _Sighting) -> Iterator[Sight]:
        """Yield the places of a server that have to be asked for: threads that were put away."""
        if sighting.guild_id is None:
            return
        told = {sight.place for sight in sighting.sights}
        for place in self._asked_for():
            if place.guild_id == sighting.guild_id and place not in told:
                yield Sight(place)

    def _asked_for(self) -> Iterable[Place]:
        """Return the places that are read though nobody may tell of them."""
        return dict.fromkeys((*self._reach.lagging(), *self._recent))

    def _gap(self, sight: Sight, sighting: _Sighting) -> Gap | None:
        """Return what is to be read at a place; None where nothing was missed."""
        reach = self._reach.of(sight, is_late=sighting.is_late, is_proof=sighting.is_proof)
        if self._reach.covers(sight, reach) and sight.place not in self._unanswered:
            return None
        return Gap(sight.place, reach, sighting.epoch)

    async def _catch_up(self, gap: Gap) -> None:
        try:
            is_done = await self._closer.close(gap)
        except Exception:
            # A boundary, as a lane is one: what one place holds must not silence the others.
            log.exception("event=catch_up_failed channel=%d", gap.place.channel_id)
            is_done = False
        if gap.epoch != self._epoch:
            return
        self._unanswered.discard(gap.place)
        self._closer.count(is_done=is_done)
        if is_done:
            self._reach.keeps_up(gap.place)
        self._admit(gap.place)
        self._unfinished -= 1
        if not self._unfinished:
            self._closer.report()

    def _admit(self, place: Place) -> None:
        """Open a place, and let in what was held meanwhile."""
        self._open.add(place.channel_id)
        self._expected.discard(place)
        self._closing.discard(place)
        waited, changes = self._held.release(place)
        for utterance in waited:
            self._intake.hear(utterance)
        # Once more: what was recorded while they came knew nothing of them.
        for utterance in changes.edited.values():
            self._amender.edit(utterance, is_meant=self.is_meant(utterance))
        if changes.deleted:
            self._amender.erase(changes.deleted)
        self._awakening.wake(place)
