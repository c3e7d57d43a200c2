"""Answering: one turn, step by step, from its prompts to its delivered reply."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from functools import partial

from bot.domain.errors import BotError, ModelDown, PlaceGone, TurnSettled
from bot.domain.reply import Ending, Reply
from bot.domain.session import SessionId
from bot.domain.turn import Owed, Turn, TurnState
from bot.engine.asking import Asker
from bot.engine.billing import Billing, Tab
from bot.engine.checking import LateChecks
from bot.engine.completing import Answer
from bot.engine.delivering import Delivery
from bot.engine.downtime import LOOK_AGAIN, Downtime
from bot.engine.line import Line
from bot.engine.patience import insist
from bot.engine.publishing import Screen
from bot.engine.rates import Rates
from bot.engine.room import Room
from bot.engine.screens import Screens
from bot.engine.titling import Titling
from bot.engine.unfinished import Unfinished
from bot.ports import Clock, Ledger, Messenger

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3  # a turn that comes to nothing this often is answered with a notice


class Answerer:
    """Does the next piece of work that a session owes.

    Every step starts from what the store holds and ends by writing to it, so a step that
    is cancelled or cut off by a crash is simply done again: recovery is the normal path.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        messenger: Messenger,
        clock: Clock,
        room: Room,
        line: Line,
        downtime: Downtime,
        screens: Screens,
        asker: Asker,
        delivery: Delivery,
        checks: LateChecks,
        billing: Billing,
        rates: Rates,
        titling: Titling,
    ) -> None:
        self.unfinished = Unfinished(clock)
        self._ledger = ledger
        self._messenger = messenger
        self._clock = clock
        self._room = room
        self._line = line
        self._downtime = downtime
        self._screens = screens
        self._asker = asker
        self._delivery = delivery
        self._checks = checks
        self._billing = billing
        self._rates = rates
        self._titling = titling
        # Both for as long as `step` is at them.
        self._busy: set[SessionId] = set()
        self._halts: dict[SessionId, asyncio.Event] = {}
        self._last_try = asyncio.Lock()

    def is_busy(self, session_id: SessionId) -> bool:
        """Whether what is heard for the session now has to wait for a reply before it."""
        return session_id in self._busy or self._downtime.holds(session_id)

    def halt(self, session_id: SessionId) -> None:
        """Break off the answer that the session is at, if any; the store knows already why.

        One that waits for the model is to be taken up again for that.
        """
        self._downtime.release(session_id)
        self._room.let_by(session_id)
        if halt := self._halts.get(session_id):
            halt.set()

    async def step(self, session_id: SessionId) -> float | None:
        """Do one piece of work; return the seconds until there may be more, None for never."""
        if self._downtime.lasts(session_id):
            return LOOK_AGAIN
        if (rest := self.unfinished.waits(session_id)) is not None:
            place, seconds = rest
            await self._messenger.typing(place)
            return seconds
        self._downtime.release(session_id)
        # Before the turn is taken up: who stops it from then on must find somebody to tell.
        halt = self._halts[session_id] = asyncio.Event()
        try:
            going_on = self._room.enter(session_id)
            if not going_on.done():
                self._busy.add(session_id)
                await self._line.wait(session_id, going_on, halt)
            return None if self._room.is_closed else await self._do_next(session_id, halt)
        finally:
            self._room.leave(session_id)
            self._busy.discard(session_id)
            del self._halts[session_id]

    async def _do_next(self, session_id: SessionId, halt: asyncio.Event) -> float | None:
        owed = await self._ledger.take_up(session_id)
        if owed is None:
            for part in (self._screens, self._downtime, self._checks):
                part.forget(session_id)
            return None
        if owed.turn.state is TurnState.POSTED:
            return await self._checks.do(owed)
        self._busy.add(session_id)
        return await self._work(owed, halt)

    async def _work(self, owed: Owed, halt: asyncio.Event) -> float:
        turn = owed.turn
        screen = self._screens.screen_for(owed, halt)
        try:
            if _asks_for_the_last_time(turn):
                return await self._try_alone(owed, screen)
            return await self._see_through(owed, screen)
        except TurnSettled as error:
            log.info("%s event=settled_meanwhile reason=%s", turn.name, error)
            return 0.0

    async def _try_alone(self, owed: Owed, screen: Screen) -> float:
        """Try a turn for the last time while no other such turn is tried.

        It may be what killed the process each time, or a turn that was under way beside that
        one. Who waits fails no attempt, so that the guilty turn takes no innocent one with it.
        """
        if self._last_try.locked():
            await insist(self._clock, partial(self._ledger.put_off, owed.turn.id))
            return LOOK_AGAIN
        async with self._last_try:
            return await self._see_through(owed, screen)

    async def _see_through(self, owed: Owed, screen: Screen) -> float:
        turn = owed.turn
        try:
            if turn.state is TurnState.ANSWERING:
                turn = await self._answer(owed, screen)
            if turn.reply is None:
                return LOOK_AGAIN
            await self._delivery.deliver(turn, owed.standing, screen)
        except PlaceGone as error:
            await self._delivery.abandon(turn, screen, error)
        else:
            if owed.turn.state is TurnState.ANSWERING:  # and not shown again
                # With the words that were answered: some may have been taken back meanwhile.
                self._titling.suggest(replace(turn, prompts=owed.turn.prompts))
        return 0.0

    async def _answer(self, owed: Owed, screen: Screen) -> Turn:
        """Have a turn answered and return it so; as it is if it is to be taken up again."""
        tab = self._billing.tab(owed)
        try:
            return await self._answer_on(tab, owed, screen)
        finally:
            self._rates.leave(tab.payer)

    async def _answer_on(self, tab: Tab, owed: Owed, screen: Screen) -> Turn:
        turn = owed.turn
        answer: Answer | None
        if turn.attempt > 1:
            log.info("%s event=answering_again attempt=%d", turn.name, turn.attempt)
        if turn.stop_requested:
            answer = Answer(Reply(await screen.said_so_far(), Ending.STOPPED))
        elif turn.attempt > MAX_ATTEMPTS:
            answer = Answer(Reply("", Ending.GAVE_UP))
        else:
            try:
                answer = await self._asker.ask(owed, screen, tab)
            except ModelDown as down:
                if not self._downtime.is_too_long(turn):
                    await self._billing.settle(tab)
                    await self._downtime.sit_out(turn, screen, down)
                    return turn
                answer = Answer(Reply("", Ending.BROKEN, down.fault))
            except BotError:
                await self._billing.settle(tab)
                raise
        if answer is None:
            await self._billing.settle(tab)
            return turn
        return await self._delivery.keep(turn, answer, tab)


def _asks_for_the_last_time(turn: Turn) -> bool:
    is_last = turn.state is TurnState.ANSWERING and turn.attempt == MAX_ATTEMPTS
    return is_last and not turn.stop_requested
