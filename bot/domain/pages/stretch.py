"""Stretches: how much of a text goes on one page, line by line, until it overflows.

A page is full at the first character with which what came so far, closed where it has to
be, is too long. All that is known when it is cut came before that character. So it does
not matter what follows, and a page that was cut once is cut there for ever, however much
the text still grows.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.domain.graphemes import utf16_offsets
from bot.domain.pages.backticks import BLOCK, reading
from bot.domain.pages.fences import MARK_SHARE, Fence, after_line, is_clear, missing_end
from bot.domain.pages.lines import Kind, Line, joined_to_table, read_line

ROOM_FOR_DISCORD = 4  # what it may take beyond CommonMark to close a block that Discord sees
_SEEN = re.compile(r"\S")
_FENCE = re.compile(r"`{3,}|~{3,}")
_LONGEST_QUOTE = 5  # a line end and two marks


@dataclass(frozen=True, slots=True)
class Source:
    """A text, measured, and how long a page of it may be."""

    text: str
    limit: int
    offsets: Sequence[int] = field(repr=False)

    @property
    def longest_fence(self) -> int:
        """How many characters a fence may have, or the indentation of code."""
        return self.limit // MARK_SHARE

    @classmethod
    def of(cls, text: str, limit: int) -> Source:
        """Return `text`, measured."""
        return cls(text, limit, utf16_offsets(text))

    def seen(self, start: int) -> int | None:
        """Return the first place from `start` on that is not white space."""
        found = _SEEN.search(self.text, start)
        return found.start() if found else None

    def fitting(self, start: int, room: int) -> int:
        """Return the end of the longest part from `start` on that has `room`."""
        return bisect_right(self.offsets, self.offsets[start] + room) - 1

    def after(self, fence: Fence | None, line: str) -> Fence | None:
        """Return the code block that is open after `line`, where `fence` was open before."""
        return after_line(fence, line, limit=self.limit)

    def missing(self, fence: Fence | None, line: str) -> str:
        """Return what a page needs that ends with `line`, so that its block is closed."""
        return missing_end(fence, line, limit=self.limit)


@dataclass(frozen=True, slots=True)
class Opening:
    """Where a page begins, and what it has to repeat for that."""

    start: int
    fence: Fence | None = None
    quote: str = ""  # the page begins inside a line of a quote

    @property
    def head(self) -> str:
        """What stands on the page before the words of the text."""
        return f"{self.fence.opening if self.fence else ''}{self.quote}"


@dataclass(frozen=True, slots=True)
class Stretch:
    """What of a text is seen when a page is cut: all that fits, and one character more."""

    start: int
    end: int
    lines: list[Line]
    overflows: bool


def stretch(source: Source, opening: Opening) -> Stretch:
    """Return what a page that begins with `opening` is cut from."""
    return _Filling(source, opening).fill()


class _Filling:
    """Takes line after line, as long as they fit."""

    def __init__(self, source: Source, opening: Opening) -> None:
        self._source = source
        self._start = opening.start
        self._quote = opening.quote
        self._fence = opening.fence
        self._room = source.limit - len(opening.head)
        self._brim = source.fitting(self._start, self._room)  # nothing behind it can fit
        most = 2 * source.longest_fence + 2 * _LONGEST_QUOTE + ROOM_FOR_DISCORD
        self._safe = source.fitting(self._start, self._room - most)
        self._is_clear = opening.fence is None or opening.fence.is_discords
        self._prose = self._start  # up to here every backtick has its partner
        self._lines: list[Line] = []

    def fill(self) -> Stretch:
        """Take all lines that fit, and of the next one its part up to what does not."""
        text, at = self._source.text, self._start
        has_gap = False
        while (seen := self._source.seen(at)) is not None:
            start = at if seen == at else max(text.rfind("\n", at, seen) + 1, at)
            end = self._end_of_line(seen)
            overflow = self._overflow(start, end)
            self._take(start, overflow or end, has_gap=has_gap)
            if overflow is not None:
                return Stretch(self._start, overflow, self._lines, overflows=True)
            at = min(end + 1, len(text))
            following = self._source.seen(at)
            has_gap = following is not None and text.find("\n", at, following) >= 0
        return Stretch(self._start, len(text), self._lines, overflows=False)

    def _end_of_line(self, seen: int) -> int:
        """Return where the line ends, or breaks off because the rest of it cannot fit."""
        text = self._source.text
        end = text.find("\n", seen, self._brim + 1)
        if end >= 0:
            return end
        beyond = self._source.seen(max(seen, self._brim))
        stop = len(text) if beyond is None else beyond
        end = text.find("\n", max(seen, self._brim), stop)
        if end >= 0:
            return end
        return stop if beyond is None else beyond + 1

    def _take(self, start: int, end: int, *, has_gap: bool) -> None:
        words = self._words(start, end)
        after = self._source.after(self._fence, words)
        self._is_clear = self._is_clear and self._sees_alike(words, start)
        line = read_line(
            self._source.text, start, end, has_gap=has_gap, before=self._fence, after=after
        )
        self._lines.append(joined_to_table(self._source.text, self._lines, line))
        if self._fence is not None and self._fence.is_discords and after is None:
            self._prose = end
        self._fence = after

    def _words(self, start: int, end: int) -> str:
        quote = self._quote if start == self._start else ""
        return quote + self._source.text[start:end]

    def _sees_alike(self, words: str, start: int) -> bool:
        """Whether Discord sees the same code blocks in a line as we do."""
        if not is_clear(self._fence, words, limit=self._source.limit):
            return False
        if self._fence and (not self._lines or self._lines[-1].kind is Kind.OPENING):
            return BLOCK not in words  # Discord knows no empty block
        opens = self._fence is None and "`" in words and self._source.after(None, words)
        return not (opens and reading(self._source.text[self._prose : start]).has_stray)

    def _overflow(self, start: int, end: int) -> int | None:
        """Return the end of the first part of a line that does not fit."""
        if end <= self._safe:
            return None
        room = self._room - self._most_missing(start, end)
        first = max(self._source.fitting(self._start, room), start) + 1
        for place in range(first, end + 1):
            if self._source.text[place - 1].isspace():
                continue
            words = self._words(start, place)
            missing = len(self._source.missing(self._fence, words))
            if not (self._is_clear and self._sees_alike(words, start)):
                missing += ROOM_FOR_DISCORD
            if place > self._source.fitting(self._start, self._room - missing):
                return place
        return None

    def _most_missing(self, start: int, end: int) -> int:
        """Return at least what a page misses that ends anywhere in a line."""
        marks = list(_FENCE.finditer(self._source.text, start, end))
        longest = self._source.longest_fence
        most = len(self._fence.closing) if self._fence else 0
        if marks or not self._is_clear or (self._fence and self._fence.quote):
            most += ROOM_FOR_DISCORD
        near = self._brim - most - 2 * longest - _LONGEST_QUOTE
        return most + max(
            (
                min(len(mark[0]), longest) + _LONGEST_QUOTE
                for mark in marks
                if len(mark[0]) <= longest or mark.start() >= near
            ),
            default=0,
        )
