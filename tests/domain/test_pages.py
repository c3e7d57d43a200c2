"""A text of any length is cut into messages: nothing lost, nothing torn that need not be."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.pages import LEAST_LIMIT, LOOK_AHEAD, paginate

FRAGMENTS = st.sampled_from(
    [
        "```python\n",
        "```",
        "```\n",
        "````",
        "~~~\n",
        "\n",
        "\n\n",
        "\r\n",
        "  ",
        "word ",
        "A sentence. ",
        "# Head\n",
        "- item\n",
        "1. first\n",
        "| a | b |\n",
        "    indented()\n",
        "`x y`",
        "[link](http://x.y/z)",
        "https://example.com/a/long/path",
        "**bold words**",
        "😀",
        "👨‍👩‍👧",
        "🇫🇷",
        "e\u0301",
        "日本語。",
        "שלום ",
        "x" * 70,
    ]
)
TEXTS = st.lists(st.one_of(FRAGMENTS, st.text(max_size=8)), max_size=60).map("".join)
LIMITS = st.integers(LEAST_LIMIT, 160)


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def letters(text: str) -> str:
    return "".join(text.split())


@settings(max_examples=400, deadline=None)
@given(TEXTS, LIMITS)
def test_no_page_is_too_long_blank_or_leaves_a_code_block_open(text: str, limit: int) -> None:
    for piece in paginate(text, limit=limit):
        assert utf16(piece.text) <= limit
        assert piece.text.strip()
        assert piece.text.count("```") % 2 == 0


@settings(max_examples=400, deadline=None)
@given(TEXTS, LIMITS)
def test_not_one_character_is_lost(text: str, limit: int) -> None:
    pieces = paginate(text, limit=limit)

    assert "".join(text[piece.start : piece.end] for piece in pieces) == (
        text if text.strip() else ""
    )
    for piece in pieces:
        added = letters(piece.text).replace(letters(text[piece.start : piece.end]), "", 1)
        assert set(added) <= set("`python")
        assert added.count("```") <= 2


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.text(max_size=60), LIMITS)
def test_pages_stay_as_they_are_while_the_text_grows(text: str, more: str, limit: int) -> None:
    before, after = paginate(text, limit=limit), paginate(text + more, limit=limit)

    finished = [piece for piece in before if piece.end + LOOK_AHEAD <= len(text)]
    assert after[: len(finished)] == finished


def test_a_text_that_fits_is_one_page_as_it_is() -> None:
    assert [p.text for p in paginate("Hello\n\n- there\n")] == ["Hello\n\n- there"]
    assert paginate(" \n\t ") == []


def texts(text: str, limit: int) -> list[str]:
    return [piece.text for piece in paginate(text, limit=limit)]


def test_a_paragraph_is_a_better_place_than_a_line_and_that_than_a_word() -> None:
    paragraphs = "one two three\nfour five six\n\nseven eight nine\nten"
    lines = "one two three four\nfive six seven eight nine ten eleven"

    assert texts(paragraphs, 40) == ["one two three\nfour five six", "seven eight nine\nten"]
    assert texts(lines, 44) == ["one two three four\nfive six seven eight", "nine ten eleven"]


def test_a_sentence_is_a_better_place_than_a_word() -> None:
    assert texts("This is the first sentence. Here comes the second one.", 44) == [
        "This is the first sentence.",
        "Here comes the second one.",
    ]
    assert texts("日本語の文です。" * 8, 40) == ["日本語の文です。" * 5, "日本語の文です。" * 3]


def test_a_heading_goes_with_what_is_under_it() -> None:
    text = "Some words to begin with, here.\n\n# Heading\n\nWhat is under it."

    assert texts(text, 52) == [
        "Some words to begin with, here.",
        "# Heading\n\nWhat is under it.",
    ]


def test_a_code_block_is_closed_and_opened_again_with_its_language() -> None:
    text = "```python\nfirst = 1\nsecond = 2\n\nthird = 3\nfourth = 4\n```\nDone."

    assert texts(text, 48) == [
        "```python\nfirst = 1\nsecond = 2\n```",
        "```python\nthird = 3\nfourth = 4\n```\nDone.",
    ]


def test_code_keeps_its_indentation_on_the_next_page() -> None:
    text = "```\nif true:\n    first()\n    second()\n    third()\n```"

    assert texts(text, 40) == [
        "```\nif true:\n    first()\n```",
        "```\n    second()\n    third()\n```",
    ]


def test_a_code_block_that_is_not_finished_yet_is_closed() -> None:
    assert texts("Look:\n```py\nx = 1", 60) == ["Look:\n```py\nx = 1\n```"]


def test_a_table_that_fits_a_page_is_not_torn() -> None:
    table = "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |"
    text = f"Some words before the table.\n\n{table}"

    assert texts(text, 60) == ["Some words before the table.", table]


def test_a_table_longer_than_a_page_is_cut_between_rows() -> None:
    rows = [f"| row {number} | value |" for number in range(6)]

    pages = texts("\n".join(rows), 64)

    assert "\n".join(pages).split("\n") == rows


def test_links_inline_code_and_emphasis_stay_in_one_piece() -> None:
    for whole in ("`a b c d e f`", "[a b c](http://x.y/z)", "**a b c d e f**", "||a b c d||"):
        first, second = texts(f"{'word ' * 6}{whole} end", 40)

        assert first == "word word word word word word"
        assert second == f"{whole} end"


def test_what_is_seen_as_one_character_is_not_torn() -> None:
    for one in ("👨‍👩‍👧", "e\u0301", "👍🏽", "❤️"):
        for page in texts(one * 60, 50):
            assert page.replace(one, "") == ""


def test_the_longest_answers_are_cut_without_delay() -> None:
    for text in ("`" * 100_000, "[" * 100_000, "x" * 100_000, "a. " * 33_000, "😀" * 50_000):
        assert len(paginate(text)) >= 49
