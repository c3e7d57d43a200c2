"""Asking: a model is asked for an answer, which is shown while it grows and may be broken off."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from bot.domain.errors import BotError
from bot.domain.reply import Ending, Reply
from bot.domain.session import TurnId
from bot.domain.turn import Owed
from bot.engine.billing import Tab
from bot.engine.completing import Answer, Completer
from bot.engine.fetching import Fetcher
from bot.engine.patience import insist
from bot.engine.publishing import Screen
from bot.engine.screens import Screens
from bot.ports import Clock, Ledger

log = logging.getLogger(__name__)


class Asker:
    """Asks for answers, and knows which are being asked for."""

    def __init__(
        self,
        *,
        fetcher: Fetcher,
        completer: Completer,
        screens: Screens,
        ledger: Ledger,
        clock: Clock,
    ) -> None:
        self._fetcher = fetcher
        self._completer = completer
        self._screens = screens
        self._ledger = ledger
        self._clock = clock
        self._asking: dict[TurnId, Screen] = {}  # each for as long as `ask` is at it

    def begin_anew(self, turn_id: TurnId) -> None:
        """Ask again for a turn whose words changed, unless the answer has begun.

        What was said already is paid for, and somebody may read it: it is finished first.
        """
        screen = self._asking.get(turn_id)
        if screen is not None and not screen.text.strip():
            screen.interrupted.set()

    async def ask(self, owed: Owed, screen: Screen, tab: Tab) -> Answer | None:
        """Return the answer, or what there is of it when it is broken off; None: to begin anew."""
        self._asking[owed.turn.id] = screen
        try:
            answer = await self._stream(owed, screen, tab)
        finally:
            del self._asking[owed.turn.id]
        begin_anew = partial(self._ledger.begin_anew, owed.turn.id)
        if answer.reply.ending is Ending.STOPPED and await insist(self._clock, begin_anew):
            log.info("%s event=begun_anew", owed.turn.name)
            if not screen.owes_check:  # what was shown of it, if anything, is known
                self._screens.expect(owed.turn)
            return None
        return answer

    async def _stream(self, owed: Owed, screen: Screen, tab: Tab) -> Answer:
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(self._complete(owed, screen, tab))
            shown = [group.create_task(screen.paint()), group.create_task(screen.type())]
            halted = group.create_task(screen.interrupted.wait())
            await asyncio.wait({asked, halted}, return_when=asyncio.FIRST_COMPLETED)
            asked.cancel()
            halted.cancel()
            async with screen.at_rest():
                for task in shown:
                    task.cancel()
        if screen.failure:
            raise screen.failure
        if asked.cancelled():
            return Answer(Reply(screen.text, Ending.STOPPED))
        if isinstance(answer := asked.result(), BotError):
            raise answer
        return answer

    async def _complete(self, owed: Owed, screen: Screen, tab: Tab) -> Answer | BotError:
        """Ask, and return an error rather than raise it: a task group would wrap it up."""
        try:
            whole = await self._fetcher.fetched(owed)
            return await self._completer.complete(whole, screen.show, tab)
        except BotError as error:
            return error
