"""Paging: a text is cut page by page, and what a cut breaks is closed and opened again."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.pages.backticks import BLOCK, closed_by_run, reading
from bot.domain.pages.cutting import best_cut
from bot.domain.pages.fences import Fence, begun_closing, quote_of
from bot.domain.pages.stretch import Opening, Source, Stretch, stretch

PAGE_LIMIT = 2000  # characters; https://discord.com/developers/docs/resources/message
LEAST_LIMIT = 40  # below that, repeated fences would leave no room for words


@dataclass(frozen=True, slots=True)
class Piece:
    """One page: what is posted, and which part of the source it shows.

    `text` is that part without the white space at its ends, between the line that opens a
    code block anew and the one that closes it. The indentation of code is kept; that of
    any other line that begins a page is not, because Discord takes it away in any case.
    """

    text: str
    start: int
    end: int


def paginate(text: str, *, limit: int = PAGE_LIMIT, most: int | None = None) -> list[Piece]:
    """Return the pages of `text`, the first `most` of them; none when it is blank.

    Each is at most `limit` long, counted in UTF-16 code units, which is never less than
    the number of characters. All of them together cover the whole text, and no code block
    is left open on any of them, as Discord sees it.

    When more text is appended, all pages but the last stay exactly as they were.

    Raises:
        ValueError: `limit` is less than `LEAST_LIMIT`.
    """
    if limit < LEAST_LIMIT:
        raise ValueError(f"a page of {limit} is too short, it takes {LEAST_LIMIT}")
    source = Source.of(text, limit)
    pieces: list[Piece] = []
    covered = 0
    opening = _opening(source, 0)
    while opening is not None and len(pieces) != most:
        filled = stretch(source, opening)
        end = best_cut(text, filled) if filled.overflows else len(text)
        ending = _Ending.of(source, opening, filled, end)
        body = opening.head + text[opening.start : end].rstrip()
        pieces.append(Piece(ending.closed(body), covered, end))
        covered = end
        opening = _opening(source, end, ending)
    return pieces


@dataclass(frozen=True, slots=True)
class _Ending:
    """What stands where a page ends."""

    fence: Fence | None  # the code block that is open there
    quote: str  # what the rest of the line begins with, if the line is cut
    begun: int  # how much of the closing fence is there already
    missing: str  # what closes the block

    @classmethod
    def of(cls, source: Source, opening: Opening, filled: Stretch, end: int) -> _Ending:
        """Return what stands at `end`."""
        last = next(line for line in reversed(filled.lines) if line.start < end)
        quote = opening.quote if last.start == opening.start else ""
        words = quote + source.text[last.start : min(last.end, end)].rstrip()
        fence = source.after(last.fence, words)
        missing = source.missing(last.fence, words)
        begun = begun_closing(fence, words) if fence and fence is last.fence else 0
        is_whole = end > last.end or filled.lines[-1].start == end
        quote = "" if is_whole else fence.quote if fence else quote_of(words)
        return cls(fence, quote, begun, missing)

    def closed(self, page: str) -> str:
        """Return `page` with every code block closed, in Discord's eyes as well."""
        closed = page + self.missing
        if BLOCK not in closed or not reading(closed).is_open:
            return closed
        if self.fence is None or self.fence.mark[0] != "`":
            return closed_by_run(f"{closed}\n", len(BLOCK))
        code = page[: -self.begun] if self.begun else f"{page}\n{self.fence.quote}"
        return closed_by_run(code, len(self.fence.mark))


def _opening(source: Source, start: int, ending: _Ending | None = None) -> Opening | None:
    """Return how the page begins that follows `ending`, if any words are left for it."""
    seen = source.seen(start)
    if seen is None:
        return None
    if ending is None:
        return Opening(seen)
    indented = max(source.text.rfind("\n", start, seen) + 1, start)
    keeps_indent = ending.fence is not None and seen - indented <= source.longest_fence
    return Opening(indented if keeps_indent else seen, ending.fence, ending.quote)
