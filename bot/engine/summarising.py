"""Summarising: what falls out of a context is put into few words, by one request at most.

The request is the beginning of the contexts before it, byte for byte, and one message more: the
provider has read that already and serves it from its cache. It holds nothing but what falls out,
so that no word can get into a summary of a turn that it does not cover.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from io import StringIO

from bot.domain.abilities import has_effort, sees_images
from bot.domain.billing import DOLLAR, CallKind
from bot.domain.completion import FinishReason, Usage
from bot.domain.context import Context, said_in
from bot.domain.errors import ModelDown, ModelError
from bot.domain.manner import Effort
from bot.domain.summary import LONGEST, Summary, request_for
from bot.domain.turn import Owed, Turn
from bot.domain.wording import storable
from bot.engine.billing import Tab
from bot.engine.briefing import Brief
from bot.engine.budgets import Admission
from bot.engine.calling import Caller
from bot.ports import Clock, Prices

log = logging.getLogger(__name__)

MOST_COST = DOLLAR // 4  # of one summary if nothing is cached, in nano-dollars
LONGEST_WAIT = 60.0  # seconds; the answer has to wait for it
# A model that thinks does so before each of its answers, in tokens of the same cap.
_THOUGHT = 1600
_MORE_THAN_LOW = frozenset({Effort.MEDIUM, Effort.HIGH, Effort.XHIGH, Effort.MAX})
_USABLE = frozenset({FinishReason.STOP, FinishReason.LENGTH})


class Summariser:
    """Has turns summed up. What keeps it from that keeps nobody from the answer."""

    def __init__(self, *, caller: Caller, prices: Prices, clock: Clock) -> None:
        self._caller = caller
        self._prices = prices
        self._clock = clock

    async def summarise(
        self,
        owed: Owed,
        brief: Brief,
        falling: Sequence[Turn],
        *,
        until: Turn,
        tokens: int,
        admission: Admission,
        tab: Tab,
    ) -> Summary | None:
        """Return a summary of turns, of which `until` is the last, and of the summary before them.

        None when it would be too dear, and when nothing came of it: it is asked for once.
        What was asked goes on the tab.
        """
        context = _context(owed, brief, falling, tokens)
        cost = self._prices.cost(brief.model, _at_most(context))
        spent = sum(call.cost or 0 for call in tab.all_calls)  # since the budgets were looked at
        if cost is not None and (cost > MOST_COST or not admission.has_room_for(spent + cost)):
            log.info("%s event=no_summary reason=too dear (up to %d)", _name(owed), cost)
            return None
        text = await self._ask(owed, context, tab)
        if not text:
            return None
        return Summary(
            until.id,
            text,
            brief.model,
            self._clock.now(),
            builds_on=None if owed.summary is None else owed.summary.until,
            made_for=owed.turn.id,
            cost=tab.calls[-1].cost,
        )

    async def _ask(self, owed: Owed, context: Context, tab: Tab) -> str:
        said = StringIO()
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                end = await self._caller.call(context, said, tab, kind=CallKind.SUMMARY)
        except (ModelError, ModelDown, TimeoutError) as error:
            log.warning("%s event=no_summary reason=%r", _name(owed), error)
            return ""
        text = storable(said.getvalue()).strip()[:LONGEST]
        if end.reason not in _USABLE or not text:
            log.warning("%s event=no_summary reason=%s", _name(owed), end.reason)
            return ""
        return text


def _context(owed: Owed, brief: Brief, falling: Sequence[Turn], tokens: int) -> Context:
    direct = owed.session.place.is_direct
    before = () if owed.summary is None else (owed.summary.message,)
    sees = sees_images(brief.model) is not False
    said = (said_in(turn, direct=direct, sees_images=sees) for turn in falling)
    return Context(
        session_id=owed.session.id,
        speaker_id=owed.turn.prompts[-1].author_id,
        model=brief.model,
        instructions=brief.instructions,
        messages=(*before, *(m for one in said for m in one), request_for(tokens)),
        # More thought would use up what the summary may cost and leave no words of it.
        effort=Effort.LOW if brief.effort in _MORE_THAN_LOW else brief.effort,
        temperature=brief.temperature,
        length=brief.length,
        most_tokens=tokens + (_THOUGHT if has_effort(brief.model) else 0),
    )


def _at_most(context: Context) -> Usage:
    return Usage(context.size, context.most_tokens or 0)


def carried(summary: Summary, until: Turn) -> Summary:
    """Return a summary as it stands where no newer one came of it: the same words, further on."""
    return replace(summary, until=until.id, builds_on=summary.until, made_for=None, cost=None)


def _name(owed: Owed) -> str:
    return f"session={owed.session.id} turn={owed.turn.id}"
