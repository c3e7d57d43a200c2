"""Composing: the context for what a session owes. There is no other way to one.

The model is asked with it, and people are told by it what the model would be shown.
"""

from __future__ import annotations

from bot.domain.abilities import sees_images
from bot.domain.context import Context
from bot.domain.summary import tokens_for
from bot.domain.turn import Owed
from bot.domain.window import Window, window
from bot.engine.briefing import Brief


def composed(
    owed: Owed, brief: Brief, *, budget: int, hop: bool = False, may_hop: bool = True
) -> Window:
    """Return what is shown for what is owed, within so many tokens; see `window`."""
    summary = owed.summary if brief.has_summaries else None
    return window(
        owed.history,
        owed.turn,
        instructions=brief.instructions,
        budget=budget,
        direct=owed.session.place.is_direct,
        hop=hop,
        marks=owed.marks,
        pins=owed.pins,
        sees_images=sees_images(brief.model) is not False,
        before=None if summary is None else summary.message,
        spare=tokens_for_summary(brief, budget),
        may_hop=may_hop,
    )


def tokens_for_summary(brief: Brief, budget: int) -> int:
    """Return how many tokens a summary may have within a budget; 0: none is to be made."""
    return tokens_for(budget) if brief.has_summaries else 0


def context_of(owed: Owed, brief: Brief, shown: Window) -> Context:
    """Return what a model is sent to answer what is owed."""
    return Context(
        session_id=owed.session.id,
        speaker_id=owed.turn.prompts[-1].author_id,
        model=brief.model,
        instructions=brief.instructions,
        messages=shown.messages,
        effort=brief.effort,
        temperature=brief.temperature,
        length=brief.length,
    )
