"""Lines: what each line of a text is, and how good it is to cut before it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum, IntEnum, auto

from bot.domain.pages.fences import Fence, begun_closing, unquoted

_HEADING = re.compile(r"(?:#{1,6}|-#)[ \t]+\S|(\*\*|__)(?=\S)[^*_]+\1:?\s*\Z")
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])\s")
_RULER = re.compile(r"[ \t]*\|?[ \t]*:?-[-:|\s]*\Z")
_INTRODUCES = re.compile(r"[:\uff1a]\W{0,4}\Z")
_NESTED = 2  # spaces that make a line part of the item above it


class Kind(Enum):
    """What a line is."""

    TEXT = auto()
    HEADING = auto()
    ITEM = auto()
    ROW = auto()
    OPENING = auto()
    CODE = auto()
    CLOSING = auto()

    @property
    def is_fence(self) -> bool:
        """Whether it opens or closes a code block."""
        return self in (Kind.OPENING, Kind.CLOSING)


class Cut(IntEnum):
    """How good it is to cut between two lines, best first; behind ITEM something is torn."""

    PARAGRAPH = auto()
    HEADING = auto()
    LINE = auto()
    NESTED = auto()  # its indentation is lost at the start of a page
    CODE_GAP = auto()
    CODE_TOP = auto()
    CODE = auto()
    ROW = auto()
    INTRODUCTION = auto()  # a heading or "such as:" is left without what it introduces
    FENCE = auto()

    @property
    def tears(self) -> bool:
        """Whether the cut parts what belongs together."""
        return self >= Cut.ROW


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank, without its line end; it may break off at `end`."""

    start: int
    end: int
    kind: Kind
    indent: int
    has_gap: bool  # a blank line stands before it
    introduces: bool
    fence: Fence | None  # the code block that is open before it


def read_line(
    text: str, start: int, end: int, *, has_gap: bool, before: Fence | None, after: Fence | None
) -> Line:
    """Return the line of `text` from `start` to `end`, between two states of its code blocks."""
    words = unquoted(text[start:end])
    stripped = words.lstrip()
    indent = len(words) - len(stripped)
    kind = _kind_in_code(words, before, after) or _kind(stripped)
    introduces = kind is Kind.HEADING or bool(_INTRODUCES.search(words.rstrip()[-6:]))
    return Line(start, end, kind, indent, has_gap, introduces, before)


def joined_to_table(text: str, lines: list[Line], line: Line) -> Line:
    """Return `line` as part of the table above it, if there is one without a gap.

    The head of the table is known by the line under it, so it may change in `lines`.
    """
    above = lines[-1] if lines else None
    if above is None or line.has_gap or line.kind not in (Kind.TEXT, Kind.ITEM):
        return line
    words = text[line.start : line.end]
    if "|" not in words:
        return line
    if above.kind is Kind.TEXT and _RULER.match(words) and "|" in text[above.start : above.end]:
        above = lines[-1] = replace(above, kind=Kind.ROW)
    return replace(line, kind=Kind.ROW) if above.kind is Kind.ROW else line


def cut_between(text: str, above: Line, below: Line) -> Cut:
    """Say how good it is to cut between two lines that follow each other."""
    if below.fence is not None:
        return _cut_in_code(text, above, below)
    if above.kind is Kind.ROW and below.kind is Kind.ROW and not below.has_gap:
        return Cut.ROW
    if _introduces(above, below):
        return Cut.INTRODUCTION
    if below.indent >= _NESTED:
        return Cut.NESTED
    if below.has_gap:
        return Cut.PARAGRAPH
    return Cut.HEADING if below.kind is Kind.HEADING else Cut.LINE


def _introduces(above: Line, below: Line) -> bool:
    if above.kind is Kind.HEADING:
        return True
    return above.introduces and below.kind in (Kind.ITEM, Kind.OPENING, Kind.ROW)


def _cut_in_code(text: str, above: Line, below: Line) -> Cut:
    if above.kind is Kind.OPENING or below.kind is Kind.CLOSING:
        return Cut.FENCE
    if below.has_gap:
        return Cut.CODE_GAP
    outermost = below.fence.indent if below.fence else 0
    first = text[below.start : below.end].lstrip()[:1]
    return Cut.CODE_TOP if below.indent <= outermost and first not in ")]}" else Cut.CODE


def _kind_in_code(words: str, before: Fence | None, after: Fence | None) -> Kind | None:
    if before is None:
        return Kind.OPENING if after is not None else None
    if after is not before or begun_closing(before, words):
        return Kind.CLOSING
    return Kind.CODE


def _kind(words: str) -> Kind:
    if _HEADING.match(words):
        return Kind.HEADING
    if _ITEM.match(words):
        return Kind.ITEM
    if words.startswith("|") and not words.startswith("||"):
        return Kind.ROW
    return Kind.TEXT
