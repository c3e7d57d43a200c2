"""Completing: the model is asked until it has answered or nothing more can be hoped for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from io import StringIO

from bot.domain.billing import Payer
from bot.domain.budget import Alert, BudgetNote
from bot.domain.completion import FinishReason, Usage
from bot.domain.errors import Fault, ModelBusy, ModelDown, ModelError, ModelRefused
from bot.domain.rate import RateNote
from bot.domain.reply import Ending, Reply
from bot.domain.turn import Owed, Turn
from bot.domain.window import Window
from bot.domain.wording import storable
from bot.engine.billing import Tab
from bot.engine.briefing import Brief, Briefing
from bot.engine.budgets import Budgets
from bot.engine.calling import Caller
from bot.engine.composing import context_of
from bot.engine.fitting import Fitter, Sight
from bot.engine.outages import Circuits
from bot.engine.patience import pauses
from bot.engine.rates import Rates
from bot.ports import Clock

log = logging.getLogger(__name__)

MAX_TRIES = 4  # requests to the model within one attempt at a turn
# After these another model may have better luck.
_ANOTHER_MAY_ANSWER = frozenset({Fault.RATE, Fault.SERVER, Fault.TIMEOUT, Fault.MODEL})
LONGEST_WAIT = 60.0  # seconds; a provider that wants more than this is told of at once

_ENDINGS = {
    FinishReason.STOP: Ending.WHOLE,
    FinishReason.LENGTH: Ending.LENGTH,
    FinishReason.FILTER: Ending.FILTERED,
    FinishReason.REFUSAL: Ending.REFUSED,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking: a reply in any case, and what it cost where that is known."""

    reply: Reply
    usage: Usage | None = None
    floor: int | None = None  # of the context that `usage` measures; None when it measures none
    warning: Alert | None = None  # that the reply gives


class Completer:
    """Asks the model for one turn, with all the retries there are, and then the next model."""

    def __init__(
        self,
        *,
        briefing: Briefing,
        fitter: Fitter,
        caller: Caller,
        budgets: Budgets,
        rates: Rates,
        circuits: Circuits,
        clock: Clock,
        fallback_models: Sequence[str] = (),
    ) -> None:
        self._briefing = briefing
        self._fitter = fitter
        self._caller = caller
        self._budgets = budgets
        self._rates = rates
        self._circuits = circuits
        self._clock = clock
        self._fallback_models = tuple(fallback_models)

    async def complete(self, owed: Owed, show: Callable[[StringIO], None], tab: Tab) -> Answer:
        """Return the answer; `show` is called with all of it so far whenever it grows.

        Every call that is made for it goes on the tab, also when this is cancelled.

        Each try has a buffer of its own, and what is given to `show` grows in place: to copy
        the whole for each piece would cost the square of an answer's length.

        A stream that breaks is asked for again from its start. What the last try had said
        by then is kept, for it was paid for.

        Raises:
            ModelDown: nothing was said, and asking again is to wait until the model is back.
        """
        if (excess := await self._rates.admit(tab.payer)) is not None:
            _log_excess(owed.turn, tab.payer, excess)
            return Answer(Reply("", Ending.REFUSED, rate=excess))
        brief = await self._briefing.brief(owed)
        models = (brief.model, *(m for m in self._fallback_models if m != brief.model))
        admission = await self._budgets.admit(tab.payer, models)
        if not admission.models:
            _log_refusal(owed.turn, admission.note)
            return Answer(Reply("", Ending.REFUSED, budget=admission.note))
        sight = self._fitter.sight(owed, admission, tab)
        answer = await self._first_answer(sight, brief, show, tab, admission.models)
        share = admission.warning(tab.all_calls)
        note, warning = self._budgets.warning(share) if share else (admission.note, None)
        return replace(answer, reply=replace(answer.reply, budget=note), warning=warning)

    async def _first_answer(
        self,
        sight: Sight,
        brief: Brief,
        show: Callable[[StringIO], None],
        tab: Tab,
        models: tuple[str, ...],
    ) -> Answer:
        may_try = self._circuits.admits(models)
        outcomes: list[Answer | ModelDown] = []
        spent: Usage | None = None  # on models that did not answer
        for model in models:
            outcome = await self._outcome(sight, replace(brief, model=model), show, tab)
            if isinstance(outcome, Answer) and outcome.reply.fault is None:
                return _credited(outcome, model, models[0], spent)
            outcomes.append(outcome)
            spent = _together(spent, None if isinstance(outcome, ModelDown) else outcome.usage)
            if _fault_of(outcome) not in _ANOTHER_MAY_ANSWER:
                break
        if isinstance(outcomes[0], ModelDown) and not any(map(_words_of, outcomes)):
            raise ModelDown(outcomes[0].fault, models, was_tried=may_try)
        model, best = max(
            zip(models, outcomes, strict=False), key=lambda pair: bool(_words_of(pair[1]))
        )
        assert isinstance(best, Answer), "where nothing was said it is the first one's"  # noqa: S101
        return _credited(replace(best, usage=spent), model, models[0], None)

    async def _outcome(
        self, sight: Sight, brief: Brief, show: Callable[[StringIO], None], tab: Tab
    ) -> Answer | ModelDown:
        try:
            return await self._insist(sight, brief, show, tab)
        except ModelDown as error:
            return error

    async def _insist(
        self, sight: Sight, brief: Brief, show: Callable[[StringIO], None], tab: Tab
    ) -> Answer:
        """Ask one model, several times if need be."""
        turn = sight.owed.turn
        shown = await sight.fit(brief)
        waits = pauses()
        tries_left = MAX_TRIES
        may_hop = True
        text = ""
        spent: Usage | None = None  # on tries that came to nothing
        while True:
            tries_left -= 1
            try:
                answer = await self._ask(sight.owed, brief, shown, show, tab)
            except _BrokenOff as broken:
                text = broken.text or text
                spent = _together(spent, broken.error.usage)
                fault, wait = broken.error.fault, _wait_for(broken.error, next(waits))
                _log_failure(turn, broken.error, tries_left=tries_left)
            else:
                return answer if spent is None else _with_spent(answer, spent)
            if fault is Fault.CONTEXT and may_hop and shown.floor < turn.depth:
                may_hop = False
                tries_left += 1
                shown = await sight.shrink(brief)
            elif not text and self._circuits.down(brief.model):
                raise ModelDown(fault, (brief.model,))
            elif wait is None or not tries_left:
                return Answer(Reply(storable(text), Ending.BROKEN, fault), spent)
            else:
                await self._clock.sleep(wait)

    async def _ask(
        self,
        owed: Owed,
        brief: Brief,
        shown: Window,
        show: Callable[[StringIO], None],
        tab: Tab,
    ) -> Answer:
        context = context_of(owed, brief, shown)
        said = StringIO()
        try:
            end = await self._caller.call(context, said, tab, show=show)
        except (ModelBusy, ModelRefused) as error:
            raise _BrokenOff(said.getvalue(), error) from error
        except ModelDown as error:
            raise _BrokenOff("", ModelRefused(error.fault, "it is left alone for now")) from error
        # What was left out in passing is shown again, also to who branches off here.
        floor = shown.floor if shown.floor == owed.floor else None
        return Answer(_settled(said.getvalue(), end.reason), end.usage, floor)


class _BrokenOff(Exception):
    """A try came to nothing, but for the text so far."""

    def __init__(self, text: str, error: ModelBusy | ModelRefused) -> None:
        super().__init__(str(error))
        self.text = text
        self.error = error


def _fault_of(outcome: Answer | ModelDown) -> Fault | None:
    return outcome.fault if isinstance(outcome, ModelDown) else outcome.reply.fault


def _words_of(outcome: Answer | ModelDown) -> str:
    return "" if isinstance(outcome, ModelDown) else outcome.reply.text


def _credited(answer: Answer, model: str, chosen: str, spent: Usage | None) -> Answer:
    """Return an answer that tells whose it is, with what was spent on models before."""
    if not answer.reply.text and answer.usage is None:
        return answer
    instead_of = None if model == chosen else chosen
    credited = replace(answer, reply=replace(answer.reply, model=model, instead_of=instead_of))
    return credited if spent is None else _with_spent(credited, spent)


def _with_spent(answer: Answer, spent: Usage) -> Answer:
    """Return an answer with the cost of the tries before it; the sum measures no context."""
    return Answer(answer.reply, _together(spent, answer.usage))


def _together(one: Usage | None, other: Usage | None) -> Usage | None:
    return one + other if one and other else one or other


def _log_failure(turn: Turn, error: ModelError, *, tries_left: int) -> None:
    log.warning(
        "session=%s turn=%s event=model_failed fault=%s tries_left=%d reason=%s",
        turn.session_id,
        turn.id,
        error.fault,
        tries_left,
        error,
    )


def _log_refusal(turn: Turn, note: BudgetNote | None) -> None:
    assert note is not None, "a budget that refuses says why"  # noqa: S101
    log.info(
        "session=%s turn=%s event=budget standing=%s scope=%s period=%s",
        turn.session_id,
        turn.id,
        note.standing,
        note.scope,
        note.period,
    )


def _log_excess(turn: Turn, payer: Payer, note: RateNote) -> None:
    log.info(
        "session=%s turn=%s event=rate_exceeded rate=%d/%s user=%d",
        turn.session_id,
        turn.id,
        note.rate.count,
        note.rate.span,
        payer.user_id,
    )


def _settled(text: str, reason: FinishReason) -> Reply:
    ending = _ENDINGS[reason]
    if not text.strip():
        return Reply("", Ending.EMPTY if ending is Ending.WHOLE else ending)
    return Reply(storable(text), ending)


def _wait_for(error: ModelBusy | ModelRefused, pause: float) -> float | None:
    """Return the seconds before another try, or None when there should be none."""
    if isinstance(error, ModelRefused):
        return None
    wait = pause if error.after is None else max(error.after, 0.0)
    return wait if wait <= LONGEST_WAIT else None
