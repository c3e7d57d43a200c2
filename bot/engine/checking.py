"""Checking: a while later, whether Discord still shows a reply as it is stored.

Edits of a dead process and requests whose answer was lost may land after ours. What they
changed is put right, and what they left beyond the reply is taken back.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from bot.domain.errors import PlaceGone, PostGone, PostRefused, TurnSettled
from bot.domain.reply import Ending, Page, Post, Reply
from bot.domain.session import Place, SessionId
from bot.domain.turn import Owed, Turn, TurnState
from bot.engine.layout import pages_of
from bot.engine.noting import Notes
from bot.engine.patience import insist
from bot.ports import Clock, Ledger, Messenger

log = logging.getLogger(__name__)

T = TypeVar("T")

# A request that left us may take effect for so long: about 20 s for what is in flight, and
# some more. Must be shorter than the minutes for which Discord remembers a nonce.
LATE_CHECK_AFTER = 25.0  # seconds


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
        log.info("%s event=post_repaired post=%d", self._turn.name, post)
        try:
            await self._messenger.edit(self._place, post, page, mark=seen.mark)
        except (PostGone, PostRefused) as error:
            log.info("%s event=repair_refused post=%d reason=%s", self._turn.name, post, error)

    async def _sweep(self) -> None:
        for post in await self._messenger.find(self._place, *self._turn.anchors):
            if post.id not in self._turn.posts:
                log.info("%s event=stray_deleted post=%d", self._turn.name, post.id)
                delete = partial(self._messenger.delete, self._place, post.id)
                await self._insist(delete)

    async def _insist(self, call: Callable[[], Awaitable[T]]) -> T:
        return await insist(self._clock, call, about=self._turn.name)


class LateChecks:
    """Does the late checks that are owed, each when its time has come."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        messenger: Messenger,
        clock: Clock,
        long_after: int,
        check: type[LateCheck] = LateCheck,
    ) -> None:
        self._ledger = ledger
        self._messenger = messenger
        self._clock = clock
        self._long_after = long_after
        self._check = check
        self._due: Notes[float] = Notes()  # of what this process posted, until it is checked
        self._started = clock.monotonic()

    def owe(self, turn: Turn) -> None:
        """Know that a turn was posted just now."""
        self._due.put(turn, self._clock.monotonic() + LATE_CHECK_AFTER)

    def forget(self, session_id: SessionId) -> None:
        """Know that a session owes nothing."""
        self._due.forget(session_id)

    async def do(self, owed: Owed) -> float:
        """Do the late check of a posted turn when its time has come.

        Return the seconds until there may be more to do for its session.
        """
        turn = owed.turn
        assert turn.reply is not None, "a posted turn has a reply"  # noqa: S101
        due = self._due.of(turn, self._started + LATE_CHECK_AFTER)
        if (wait := due - self._clock.monotonic()) > 0:
            return wait
        state = final_state(turn.reply)
        pages = pages_of(turn, turn.reply, owed.standing, long_after=self._long_after)
        check = self._check(turn, owed.session.place, messenger=self._messenger, clock=self._clock)
        try:
            await check.repair(pages)
        except PlaceGone:
            state = TurnState.ABANDONED
        self._due.drop(turn)
        try:
            await self._ledger.settle_turn(turn.id, state)
        except TurnSettled as error:
            log.info("%s event=settled_meanwhile reason=%s", turn.name, error)
        else:
            log.info("%s event=checked state=%s", turn.name, state)
        return 0.0


def final_state(reply: Reply) -> TurnState:
    """Return what a turn is settled as once its reply is known to be shown."""
    return TurnState.CANCELLED if reply.ending is Ending.STOPPED else TurnState.DELIVERED


def _shows(post: Post, page: Page) -> bool:
    return (
        post.text.strip() == page.text.strip()
        and post.controls == page.controls
        and post.has_file == (page.file is not None)
        and post.standing == page.standing
    )
