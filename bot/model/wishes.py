"""Wishes: what people chose about an answer, in the words of each API.

What nobody chose is not sent, and what the model does not have neither
(`bot.domain.abilities`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.domain.abilities import has_effort, has_temperature, has_verbosity
from bot.domain.context import Context
from bot.domain.manner import Length
from bot.model.fields import Fields

_VERBOSITY: Mapping[Length, str] = MappingProxyType({Length.SHORT: "low", Length.LONG: "high"})


def wishes_for_chat(context: Context) -> Fields:
    """Return the wishes as `POST /chat/completions` takes them."""
    wishes: dict[str, object] = {**_temperature(context)}
    if (effort := _effort(context)) is not None:
        wishes["reasoning_effort"] = effort
    if (verbosity := _verbosity(context)) is not None:
        wishes["verbosity"] = verbosity
    return wishes


def wishes_for_responses(context: Context) -> Fields:
    """Return the wishes as `POST /responses` takes them."""
    wishes: dict[str, object] = {**_temperature(context)}
    if (effort := _effort(context)) is not None:
        wishes["reasoning"] = {"effort": effort}
    if (verbosity := _verbosity(context)) is not None:
        wishes["text"] = {"verbosity": verbosity}
    return wishes


def _temperature(context: Context) -> Fields:
    if context.temperature is None or not has_temperature(context.model):
        return {}
    return {"temperature": context.temperature}


def _effort(context: Context) -> str | None:
    if context.effort is None or not has_effort(context.model):
        return None
    return context.effort.value


def _verbosity(context: Context) -> str | None:
    return _VERBOSITY.get(context.length) if has_verbosity(context.model) else None
