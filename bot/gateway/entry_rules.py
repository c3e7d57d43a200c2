"""Rules: how each thing that can be asked for is allowed, acknowledged and done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import discord

from bot.domain.access import Action
from bot.gateway.commands import Choice
from bot.gateway.people import Kind, Request


class Way(StrEnum):
    """How an interaction is acknowledged, and where its words go. One person sees them."""

    THINKING = "thinking"  # the bot “is thinking”; the words take the place of that
    QUIETLY = "quietly"  # nothing is seen; words, if there are any, come as a message
    IN_PLACE = "in_place"  # nothing is seen; the words replace the message of the button
    TAKING_AWAY = "taking_away"  # the message of the button goes; words, if any, as a message
    ASKING = "asking"  # a form is the acknowledgement
    CHOICES = "choices"  # the choices themselves are the acknowledgement


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that comes with words, and what it shows for those who cannot see it."""

    name: str
    content: bytes
    description: str


@dataclass(frozen=True, slots=True)
class Words:
    """What is said to the person, and what hangs below it.

    When Discord takes no words for the person any more, those that concern everybody at
    the place are posted there. With `keeps_button` it can be pressed again.
    """

    text: str
    view: discord.ui.View | None = None
    concerns_all: bool = False
    keeps_button: bool = False
    picture: Picture | None = None


Outcome = Words | discord.ui.Modal | tuple[Choice, ...] | None
Handler = Callable[[Request], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Rule:
    """What somebody must be allowed to do, and what is done then."""

    action: Action
    way: Way
    handler: Handler


Rules = Mapping[tuple[Kind, str], Rule]
