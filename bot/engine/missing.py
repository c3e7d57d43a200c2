"""Missing: answers that a history lacks are looked for, before they are taken for deleted.

An answer may have been shown only after the history was read, and a permission may have been
lost meanwhile. So Discord is asked for one post of each, and nothing but its word that there
is none counts.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from functools import partial
from itertools import islice

from bot.domain.errors import MessengerBusy, PlaceGone, PostRefused
from bot.domain.hearing import Passage
from bot.domain.session import Place
from bot.engine.patience import insist, pauses
from bot.ports import Amendments, Clock, Messenger

log = logging.getLogger(__name__)

# Each is a request for which everybody waits who speaks at the place. Who deletes more at
# once has those that are older looked for when the place is read again.
MOST_LOOKED_FOR = 20  # answers of a place, the newest
ATTEMPTS = 6  # half a minute; then what was not found stays until it is looked for again


class Missing:
    """Looks for answers that people may have deleted."""

    def __init__(
        self,
        *,
        amendments: Amendments,
        messenger: Messenger,
        clock: Clock,
        room: asyncio.Semaphore,
    ) -> None:
        self._amendments = amendments
        self._messenger = messenger
        self._clock = clock
        self._room = room

    async def posts(self, place: Place, passage: Passage) -> set[int]:
        """Return a post of each answer that was deleted, as far as a passage tells.

        One will do: with any of its posts an answer goes as a whole.
        """
        if passage.since is None:
            return set()
        ask = partial(self._amendments.shown_at, place, since=passage.since)
        shown = await insist(self._clock, ask)
        lacking = [min(lost) for posts in shown if (lost := passage.lacks(posts))]
        if len(lacking) > MOST_LOOKED_FOR:
            log.warning("event=many_missing channel=%d answers=%d", place.channel_id, len(lacking))
        gone = await self._gone(place, lacking[-MOST_LOOKED_FOR:])
        if gone:
            log.info("event=answers_deleted channel=%d answers=%d", place.channel_id, len(gone))
        return gone

    async def _gone(self, place: Place, posts: Iterable[int]) -> set[int]:
        """Return which posts are gone, until nobody says so any more."""
        gone: set[int] = set()
        try:
            for post in posts:
                if await self._is_gone(place, post):
                    gone.add(post)
        except (MessengerBusy, PlaceGone, PostRefused) as error:
            log.info("event=not_looked_for channel=%d reason=%s", place.channel_id, error)
        return gone

    async def _is_gone(self, place: Place, post: int) -> bool:
        """Whether a post is not there any more.

        Raises:
            MessengerBusy, PlaceGone, PostRefused: that is not to be known.
        """
        for pause in islice(pauses(), ATTEMPTS - 1):
            try:
                return await self._look(place, post)
            except MessengerBusy:
                await self._clock.sleep(pause)
        return await self._look(place, post)

    async def _look(self, place: Place, post: int) -> bool:
        async with self._room:
            return await self._messenger.read(place, post) is None
