"""Contexts: what the model would be shown of a session now, and marks on what it is shown.

Every method asks first whether the actor may do this here, and raises Denied if not. Nobody
asks a model, so nothing costs anything.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from bot.domain.access import Action, Actor, demand
from bot.domain.completion import Usage
from bot.domain.context import said_in
from bot.domain.marks import MOST_PINS, Marking, Marks, TurnMark
from bot.domain.session import Place, Session, TurnId
from bot.domain.summary import Summary
from bot.domain.turn import Turn
from bot.domain.window import Window
from bot.engine.briefing import Briefing
from bot.engine.composing import composed
from bot.engine.fitting import Fitter
from bot.ports import Archive, Ledger, Margin, Prices

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class View:
    """What the model would be shown before the next message, and what reading it costs."""

    session: Session
    window: Window
    marks: Marks
    model: str
    budget: int  # tokens
    cost: int | None  # nano-dollars; None: not known
    cached_cost: int | None  # as far as the provider has it in its cache
    summary: Summary | None  # of what is not shown any more

    @property
    def listed(self) -> tuple[Turn, ...]:
        """What can be looked at, the newest first: what is shown, left out, or pinned."""
        pins = (*self.window.pins.shown, *self.window.pins.unfit)
        turns = sorted((*pins, *self.window.turns), key=lambda turn: -turn.depth)
        return tuple(turn for turn in turns if said_in(turn, direct=True))

    @property
    def shown(self) -> int:
        """How many turns are shown, the pinned ones below the floor among them."""
        pins = self.window.pins
        below = len(pins.shown) + len(pins.unfit)
        return len(self.listed) - below - len(self.left_out) + len(pins.shown)

    @property
    def left_out(self) -> tuple[Turn, ...]:
        """What would be shown, and is not for its mark."""
        return tuple(turn for turn in self.listed if turn.id in self.marks.left_out)

    @property
    def pinned(self) -> tuple[Turn, ...]:
        """What bears a pin."""
        return tuple(turn for turn in self.listed if turn.id in self.marks.pinned)

    @property
    def hidden(self) -> int:
        """How many turns are below the floor, the pinned ones among them."""
        return self.window.floor

    def turn(self, turn_id: TurnId) -> Turn | None:
        """Return a turn that can be looked at."""
        return next((turn for turn in self.listed if turn.id == turn_id), None)


@dataclass(frozen=True, slots=True)
class Marked:
    """What came of marking a turn, and what is on it now."""

    came: Marking
    mark: TurnMark | None = None
    before: TurnMark | None = None


class Contexts:
    """Shows contexts before they are sent, and has people mark their turns."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        archive: Archive,
        margin: Margin,
        briefing: Briefing,
        prices: Prices,
        fitter: Fitter,
    ) -> None:
        self._ledger = ledger
        self._archive = archive
        self._margin = margin
        self._briefing = briefing
        self._prices = prices
        self._fitter = fitter

    async def look(self, place: Place, actor: Actor) -> View | None:
        """Return what the model would be shown at a place; None where no session is open."""
        demand(actor, Action.SEE_CONTEXT, place)
        owed = await self._ledger.foresee(place)
        if owed is None:
            return None
        brief = await self._briefing.foresee(owed)
        budget = self._fitter.budget(brief.model)
        shown = composed(owed, brief, budget=budget)
        anew, cached = Usage(shown.size, 0), Usage(shown.size, 0, cached_tokens=shown.size)
        return View(
            owed.session,
            shown,
            owed.marks,
            brief.model,
            budget,
            self._prices.cost(brief.model, anew),
            self._prices.cost(brief.model, cached),
            owed.summary if owed.summary and owed.summary.message in shown.messages else None,
        )

    async def toggle(self, place: Place, actor: Actor, message: int, mark: TurnMark) -> Marked:
        """Put a mark on the turn of a message, or take that very mark away."""
        demand(actor, Action.MARK, place)
        session = await self._archive.session_at(place)
        if session is None:
            return Marked(Marking.NOT_THERE)
        # A branch may lead over another version than the one that is shown.
        turn = await self._margin.turn_to_mark(session.id, message)
        if turn is None:
            return Marked(Marking.NOT_THERE)
        before = await self._margin.mark_on(session.id, turn.id)
        return await self._mark(session, turn.id, None if before is mark else mark, before)

    async def mark(
        self, place: Place, actor: Actor, turn_id: TurnId, mark: TurnMark | None
    ) -> Marked:
        """Have a turn of the open session bear a mark, or none."""
        demand(actor, Action.MARK, place)
        session = await self._archive.session_at(place)
        if session is None:
            return Marked(Marking.NOT_THERE)
        before = await self._margin.mark_on(session.id, turn_id)
        return await self._mark(session, turn_id, mark, before)

    async def _mark(
        self, session: Session, turn_id: TurnId, mark: TurnMark | None, before: TurnMark | None
    ) -> Marked:
        came = await self._margin.mark(session.id, turn_id, mark, most_pins=MOST_PINS)
        if came is not Marking.DONE:
            return Marked(came)
        log.info("session=%s turn=%s event=marked mark=%s", session.id, turn_id, mark)
        return Marked(came, mark, before)
