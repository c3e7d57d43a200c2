"""Rates: whether somebody may have another answer, or has had as many as the operator allows.

Answers are counted from the bill, so that a restart forgets none and what cost nothing is not
counted. What is not on it yet is counted from here: who asks in ten places at once has ten
answers under way. A process that dies with them forgets those, and asks anew about each.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.billing import Payer
from bot.domain.rate import Rate, RateNote, excess
from bot.domain.session import TurnId
from bot.engine.patience import insist
from bot.ports import Accounts, Clock


class Rates:
    """Lets people's turns in, as many in a while as the rates allow."""

    def __init__(self, *, accounts: Accounts, clock: Clock, rates: Sequence[Rate] = ()) -> None:
        self._accounts = accounts
        self._clock = clock
        self._rates = tuple(rates)
        self._under_way: dict[TurnId, int] = {}  # whose each is; as many as are answered

    async def admit(self, payer: Payer) -> RateNote | None:
        """Return why a turn is not answered now; or let it in, until it is told to `leave`.

        Nothing is read where there is no rate.
        """
        turn_id = payer.turn_id
        if not self._rates or turn_id is None:
            return None
        answered = await insist(self._clock, lambda: self._answered(payer))
        now = self._clock.now()
        # Since the bill was read others may have been let in.
        answered |= dict.fromkeys(self._others(payer), now)
        note = excess(self._rates, sorted(answered.values(), reverse=True), now)
        if note is None:
            self._under_way[turn_id] = payer.user_id
        return note

    def leave(self, payer: Payer) -> None:
        """Know that a turn is on the bill by now, or cost nothing."""
        if payer.turn_id is not None:
            self._under_way.pop(payer.turn_id, None)

    async def _answered(self, payer: Payer) -> dict[TurnId, datetime]:
        """Return when other turns of the person were answered; of those under way, now."""
        now = self._clock.now()
        # Before the bill is read: one that leaves meanwhile is not missing in both.
        under_way = self._others(payer)
        since = now - max(rate.span.length for rate in self._rates)
        most = max(rate.count for rate in self._rates) + 1  # the turn itself may be one of them
        billed = await self._accounts.answers(payer.user_id, since=since, limit=most)
        found = dict(billed) | dict.fromkeys(under_way, now)
        return {turn_id: at for turn_id, at in found.items() if turn_id != payer.turn_id}

    def _others(self, payer: Payer) -> set[TurnId]:
        present = self._under_way.items()
        return {turn_id for turn_id, user_id in present if user_id == payer.user_id}
