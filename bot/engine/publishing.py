"""Publishing: a reply is shown as Discord messages, each of them created once.

A page is placed in one of two ways. If it may ever have been tried before (by a process
that died, or by a request whose answer was lost), Discord is searched for our own post
with the page's mark. Otherwise, and when nothing is found, it is created under a nonce
that is a pure function of message, edition and page. The nonce covers what is still in
flight, the search all that is older; neither is enough alone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from io import StringIO
from typing import TypeVar

from bot.domain.errors import (
    BotError,
    MessengerBusy,
    NoRoom,
    PlaceGone,
    PostGone,
    PostRefused,
)
from bot.domain.reply import Controls, Page, Post
from bot.domain.session import Place
from bot.domain.turn import Turn
from bot.domain.wording import storable
from bot.engine.layout import cut_off, growing
from bot.engine.notices import REFUSED_BY_DISCORD, STILL_WRITING, WAITING_WORDS
from bot.engine.pacing import EDIT_INTERVAL, Governor
from bot.engine.patience import insist, pauses
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
        self._posts = list(turn.posts)
        self._shown: list[Page | None] = [None] * len(turn.posts)  # None: nobody knows
        self._strays: list[Post] = []  # found, and of no page that wants a post
        self._must_search = is_recovered
        self._may_be_stale = is_recovered  # what Discord holds may differ from what we sent
        self._replaced: set[int] = set()  # pages whose post of an earlier version was deleted
        self._is_gone = False  # somebody deleted a post under our hands
        self._is_visible = False
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
        return self._may_be_stale or self._turn.edition > 0

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
                    log.info("%s event=edit_failed reason=%s", self._name, error)
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
        while not self._is_visible:
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
        if self._must_search:
            await self._insist(self._search)
        await self._insist(partial(self._put, 0, Page(words, Controls.STOP)))

    async def finish(self, pages: list[Page]) -> None:
        """Show exactly `pages`, and take back what an earlier attempt left beyond them.

        Returns when Discord has confirmed each of them, however long that takes.

        Raises:
            PlaceGone: there is nobody left to show them to.
            PostRefused: Discord does not take a page with a file. One without is told of in
                its place.
        """
        if self._must_search:
            await self._insist(self._search)
        for number, page in enumerate(pages):
            if self._is_gone and number >= len(self._posts):
                break
            if number >= len(self._posts) or self._shown[number] != page:
                await self._insist(partial(self._put, number, page))
        strays = [*(stray.id for stray in self._strays), *self._posts[len(pages) :]]
        if len(self._posts) > len(pages):
            # Before they are gone: who deletes a post that is recorded takes the answer out.
            forget = partial(self._ledger.forget_posts, self._turn.id, since=len(pages))
            await self._insist(forget)
        for stray in strays:
            await self._take_back(stray)

    async def break_off(self, pages: list[Page]) -> None:
        """Say under the last of `pages` that has a post that the next ones get none.

        Where there is none, or it may not be changed either, nothing can be said.
        """
        number = min(len(self._posts), len(pages)) - 1
        if number >= 0:
            with suppress(PlaceGone):
                await self._insist(partial(self._put, number, cut_off(pages[number])))

    async def said_so_far(self) -> str:
        """Return what Discord shows of the answer, for a turn whose words were not kept.

        That ends with the page under which there is a Stop button; beyond it, or where there
        is none, stands what an earlier attempt or version had said.
        """
        if self._must_search:
            await self._insist(self._search)
        texts: list[str] = []
        for post in self._posts:
            seen = await self._insist(partial(self._messenger.read, self._place, post))
            if seen and seen.text not in _OUR_WORDS:
                texts.append(seen.text)
            if seen and seen.controls is Controls.STOP:
                return "\n".join(texts)
        return "\n".join(texts) if self._turn.edition == 0 else ""

    async def _insist(self, call: Callable[[], Awaitable[T]]) -> T:
        return await insist(self._clock, call, about=self._name)

    @property
    def _name(self) -> str:
        return f"session={self._turn.session_id} turn={self._turn.id}"

    async def _draw(self, pages: list[Page]) -> None:
        """Bring the growing pages up to date; an edit that finds no room is left out."""
        for number, page in enumerate(pages):
            if number >= len(self._posts):
                if self._is_gone:
                    return
                await self._put(number, page)
            elif self._shown[number] != page:
                await self._change(number, page, is_passing=True)

    async def _put(self, number: int, page: Page) -> None:
        """Place a page that has no post yet, or change the post that it has."""
        if number >= len(self._posts) and self._must_search:
            await self._search()
        if number < len(self._posts):
            await self._change(number, page)
        else:
            await self._place_new(number, page)

    async def _place_new(self, number: int, page: Page) -> None:
        self._must_search = True  # until we know better: the request may land unheard
        try:
            post = await self._messenger.post(
                self._place,
                page,
                mark=self._turn.mark(number),
                nonce=self._turn.nonce(number),
                reply_to=self._reply_to(number),
            )
        except MessengerBusy:
            self._may_be_stale = True
            raise
        except PostGone:
            self._must_search, self._is_gone = False, True
            return
        except PostRefused as error:
            self._must_search = False
            await self._refused(number, page, error)
            return
        self._must_search = False
        await self._adopt(number, post, page)
        if self._may_be_stale:
            # A nonce that was used before returns the post of then, with the text of then.
            await self._change(number, page)

    async def _adopt(self, number: int, post: int, page: Page | None) -> None:
        if number < len(self._posts):
            self._posts[number], self._shown[number] = post, page
        else:
            self._posts.append(post)
            self._shown.append(page)
        # A nonce may give back what the search could not place.
        self._strays = [stray for stray in self._strays if stray.id != post]
        self._is_visible = self._is_visible or page is not None
        # Made certain here: a post that is not recorded would be swept away as a stray.
        await self._insist(partial(self._ledger.record_post, self._turn.id, number, post))

    async def _change(self, number: int, page: Page, *, is_passing: bool = False) -> None:
        before, self._shown[number] = self._shown[number], None
        mark = self._turn.mark(number)
        try:
            await self._messenger.edit(
                self._place, self._posts[number], page, mark=mark, is_passing=is_passing
            )
        except NoRoom:
            self._shown[number] = before
            raise
        except MessengerBusy:
            self._may_be_stale = True
            raise
        except PostGone:
            await self._deleted(number, page)
        except PostRefused as error:
            await self._refused(number, page, error)
        else:
            self._is_visible = True
            self._shown[number] = page

    async def _deleted(self, number: int, page: Page) -> None:
        """Put back nothing that somebody deleted, unless another version is asked for."""
        is_wanted = self._turn.edition > 0 and not self._turn.is_undone
        if is_wanted and number not in self._replaced:
            await self._replace(number, page)
            self._replaced.add(number)
        else:
            self._is_gone = True
            self._shown[number] = page

    async def _replace(self, number: int, page: Page) -> None:
        """Put another post in the place of a deleted one, which may have been tried before."""
        if self._must_search:
            await self._search()
        found = [post.id for post in self._strays if post.mark == self._turn.mark(number)]
        if found:
            await self._adopt(number, found[0], None)
            await self._change(number, page)
        else:
            await self._place_new(number, page)

    async def _refused(self, number: int, page: Page, error: PostRefused) -> None:
        """Say in place of a page that Discord does not take it; if not even that, let it be."""
        log.warning("%s event=page_refused page=%d reason=%s", self._name, number, error)
        if page.file is not None:
            raise error
        words = Page(REFUSED_BY_DISCORD, page.controls)
        if page.text == words.text:
            self._is_gone = True
        elif number < len(self._posts):
            await self._change(number, words)
        else:
            await self._place_new(number, words)
        if number < len(self._posts):
            self._shown[number] = page

    def _reply_to(self, number: int) -> int | None:
        newest = self._turn.prompts[-1]
        return newest.message_id if number == 0 and newest.is_message else None

    async def _search(self) -> None:
        """Adopt the posts that an earlier attempt placed; once for a recovered turn."""
        found = await self._messenger.find(self._place, *self._turn.anchors)
        self._strays.clear()
        for post in found:
            if post.id in self._posts:
                continue
            if post.mark == self._turn.mark(len(self._posts)):
                await self._adopt(post.mark.page, post.id, None)
            else:
                self._strays.append(post)
        self._must_search = False
        self._may_be_stale = True

    async def _take_back(self, post: int) -> None:
        await self._insist(partial(self._messenger.delete, self._place, post))
