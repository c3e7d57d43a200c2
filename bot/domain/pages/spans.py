"""Spans: the parts of prose that lose their meaning when they are torn.

Atoms are inline code, links, bare URLs, and Discord's mentions, emoji and times; around
them stand the softer spans of emphasis and spoilers. A span that has begun and does not
end is taken to go on where the text breaks off.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import NamedTuple

_TOKEN = re.compile(
    r"\\[^\w\s]"
    r"|`+"
    r"|https?://(?:[^\s<>()\[\]]++|\([^\s<>()]*+\))*+"
    r"|</[^<>\n]{1,80}+(?:>|\Z)|<[@#:/a-z][^\s<>]*+>?"
    r"|!?\[+|\]\(|[()\]]"
    r"|\*+|_+|~~|\|\|"
)
_RUN = re.compile(r"`+")
_ALLOWED_IN_WORDS = ("*", "_", "__")


class Span(NamedTuple):
    """A part of a text that begins at `start` and ends before `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Spans:
    """Spans in order, none overlapping another."""

    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()

    def around(self, place: int) -> Span | None:
        """Return the span that a cut at `place` would tear."""
        at = bisect_left(self.starts, place) - 1
        if at < 0 or self.ends[at] <= place:
            return None
        return Span(self.starts[at], self.ends[at])


def merged(spans: list[Span]) -> Spans:
    """Return `spans` in order, those that overlap made one."""
    starts: list[int] = []
    ends: list[int] = []
    for span in sorted(spans):
        if ends and span.start < ends[-1]:
            ends[-1] = max(ends[-1], span.end)
        else:
            starts.append(span.start)
            ends.append(span.end)
    return Spans(tuple(starts), tuple(ends))


def spans_of(text: str, start: int, end: int, *, breaks_off: bool) -> tuple[list[Span], list[Span]]:
    """Return the atoms and the softer spans of one paragraph, item or heading.

    `breaks_off` says that it goes on behind `end`, unseen.
    """
    reader = _Reader(text, start, end)
    at = start
    while found := _TOKEN.search(text, at, end):
        at = reader.take(found)
    if breaks_off:
        reader.go_on()
    return reader.atoms, reader.soft


class _Reader:
    """Takes the tokens of a block from the left, and remembers what they leave open."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text = text
        self._start = start
        self._end = end
        self._code_ends = _code_ends(text, start, end)
        self._code: int | None = None  # where inline code begins that never ends
        self._brackets: list[tuple[str, int]] = []
        self._marks: dict[str, int] = {}
        self.atoms: list[Span] = []
        self.soft: list[Span] = []

    def take(self, token: re.Match[str]) -> int:
        """Take one token, and return where the next one may begin."""
        match token[0][0]:
            case "`":
                return self._take_code(token)
            case "<" | "h":
                self.atoms.append(Span(*token.span()))
            case "!" | "[" | "]" | "(" | ")":
                self._take_bracket(token)
            case "*" | "_" | "~" | "|":
                self._take_mark(token)
            case _:
                pass  # escaped
        return token.end()

    def go_on(self) -> None:
        """Take what is open to go on behind the end."""
        begun = [place for kind, place in self._brackets if kind != "("]
        if self._code is not None:
            begun.append(self._code)
        self.atoms += [Span(place, self._end + 1) for place in begun]
        self.soft += [Span(place, self._end + 1) for place in self._marks.values()]

    def _take_code(self, token: re.Match[str]) -> int:
        end = self._code_ends.get(token.start())
        if end is None:
            self._code = token.start() if self._code is None else self._code
            return token.end()
        self.atoms.append(Span(token.start(), end))
        return end

    def _take_bracket(self, token: re.Match[str]) -> None:
        """Take a part of a link; `_brackets` holds what is open, and where each link begins."""
        kind = token[0]
        opened, begin = self._brackets[-1] if self._brackets else ("", 0)
        match kind, opened:
            case "](", _:
                self._take_link_text()
            case "(", "](" | "(":
                self._brackets.append((kind, token.start()))
            case ")", "](":
                self._brackets.pop()
                self.atoms.append(Span(begin, token.end()))
            case (")", "(") | ("]", "["):
                self._brackets.pop()
            case "(" | ")" | "]", _:
                pass  # no part of a link
            case _:
                self._brackets.append(("[", token.start()))

    def _take_link_text(self) -> None:
        while self._brackets:
            opened, begin = self._brackets.pop()
            if opened == "[":
                self._brackets.append(("](", begin))
                return

    def _take_mark(self, token: re.Match[str]) -> None:
        mark, place, end = token[0], token.start(), token.end()
        before = self._text[place - 1] if place > self._start else " "
        after = self._text[end] if end < self._end else " "
        if mark in _ALLOWED_IN_WORDS and before.isalnum() and after.isalnum():
            return
        if mark in self._marks and not before.isspace():
            self.soft.append(Span(self._marks.pop(mark), end))
        elif not after.isspace():
            self._marks[mark] = place


def _code_ends(text: str, start: int, end: int) -> dict[int, int]:
    """Return where inline code ends, by where it may begin."""
    ends: dict[int, int] = {}
    nearest: dict[int, int] = {}
    for run in reversed(list(_RUN.finditer(text, start, end))):
        length = run.end() - run.start()
        if length in nearest:
            ends[run.start()] = nearest[length]
        nearest[length] = run.end()
    return ends
