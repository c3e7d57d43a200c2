"""Whatever the text: its pages fit, hold all of it, leave no block open, and stay put."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.pages import LEAST_LIMIT, Piece, paginate
from tests.domain.nasty_markdown import NASTY

LIMITS = st.integers(LEAST_LIMIT, 160)


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def with_limit(text: str) -> st.SearchStrategy[tuple[str, int]]:
    """Give `text` a short page, or one that it just fits or just does not fit."""
    near = st.integers(utf16(text) - 12, utf16(text) + 12)
    return st.tuples(st.just(text), st.one_of(LIMITS, near.map(lambda n: max(n, LEAST_LIMIT))))


CASES = NASTY.flatmap(with_limit)
EXAMPLES = settings(max_examples=300)

# How Discord's clients read backticks, tried at each place from the left.
CODE = re.compile(
    r"\\[^0-9A-Za-z\s]"
    r"|```(?:[a-z0-9_+\-.#]+?\n)?\n*[^\n].*?\n*```"
    r"|(?P<run>`+)(?!`).*?[^`](?P=run)(?!`)",
    re.DOTALL | re.IGNORECASE,
)


def leaves_a_block_open(page: str) -> bool:
    at = 0
    while at < len(page):
        found = CODE.match(page, at)
        if found is None and page.startswith("```", at):
            return True
        at = found.end() if found else at + 1
    return False


REPEATED = re.compile(r"((> )*(`{3,}|~{3,})[\w+\-.#]*\n)?(> )*\s*")
CLOSING = re.compile(r"(\n(> )*)?[`~]*(\n```)?")


def shows(piece: Piece, text: str) -> bool:
    """Whether a page is its part of `text`, with nothing before and behind it but fences."""
    words = re.escape(text[piece.start : piece.end].strip())
    return bool(re.fullmatch(f"{REPEATED.pattern}{words}{CLOSING.pattern}", piece.text))


@settings(max_examples=450)
@given(CASES)
@example(("```\n```\n" + "a" * 19 + "\n```py\nx\n```", 40))
@example(("it`s" + "a" * 25 + "\n```\n`a\n```", 40))
@example(("````\n```\n" + "a" * 22 + "\n``", 40))
def test_pages_fit_leave_no_block_open_and_hold_all_of_the_text_and_only_fences_beside(
    case: tuple[str, int],
) -> None:
    text, limit = case

    pieces = paginate(text, limit=limit)

    for piece in pieces:
        assert utf16(piece.text) <= limit
        assert piece.text.strip() == piece.text
        assert not leaves_a_block_open(piece.text), piece
        assert shows(piece, text), piece
    assert "".join(text[p.start : p.end] for p in pieces) == (text if text.strip() else "")


@EXAMPLES
@given(CASES, NASTY)
@example(("```\n" + "x" * 34 + "\n``", 42), "`")
@example(("word " * 9 + "**bold", 48), " or not** and so on")
@example(("Such as word A sentence.:\n>````", 42), "`000000000")
def test_all_pages_but_the_last_stay_as_they_are_while_the_text_grows(
    case: tuple[str, int], more: str
) -> None:
    text, limit = case
    finished = paginate(text, limit=limit)[:-1]

    assert paginate(text + more, limit=limit)[: len(finished)] == finished


@settings(max_examples=60)
@given(CASES)
def test_pages_stay_as_they_are_whenever_the_text_is_looked_at(case: tuple[str, int]) -> None:
    text, limit = case
    whole = paginate(text, limit=limit)

    for end in range(len(text)):
        finished = paginate(text[:end], limit=limit)[:-1]
        assert whole[: len(finished)] == finished


@EXAMPLES
@given(CASES, st.integers(0, 4))
def test_the_first_pages_are_the_same_when_no_more_are_asked_for(
    case: tuple[str, int], most: int
) -> None:
    text, limit = case

    assert paginate(text, limit=limit, most=most) == paginate(text, limit=limit)[:most]


@pytest.mark.parametrize("limit", [-1, 0, 39])
def test_a_limit_without_room_for_words_is_refused(limit: int) -> None:
    with pytest.raises(ValueError, match="too short"):
        paginate("Hello", limit=limit)
