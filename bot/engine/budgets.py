"""Budgets: whether a model may be asked, which one, and what is said of it.

Little left: told once, and a cheaper model answers if one is named. Nothing left: nobody is
asked, and the person is told when it opens again. Where there is a budget, a model whose price
is not known is not asked: what it spends could not be counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from bot.domain.billing import Call, Payer, Scope, scopes_of
from bot.domain.budget import Alert, BudgetNote, Share, Standing, shares_of
from bot.domain.completion import Usage
from bot.engine.ceilings import AllCeilings
from bot.engine.patience import insist
from bot.ports import Accounts, Clock, Prices

_SAMPLE = Usage(1000, 1000)  # by which models are compared


@dataclass(frozen=True, slots=True)
class Admission:
    """Which models may be asked, the first one first, and what budgets say to that."""

    models: tuple[str, ...]  # none: nobody is asked
    note: BudgetNote | None = None
    shares: tuple[Share, ...] = ()

    def has_room_for(self, cost: int) -> bool:
        """Whether something is left of every budget once so much more is spent."""
        return not any(share.with_more(cost).is_spent for share in self.shares)

    def warning(self, calls: Sequence[Call]) -> Share | None:
        """Return the budget to warn of after these calls, the fullest first."""
        cost = sum(call.cost or 0 for call in calls)
        after = [share.with_more(cost) for share in self.shares]
        near = [share for share in after if share.is_near and not share.is_warned]
        return _fullest(near) if near and self.note is None else None


class Budgets:
    """Holds what was spent against what may be."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        prices: Prices,
        clock: Clock,
        ceilings: AllCeilings,
        cheaper_model: str | None = None,
    ) -> None:
        self._accounts = accounts
        self._prices = prices
        self._clock = clock
        self._ceilings = ceilings
        self._cheaper_model = cheaper_model

    async def admit(self, payer: Payer, models: tuple[str, ...]) -> Admission:
        """Return which of `models` may be asked for somebody, or which one instead."""
        shares = tuple(await self.shares(scopes_of(payer)))
        if not shares:
            return Admission(models)
        if spent := [share for share in shares if share.is_spent]:
            last = max(spent, key=lambda share: share.opens_at)
            return Admission((), _note(Standing.SPENT, last))
        priced = tuple(model for model in models if self._price(model) is not None)
        if not priced:
            return Admission((), _note(Standing.UNPRICED, _fullest(shares)))
        near = [share for share in shares if share.is_near]
        if near and self._cheaper_model and self._is_cheaper(self._cheaper_model, priced[0]):
            note = _note(Standing.STEPPED_DOWN, _fullest(near))
            return Admission((self._cheaper_model,), note, shares)
        return Admission(priced, None, shares)

    async def shares(self, scopes: Sequence[Scope]) -> list[Share]:
        """Return every budget that there is for some scopes; nothing is read where none is."""
        limited = {scope: over for scope in scopes if (over := self._ceilings.over(scope))}
        if not limited:
            return []
        today = self._clock.now().date()
        read = partial(self._accounts.balances, list(limited), today=today)
        return shares_of(await insist(self._clock, read), limited, today)

    def warning(self, share: Share) -> tuple[BudgetNote, Alert]:
        """Return how somebody is warned of a budget, and by what name that is remembered."""
        since = share.period.first_day(self._clock.now().date())
        return _note(Standing.WARNED, share), Alert(share.scope, share.period, since)

    def _price(self, model: str) -> int | None:
        return self._prices.cost(model, _SAMPLE)

    def _is_cheaper(self, model: str, than: str) -> bool:
        one, other = self._price(model), self._price(than)
        return one is not None and other is not None and one < other


def _fullest(shares: Sequence[Share]) -> Share:
    return max(shares, key=lambda share: share.spent / share.limit if share.limit else 1.0)


def _note(standing: Standing, share: Share) -> BudgetNote:
    return BudgetNote(standing, share.scope.kind, share.period, share.opens_at, share.is_own)
