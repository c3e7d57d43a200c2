"""Delivering: what was answered is kept, shown to its end, and the turn settled by that."""

from __future__ import annotations

import logging
from functools import partial

from bot.domain.errors import PlaceGone, PostRefused, Silenced, TurnSettled
from bot.domain.reply import Ending, Reply, Standing
from bot.domain.turn import Turn, TurnState
from bot.engine.billing import Billing, Tab
from bot.engine.checking import LateChecks, final_state
from bot.engine.completing import Answer
from bot.engine.downtime import Downtime
from bot.engine.layout import pages_of, without_file
from bot.engine.patience import insist
from bot.engine.publishing import Screen
from bot.ports import Clock, Ledger

log = logging.getLogger(__name__)

_SILENCED = "the bot may not post there: see its permissions, or whether the thread is locked"


class Delivery:
    """Sees what was said of an answer through to its end, a good or a bad one."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        billing: Billing,
        downtime: Downtime,
        checks: LateChecks,
        clock: Clock,
        long_after: int,
    ) -> None:
        self._ledger = ledger
        self._billing = billing
        self._downtime = downtime
        self._checks = checks
        self._clock = clock
        self._long_after = long_after

    async def keep(self, turn: Turn, answer: Answer, tab: Tab | None = None) -> Turn:
        """Record the reply, whatever it takes, and with it what is on the tab for it, if any.

        Raises:
            TurnSettled: nobody is owed it any more; what is on the tab is recorded.
        """
        self._downtime.is_over_for(turn)
        record = partial(
            self._ledger.record_reply,
            turn.id,
            answer.reply,
            usage=answer.usage,
            floor=answer.floor if answer.usage else None,
            calls=tuple(tab.calls) if tab else (),
            warning=answer.warning,
        )
        try:
            turn = await insist(self._clock, record, about=turn.name)
        except TurnSettled:  # deleted meanwhile: its words are gone, its bill is not
            if tab:
                await self._billing.settle(tab)
            raise
        log.info(
            "%s event=answered ending=%s usage=%s", turn.name, answer.reply.ending, answer.usage
        )
        return turn

    async def deliver(self, turn: Turn, standing: Standing | None, screen: Screen) -> None:
        """Show the reply of an answered turn to its end, and settle it, but for a late check.

        Raises:
            PlaceGone: there is nobody left to show it to; see `abandon`.
            TurnSettled: somebody settled it meanwhile.
        """
        assert turn.reply is not None, "an answered turn has a reply"  # noqa: S101
        try:
            await screen.finish(pages_of(turn, turn.reply, standing, long_after=self._long_after))
        except PostRefused:
            pages = without_file(
                turn.reply,
                is_withdrawn=turn.is_withdrawn,
                is_undone=turn.is_undone,
                standing=standing,
            )
            await screen.finish(pages)
        if screen.owes_check:
            self._checks.owe(turn)
            await self._ledger.settle_turn(turn.id, TurnState.POSTED)
        else:
            await self._ledger.settle_turn(turn.id, final_state(turn.reply))
        log.info("%s event=delivered check_owed=%s", turn.name, screen.owes_check)

    async def abandon(self, turn: Turn, screen: Screen, error: PlaceGone) -> None:
        """Leave a turn whose answer cannot be shown, or not to its end; keep what was said."""
        is_silenced = isinstance(error, Silenced)
        if is_silenced:  # which somebody may want to mend
            log.warning("%s event=abandoned reason=%s; %s", turn.name, error, _SILENCED)
        else:
            log.info("%s event=abandoned reason=%s", turn.name, error)
        self._downtime.is_over_for(turn)
        if turn.reply is None and screen.text.strip():
            turn = await self.keep(turn, Answer(Reply(screen.text, Ending.STOPPED)))
        if is_silenced and turn.reply is not None:
            await screen.break_off(pages_of(turn, turn.reply, long_after=self._long_after))
        await self._ledger.settle_turn(turn.id, TurnState.ABANDONED)
