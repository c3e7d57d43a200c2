"""Publishing: a reply is shown while it grows, and to its end once it is kept.

How each of its pages comes to have one post, and no second one, is told in `placing`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from io import StringIO
from typing import TypeVar

from bot.domain.errors import BotError, MessengerBusy, NoRoom, PlaceGone
from bot.domain.reply import Controls, Page
from bot.domain.session import Place
from bot.domain.turn import Turn
from bot.domain.wording import storable
from bot.engine.layout import cut_off, growing
from bot.engine.notices import REFUSED_BY_DISCORD, STILL_WRITING, WAITING_WORDS
from bot.engine.pacing import EDIT_INTERVAL, Governor
from bot.engine.patience import insist, pauses
from bot.engine.placing import Posts
from bot.ports import Clock, Ledger, Messenger

log = logging.getLogger(__name__)

T = TypeVar("T")

TYPING_LASTS = 8.0  # seconds; Discord shows it for ten
TYPING_AGAIN = 1.0  # seconds; when there was no room for it
# Nobody sees so short a wait, and it saves a request each where an answer comes at once:
# the typing sign, and the edit that would follow a first page of a single word.
TYPING_AFTER = 0.1  # seconds
FIRST_WORDS_AFTER = 0.05  # seconds

_OUR_WORDS = {REFUSED_BY_DISCORD, STILL_WRITING, *WAITING_WORDS}


class Screen:
    """Shows one turn's reply; may be thrown away and made anew after a crash."""

    def __init__(
        self,
        turn: Turn,
        place: Place,
        *,
        interrupted: asyncio.Event,
        is_recovered: bool,
        long_after: int,
        ledger: Ledger,
        messenger: Messenger,
        clock: Clock,
        governor: Governor,
    ) -> None:
        self._turn = turn
        self._place = place
        self._long_after = long_after
        self._ledger = ledger
        self._messenger = messenger
        self._clock = clock
        self._governor = governor
        self._posts = Posts(
            turn,
            place,
            is_recovered=is_recovered,
            ledger=ledger,
            messenger=messenger,
            clock=clock,
        )
        self._said = StringIO()
        self._changed = asyncio.Event()
        self._writing = asyncio.Lock()
        self.failure: BotError | None = None  # what ended `paint` before its time
        self.interrupted = interrupted  # set: the answer is not wanted, or cannot be shown

    @property
    def text(self) -> str:
        """What was given to be shown so far."""
        return storable(self._said.getvalue())

    @property
    def owes_check(self) -> bool:
        """Whether a request of ours, or of a process before us, may still land late."""
        return self._posts.may_be_stale or self._turn.edition > 0

    def show(self, said: StringIO) -> None:
        """Have what is in `said` shown soon, in place of what was shown before."""
        self._said = said
        self._changed.set()

    async def paint(self) -> None:
        """Keep Discord up with what is to be shown, until cancelled; see `at_rest`."""
        while not self.text.strip():
            await self._changed.wait()
            self._changed.clear()
        await self._clock.sleep(FIRST_WORDS_AFTER)
        longer = pauses()
        while True:
            pause = EDIT_INTERVAL
            self._changed.clear()
            async with self._writing:
                try:
                    await self._draw(growing(self.text, long_after=self._long_after))
                    longer = pauses()
                except NoRoom:
                    self._changed.set()
                except MessengerBusy as error:
                    log.info("%s event=edit_failed reason=%s", self._turn.name, error)
                    self._changed.set()
                    pause += next(longer)  # who cannot answer is asked ever more seldom
                except BotError as error:
                    self.failure = error
                    self.interrupted.set()
                    return
            await self._clock.sleep(pause)
            await self._changed.wait()
            await self._governor.turn_to_edit()

    async def type(self) -> None:
        """Show that the bot is typing, until something else is to be seen."""
        await self._clock.sleep(TYPING_AFTER)
        while not self._posts.is_visible:
            is_shown = await self._messenger.typing(self._place)
            await self._clock.sleep(TYPING_LASTS if is_shown else TYPING_AGAIN)

    def at_rest(self) -> asyncio.Lock:
        """Return a lock under which nothing is being written, so that `paint` may be cancelled."""
        return self._writing

    async def tell(self, words: str) -> None:
        """Show words of ours where the answer will be, which can be stopped until then.

        Returns when Discord has confirmed them, however long that takes.

        Raises:
            PlaceGone: there is nobody left to show them to.
        """
        await self._insist(self._posts.find)
        await self._insist(partial(self._posts.put, 0, Page(words, Controls.STOP)))

    async def finish(self, pages: list[Page]) -> None:
        """Show exactly `pages`, and take back what an earlier attempt left beyond them.

        Returns when Discord has confirmed each of them, however long that takes.

        Raises:
            PlaceGone: there is nobody left to show them to.
            PostRefused: Discord does not take a page with a file. One without is told of in
                its place.
        """
        await self._insist(self._posts.find)
        for number, page in enumerate(pages):
            if self._posts.is_gone and number >= len(self._posts.ids):
                break
            if not self._posts.shows(number, page):
                await self._insist(partial(self._posts.put, number, page))
        strays = self._posts.beyond(len(pages))
        if len(self._posts.ids) > len(pages):
            # Before they are gone: who deletes a post that is recorded takes the answer out.
            forget = partial(self._ledger.forget_posts, self._turn.id, since=len(pages))
            await self._insist(forget)
        for stray in strays:
            await self._take_back(stray)

    async def break_off(self, pages: list[Page]) -> None:
        """Say under the last of `pages` that has a post that the next ones get none.

        Where there is none, or it may not be changed either, nothing can be said.
        """
        number = min(len(self._posts.ids), len(pages)) - 1
        if number >= 0:
            with suppress(PlaceGone):
                await self._insist(partial(self._posts.put, number, cut_off(pages[number])))

    async def said_so_far(self) -> str:
        """Return what Discord shows of the answer, for a turn whose words were not kept.

        That ends with the page under which there is a Stop button; beyond it, or where there
        is none, stands what an earlier attempt or version had said.
        """
        await self._insist(self._posts.find)
        texts: list[str] = []
        for post in self._posts.ids:
            seen = await self._insist(partial(self._messenger.read, self._place, post))
            if seen and seen.text not in _OUR_WORDS:
                texts.append(seen.text)
            if seen and seen.controls is Controls.STOP:
                return "\n".join(texts)
        return "\n".join(texts) if self._turn.edition == 0 else ""

    async def _insist(self, call: Callable[[], Awaitable[T]]) -> T:
        return await insist(self._clock, call, about=self._turn.name)

    async def _draw(self, pages: list[Page]) -> None:
        """Bring the growing pages up to date; an edit that finds no room is left out."""
        for number, page in enumerate(pages):
            if number >= len(self._posts.ids):
                if self._posts.is_gone:
                    return
                await self._posts.put(number, page)
            elif not self._posts.shows(number, page):
                await self._posts.change(number, page, is_passing=True)

    async def _take_back(self, post: int) -> None:
        await self._insist(partial(self._messenger.delete, self._place, post))
