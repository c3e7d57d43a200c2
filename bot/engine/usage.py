"""Usage: what was asked of models in a while, for whoever may see it.

Every method asks first whether the actor may do this here, and raises Denied if not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.access import Action, Actor, demand
from bot.domain.billing import Daily, Scope, ScopeKind, Spending
from bot.domain.budget import Share
from bot.domain.session import Place
from bot.engine.budgets import Budgets
from bot.ports import Accounts, Clock

MOST_PEOPLE = 5  # of a server are named, the dearest first


@dataclass(frozen=True, slots=True)
class Report:
    """What was spent in a scope from one day to another, both included and in UTC."""

    scope: Scope
    since: date
    until: date
    daily: Sequence[Daily]
    people: Sequence[tuple[int, Spending]] = ()
    budgets: Sequence[Share] = ()

    @property
    def total(self) -> Spending:
        """What was spent in all."""
        return sum((one.spending for one in self.daily), Spending())

    def by_day(self) -> dict[date, Spending]:
        """Return what was spent on each day, also on those without a call."""
        days = (self.until - self.since).days + 1
        sums = {self.since + timedelta(days=number): Spending() for number in range(days)}
        for one in self.daily:
            sums[one.day] = sums.get(one.day, Spending()) + one.spending
        return sums

    def by_model(self) -> list[tuple[str, Spending]]:
        """Return what was spent on each model, the dearest first."""
        sums: dict[str, Spending] = {}
        for one in self.daily:
            sums[one.model] = sums.get(one.model, Spending()) + one.spending
        return sorted(sums.items(), key=lambda one: (-one[1].cost, -one[1].calls, one[0]))


class UsageReports:
    """Adds up what people, channels and servers spent."""

    def __init__(self, *, accounts: Accounts, budgets: Budgets, clock: Clock) -> None:
        self._accounts = accounts
        self._budgets = budgets
        self._clock = clock

    async def mine(self, place: Place, actor: Actor, *, days: int) -> Report:
        """Return what the actor spent, wherever it was."""
        demand(actor, Action.SEE_USAGE, place)
        own = [Scope(ScopeKind.USER, actor.id)]
        if place.guild_id is not None:
            own.append(Scope(ScopeKind.MEMBER, actor.id, place.guild_id))
        return await self._report(own, days)

    async def channel(self, place: Place, actor: Actor, *, days: int) -> Report:
        """Return what was spent at a place, by all together."""
        demand(actor, Action.SEE_USAGE, place)
        scope = Scope(ScopeKind.CHANNEL, place.channel_id, place.guild_id or 0)
        return await self._report([scope], days)

    async def server(self, place: Place, actor: Actor, *, days: int) -> Report | None:
        """Return what was spent in a server, and who spent most; None outside of servers."""
        demand(actor, Action.SEE_SERVER_USAGE, place)
        if place.guild_id is None:
            return None
        people = await self._accounts.members(
            place.guild_id, since=self._since(days), limit=MOST_PEOPLE
        )
        scope = Scope(ScopeKind.SERVER, place.guild_id, place.guild_id)
        return await self._report([scope], days, people)

    async def _report(
        self, scopes: Sequence[Scope], days: int, people: Sequence[tuple[int, Spending]] = ()
    ) -> Report:
        """Return what was spent in the first of the scopes, with the budgets of all of them."""
        since = self._since(days)
        daily = await self._accounts.spending(scopes[0], since=since)
        shares = await self._budgets.shares(scopes)
        return Report(scopes[0], since, self._clock.now().date(), daily, people, shares)

    def _since(self, days: int) -> date:
        return self._clock.now().date() - timedelta(days=days - 1)
