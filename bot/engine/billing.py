"""Billing: a tab is kept of every call of a model, whatever comes of it.

What is on a tab is recorded with the reply that it paid for, in one transaction; what there
is no reply for is recorded by itself. What a dying process had asked for stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from io import StringIO

from bot.domain.billing import Call, CallKind, Payer
from bot.domain.completion import Usage
from bot.domain.context import Context, estimate
from bot.domain.errors import ModelError
from bot.domain.turn import Owed
from bot.domain.wording import storable
from bot.engine.patience import insist
from bot.ports import Accounts, Clock, Prices


class OpenCall:
    """A call that is being made: what is known of its cost so far."""

    def __init__(self) -> None:
        self.is_heard = False  # the far side took it up, so that it costs something
        self.usage: Usage | None = None


class Tab:
    """The calls that were made for a payer, oldest first."""

    def __init__(self, payer: Payer, kind: CallKind, *, prices: Prices, clock: Clock) -> None:
        self.payer = payer
        self._kind = kind
        self._prices = prices
        self._clock = clock
        self.calls: list[Call] = []  # that are not recorded yet
        self._recorded: list[Call] = []

    @contextmanager
    def call(
        self, context: Context, said: StringIO, *, kind: CallKind | None = None
    ) -> Iterator[OpenCall]:
        """Put a call on the tab when the block is left, however it is left.

        Its tokens are estimated from what was shown and `said` where the far side did not
        count them. What it refused before it began costs nothing. It is of the tab's own kind,
        unless another is given.
        """
        call = OpenCall()
        try:
            yield call
        except ModelError as error:
            call.usage = error.usage
            raise
        finally:
            if call.is_heard or call.usage is not None:
                self._enter(kind or self._kind, context, said.getvalue(), call.usage)

    @property
    def all_calls(self) -> tuple[Call, ...]:
        """Every call that was made, also those that are recorded."""
        return (*self._recorded, *self.calls)

    def hand_over(self) -> tuple[Call, ...]:
        """Return the calls that are to be recorded now, and hold them to be so."""
        calls = tuple(self.calls)
        self._recorded += calls
        self.calls.clear()
        return calls

    def take_back(self, calls: tuple[Call, ...]) -> None:
        """Know that these calls were not recorded after all."""
        del self._recorded[len(self._recorded) - len(calls) :]
        self.calls[:0] = calls

    def _enter(self, kind: CallKind, context: Context, said: str, counted: Usage | None) -> None:
        usage = counted
        if usage is None or not (usage.input_tokens or usage.output_tokens):
            usage = _estimated(context, said)
        self.calls.append(
            Call(
                kind,
                self.payer,
                context.model,
                usage,
                self._prices.cost(context.model, usage),
                self._clock.now(),
                is_estimated=usage is not counted,
            )
        )


class Billing:
    """Opens tabs, and records those that no reply was given for."""

    def __init__(self, *, accounts: Accounts, prices: Prices, clock: Clock) -> None:
        self._accounts = accounts
        self._prices = prices
        self._clock = clock

    def tab(self, owed: Owed, kind: CallKind = CallKind.ANSWER) -> Tab:
        """Return an empty tab. Who said the newest prompt pays."""
        return self.tab_of(payer_of(owed), kind)

    def tab_of(self, payer: Payer, kind: CallKind) -> Tab:
        """Return an empty tab for somebody."""
        return Tab(payer, kind, prices=self._prices, clock=self._clock)

    async def settle(self, tab: Tab) -> None:
        """Record what is on a tab by itself, whatever it takes."""
        if tab.calls:
            await insist(self._clock, partial(self._accounts.record_calls, tuple(tab.calls)))
            tab.calls.clear()


def payer_of(owed: Owed) -> Payer:
    """Return for whom a turn is answered."""
    session = owed.session
    return Payer(owed.turn.prompts[-1].author_id, session.place, session.id, owed.turn.id)


def _estimated(context: Context, said: str) -> Usage:
    return Usage(context.size, estimate(storable(said)) if said else 0)
