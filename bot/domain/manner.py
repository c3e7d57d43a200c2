"""Manner: how a conversation is held, and who decided that.

What is chosen for a session wins over what is chosen for its channel, that over the server's,
and that over the default; trait by trait, so that a channel may choose the language and leave
the rest as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from bot.domain.persona import DEFAULT_PERSONA, LONGEST_NAME

LONGEST_MODEL = 100  # characters
LONGEST_LANGUAGE = 40
HIGHEST_TEMPERATURE = 2.0  # https://platform.openai.com/docs/api-reference/responses/create

# It ends up in the instructions: letters and what stands between them, in one line.
_LANGUAGE = re.compile(r"[^\W\d_]+(?:[ \-'’()]{1,2}[^\W\d_]+)*\)?")


class Trait(StrEnum):
    """What can be chosen about a conversation."""

    PERSONA = "persona"
    MODEL = "model"
    EFFORT = "effort"
    TEMPERATURE = "temperature"
    LANGUAGE = "language"
    LENGTH = "length"
    SUMMARY = "summary"
    LISTENING = "listening"


class Level(StrEnum):
    """For what it is chosen, the widest first."""

    DEFAULT = "default"
    SERVER = "server"
    CHANNEL = "channel"  # and its threads
    SESSION = "session"


class Effort(StrEnum):
    """How much a model thinks before it speaks, where it does."""

    NONE = "none"
    MINIMAL = "minimal"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    XHIGH = "xhigh"
    MAX = "max"


class Length(StrEnum):
    """How long answers are meant to be."""

    SHORT = "short"
    NORMAL = "normal"
    LONG = "long"


class Summaries(StrEnum):
    """Whether what a context shows no more is summed up in it."""

    ON = "on"
    OFF = "off"


class Listening(StrEnum):
    """What the bot answers where it shares a place with people who also talk to each other."""

    MENTIONS = "mentions"  # whoever calls it
    ALL = "all"  # every message of a person
    OFF = "off"  # nothing but commands


Choices = Mapping[Trait, str]
NOTHING: Choices = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Layers:
    """What is chosen at each level that concerns a session."""

    server: Choices = field(default_factory=dict, hash=False)
    channel: Choices = field(default_factory=dict, hash=False)
    session: Choices = field(default_factory=dict, hash=False)

    def at(self, level: Level) -> Choices:
        """Return what is chosen at one level."""
        named = {
            Level.SERVER: self.server,
            Level.CHANNEL: self.channel,
            Level.SESSION: self.session,
        }
        return named.get(level, NOTHING)


NOWHERE = Layers()


@dataclass(frozen=True, slots=True)
class Chosen:
    """A value, and the level it comes from; None: whatever the model does by itself."""

    value: str | None
    level: Level


@dataclass(frozen=True, slots=True)
class Manner:
    """How a conversation is held, trait by trait."""

    traits: Mapping[Trait, Chosen] = field(hash=False)

    @property
    def persona(self) -> str:
        """The name of the persona, which may have been deleted since."""
        return self.traits[Trait.PERSONA].value or DEFAULT_PERSONA

    @property
    def model(self) -> str | None:
        """The model; None: the operator's default."""
        return self.traits[Trait.MODEL].value

    @property
    def effort(self) -> Effort | None:
        """How much the model thinks."""
        value = self.traits[Trait.EFFORT].value
        return None if value is None else Effort(value)

    @property
    def temperature(self) -> float | None:
        """How far the model strays from the likeliest word."""
        value = self.traits[Trait.TEMPERATURE].value
        return None if value is None else float(value)

    @property
    def language(self) -> str | None:
        """The language of all answers; None: that of the question."""
        return self.traits[Trait.LANGUAGE].value

    @property
    def length(self) -> Length:
        """How long answers are meant to be."""
        return Length(self.traits[Trait.LENGTH].value or Length.NORMAL)

    @property
    def has_summaries(self) -> bool:
        """Whether what is not shown any more is summed up."""
        return self.traits[Trait.SUMMARY].value == Summaries.ON


_DEFAULTS: Choices = MappingProxyType(
    {
        Trait.PERSONA: DEFAULT_PERSONA,
        Trait.LENGTH: Length.NORMAL,
        Trait.SUMMARY: Summaries.ON,
        Trait.LISTENING: Listening.MENTIONS,
    }
)


def manner_of(layers: Layers) -> Manner:
    """Return how a conversation is held, given what was chosen at each level."""
    nearest = (
        (Level.SESSION, layers.session),
        (Level.CHANNEL, layers.channel),
        (Level.SERVER, layers.server),
    )
    traits = {}
    for trait in Trait:
        found = (Chosen(choices[trait], level) for level, choices in nearest if trait in choices)
        traits[trait] = next(found, Chosen(_DEFAULTS.get(trait), Level.DEFAULT))
    return Manner(MappingProxyType(traits))


def may_stand(trait: Trait, level: Level) -> bool:
    """Whether a trait can be chosen at a level; where to listen is no matter of a session."""
    if level is Level.DEFAULT:
        return False
    return trait is not Trait.LISTENING or level is not Level.SESSION


def fitted(trait: Trait, text: str) -> str | None:
    """Return `text` as it is kept as the value of a trait; None when it cannot be meant."""
    return _FITTING[trait](" ".join(text.split()))


def _one_of(kind: type[StrEnum]) -> Callable[[str], str | None]:
    return lambda text: text.lower() if text.lower() in list(kind) else None


def _temperature(text: str) -> str | None:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return f"{value:.2f}".rstrip("0").rstrip(".") if 0 <= value <= HIGHEST_TEMPERATURE else None


def _language(text: str) -> str | None:
    return text if len(text) <= LONGEST_LANGUAGE and _LANGUAGE.fullmatch(text) else None


def _model(text: str) -> str | None:
    return text if 0 < len(text) <= LONGEST_MODEL and " " not in text else None


def _persona(text: str) -> str | None:
    return text if 0 < len(text) <= LONGEST_NAME else None


_FITTING: Mapping[Trait, Callable[[str], str | None]] = MappingProxyType(
    {
        Trait.PERSONA: _persona,
        Trait.MODEL: _model,
        Trait.EFFORT: _one_of(Effort),
        Trait.TEMPERATURE: _temperature,
        Trait.LANGUAGE: _language,
        Trait.LENGTH: _one_of(Length),
        Trait.SUMMARY: _one_of(Summaries),
        Trait.LISTENING: _one_of(Listening),
    }
)
