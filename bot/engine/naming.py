"""Naming: a model is asked once, for little money, what a conversation is about."""

from __future__ import annotations

import asyncio
import logging
from io import StringIO

from bot.domain.abilities import least_effort
from bot.domain.completion import Finish, FinishReason
from bot.domain.context import Context
from bot.domain.errors import Fault, ModelDown, ModelError, ModelRefused
from bot.domain.manner import Effort, Length
from bot.domain.session import Session
from bot.domain.titling import INSTRUCTIONS, TITLE_TOKENS, beginning_of, title_said
from bot.domain.turn import Turn
from bot.engine.billing import Tab
from bot.engine.budgets import Budgets
from bot.engine.calling import Caller
from bot.engine.outages import Circuits

log = logging.getLogger(__name__)

WITHIN = 60.0  # seconds; a title that takes longer is not waited for
THOUGHT_TOKENS = 400  # for models that cannot be told to think nothing

# Who thinks more than this is too dear for a few words.
_LITTLE = frozenset({None, Effort.NONE, Effort.MINIMAL, Effort.LOW})
# What will not be otherwise the next time.
_FOR_GOOD = frozenset({Fault.REQUEST, Fault.MODEL})


class Namer:
    """Asks a model for titles: the one that answered, or the one that is set for it.

    It is left out where a budget is near its end, where the model is down, and where it would
    have to think much. What fails is not tried again.
    """

    def __init__(
        self, *, caller: Caller, budgets: Budgets, circuits: Circuits, name: str | None
    ) -> None:
        self._caller = caller
        self._budgets = budgets
        self._circuits = circuits
        self._name = name
        self._unfit: set[str] = set()  # models that refuse to be asked so

    async def title(self, session: Session, turn: Turn, tab: Tab) -> str | None:
        """Return what an answered turn is about, or None; what it cost goes on the tab."""
        model = self._name or (turn.reply.model if turn.reply else None)
        if model is None or not await self._may_ask(model, tab):
            return None
        try:
            async with asyncio.timeout(WITHIN):
                return await self._ask(_context(session, turn, model, tab), tab)
        except (ModelError, ModelDown, TimeoutError) as error:
            log.info("session=%s event=no_title model=%s reason=%r", session.id, model, error)
            if isinstance(error, ModelRefused) and error.fault in _FOR_GOOD:
                self._give_up(model)
            return None

    def _give_up(self, model: str) -> None:
        self._unfit.add(model)
        log.warning(
            "event=no_titles model=%s; it refuses to be asked for them, and is not until the next "
            "start: set TITLE_MODEL to another, or to off",
            model,
        )

    async def _may_ask(self, model: str, tab: Tab) -> bool:
        if model in self._unfit or least_effort(model) not in _LITTLE:
            return False
        if self._circuits.down(model):  # nor is a title the one that tries it again
            return False
        admission = await self._budgets.admit(tab.payer, (model,))
        is_near = any(share.is_near for share in admission.shares)
        return bool(admission.models) and not is_near

    async def _ask(self, context: Context, tab: Tab) -> str | None:
        said = StringIO()
        end = await self._caller.call(context, said, tab)
        return title_said(said.getvalue()) if _is_whole(end, context) else None


def _is_whole(end: Finish, context: Context) -> bool:
    # Some servers say that it ended by itself where the cap cut it off.
    is_cut = end.usage is not None and end.usage.output_tokens >= (context.most_tokens or 0)
    return end.reason is FinishReason.STOP and not is_cut


def _context(session: Session, turn: Turn, model: str, tab: Tab) -> Context:
    effort = least_effort(model)
    thought = 0 if effort in {None, Effort.NONE} else THOUGHT_TOKENS
    return Context(
        session_id=session.id,
        speaker_id=tab.payer.user_id,
        model=model,
        instructions=INSTRUCTIONS,
        messages=(beginning_of(turn),),
        effort=effort,
        length=Length.SHORT,
        most_tokens=TITLE_TOKENS + thought,
    )
