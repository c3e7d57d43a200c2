"""Titling: a conversation gets a better title once it was answered for the first time.

A title is worth little: it is made beside the lanes, by few at a time, once, and only where
nobody waits for a model. What is not made when the process ends is not made at all.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from itertools import islice

from bot.domain.billing import CallKind, Payer
from bot.domain.errors import BotError, NoRoom
from bot.domain.reply import Ending
from bot.domain.session import Session, TitledBy
from bot.domain.turn import Turn
from bot.engine.billing import Billing
from bot.engine.naming import Namer
from bot.engine.patience import insist, pauses
from bot.engine.room import Room
from bot.ports import Archive, Clock, Messenger

log = logging.getLogger(__name__)

WORKERS = 2  # titles that are made at a time
MOST_WAITING = 100
TRIES = 5  # to rename a thread, while there is no room for it


class Titling:
    """Has sessions named after their first answer; without a namer, none."""

    def __init__(
        self,
        *,
        archive: Archive,
        namer: Namer | None,
        billing: Billing,
        messenger: Messenger,
        room: Room,
        clock: Clock,
    ) -> None:
        self._archive = archive
        self._namer = namer
        self._billing = billing
        self._messenger = messenger
        self._room = room
        self._clock = clock
        self._waiting: asyncio.Queue[Turn] = asyncio.Queue(MOST_WAITING)

    def suggest(self, turn: Turn) -> None:
        """Know that a turn was delivered just now, its prompts as they were answered.

        Only the first turn of a session counts. No word of an earlier one can be in what a
        model makes of it, so that a title is known to go with the words that it is made of.
        """
        is_whole = turn.reply is not None and turn.reply.ending is Ending.WHOLE
        if self._namer and turn.parent is None and is_whole and not self._waiting.full():
            self._waiting.put_nowait(turn)

    async def run(self) -> None:
        """Make the titles that are suggested, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(self._work())

    async def finish(self) -> None:
        """Wait for the titles that are being made; begin no other."""
        while not self._waiting.empty():
            self._waiting.get_nowait()
            self._waiting.task_done()
        await self._waiting.join()

    async def _work(self) -> None:
        while True:
            turn = await self._waiting.get()
            try:
                await self._entitle(turn)
            except BotError as error:
                log.info("session=%s event=no_title reason=%s", turn.session_id, error)
            except Exception:
                # A boundary, as a lane is one: no title is worth the process.
                log.exception("session=%s event=no_title", turn.session_id)
            finally:
                self._waiting.task_done()

    async def _entitle(self, turn: Turn) -> None:
        session = await self._archive.session(turn.session_id)
        now = await self._archive.turn(turn.id)
        if session is None or session.titled_by is not TitledBy.PROMPT:
            return
        if now is None or now.is_retracted or _asked(now) != _asked(turn):  # some was taken back
            return
        if not self._room.is_crowded and await self._named(session, now):
            log.info("session=%s event=titled", session.id)

    async def _named(self, session: Session, turn: Turn) -> bool:
        """Have a session named, and its thread; return whether it is."""
        assert self._namer is not None, "nothing is suggested without one"  # noqa: S101
        author = turn.prompts[0].author_id
        payer = Payer(author, session.place, session.id, turn.id)
        tab = self._billing.tab_of(payer, CallKind.TITLE)
        title = await self._namer.title(session, turn, tab)
        if title is None:
            await self._billing.settle(tab)
            return False
        entitle = partial(self._archive.entitle, turn, title, calls=tuple(tab.calls))
        if not await insist(self._clock, entitle):
            return False
        await self._rename(session, title)
        return True

    async def _rename(self, session: Session, title: str) -> None:
        """Have the thread renamed that was opened under the title from the prompt."""
        if session.place.parent_id is None or session.title is None or session.title == title:
            return
        for pause in islice(pauses(), TRIES):
            try:
                await self._messenger.rename(session.place, old=session.title, new=title)
            except NoRoom:
                await self._clock.sleep(pause)
            except BotError as error:
                log.info("session=%s event=not_renamed reason=%s", session.id, error)
                return
            else:
                return


def _asked(turn: Turn) -> list[tuple[int, str, list[int]]]:
    """What was asked, whatever has become of its files: those were fetched to be answered."""
    return [
        (prompt.message_id, prompt.text, [each.id for each in prompt.attachments])
        for prompt in turn.kept_prompts
    ]
