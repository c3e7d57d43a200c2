"""Own budgets: what those who manage a server look up and set of budgets there."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.access import Action, Actor, Denial, Denied, demand
from bot.domain.budget import NO_LIMITS, LimitsByKind, Overruled, overruled
from bot.domain.session import Place
from bot.engine.ceilings import AllCeilings
from bot.ports import Accounts, Prices

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BudgetsSet:
    """What came of setting a server's own budgets."""

    overruled: Sequence[Overruled]  # what changes nothing
    unpriced: str | None = None  # the model that is not asked any more


class OwnBudgets:
    """Shows and sets the budgets of a server's own. They hold below the operator's."""

    def __init__(self, *, accounts: Accounts, ceilings: AllCeilings, prices: Prices) -> None:
        self._accounts = accounts
        self._ceilings = ceilings
        self._prices = prices

    def look(self, place: Place, actor: Actor) -> LimitsByKind:
        """Return the budgets that the server of a place set for itself.

        Raises:
            Denied: it is not for them, or there is no server.
        """
        return self._ceilings.own(_server_of(place, actor))

    async def set(
        self, place: Place, actor: Actor, limits: LimitsByKind, *, model: str
    ) -> BudgetsSet:
        """Have a server's own budgets be these and no others, from the next answer on.

        `model` is the one that answers at the place.

        Raises:
            Denied: as `look`.
        """
        guild_id = _server_of(place, actor)
        limits = {kind: each for kind, each in limits.items() if each != NO_LIMITS}
        await self._accounts.set_own_limits(guild_id, limits)
        self._ceilings.learn(guild_id, limits)
        log.info("guild=%d event=budgets_set kinds=%d by=%d", guild_id, len(limits), actor.id)
        is_unpriced = bool(limits) and not self._prices.offer(model).has_price
        if is_unpriced:
            log.warning(
                "guild=%d event=unpriced model=%s; the server's own budget cannot count it, so it "
                "is not asked there: set MODEL_PRICES",
                guild_id,
                model,
            )
        return BudgetsSet(
            overruled(limits, self._ceilings.operators), model if is_unpriced else None
        )


def _server_of(place: Place, actor: Actor) -> int:
    demand(actor, Action.CHANGE_BUDGETS, place)
    if place.guild_id is None:
        raise Denied(Denial.NO_RULE)
    return place.guild_id
