"""Fitting: how much of a session a model is shown, and what becomes of the rest."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from bot.domain.errors import StoreBusy
from bot.domain.summary import Summary
from bot.domain.turn import Owed, Turn
from bot.domain.window import Window, budget_for
from bot.engine.billing import Tab
from bot.engine.briefing import Brief
from bot.engine.budgets import Admission
from bot.engine.composing import composed, tokens_for_summary
from bot.engine.outages import Circuits
from bot.engine.patience import insist
from bot.engine.summarising import Summariser, carried
from bot.ports import Clock, Ledger, Prices

log = logging.getLogger(__name__)


class Fitter:
    """Knows how much each model can be shown, and has hops remembered."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        summariser: Summariser,
        circuits: Circuits,
        prices: Prices,
        clock: Clock,
        most_tokens: int,
        max_output_tokens: int,
    ) -> None:
        self.summariser = summariser
        self._ledger = ledger
        self._circuits = circuits
        self._prices = prices
        self._clock = clock
        self._most_tokens = most_tokens
        self._max_output_tokens = max_output_tokens

    def sight(self, owed: Owed, admission: Admission, tab: Tab) -> Sight:
        """Return what can be shown for a turn; what summaries cost goes on the tab."""
        return Sight(self, owed, admission, tab)

    def budget(self, model: str) -> int:
        """Return how many tokens of context a model is shown at most."""
        return budget_for(
            self._prices.offer(model).window,
            most=self._most_tokens,
            output=self._max_output_tokens,
        )

    def may_be_asked(self, model: str) -> bool:
        """Whether a model is not known to be down."""
        return self._circuits.admits((model,))

    async def remember(
        self, owed: Owed, floor: int, summary: Summary | None, covered: Sequence[Turn], tab: Tab
    ) -> Summary | None:
        """Have a hop remembered with all that it took, whatever it takes; see `move_floor`."""

        async def move() -> Summary | None:
            # Before the await: a call that is cancelled there is made all the same.
            calls = tab.hand_over()
            try:
                return await self._ledger.move_floor(
                    owed.session.id, floor, summary=summary, covered=covered, calls=calls
                )
            except StoreBusy:
                tab.take_back(calls)
                raise

        return await insist(self._clock, move)


class Sight:
    """What of a session is shown for one turn.

    The floor moves, for good, by the window of the model that is asked first. One that is
    asked in its place, and a model that is down, are shown less in passing: what they leave out
    will be shown again, and is worth no summary.
    """

    def __init__(self, fitter: Fitter, owed: Owed, admission: Admission, tab: Tab) -> None:
        self.owed = owed  # with what is shown from the stored floor on
        self._shown = owed  # with what the model was shown last
        self._fitter = fitter
        self._admission = admission
        self._tab = tab

    async def fit(self, brief: Brief) -> Window:
        """Return what a model is shown: all of it if it fits, else as after a hop."""
        return await self._fit(self.owed, brief)

    async def shrink(self, brief: Brief) -> Window:
        """Return half of what was shown last, for it was too long."""
        return await self._fit(self._shown, brief, hop=True)

    async def _fit(self, owed: Owed, brief: Brief, *, hop: bool = False) -> Window:
        if not brief.has_summaries:
            owed = replace(owed, summary=None)
        budget = self._fitter.budget(brief.model)
        shown = composed(owed, brief, budget=budget, hop=hop)
        falling = owed.history[: len(owed.history) - len(shown.turns)]
        if not falling:
            self._shown = owed
            return shown
        above = replace(owed.above(shown.floor), summary=None)
        if self._is_in_passing(brief):
            self._shown = above
            return shown
        tokens = tokens_for_summary(brief, budget)
        summary = await self._hop(owed, brief, falling, shown.floor, tokens)
        self.owed = self._shown = replace(above, summary=summary)
        before = () if summary is None else (summary.message,)
        return replace(shown, messages=(*before, *shown.messages))

    def _is_in_passing(self, brief: Brief) -> bool:
        is_first = brief.model == self._admission.models[0]
        return not (is_first and self._fitter.may_be_asked(brief.model))

    async def _hop(
        self, owed: Owed, brief: Brief, falling: Sequence[Turn], floor: int, tokens: int
    ) -> Summary | None:
        """Have the floor moved above these turns; return what is kept of them."""
        summary, covered = None, [t for t in falling if t.id not in owed.marks.left_out]
        if tokens and covered:
            summary = await self._fitter.summariser.summarise(
                owed,
                brief,
                covered,
                until=falling[-1],
                tokens=tokens,
                admission=self._admission,
                tab=self._tab,
            )
        if summary is None and tokens and owed.summary is not None:
            summary, covered = carried(owed.summary, falling[-1]), []
        kept = await self._fitter.remember(owed, floor, summary, covered, self._tab)
        log.info(
            "session=%s turn=%s event=hop floor=%d summary=%s",
            owed.session.id,
            owed.turn.id,
            floor,
            kept is not None,
        )
        return kept
