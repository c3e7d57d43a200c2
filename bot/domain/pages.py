"""Pages: a text of any length, cut into messages that Discord accepts.

Discord's own view of Markdown counts here, not CommonMark's: a code block begins and ends
at three backticks wherever they stand, and everything else is the text of one line. A cut
inside a block closes it and opens it again on the next page.

A page depends on nothing behind it but the next `LOOK_AHEAD` characters. While an answer
grows, all pages that end so far before its end stay as they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

PAGE_LIMIT = 2000  # characters; https://discord.com/developers/docs/resources/message
LEAST_LIMIT = 40  # below that there is no room for fences
LOOK_AHEAD = 400  # characters behind a page that its cut may depend on

_FENCE = "```"
_CLOSING = f"\n{_FENCE}"
_LANGUAGE = re.compile(r"[A-Za-z0-9_+\-.#]{0,20}(?=\n)")
# What is kept in one piece where possible; bounded, so that no text makes it slow.
_WHOLE = re.compile(
    r"`[^`\n]{1,200}`|\[[^\[\]\n]{0,200}\]\([^()\s]{0,300}\)|https?://\S{1,300}|<[^<>\s]{1,100}>"
    r"|\*\*[^*\n]{1,200}\*\*|\|\|[^|\n]{1,200}\|\||~~[^~\n]{1,200}~~"
)
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]*_]{0,3}\s|[。！？]")
_LIST_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")

# How good a place to cut is; where the best of a page is poor, earlier ones count as well.
_TORN, _APART, _WORD, _SENTENCE, _LINE, _PARAGRAPH, _HEADING = range(7)
_POOR = _APART
_LATE = 0.6  # a cut behind this part of the page leaves no tiny page


@dataclass(frozen=True, slots=True)
class Piece:
    """One page: what is posted, and which part of the source it shows.

    `text` is that part without white space at its ends, with code blocks closed and
    opened again where they were cut.
    """

    text: str
    start: int
    end: int


def paginate(text: str, *, limit: int = PAGE_LIMIT) -> list[Piece]:
    """Return the pages of `text`; none when it is blank.

    Each is at most `limit` long (at least 40), counted in UTF-16 code units, which is
    never less than the number of characters. Together they cover the whole text.
    """
    pieces: list[Piece] = []
    start = 0 if text.strip() else len(text)
    block: str | None = None  # the line that opened the code block we are in
    while start < len(text):
        begin = _skip_blank(text, start, in_block=block is not None)
        head = f"{block}\n" if block else ""
        end = _page_end(text, begin, limit - len(head), in_block=block is not None)
        if _block_after(text[begin:end], block):
            room = limit - len(head) - len(_CLOSING)
            end = _page_end(text, begin, room, in_block=block is not None)
        body = text[begin:end]
        block = _block_after(body, block)
        if not text[end:].strip():
            end = len(text)
        pieces.append(Piece(_whole(head, body, _CLOSING if block else ""), start, end))
        start = end
    return pieces


def _page_end(text: str, begin: int, room: int, *, in_block: bool) -> int:
    """Return where a page ends that begins at `begin` and has so much room."""
    end = _fitting(text, begin, room)
    return end if end == len(text) else _cut(text, begin, end, in_block=in_block)


def _whole(head: str, body: str, tail: str) -> str:
    """Return a page without the white space that Discord would strip: code is indented still."""
    return f"{head}{body.rstrip() if head else body.strip()}{tail}"


def _skip_blank(text: str, start: int, *, in_block: bool) -> int:
    """Return where a page that starts at `start` has its first words."""
    begin = start
    while begin < len(text) and text[begin].isspace():
        begin += 1
    return text.rfind("\n", start, begin) + 1 or start if in_block else begin


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def _fitting(text: str, begin: int, room: int) -> int:
    """Return the end of the longest part from `begin` on that has `room`."""
    end = min(begin + room, len(text))
    while (excess := _units(text[begin:end]) - room) > 0:
        end -= max(excess // 2, 1)
    return end


def _block_after(body: str, block: str | None) -> str | None:
    """Return the line that opened the code block in which `body` ends, if it does."""
    at = 0
    while (found := body.find(_FENCE, at)) >= 0:
        at = found + len(_FENCE)
        if block is None:
            language = _LANGUAGE.match(body, at)
            block = _FENCE + (language[0] if language else "")
        else:
            block = None
    return block


def _cut(text: str, begin: int, end: int, *, in_block: bool) -> int:
    """Return the best place to cut in the part from `begin` to `end`, behind `begin`."""
    window = text[begin : end + LOOK_AHEAD]
    size = end - begin
    best = early = (-1, 0)
    for place, quality in _places(window, size, in_block=in_block):
        if place > size * _LATE:
            best = max(best, (quality, place))
        elif quality > _POOR:
            early = max(early, (quality, place))
    if best[0] <= _POOR and early[1] > 0:
        best = early
    return begin + (best[1] or _before_grapheme(window, size))


def _places(window: str, size: int, *, in_block: bool) -> Iterator[tuple[int, int]]:
    """Yield where `window` can be cut at or before `size`, and how good that is."""
    line_start, inside = 0, in_block
    while line_start < size:
        line_end = window.find("\n", line_start)
        line_end = len(window) if line_end < 0 else line_end
        line = window[line_start:line_end]
        if not inside and _FENCE not in line:
            yield from _within(line, line_start, size)
        elif inside and _FENCE not in line:
            yield from ((place, _TORN) for place in _words(line, line_start, size))
        inside ^= line.count(_FENCE) % 2 == 1
        line_start = line_end + 1
        if line_start <= size and line_end < len(window):
            yield line_start, _between(window, line, line_start, inside=inside)


def _between(window: str, line: str, place: int, *, inside: bool) -> int:
    """Say how good it is to cut between `line` and the one that begins at `place`."""
    following = window[place:].partition("\n")[0]
    if inside:
        return _in_code(line, following)
    if following.startswith("#"):
        return _HEADING
    if _belong_together(window, line, place):
        return _APART
    if not line.strip() or not following.strip():
        return _PARAGRAPH
    return _LINE if _LIST_ITEM.match(following) or not following[:1].isspace() else _SENTENCE


def _in_code(line: str, following: str) -> int:
    if _FENCE in line or _FENCE in following:
        return _APART
    if not line.strip():
        return _LINE
    return _WORD if following[:1].isspace() else _SENTENCE


def _belong_together(window: str, line: str, place: int) -> bool:
    """Whether two rows of a table, a heading and its text, or a colon and its list meet here."""
    above = window[:place].rstrip().rpartition("\n")[2]
    below = window[place:].lstrip("\n").partition("\n")[0]
    if line.lstrip().startswith("|") and window[place:].lstrip(" ").startswith("|"):
        return True
    return above.startswith("#") or (above.endswith(":") and bool(_LIST_ITEM.match(below)))


def _words(line: str, line_start: int, size: int) -> Iterator[int]:
    for space in re.finditer(r"\s+", line):
        if line_start + space.end() <= size:
            yield line_start + space.end()


def _within(line: str, line_start: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield the places inside a line of prose, or of a table row, where it may be cut."""
    whole = [(m.start(), m.end()) for m in _WHOLE.finditer(line)]
    is_row = line.lstrip().startswith("|")
    ends = {line_start + m.end() for m in _SENTENCE_END.finditer(line)}
    for place in sorted({*_words(line, line_start, size), *ends}):
        if place > size:
            return
        is_torn = is_row or any(a < place - line_start < b for a, b in whole)
        yield place, _TORN if is_torn else _SENTENCE if place in ends else _WORD


def _before_grapheme(window: str, size: int) -> int:
    """Return a place at or before `size` that tears no character and no backticks."""
    for place in range(size, max(size - 64, 0), -1):
        if place >= len(window) or not _is_joined(window, place):
            return place
    return size


def _is_joined(window: str, place: int) -> bool:
    """Whether what stands on both sides of `place` is seen as one."""
    before, after = window[place - 1], window[place]
    if before == after == "`" or before + after == "\r\n" or "\u200d" in (before, after):
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\ufe00" <= after <= "\ufe0f":
        return True
    flags = "\U0001f1e6" <= before <= "\U0001f1ff" and "\U0001f1e6" <= after <= "\U0001f1ff"
    return flags or unicodedata.category(after).startswith("M")
