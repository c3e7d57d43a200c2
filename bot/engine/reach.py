"""Reach: how far each place was heard, in the epoch that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.domain.hearing import Sight, Watermark, id_at
from bot.domain.session import Place
from bot.engine.closing import Gap
from bot.engine.patience import insist
from bot.ports import Attendance, Clock

# Threads that were put away, and direct messages, have to be asked for one by one.
RECENT = timedelta(days=14)
MOST_ASKED = 200


class Reach:
    """The watermarks: what all places share, and those of the places that have their own."""

    def __init__(self, *, attendance: Attendance, clock: Clock) -> None:
        self._attendance = attendance
        self._clock = clock
        self._base = 0  # the common watermark when the epoch began
        self._common = 0
        self._own: dict[int, Watermark] = {}

    async def settle_beginning(self) -> None:
        """Make durable, before the first connection ever, that what was said is not ours."""
        marks = await insist(self._clock, self._attendance.watermarks)
        if marks.common is None:
            now = id_at(self._clock.now())
            await insist(self._clock, partial(self._attendance.stay_alive, now))

    async def load(self, epoch: int) -> None:
        """Read the watermarks, as they are when an epoch begins."""
        marks = await insist(self._clock, self._attendance.watermarks)
        self._base = self._common = epoch if marks.common is None else marks.common
        self._own = dict(marks.own)

    async def extend(self, until: datetime) -> None:
        """Move the common watermark; everything that arrived until then is durable."""
        self._common = max(self._common, id_at(until))
        await insist(self._clock, partial(self._attendance.stay_alive, self._common))

    async def spoken_in_lately(self) -> list[Place]:
        """Return the places where people spoke with the bot, the latest first, if not too many."""
        since = self._clock.now() - RECENT
        ask = partial(self._attendance.places_since, since, limit=MOST_ASKED)
        return await insist(self._clock, ask)

    def lagging(self) -> Iterator[Place]:
        """Yield the places that are known not to have been heard to the end."""
        return (mark.place for mark in self._own.values() if mark.lags)

    def of(self, sight: Sight, *, is_late: bool, is_proof: bool) -> int:
        """Return up to which message a place was heard.

        With `is_late` nobody had told of it before; with `is_proof` its newest message did
        not arrive.
        """
        reach = self._base if is_late else self._common
        own = self._own.get(sight.place.channel_id)
        if own is not None:
            reach = own.until if own.lags else max(reach, own.until)
        if is_proof and sight.newest is not None:
            reach = min(reach, sight.newest - 1)
        return max(reach, sight.since)

    def covers(self, sight: Sight, reach: int) -> bool:
        """Whether nothing was said at a place beyond what was heard there."""
        own = self._own.get(sight.place.channel_id)
        if sight.newest is None or (own is not None and own.lags):
            return False
        return sight.newest <= reach

    async def fall_behind(self, gaps: Sequence[Gap], epoch: int) -> None:
        """Make durable that places lag, before anything else happens there."""
        behind = [(gap.place, gap.after) for gap in gaps]
        await insist(self._clock, partial(self._attendance.fall_behind, behind, epoch=epoch))

    def lags(self, gaps: Sequence[Gap]) -> None:
        """Know that places lag."""
        for gap in gaps:
            self._own[gap.place.channel_id] = Watermark(gap.place, gap.after, lags=True)

    def keeps_up(self, place: Place) -> None:
        """Know that a place lags no more."""
        self._own.pop(place.channel_id, None)
