"""Replies: the settled words for a turn, and the pages that show them on Discord."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.budget import BudgetNote
from bot.domain.errors import Fault
from bot.domain.rate import RateNote


class Ending(StrEnum):
    """How a reply came to its end; all but WHOLE are told in words under it."""

    WHOLE = "whole"
    LENGTH = "length"  # the cap on its output cut it off
    FILTERED = "filtered"  # a content filter cut it off
    REFUSED = "refused"  # the model declined, or a budget or a rate did: see `Reply`
    EMPTY = "empty"  # the model said nothing at all
    STOPPED = "stopped"  # a person stopped it, or reset the session
    BROKEN = "broken"  # the model failed; `Reply.fault` says how, and is set for no other
    GAVE_UP = "gave_up"  # too many attempts came to nothing


@dataclass(frozen=True, slots=True)
class SummaryNote:
    """What is said of a summary under the answer for which it was made."""

    cost: int | None  # nano-dollars


@dataclass(frozen=True, slots=True)
class Reply:
    """The settled words for a turn: what the model said, and how that ended.

    What the bot adds in its own name (a *notice*) is made from `ending` and `fault`
    when the reply is shown. It is no part of `text`, so no context ever holds it.
    `model` is the one that answered, where one did; `instead_of` the one that was meant to.
    """

    text: str
    ending: Ending = Ending.WHOLE
    fault: Fault | None = None
    model: str | None = None
    instead_of: str | None = None
    budget: BudgetNote | None = None  # what is to be said of a budget
    rate: RateNote | None = None  # why nobody was asked
    summary: SummaryNote | None = None  # one was made for this answer

    @property
    def is_notice(self) -> bool:
        """Whether the model said nothing and only the bot speaks."""
        return not self.text.strip()


class Controls(StrEnum):
    """The buttons under a page; exactly one row, which also carries the page's mark."""

    STOP = "stop"  # the answer is still growing here
    CONTINUES = "more"  # the next page follows
    RETRY = "retry"  # the end of the answer
    UNDONE = "undone"  # the end of an answer that was taken out of its session


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a version stands among those that can be shown, and which come before and after."""

    number: int  # from 1 on
    count: int
    before: int | None
    after: int | None


def standing(version: int, others: Sequence[int]) -> Standing | None:
    """Return where a version stands among others of its answer; None when it is the only one."""
    if not others:
        return None
    before = [other for other in others if other < version]
    after = [other for other in others if other > version]
    return Standing(
        len(before) + 1,
        len(others) + 1,
        max(before, default=None),
        min(after, default=None),
    )


@dataclass(frozen=True, slots=True)
class Mark:
    """Names a page of the answer to a message; Discord keeps it with the post.

    Every version of an answer has the same marks: a version takes over the posts of
    the one before.
    """

    anchor: int
    page: int


@dataclass(frozen=True, slots=True)
class File:
    """A file that comes with a page."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """One Discord message's worth of a reply."""

    text: str
    controls: Controls
    file: File | None = None
    standing: Standing | None = None  # under the end of an answer of several versions


@dataclass(frozen=True, slots=True)
class Post:
    """A Discord message of ours that shows a page, as Discord gave it back."""

    id: int
    mark: Mark
    text: str
    controls: Controls
    has_file: bool
    standing: Standing | None = None
