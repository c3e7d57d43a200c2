"""Closing: a gap in what was heard at a place is read, and what was missed is heard or offered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice

from bot.domain.errors import MessengerBusy, PlaceGone
from bot.domain.hearing import Passage, Reading, Utterance, id_at
from bot.domain.session import Place
from bot.domain.turn import MOST_TOGETHER
from bot.engine.amending import Amender
from bot.engine.attention import meant
from bot.engine.holding import Held
from bot.engine.intake import Intake
from bot.engine.listenings import Listenings
from bot.engine.missing import Missing
from bot.engine.patience import insist, pauses
from bot.ports import Amendments, Attendance, Clock, Messenger, Past

log = logging.getLogger(__name__)

# Ids are given out in many places at once and arrive a little out of order, and what we take
# for Discord's time is a little late: so much before a watermark is read again.
OVERLAP = timedelta(seconds=60)
# So late it is: dates are in whole seconds, and take some time to us.
LATENESS = timedelta(seconds=2)
OVERLAPPING_IDS = int(OVERLAP.total_seconds() * 1000) << 22
MOST_READ = 1000  # messages of a place, the newest: ten requests
# Each is a call of the model that nobody waits for at the moment; beyond that, people are asked.
MOST_REPLIES = 100  # in one epoch
READERS = 4  # places read at a time: those who write now have most of the requests
_NEVER = datetime.max.replace(tzinfo=UTC)
ATTEMPTS = 8  # two minutes; then the place is opened, and read again in the next epoch


@dataclass(frozen=True, slots=True)
class Gap:
    """A place that was not heard from a message on."""

    place: Place
    after: int
    epoch: int


@dataclass(slots=True)
class Tally:
    """What came of the gaps of one epoch."""

    places: int = 0
    heard: int = 0
    offered: int = 0
    failed: int = 0


class Closer:
    """Closes gaps, a few at a time."""

    def __init__(
        self,
        *,
        attendance: Attendance,
        amendments: Amendments,
        amender: Amender,
        messenger: Messenger,
        past: Past,
        intake: Intake,
        listenings: Listenings,
        clock: Clock,
        held: Held,
        answered_within: timedelta,
    ) -> None:
        self._attendance = attendance
        self._amendments = amendments
        self._amender = amender
        self._past = past
        self._intake = intake
        self._listenings = listenings
        self._clock = clock
        self._held = held
        self._answered_within = answered_within
        self._epoch = 0
        self._replies = 0
        self.room = asyncio.Semaphore(READERS)
        self._missing = Missing(
            amendments=amendments, messenger=messenger, clock=clock, room=self.room
        )
        self._tally = Tally()

    def begin(self, epoch: int) -> None:
        """Let be what belongs to an earlier epoch."""
        self._epoch = epoch
        self._replies = 0
        self._tally = Tally()

    def count(self, *, is_done: bool) -> None:
        """Know whether the place of a gap is caught up with."""
        self._tally.failed += not is_done

    def report(self) -> None:
        """Say in the log what came of the gaps since the last report."""
        tally, self._tally = self._tally, Tally()
        log.info(
            "event=caught_up places=%d heard=%d offered=%d failed=%d",
            tally.places,
            tally.heard,
            tally.offered,
            tally.failed,
        )

    async def answer(self, place: Place, oldest: int, newest: int) -> bool:
        """Have answered what was offered; False when nothing is left of it to be answered.

        Raises:
            MessengerBusy, PlaceGone: it cannot be read.
        """
        passage = await self._past.read(place, after=oldest - 1, before=newest + 1, most=MOST_READ)
        heard = [u for u in meant(passage.said, self._listenings) if u.prompt.message_id >= oldest]
        fresh = await self.unheard(heard)
        prompts = [utterance.prompt for utterance in fresh[-MOST_TOGETHER:]]
        if not prompts:
            return False
        return await self._intake.hear_together(place, prompts, reading=None) is not None

    async def close(self, gap: Gap) -> bool:
        """Hear what was missed at a place; False when it could not be read, and lags on."""
        place = gap.place
        while True:
            self._held.again.discard(place)
            reading_from = id_at(self._clock.now())
            passage = await self._read(gap)
            if passage is None:
                return False
            said = [u for u in passage.said if u.prompt.message_id > _again_from(gap)]
            missed = {u.prompt.message_id: u for u in meant(said, self._listenings)}
            goes_on = bool(await self.unheard(list(missed.values())))
            await self._amend(gap, passage, goes_on=goes_on)
            missed |= self._held.at(place)
            fresh = await self.unheard(self._held.amended(place, missed))
            if gap.epoch != self._epoch:
                return True
            answered, offered = self._shared_out(fresh, gap)
            await self._offer(place, offered)
            newest = max([reading_from, *(u.prompt.message_id for u in said)])
            await self._record(place, answered, Reading(newest, gap.epoch))
            self._tally.places += 1
            self._tally.heard += len(answered)
            self._tally.offered += len(offered)
            if place not in self._held.again:
                return True
            gap = replace(gap, after=max([gap.after, *(u.prompt.message_id for u in said)]))

    async def unheard(self, said: Sequence[Utterance]) -> list[Utterance]:
        """Return those of what was said that were not heard."""
        if not said:
            return []
        numbers = [utterance.prompt.message_id for utterance in said]
        unheard = await insist(self._clock, partial(self._attendance.unheard, numbers))
        return [utterance for utterance in said if utterance.prompt.message_id in unheard]

    async def _amend(self, gap: Gap, passage: Passage, *, goes_on: bool) -> None:
        """Change what was edited since it was heard, and erase what is not there any more.

        Where the conversation `goes_on`, or nobody waits for it any more, no edit is answered.
        What is heard at the place meanwhile is held, so that all that is recorded by now was
        said before it was read. In another epoch the place may be open again.
        """
        edited = [u.prompt for u in passage.said if u.prompt.edited_at is not None]
        heard: set[int] = set()
        if passage.since is not None:
            ask = partial(self._amendments.heard_at, gap.place, since=passage.since)
            heard = await insist(self._clock, ask)
        deleted = passage.lacks(heard) | await self._missing.posts(gap.place, passage)
        if gap.epoch == self._epoch:
            since = _NEVER if goes_on else self._oldest()
            await self._amender.take_in(edited, deleted, anew_since=since)

    async def _read(self, gap: Gap) -> Passage | None:
        for pause in islice(pauses(), ATTEMPTS):
            try:
                async with self.room:
                    return await self._past.read(gap.place, after=_again_from(gap), most=MOST_READ)
            except PlaceGone as error:
                log.info("event=not_there channel=%d reason=%s", gap.place.channel_id, error)
                return Passage()
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

    def _shared_out(
        self, fresh: Sequence[Utterance], gap: Gap
    ) -> tuple[list[Utterance], list[Utterance]]:
        """Return what is answered at once, and what people are asked about.

        What is before the watermark and was not heard was asked about before.
        """
        oldest = self._oldest()
        live = self._held.at(gap.place)
        young = [u for u in fresh if u.prompt.said_at >= oldest or u.prompt.message_id in live]
        room = MOST_TOGETHER if self._replies < MOST_REPLIES else 0
        chosen = {u.prompt.message_id for u in young[max(len(young) - room, 0) :]} | set(live)
        answered = [u for u in young if u.prompt.message_id in chosen]
        self._replies += bool(answered)
        left = [u for u in fresh if u.prompt.message_id not in chosen]
        return answered, [u for u in left if u.prompt.message_id > gap.after]

    def _oldest(self) -> datetime:
        """Return since when people are taken to wait for an answer."""
        return self._clock.now() + LATENESS - self._answered_within

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
                async with self.room:
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
            held = self._held.at(place)
            is_live = all(prompt.message_id in held for prompt in prompts)
            await self._intake.hear_together(place, prompts, reading=reading, is_live=is_live)
        else:
            await insist(self._clock, partial(self._attendance.keep_up, place, reading))
        for prompt in prompts:
            self._held.drop(place, prompt.message_id)


def _again_from(gap: Gap) -> int:
    return max(gap.after - OVERLAPPING_IDS, 0)
