"""Ceilings: what may be spent at most, by the operator and by those who manage a server.

What servers set is known without asking the store, as what they listen to is: a turn where
there is no budget reads nothing for it. It is as large as the store's list of such budgets.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.billing import Scope
from bot.domain.budget import (
    NO_BUDGETS,
    NO_LIMITS,
    Ceilings,
    LimitsByKind,
    ceilings,
)


class AllCeilings:
    """A view of what the operator set, and of what each server did."""

    def __init__(
        self,
        operators: LimitsByKind = NO_BUDGETS,
        own: Mapping[int, LimitsByKind] | None = None,
    ) -> None:
        self.operators = operators
        self._own = dict(own or {})

    def over(self, scope: Scope) -> Ceilings:
        """Return what holds for a scope; nothing for one without a budget."""
        own = self.own(scope.guild_id).get(scope.kind, NO_LIMITS)
        return ceilings(self.operators.get(scope.kind, NO_LIMITS), own)

    def own(self, guild_id: int) -> LimitsByKind:
        """Return what a server set for itself."""
        return self._own.get(guild_id, NO_BUDGETS)

    def learn(self, guild_id: int, limits: LimitsByKind) -> None:
        """Know what a server set for itself, in place of what was known."""
        self._own.pop(guild_id, None)
        if limits:
            self._own[guild_id] = limits
