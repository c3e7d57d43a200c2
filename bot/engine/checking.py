"""Checking: a while later, whether Discord still shows a reply as it is stored.

Edits of a dead process and requests whose answer was lost may land after ours. What they
changed is put right, and what they left beyond the reply is taken back.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from bot.domain.errors import PostGone, PostRefused
from bot.domain.reply import Page, Post
from bot.domain.session import Place
from bot.domain.turn import Turn
from bot.engine.patience import insist
from bot.ports import Clock, Messenger

log = logging.getLogger(__name__)

T = TypeVar("T")


class LateCheck:
    """Looks once after the posts of a turn whose reply is on Discord."""

    def __init__(self, turn: Turn, place: Place, *, messenger: Messenger, clock: Clock) -> None:
        self._turn = turn
        self._place = place
        self._messenger = messenger
        self._clock = clock

    async def repair(self, pages: Sequence[Page]) -> None:
        """Have Discord show exactly `pages`, but for what somebody deleted.

        Raises:
            PlaceGone: there is nobody left to show them to.
        """
        for post, page in zip(self._turn.posts, pages, strict=False):
            await self._insist(partial(self._compare, post, page))
        await self._insist(self._sweep)

    async def _compare(self, post: int, page: Page) -> None:
        seen = await self._messenger.read(self._place, post)
        if seen is None or _shows(seen, page):
            return
        log.info("%s event=post_repaired post=%d", self._name, post)
        try:
            await self._messenger.edit(self._place, post, page, mark=seen.mark)
        except (PostGone, PostRefused) as error:
            log.info("%s event=repair_refused post=%d reason=%s", self._name, post, error)

    async def _sweep(self) -> None:
        for post in await self._messenger.find(self._place, *self._turn.anchors):
            if post.id not in self._turn.posts:
                log.info("%s event=stray_deleted post=%d", self._name, post.id)
                delete = partial(self._messenger.delete, self._place, post.id)
                await self._insist(delete)

    async def _insist(self, call: Callable[[], Awaitable[T]]) -> T:
        return await insist(self._clock, call, about=self._name)

    @property
    def _name(self) -> str:
        return f"session={self._turn.session_id} turn={self._turn.id}"


def _shows(post: Post, page: Page) -> bool:
    return (
        post.text.strip() == page.text.strip()
        and post.controls == page.controls
        and post.has_file == (page.file is not None)
        and post.standing == page.standing
    )
