"""The panel of `/settings`: what holds here, and menus to change it.

It remembers nothing: which level and which trait it is about stands in the custom ids of its
parts, in words of our own. So it works after a restart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import discord

from bot.domain.manner import (
    LONGEST_LANGUAGE,
    LONGEST_MODEL,
    Effort,
    Length,
    Level,
    Listening,
    Summaries,
    Trait,
    may_stand,
)
from bot.engine.manners import Look
from bot.gateway import phrases_manner as phrases
from bot.gateway.commands import MOST_CHOICES, Choice

LEVEL, TRAIT, VALUE = "set-level", "set-trait", "set-value"
INHERIT, TYPE, TYPED = "set-inherit", "set-type", "set-typed"
FIELD = "value"

_TYPED: Mapping[Trait, int] = MappingProxyType(
    {Trait.MODEL: LONGEST_MODEL, Trait.TEMPERATURE: 5, Trait.LANGUAGE: LONGEST_LANGUAGE}
)
_LANGUAGES = (
    "English",
    "German",
    "French",
    "Spanish",
    "Portuguese",
    "Italian",
    "Polish",
    "Russian",
)
_TEMPERATURES = ("0", "0.3", "0.7", "1", "1.3")


@dataclass(frozen=True, slots=True)
class Subject:
    """What the menus of a panel are about."""

    level: Level
    trait: Trait

    def id_of(self, part: str) -> str:
        """Return the custom id of a part of the panel."""
        return f"{part}:{self.level}:{self.trait}"

    def moved(self, *, level: Level | None = None, trait: Trait | None = None) -> Subject:
        """Return another subject; a level that does not have the trait is about another one."""
        other = Subject(level or self.level, trait or self.trait)
        is_fit = may_stand(other.trait, other.level)
        return other if is_fit else Subject(other.level, Trait.PERSONA)


def subject_of(custom_id: str) -> Subject | None:
    """Return what the panel is about that a custom id stands in."""
    _, _, rest = custom_id.partition(":")
    level, _, trait = rest.partition(":")
    if level not in list(Level) or trait not in list(Trait):
        return None
    subject = Subject(Level(level), Trait(trait))
    return subject if may_stand(subject.trait, subject.level) else None


def view_of(
    look: Look, subject: Subject, offered: Sequence[Choice], *, is_direct: bool, may_choose: bool
) -> discord.ui.View:
    """Return the menus of a panel; `offered` are the values to choose from."""
    view = discord.ui.View(timeout=None)
    view.add_item(_menu(subject.id_of(LEVEL), _levels(subject, is_direct=is_direct)))
    view.add_item(_menu(subject.id_of(TRAIT), _traits(subject, is_direct=is_direct)))
    present = look.layers.at(subject.level).get(subject.trait)
    options = [
        discord.SelectOption(label=c.name[:100], value=c.value, default=c.value == present)
        for c in offered
    ]
    menu = _menu(subject.id_of(VALUE), options, phrases.TRAITS_AT_LENGTH[subject.trait])
    menu.disabled = not may_choose
    view.add_item(menu)
    if subject.trait in _TYPED:
        view.add_item(_button(subject.id_of(TYPE), phrases.TYPE_IT, is_on=may_choose))
    is_own = may_choose and present is not None
    view.add_item(_button(subject.id_of(INHERIT), phrases.INHERIT, is_on=is_own))
    view.stop()  # or discord.py would remember it until the process ends
    return view


def form_of(subject: Subject) -> discord.ui.Modal:
    """Return the form in which a value is typed."""
    title = f"{phrases.TRAITS[subject.trait]} for {phrases.LEVELS[subject.level]}"
    form = discord.ui.Modal(title=title, timeout=None, custom_id=subject.id_of(TYPED))
    field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id=FIELD, max_length=_TYPED[subject.trait]
    )
    form.add_item(discord.ui.Label(text=phrases.TRAITS[subject.trait], component=field))
    form.stop()
    return form


def is_typed(trait: Trait) -> bool:
    """Whether a value of a trait can be typed."""
    return trait in _TYPED


def values_of(
    trait: Trait, *, personas: Sequence[Choice], models: Sequence[Choice], present: str | None
) -> list[Choice]:
    """Return the values that a menu can offer, what is chosen now among them."""
    fixed: Mapping[Trait, Sequence[Choice]] = {
        Trait.PERSONA: personas,
        Trait.MODEL: models,
        Trait.EFFORT: [Choice(each.value, each.value) for each in Effort],
        Trait.TEMPERATURE: [Choice(each, each) for each in _TEMPERATURES],
        Trait.LANGUAGE: [Choice(each, each) for each in _LANGUAGES],
        Trait.LENGTH: [Choice(each.value, each.value) for each in Length],
        Trait.SUMMARY: [Choice(phrases.summaries(each), each.value) for each in Summaries],
        Trait.LISTENING: [Choice(phrases.listening(each), each.value) for each in Listening],
    }
    offered = list(fixed[trait])
    if present is not None and all(choice.value != present for choice in offered):
        offered.insert(0, Choice(present, present))
    return offered[:MOST_CHOICES]


def _levels(subject: Subject, *, is_direct: bool) -> Iterator[discord.SelectOption]:
    for level, words in phrases.LEVELS_AT_LENGTH.items():
        if not (is_direct and level is Level.SERVER):
            yield discord.SelectOption(
                label=f"For {phrases.LEVELS[level]}",
                value=level.value,
                description=words,
                default=level is subject.level,
            )


def _traits(subject: Subject, *, is_direct: bool) -> Iterator[discord.SelectOption]:
    for trait, name in phrases.TRAITS.items():
        is_idle = is_direct and trait is Trait.LISTENING
        if may_stand(trait, subject.level) and not is_idle:
            yield discord.SelectOption(
                label=name,
                value=trait.value,
                description=phrases.TRAITS_AT_LENGTH[trait],
                default=trait is subject.trait,
            )


def _menu(
    custom_id: str,
    options: Iterator[discord.SelectOption] | list[discord.SelectOption],
    placeholder: str | None = None,
) -> discord.ui.Select[discord.ui.View]:
    return discord.ui.Select(custom_id=custom_id, options=list(options), placeholder=placeholder)


def _button(custom_id: str, label: str, *, is_on: bool) -> discord.ui.Button[discord.ui.View]:
    return discord.ui.Button(label=label, custom_id=custom_id, disabled=not is_on)
