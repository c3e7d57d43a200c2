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
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from bot.domain.access import Action, Actor, demand
from bot.domain.errors import PlaceGone
from bot.domain.hearing import Sight, Utterance, id_at
from bot.domain.session import Place
from bot.domain.turn import MOST_TOGETHER
from bot.engine.amending import Amender
from bot.engine.attention import Attention, meant
from bot.engine.awakening import Awakening
from bot.engine.closing import MOST_READ, OVERLAPPING_IDS, Closer, Gap, Tally
from bot.engine.holding import Held
from bot.engine.intake import Intake
from bot.engine.lanes import Lanes
from bot.engine.listenings import Listenings
from bot.engine.patience import insist
from bot.engine.reach import Reach
from bot.ports import Amendments, Attendance, Clock, Messenger, Past

log = logging.getLogger(__name__)

# Servers that are compared after a session went on: two requests each, and there may be
# several interruptions a day.
MOST_COMPARED = 20

# Threads that were put away, and direct messages, have to be asked for one by one.
RECENT = timedelta(days=14)
MOST_ASKED = 200


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
        self._attendance = attendance
        self._past = past
        self._intake = intake
        self._amender = amender
        self._clock = clock
        self._listenings = listenings
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
        self._recent: list[Place] = []
        self._unanswered: set[Place] = set()  # whose questions are to be looked at again
        self._doubts = 0  # comparisons that are not made yet
        self._spoken_since: dict[Place, None] = {}  # where something arrived before they were
        self._unfinished = 0

    def begin(self) -> None:
        """Know that a new session with the gateway begins: anything may have been missed.

        Nothing is awaited here, so that no message of the new session is heard before.
        """
        self._epoch = max(id_at(self._clock.now()), self._epoch + 1)
        self._open.clear()
        self._expected.clear()
        self._closing.clear()
        self._doubts = self._unfinished = 0
        self._closer.begin(self._epoch)
        self._spoken_since.clear()
        self._queue.put_nowait(_Sighting(self._epoch, is_begin=True))

    def see(self, guild_id: int, sights: Iterable[Sight]) -> None:
        """Know the places of a server, all that Discord tells of by itself."""
        self._expect(_Sighting(self._epoch, tuple(sights), guild_id))

    def go_on(self) -> None:
        """Know that the session goes on, and that what was missed comes now, most likely."""
        self._doubts += 1
        self._queue.put_nowait(_Sighting(self._epoch, is_doubt=True))

    def alive(self, at: datetime) -> None:
        """Know that everything that was said until then has arrived, at every place.

        Nobody knows that between an interruption and the comparison that follows it.
        """
        if not self._doubts:
            self._queue.put_nowait(_Sighting(self._epoch, alive_at=at))

    def hear(self, utterance: Utterance) -> bool:
        """Take a message in if it is meant for the bot; say whether it is."""
        if self._doubts:
            self._spoken_since[utterance.place] = None
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
        passage = await self._past.read(place, after=oldest - 1, before=newest + 1, most=MOST_READ)
        heard = [u for u in meant(passage.said, self._listenings) if u.prompt.message_id >= oldest]
        fresh = await self._closer.unheard(heard)
        prompts = [utterance.prompt for utterance in fresh[-MOST_TOGETHER:]]
        if not prompts:
            return False
        return await self._intake.hear_together(place, prompts, reading=None) is not None

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
                    group.create_task(self._compare(sighting.epoch))
                    continue
                if sighting.is_begin:
                    sighting = await self._load(sighting)
                for gap in await self._judge(sighting):
                    self._unfinished += 1
                    group.create_task(self._catch_up(gap))

    async def _compare(self, epoch: int) -> None:
        """See whether anything never arrived where people spoke with the bot lately."""
        recent = await self._spoken_in_lately()
        lived_in = dict.fromkeys(p.guild_id for p in recent if p.guild_id is not None)
        for guild_id in islice(lived_in, MOST_COMPARED):
            unseen = await insist(self._clock, partial(self._unseen, guild_id, epoch))
            if unseen and epoch == self._epoch:
                log.warning("event=not_all_arrived server=%d places=%d", guild_id, len(unseen))
                self._expect(_Sighting(epoch, tuple(unseen), is_proof=True))
        if epoch == self._epoch:
            self._doubts -= 1
            # There the newest message proves nothing: it is not the one before the gap.
            spoken = [place for place in recent if place in self._spoken_since]
            self._spoken_since.clear()
            self._expect(_Sighting(epoch, tuple(map(Sight, spoken)), is_proof=True))

    async def _unseen(self, guild_id: int, epoch: int) -> list[Sight]:
        async with self._closer.room:
            if epoch != self._epoch:
                return []
            try:
                return await self._past.unseen(guild_id)
            except PlaceGone as error:
                log.info("event=not_compared server=%d reason=%s", guild_id, error)
                return []

    async def _spoken_in_lately(self) -> list[Place]:
        since = self._clock.now() - RECENT
        ask = partial(self._attendance.places_since, since, limit=MOST_ASKED)
        return await insist(self._clock, ask)

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
        self._recent = await self._spoken_in_lately()
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
        self._closer.tally.failed += not is_done
        if is_done:
            self._reach.keeps_up(gap.place)
        self._admit(gap.place)
        self._unfinished -= 1
        if not self._unfinished:
            self._report()

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

    def _report(self) -> None:
        tally, self._closer.tally = self._closer.tally, Tally()
        log.info(
            "event=caught_up places=%d heard=%d offered=%d failed=%d",
            tally.places,
            tally.heard,
            tally.offered,
            tally.failed,
        )
