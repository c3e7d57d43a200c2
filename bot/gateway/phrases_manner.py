"""Every sentence about how conversations are held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import discord

from bot.domain.abilities import has_effort, has_temperature
from bot.domain.manner import Chosen, Level, Listening, Manner, Summaries, Trait
from bot.engine.manners import Choosing

INHERIT = "Leave it to the level above"
TYPE_IT = "Type it"
NO_SESSION = "No conversation is open here yet. Say something to me first, or choose for more."
WRONG_PANEL = "This panel is from an older version of me. Use `/settings` for a new one."
SLOW = "💾 I cannot look that up just now. Try again in a moment."

LEVELS: Mapping[Level, str] = MappingProxyType(
    {
        Level.SESSION: "this conversation",
        Level.CHANNEL: "this channel",
        Level.SERVER: "this server",
        Level.DEFAULT: "the default",
    }
)
LEVELS_AT_LENGTH: Mapping[Level, str] = MappingProxyType(
    {
        Level.SESSION: "The one that is open here, and what /reset makes of it",
        Level.CHANNEL: "With its threads, unless a conversation says otherwise",
        Level.SERVER: "All channels that do not say otherwise",
    }
)
TRAITS: Mapping[Trait, str] = MappingProxyType(
    {
        Trait.PERSONA: "Persona",
        Trait.MODEL: "Model",
        Trait.EFFORT: "Effort",
        Trait.TEMPERATURE: "Temperature",
        Trait.LANGUAGE: "Language",
        Trait.LENGTH: "Length of answers",
        Trait.SUMMARY: "Summaries",
        Trait.LISTENING: "What I answer",
    }
)
TRAITS_AT_LENGTH: Mapping[Trait, str] = MappingProxyType(
    {
        Trait.PERSONA: "As whom I answer",
        Trait.MODEL: "Which model answers",
        Trait.EFFORT: "How much the model thinks first; not every model has every effort",
        Trait.TEMPERATURE: "0 is sober, 1 usual, 2 wild; models that think have none",
        Trait.LANGUAGE: "In which language I answer",
        Trait.LENGTH: "Short, normal or long",
        Trait.SUMMARY: "Whether I sum up what has become too old to be read again each time",
        Trait.LISTENING: "Every message, mentions, or nothing but commands",
    }
)
_LISTENING: Mapping[str, str] = MappingProxyType(
    {
        Listening.MENTIONS: "whoever mentions me or replies to me",
        Listening.ALL: "every message of a person",
        Listening.OFF: "nothing but commands",
    }
)
_SUMMARIES: Mapping[str, str] = MappingProxyType(
    {
        Summaries.ON: "what is too old to be read again is summed up",
        Summaries.OFF: "what is too old to be read again is left out",
    }
)
_UNSET: Mapping[Trait, str] = MappingProxyType(
    {
        Trait.EFFORT: "as the model has it",
        Trait.TEMPERATURE: "as the model has it",
        Trait.LANGUAGE: "that of the question",
    }
)
_HINTS: Mapping[Trait, str] = MappingProxyType(
    {
        Trait.MODEL: "A model's name has 1 to 100 characters and no spaces.",
        Trait.TEMPERATURE: "A temperature is a number from 0 to 2, such as 0.7.",
        Trait.LANGUAGE: "A language is a few words without punctuation, at most 40 characters.",
    }
)
NEEDS_INTENT = (
    "⚠️ Discord does not show me messages without a mention: my Message Content Intent is off. "
    "As long as the operator does not switch it on, I answer mentions only."
)


def value(trait: Trait, chosen: Chosen, *, default_model: str) -> str:
    """Return a value as people read it, made harmless for Markdown."""
    if chosen.value is None:
        return default_model if trait is Trait.MODEL else _UNSET[trait]
    if trait is Trait.LISTENING:
        return _LISTENING[chosen.value]
    if trait is Trait.SUMMARY:
        return _SUMMARIES[chosen.value]
    return discord.utils.escape_markdown(chosen.value)


def listening(one: Listening) -> str:
    """Return what is listened to, in words."""
    return _LISTENING[one]


def summaries(one: Summaries) -> str:
    """Return what becomes of what is not read again, in words."""
    return _SUMMARIES[one]


def panel(manner: Manner, *, default_model: str, is_direct: bool) -> str:
    """Return how conversations are held here, a line for each trait and where it comes from."""
    lines = ["⚙️ **How I answer here**"]
    for trait, chosen in manner.traits.items():
        if trait is Trait.LISTENING and is_direct:
            continue
        words = value(trait, chosen, default_model=default_model)
        lines.append(f"{TRAITS[trait]}: **{words}** · {_origin(chosen.level)}")
    lines += [f"-# {line}" for line in _idle(manner, manner.model or default_model)]
    return "\n".join(lines)


def changing(trait: Trait, level: Level) -> str:
    """Return what the menus below are about."""
    name = "what I answer" if trait is Trait.LISTENING else TRAITS[trait].lower()
    return f"You are choosing **{name}** for **{LEVELS[level]}**."


def chosen(trait: Trait, level: Level, manner: Manner, *, is_taken_back: bool) -> str:
    """Return that something was chosen, and why it may not be seen here."""
    name, where = TRAITS[trait], LEVELS[level]
    done = (
        f"↩️ {name}: {where} has none of its own now."
        if is_taken_back
        else (f"✅ {name}: chosen for {where}. It holds from the next answer on.")
    )
    nearest = manner.traits[trait].level
    order = list(Level)
    if order.index(nearest) > order.index(level):
        return f"{done} Here, {LEVELS[nearest]} says otherwise."
    return done


def came(choosing: Choosing, trait: Trait) -> str:
    """Return why nothing was chosen."""
    if choosing is Choosing.NO_SESSION:
        return NO_SESSION
    return f"That cannot be meant. {_HINTS.get(trait, WRONG_PANEL)}"


def _origin(level: Level) -> str:
    return "by default" if level is Level.DEFAULT else f"from {LEVELS[level]}"


def _idle(manner: Manner, model: str) -> Iterator[str]:
    """Yield which of the things chosen have no effect, for the model does not have them."""
    name = discord.utils.escape_markdown(model)
    if manner.effort is not None and not has_effort(model):
        yield f"{name} has no effort to choose: it is not told of it."
    if manner.temperature is not None and not has_temperature(model):
        yield f"{name} takes no temperature: it is not told of it."
