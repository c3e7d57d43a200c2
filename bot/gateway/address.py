"""Addresses: the custom ids of our buttons, which are the marks that Discord keeps for us."""

from __future__ import annotations

import re

from bot.domain.reply import Controls, Mark

_SHAPE = re.compile(r"(stop|more|retry):([0-7]?[0-9a-f]{1,15}):([0-9a-f]{1,3})")  # of 63 bits
_MISSED = re.compile(r"(?:answer|leave):([0-7]?[0-9a-f]{1,15}):([0-7]?[0-9a-f]{1,15})")
ANSWER, LEAVE = "answer", "leave"


def custom_id(controls: Controls, mark: Mark) -> str:
    """Return the custom id of the button under a page; at most 100 characters, Discord's limit."""
    return f"{controls.value}:{mark.anchor:x}:{mark.page:x}"


def parse(text: str) -> tuple[Controls, Mark] | None:
    """Return what a custom id of ours says; None for everything else."""
    match = _SHAPE.fullmatch(text)
    if match is None:
        return None
    return Controls(match[1]), Mark(int(match[2], 16), int(match[3], 16))


def missed_id(oldest: int, newest: int, *, is_answer: bool) -> str:
    """Return the custom id of a button about the messages of a place between two, both included."""
    return f"{ANSWER if is_answer else LEAVE}:{oldest:x}:{newest:x}"


def parse_missed(text: str) -> tuple[int, int] | None:
    """Return between which messages such a button's are; None for everything else."""
    match = _MISSED.fullmatch(text)
    return None if match is None else (int(match[1], 16), int(match[2], 16))
