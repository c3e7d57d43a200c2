"""Cutting: the best place to end a page.

In the last part of the page, so that no tiny page is left, the best kind of place counts,
and of its kind the latest: between paragraphs, before a heading, between lines, behind a
sentence, between words. Where that part is one thing that should not be torn, the page ends
before the thing; only where the thing alone is longer than a page it is torn, as gently as
can be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from bot.domain.graphemes import is_boundary
from bot.domain.pages.lines import Cut, Kind, Line, cut_between
from bot.domain.pages.spans import Span, Spans, merged, spans_of
from bot.domain.pages.stretch import Stretch

_LATE = 0.6  # a page that is cut behind this part of it is no tiny one
_EARLY = 0.3  # words are not given up for a page that is shorter than this
_CHUNK = 64  # characters that are searched for a place between words at a time
_TRIES = 16  # places that are looked at for one that parts no row of like marks

# Scripts that are written without spaces; no line begins or ends with what is left out here.
_CJK = "\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_SENTENCE_END = re.compile(
    r"(?<=\w[^\s.])[.!?\u2026\u061f\u06d4\u0964]+[\"'\u201d\u2019\u00bb)\]*_]{0,4}[^\S\n]+(?=\S)(?![a-z])"
    r"|[\u3002\uff01\uff1f\uff61]+[\u300d\u300f\u201d\u2019\uff09\u3011\u300b]*(?=\S)"
)
_WORD_END = re.compile(rf"[^\S\n]+(?=\S)|(?<=[{_CJK}])(?=[{_CJK}])")
_LINE_MARK = re.compile(r"(?:[ \t]*(?:>|[-*+]|#{1,6}|-#|\d{1,9}[.)])(?=[ \t]))*[ \t]*")
_WOULD_BE_MARK = re.compile(r"(?:>{1,3}|[-*+]|#{1,6}|-#|\d{1,9}[.)])(?:\s|\Z)")


def best_cut(text: str, stretch: Stretch) -> int:
    """Return where the page is cut that `stretch` overflows: behind its start, before its end."""
    return _Page(text, stretch).cut()


class _Page:
    """All places where one page may end."""

    def __init__(self, text: str, stretch: Stretch) -> None:
        self._text = text
        self._lines = stretch.lines
        self._first = stretch.lines[0].start + stretch.lines[0].indent + 1
        self._last = stretch.end - 1
        size = self._last - stretch.start
        self._late = max(self._first, stretch.start + int(size * _LATE))
        self._early = max(self._first, stretch.start + int(size * _EARLY))
        self._between = [
            (below.start, cut_between(text, above, below))
            for above, below in pairwise(stretch.lines)
        ]
        atoms, soft = _spans_in(text, stretch)
        self._atoms = merged(atoms)
        self._spans = merged([*atoms, *soft])

    def cut(self) -> int:
        """Return the best place."""
        place = self._untorn(self._spans) or self._latest(Cut.ROW) or self._latest(Cut.INTRODUCTION)
        if place is None and self._spans != self._atoms:
            place = self._untorn(self._atoms)
        return place or self._word(self._early, Spans(), in_any_line=True) or self._grapheme()

    def _untorn(self, spans: Spans) -> int | None:
        """Return the best place that tears nothing of `spans`."""
        for since in (self._late, self._early):
            if place := (
                self._line(since, spans) or self._sentence(since, spans) or self._word(since, spans)
            ):
                return place
        if not self._is_blocked(spans):
            return None
        since = self._first
        untorn = [p for p, cut in self._between if not cut.tears and spans.around(p) is None]
        return max(untorn, default=None) or self._sentence(since, spans) or self._word(since, spans)

    def _is_blocked(self, spans: Spans) -> bool:
        """Whether the page overflows in something that should not begin on it."""
        kind = self._lines[-1].kind
        return spans.around(self._last) is not None or kind in (Kind.ROW, Kind.HEADING)

    def _line(self, since: int, spans: Spans) -> int | None:
        """Return the best place between two lines that tears nothing."""
        places = [
            (cut, -place)
            for place, cut in self._between
            if place >= since and not cut.tears and spans.around(place) is None
        ]
        return -min(places)[1] if places else None

    def _latest(self, wanted: Cut) -> int | None:
        """Return the latest place of a kind, if the page overflows in what is not to be torn."""
        if not self._is_blocked(self._atoms):
            return None
        return max((place for place, cut in self._between if cut is wanted), default=None)

    def _sentence(self, since: int, spans: Spans) -> int | None:
        """Return the latest place behind a sentence."""
        for line, start, end in self._parts(since, in_any_line=False):
            if line.kind is Kind.CODE:
                continue
            found = _SENTENCE_END.finditer(self._text, max(start, since - 8), end + 1)
            for place in reversed([match.end() for match in found]):
                if since <= place <= end and self._may_begin(place, line, spans):
                    return place
        return None

    def _word(self, since: int, spans: Spans, *, in_any_line: bool = False) -> int | None:
        """Return the latest place between two words."""
        for line, start, end in self._parts(since, in_any_line=in_any_line):
            for stop in range(end, start, -_CHUNK):
                begin = max(start, since, stop - _CHUNK)
                found = _WORD_END.finditer(self._text, begin, stop + 1)
                for place in reversed([match.end() for match in found]):
                    if begin < place <= stop and self._may_begin(place, line, spans):
                        return place
        return None

    def _parts(self, since: int, *, in_any_line: bool) -> Iterator[tuple[Line, int, int]]:
        """Yield from the last the lines that may be cut behind `since`, and where in them."""
        leads = {place for place, cut in self._between if cut is Cut.INTRODUCTION}
        below = self._last + 1
        for line in reversed(self._lines):
            is_lead, below = below in leads and since == self._first, line.start
            if line.end <= since:
                return
            mark = _LINE_MARK.match(self._text, line.start, line.end)
            start = mark.end() + 1 if mark else line.start + 1
            is_whole = line.kind.is_fence or line.kind in (Kind.ROW, Kind.HEADING)
            if in_any_line or not (is_lead or is_whole):
                yield line, start, min(line.end, self._last)

    def _may_begin(self, place: int, line: Line, spans: Spans) -> bool:
        """Whether a page may begin at `place`: no span is torn, and no word becomes a mark."""
        if spans.around(place) is not None:
            return False
        end = self._last + 1
        return line.kind is Kind.CODE or not _WOULD_BE_MARK.match(self._text, place, end)

    def _grapheme(self) -> int:
        """Return a place between two characters, before an atom if possible."""
        last = self._last
        if self._lines[-1].kind is Kind.CLOSING and len(self._lines) > 1:
            last = max(self._lines[-2].end - 1, self._first)
        atom = self._atoms.around(last)
        if atom is not None and atom.start >= self._first:
            last = atom.start
        tried = range(last, max(last - _TRIES, self._first - 1), -1)
        seams = (place for place in tried if self._is_seam(place))
        whole = (place for place in range(last, self._first - 1, -1) if self._is_whole(place))
        return next(seams, None) or next(whole, last)

    def _is_whole(self, place: int) -> bool:
        """Whether a cut parts two characters."""
        return is_boundary(self._text, place, since=self._first - 1)

    def _is_seam(self, place: int) -> bool:
        """Whether it parts no row of like marks either."""
        is_mark = self._text[place] in "`*_~|" and self._text[place - 1] == self._text[place]
        return not is_mark and self._is_whole(place)


def _spans_in(text: str, stretch: Stretch) -> tuple[list[Span], list[Span]]:
    """Return the atoms and the softer spans in the prose of a stretch."""
    blocks: list[list[Line]] = []
    block: list[Line] | None = None
    for line in stretch.lines:
        if line.kind not in (Kind.TEXT, Kind.ITEM, Kind.HEADING):
            block = None
        elif block is None or line.has_gap or line.kind is not Kind.TEXT:
            block = [line]
            blocks.append(block)
        else:
            block.append(line)
    atoms: list[Span] = []
    soft: list[Span] = []
    for block in blocks:
        breaks_off = block[-1] is stretch.lines[-1]
        found = spans_of(text, block[0].start, block[-1].end, breaks_off=breaks_off)
        atoms += found[0]
        soft += found[1]
    return atoms, soft
