"""Placing: each page of a reply has one post on Discord, whoever was interrupted.

A page is placed in one of two ways. If it may ever have been tried before (by a process
that died, or by a request whose answer was lost), Discord is searched for our own post
with the page's mark. Otherwise, and when nothing is found, it is created under a nonce
that is a pure function of message, edition and page. The nonce covers what is still in
flight, the search all that is older; neither is enough alone.
"""

from __future__ import annotations

import logging
from functools import partial

from bot.domain.errors import MessengerBusy, NoRoom, PostGone, PostRefused
from bot.domain.reply import Page, Post
from bot.domain.session import Place
from bot.domain.turn import Turn
from bot.engine.notices import REFUSED_BY_DISCORD
from bot.engine.patience import insist
from bot.ports import Clock, Ledger, Messenger

log = logging.getLogger(__name__)


class Posts:
    """The posts of one turn's reply, as far as they are known."""

    def __init__(
        self,
        turn: Turn,
        place: Place,
        *,
        is_recovered: bool,
        ledger: Ledger,
        messenger: Messenger,
        clock: Clock,
    ) -> None:
        self._turn = turn
        self._place = place
        self._ledger = ledger
        self._messenger = messenger
        self._clock = clock
        self.ids = list(turn.posts)  # by page
        self._shown: list[Page | None] = [None] * len(turn.posts)  # None: nobody knows
        self._strays: list[Post] = []  # found, and of no page that wants a post
        self._must_search = is_recovered
        self.may_be_stale = is_recovered  # what Discord holds may differ from what we sent
        self._replaced: set[int] = set()  # pages whose post of an earlier version was deleted
        self.is_gone = False  # somebody deleted a post under our hands
        self.is_visible = False  # whether anything is known to be shown

    def shows(self, number: int, page: Page) -> bool:
        """Whether a page is known to be shown by its post."""
        return number < len(self.ids) and self._shown[number] == page

    def beyond(self, pages: int) -> list[int]:
        """Return the posts that so many pages do not want."""
        return [*(stray.id for stray in self._strays), *self.ids[pages:]]

    async def find(self) -> None:
        """Adopt the posts that an earlier attempt placed; once for a recovered turn."""
        if not self._must_search:
            return
        found = await self._messenger.find(self._place, *self._turn.anchors)
        self._strays.clear()
        for post in found:
            if post.id in self.ids:
                continue
            if post.mark == self._turn.mark(len(self.ids)):
                await self._adopt(post.mark.page, post.id, None)
            else:
                self._strays.append(post)
        self._must_search = False
        self.may_be_stale = True

    async def put(self, number: int, page: Page) -> None:
        """Place a page that has no post yet, or change the post that it has.

        Bears being called again after any failure.
        """
        if number >= len(self.ids):
            await self.find()
        if number < len(self.ids):
            await self.change(number, page)
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
            self.may_be_stale = True
            raise
        except PostGone:
            self._must_search, self.is_gone = False, True
            return
        except PostRefused as error:
            self._must_search = False
            await self._refused(number, page, error)
            return
        self._must_search = False
        await self._adopt(number, post, page)
        if self.may_be_stale:
            # A nonce that was used before returns the post of then, with the text of then.
            await self.change(number, page)

    async def _adopt(self, number: int, post: int, page: Page | None) -> None:
        if number < len(self.ids):
            self.ids[number], self._shown[number] = post, page
        else:
            self.ids.append(post)
            self._shown.append(page)
        # A nonce may give back what the search could not place.
        self._strays = [stray for stray in self._strays if stray.id != post]
        self.is_visible = self.is_visible or page is not None
        # Made certain here: a post that is not recorded would be swept away as a stray.
        record = partial(self._ledger.record_post, self._turn.id, number, post)
        await insist(self._clock, record, about=self._turn.name)

    async def change(self, number: int, page: Page, *, is_passing: bool = False) -> None:
        """Have the post of a page show it; a passing edit may be left out.

        Raises:
            NoRoom: it was left out.
        """
        before, self._shown[number] = self._shown[number], None
        mark = self._turn.mark(number)
        try:
            await self._messenger.edit(
                self._place, self.ids[number], page, mark=mark, is_passing=is_passing
            )
        except NoRoom:
            self._shown[number] = before
            raise
        except MessengerBusy:
            self.may_be_stale = True
            raise
        except PostGone:
            await self._deleted(number, page)
        except PostRefused as error:
            await self._refused(number, page, error)
        else:
            self.is_visible = True
            self._shown[number] = page

    async def _deleted(self, number: int, page: Page) -> None:
        """Put back nothing that somebody deleted, unless another version is asked for."""
        is_wanted = self._turn.edition > 0 and not self._turn.is_undone
        if is_wanted and number not in self._replaced:
            await self._replace(number, page)
            self._replaced.add(number)
        else:
            self.is_gone = True
            self._shown[number] = page

    async def _replace(self, number: int, page: Page) -> None:
        """Put another post in the place of a deleted one, which may have been tried before."""
        await self.find()
        found = [post.id for post in self._strays if post.mark == self._turn.mark(number)]
        if found:
            await self._adopt(number, found[0], None)
            await self.change(number, page)
        else:
            await self._place_new(number, page)

    async def _refused(self, number: int, page: Page, error: PostRefused) -> None:
        """Say in place of a page that Discord does not take it; if not even that, let it be."""
        log.warning("%s event=page_refused page=%d reason=%s", self._turn.name, number, error)
        if page.file is not None:
            raise error
        words = Page(REFUSED_BY_DISCORD, page.controls)
        if page.text == words.text:
            self.is_gone = True
        elif number < len(self.ids):
            await self.change(number, words)
        else:
            await self._place_new(number, words)
        if number < len(self.ids):
            self._shown[number] = page

    def _reply_to(self, number: int) -> int | None:
        newest = self._turn.prompts[-1]
        return newest.message_id if number == 0 and newest.is_message else None
