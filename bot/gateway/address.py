"""Addresses: the custom ids of our buttons, which are the marks that Discord keeps for us."""

from __future__ import annotations

import re

from bot.domain.reply import Controls, Mark, Standing

_MARKED = r"([0-7]?[0-9a-f]{1,15}):([0-9a-f]{1,3})"  # a message id of 63 bits, and a page
_SHAPE = re.compile(rf"(stop|more|retry|undone):{_MARKED}")
_MISSED = re.compile(r"(?:answer|leave):([0-7]?[0-9a-f]{1,15}):([0-7]?[0-9a-f]{1,15})")
_BRANCH = re.compile(rf"branch:{_MARKED}")
_VERSION = re.compile(rf"show:{_MARKED}:([0-9a-f]{{1,7}})")
_STANDING = re.compile(rf"at:{_MARKED}:([0-9a-f]+)/([0-9a-f]+):([0-9a-f]*):([0-9a-f]*)")
SHOW = "show"
BRANCH = "branch"
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


def branch_id(mark: Mark) -> str:
    """Return the custom id of the button that goes on from an answer."""
    return f"{BRANCH}:{mark.anchor:x}:{mark.page:x}"


def parse_branch(text: str) -> int | None:
    """Return the message whose answer such a button goes on from."""
    match = _BRANCH.fullmatch(text)
    return None if match is None else int(match[1], 16)


def version_id(mark: Mark, version: int | None, *, is_before: bool) -> str:
    """Return the custom id of the button that shows another version, or of one without any."""
    wanted = ("first" if is_before else "last") if version is None else f"{version:x}"
    return f"{SHOW}:{mark.anchor:x}:{mark.page:x}:{wanted}"


def parse_version(text: str) -> tuple[int, int] | None:
    """Return of the answer to which message such a button shows which version."""
    match = _VERSION.fullmatch(text)
    return None if match is None else (int(match[1], 16), int(match[3], 16))


def standing_id(mark: Mark, standing: Standing) -> str:
    """Return the custom id of what says where a version stands: all of it, to be read back."""
    before, after = ("" if v is None else f"{v:x}" for v in (standing.before, standing.after))
    place = f"{standing.number:x}/{standing.count:x}"
    return f"at:{mark.anchor:x}:{mark.page:x}:{place}:{before}:{after}"


def parse_standing(text: str) -> Standing | None:
    """Return where a version stands; None for everything else."""
    match = _STANDING.fullmatch(text)
    if match is None:
        return None
    before, after = (int(v, 16) if v else None for v in (match[5], match[6]))
    return Standing(int(match[3], 16), int(match[4], 16), before, after)


def missed_id(oldest: int, newest: int, *, is_answer: bool) -> str:
    """Return the custom id of a button about the messages of a place between two, both included."""
    return f"{ANSWER if is_answer else LEAVE}:{oldest:x}:{newest:x}"


def parse_missed(text: str) -> tuple[int, int] | None:
    """Return between which messages such a button's are; None for everything else."""
    match = _MISSED.fullmatch(text)
    return None if match is None else (int(match[1], 16), int(match[2], 16))
