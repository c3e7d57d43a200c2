"""Line: who waits long for a place among those who are answered is told so.

Who gets the next place is the room's to say; see there.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from bot.domain.errors import PlaceGone, TurnSettled
from bot.domain.session import SessionId
from bot.domain.turn import Turn, TurnState
from bot.engine.delivering import Delivery
from bot.engine.notices import IN_LINE
from bot.engine.patience import insist
from bot.engine.publishing import Screen
from bot.engine.room import Room
from bot.engine.screens import Screens
from bot.ports import Clock, Ledger

log = logging.getLogger(__name__)

# Who waits longer than this for a place among those who are answered is told so.
TOLD_IN_LINE_AFTER = 4.0  # seconds; it costs no request: the answer takes that post over


class Line:
    """Waits with the sessions that have no place yet."""

    def __init__(
        self, *, room: Room, screens: Screens, delivery: Delivery, ledger: Ledger, clock: Clock
    ) -> None:
        self._room = room
        self._screens = screens
        self._delivery = delivery
        self._ledger = ledger
        self._clock = clock

    async def wait(
        self, session_id: SessionId, going_on: asyncio.Future[None], halt: asyncio.Event
    ) -> None:
        """Wait for a place among those who are answered; who waits for long is told so."""
        await asyncio.wait({going_on}, timeout=TOLD_IN_LINE_AFTER)
        if not going_on.done():
            await self._tell_in_line(session_id, halt)
        await going_on

    async def _tell_in_line(self, session_id: SessionId, halt: asyncio.Event) -> None:
        owed = await self._ledger.take_up(session_id)
        if owed is None or owed.turn.state is not TurnState.ANSWERING:
            return
        turn = owed.turn
        screen = self._screens.screen_for(owed, halt)
        try:
            await insist(self._clock, partial(self._ledger.put_off, turn.id))
            if turn.stop_requested:
                self._room.let_by(session_id)
                return
            await self._tell(turn, screen)
        except TurnSettled as error:
            log.info("%s event=settled_meanwhile reason=%s", turn.name, error)

    async def _tell(self, turn: Turn, screen: Screen) -> None:
        log.info("%s event=in_line", turn.name)
        try:
            await screen.tell(IN_LINE)
        except PlaceGone as error:
            await self._delivery.abandon(turn, screen, error)
        else:
            if not screen.owes_check:  # its post is known, so that nobody need look for it
                self._screens.expect(turn)
