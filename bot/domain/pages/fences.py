"""Fences: which code block a line opens, continues or closes.

The rules are CommonMark's, with three that Discord adds because it knows no lines: a fence
may be indented as deep as it likes (it stands in a list, as a rule), it may end a line of
prose ("Run this: ```sh"), and in a block of three backticks a line like "```sh" closes, too,
however it is indented.
Nothing here looks further than the end of the line, so a line that is still being written
is read for what it is so far.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.domain.pages.backticks import BLOCK

MARK_SHARE = 10  # a fence, or an indentation, is at most this part of a page
_LANGUAGE_SHARE = 6

_QUOTE = re.compile(r"(?: {0,3}> ?){0,2}")
_OPENING = re.compile(
    r"(?P<quote>(?: {0,3}> ?){0,2})"
    r"(?P<indent>[ \t]*+(?:(?:[-*+]|\d{1,9}[.)])[ \t]++)*+)"
    r"(?P<mark>`{3,}+|~{3,}+)[ \t]*+(?P<info>[^\n]*)"
)
_OPENING_IN_MID_LINE = re.compile(r"(?<![`\\])```(?P<info>[A-Za-z0-9_+\-.#]*)[ \t]*\Z")
_LANGUAGE = re.compile(r"[A-Za-z0-9_+\-.#]+(?=\s|\Z)")
_NESTED = re.compile(r"```[A-Za-z0-9_+\-.#]*")


@dataclass(frozen=True, slots=True)
class Fence:
    """A code block that is open: how its lines begin, and what closes it."""

    mark: str
    language: str
    quote: str = ""  # "> " once for each quote that it stands in
    indent: int = 0
    is_in_mid_line: bool = False

    @property
    def opening(self) -> str:
        """The line that opens such a block anew."""
        return f"{self.quote}{self.mark}{self.language}\n"

    @property
    def closing(self) -> str:
        """What closes the block, after the end of its last line."""
        return f"\n{self.quote}{self.mark}"

    @property
    def is_discords(self) -> bool:
        """Whether Discord sees it begin and end where CommonMark does."""
        return self.mark == BLOCK and not self.is_in_mid_line


def quote_of(line: str) -> str:
    """Return what makes `line` a quote in its normal form, or nothing."""
    found = _QUOTE.match(line)
    return "> " * found[0].count(">") if found else ""


def unquoted(line: str) -> str:
    """Return `line` without what makes it a quote."""
    found = _QUOTE.match(line)
    return line[found.end() :] if found else line


def after_line(fence: Fence | None, line: str, *, limit: int) -> Fence | None:
    """Return the block that is open after `line`, where `fence` was open before.

    A fence of more than a tenth of a page (`limit`) is none, and a language of more than a
    sixth is dropped: to repeat them on each page would leave no room for the code.
    """
    if fence is None:
        return _opened(line, limit)
    if len(quote_of(line)) < len(fence.quote):
        return _opened(line, limit)
    return None if _closes(fence, line) else fence


def missing_end(fence: Fence | None, line: str, *, limit: int) -> str:
    """Return what a page needs that ends with `line`, so that its block is closed."""
    after = after_line(fence, line, limit=limit)
    if after is None:
        return ""
    if begun := begun_closing(after, line) if after is fence else 0:
        return after.mark[begun:]
    return after.closing


def begun_closing(fence: Fence, line: str) -> int:
    """Return how much of its closing fence `line` holds already, and nothing else."""
    code = unquoted(line) if fence.quote else line
    mark = code.strip()
    is_begun = mark == fence.mark[: len(mark)] and _indent(code) <= fence.indent + 3
    return len(mark) if is_begun else 0


def is_clear(fence: Fence | None, line: str, *, limit: int) -> bool:
    """Whether Discord sees the same blocks in `line` as `after_line` does."""
    after = after_line(fence, line, limit=limit)
    if fence and after is not fence and len(quote_of(line)) < len(fence.quote):
        return False
    if BLOCK not in line:
        return True
    if fence is None:
        return after is not None and after.is_discords
    return fence.is_discords and after is None and bool(_NESTED.fullmatch(unquoted(line).strip()))


def _opened(line: str, limit: int) -> Fence | None:
    if BLOCK not in line and "~~~" not in line:
        return None
    found = _OPENING.match(line)
    if found is None or (found["mark"][0] == "`" and "`" in found["info"]):
        return _opened_in_mid_line(line, limit)
    if len(found["mark"]) > limit // MARK_SHARE:
        return None
    indent = len(found["indent"].expandtabs(4))
    fence = Fence(found["mark"], "", "> " * found["quote"].count(">"), indent)
    return _with_language(fence, found["info"], limit)


def _opened_in_mid_line(line: str, limit: int) -> Fence | None:
    found = _OPENING_IN_MID_LINE.search(line)
    if found is None or line.count(BLOCK) % 2 == 0:
        return None
    return _with_language(Fence(BLOCK, "", is_in_mid_line=True), found["info"], limit)


def _with_language(fence: Fence, info: str, limit: int) -> Fence:
    found = _LANGUAGE.match(info)
    return (
        replace(fence, language=found[0])
        if found and len(found[0]) <= limit // _LANGUAGE_SHARE
        else fence
    )


def _closes(fence: Fence, line: str) -> bool:
    code = unquoted(line) if fence.quote else line
    mark = code.strip()
    if fence.is_in_mid_line and mark.endswith(BLOCK):
        return line.count(BLOCK) % 2 == 1
    if fence.mark == BLOCK and _NESTED.fullmatch(mark):
        return True
    is_mark = mark.startswith(fence.mark) and not mark.strip(fence.mark[0])
    return is_mark and _indent(code) <= fence.indent + 3


def _indent(line: str) -> int:
    line = line.expandtabs(4)
    return len(line) - len(line.lstrip())
