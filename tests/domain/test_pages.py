"""A text of any length is cut into messages at the place where a person would cut it."""

from __future__ import annotations

import pytest

from bot.domain.pages import PAGE_LIMIT, Piece, paginate

FAMILY = "👨\u200d👩\u200d👧"


def texts(text: str, limit: int) -> list[str]:
    return [piece.text for piece in paginate(text, limit=limit)]


def test_a_text_that_fits_is_one_page_as_it_is() -> None:
    text = "Hello\n\n- there\n"

    assert paginate(text) == [Piece("Hello\n\n- there", 0, 15)]


@pytest.mark.parametrize("blank", ["", " ", "\n\n", " \n\t\u2003\n"])
def test_a_blank_text_has_no_pages(blank: str) -> None:
    assert paginate(blank) == []


def test_a_page_holds_as_much_as_discord_takes() -> None:
    assert PAGE_LIMIT == 2000
    assert texts("x" * 2000, 2000) == ["x" * 2000]
    assert texts("x" * 2001, 2000) == ["x" * 2000, "x"]


def test_a_character_outside_the_basic_plane_counts_as_two() -> None:
    assert texts("😀" * 21, 40) == ["😀" * 20, "😀"]


def test_line_ends_between_pages_belong_to_the_page_before_them() -> None:
    text = "  word one two three four five six\n\n\n seven eight nine ten \n"

    assert paginate(text, limit=40) == [
        Piece("word one two three four five six", 0, 37),
        Piece("seven eight nine ten", 37, 60),
    ]


def test_a_paragraph_is_a_better_place_than_a_line_that_follows_it() -> None:
    text = "one two three four five\n\nsix seven\neight nine ten eleven"

    assert texts(text, 40) == ["one two three four five", "six seven\neight nine ten eleven"]


def test_a_line_is_a_better_place_than_a_sentence_that_follows_it() -> None:
    text = "one two three four five six\nSeven. Eight nine ten eleven"

    assert texts(text, 40) == ["one two three four five six", "Seven. Eight nine ten eleven"]


def test_a_sentence_is_a_better_place_than_a_word_that_follows_it() -> None:
    text = "This is the first sentence here. And here comes another."

    assert texts(text, 44) == ["This is the first sentence here.", "And here comes another."]


def test_an_early_paragraph_is_no_reason_for_a_tiny_page() -> None:
    text = "Tiny.\n\nThis goes on and on and on without an end"

    assert texts(text, 40) == ["Tiny.\n\nThis goes on and on and on", "without an end"]


def test_a_late_word_is_a_better_place_than_an_early_paragraph() -> None:
    text = "Twenty one characters\n\nand on and on and on and on"

    assert texts(text, 44) == ["Twenty one characters\n\nand on and on and on", "and on"]


def test_a_long_word_is_torn_rather_than_left_behind_by_a_tiny_page() -> None:
    assert texts("Hi there " + "x" * 60, 40) == ["Hi there " + "x" * 31, "x" * 29]
    assert texts("Hi there, you two " + "x" * 60, 40) == [
        "Hi there, you two",
        "x" * 40,
        "x" * 20,
    ]


def test_what_only_looks_like_the_end_of_a_sentence_is_none() -> None:
    text = "It is good with e.g. apples and with J. Doe and pears"

    assert texts(text, 46) == ["It is good with e.g. apples and with J. Doe", "and pears"]


def test_chinese_and_japanese_are_cut_at_sentences_or_between_characters() -> None:
    assert texts("日本語の文です。" * 6, 46) == ["日本語の文です。" * 5, "日本語の文です。"]
    assert texts("日本語" * 20, 40) == ["日本語" * 13 + "日", "本語" + "日本語" * 6]


def test_no_page_begins_with_a_word_that_would_become_a_mark() -> None:
    text = "the price went up and then it went down - 3 in all"

    assert texts(text, 40) == ["the price went up and then it went", "down - 3 in all"]


def test_a_heading_goes_with_what_is_under_it() -> None:
    text = "Some words to begin with, here.\n\n# Heading\n\nWhat is under it."

    assert texts(text, 50) == [
        "Some words to begin with, here.",
        "# Heading\n\nWhat is under it.",
    ]


def test_a_heading_without_a_gap_is_a_better_place_than_a_line_that_follows_it() -> None:
    text = "Some words to begin with, here.\n## Heading\nThis.\nThat."

    assert texts(text, 50) == ["Some words to begin with, here.", "## Heading\nThis.\nThat."]


def test_a_bold_line_is_a_heading_too() -> None:
    text = "Some words to begin with, here.\n\n**Heading**\nWhat is under it."

    assert texts(text, 50) == [
        "Some words to begin with, here.",
        "**Heading**\nWhat is under it.",
    ]


def test_a_line_that_introduces_a_list_goes_with_it() -> None:
    text = "Some words to begin with, here.\n\nYou need:\n- one thing\n- another"

    assert texts(text, 46) == [
        "Some words to begin with, here.",
        "You need:\n- one thing\n- another",
    ]


def test_a_list_is_cut_before_an_outer_item_rather_than_an_inner_one() -> None:
    text = "- the first item of the list\n- two\n  - part\n  - another"

    assert texts(text, 46) == ["- the first item of the list", "- two\n  - part\n  - another"]


def test_an_inner_item_loses_its_indentation_at_the_start_of_a_page() -> None:
    text = "- one\n  - a part of the first\n  - another part of it"

    assert texts(text, 40) == ["- one\n  - a part of the first", "- another part of it"]


def test_a_line_of_a_quote_that_is_cut_stays_a_quote() -> None:
    text = "> These are the words of someone else, not ours."

    assert texts(text, 40) == ["> These are the words of someone else,", "> not ours."]


@pytest.mark.parametrize(
    "whole",
    [
        "`a b c d e f g`",
        "``a ` b c d e``",
        "[a b c](http://x.y/z)",
        "[a b](http://x.y/z(1))",
        "![a b](http://x.y/z)",
        "**a b c d e f**",
        "*a b c d e f g*",
        "__a b c d e f__",
        "||a b c d e f||",
        "~~a b c d e f~~",
        "</a b:123456789>",
    ],
)
def test_what_belongs_together_in_a_line_stays_together(whole: str) -> None:
    assert texts(f"{'word ' * 6}{whole} end", 40) == [
        "word word word word word word",
        f"{whole} end",
    ]


@pytest.mark.parametrize(
    "whole",
    [
        "https://example.com/a",
        "<@123456789012345678>",
        "<:a:123456789012345678>",
        "<t:1700000000:R>",
    ],
)
def test_what_has_no_spaces_is_not_torn_even_where_a_long_word_touches_it(whole: str) -> None:
    assert texts("(" * 30 + whole + " end", 40) == ["(" * 30, f"{whole} end"]


def test_a_link_is_worth_a_short_page() -> None:
    link = f"[words](https://example.com/{'x' * 60})"

    assert texts(f"See {link} for more", 96) == [f"See {link}", "for more"]
    assert texts(f"See these {link} now", 96) == ["See these", f"{link} now"]


def test_only_a_link_longer_than_a_page_is_torn() -> None:
    link = f"https://example.com/{'x' * 60}"

    assert texts(f"See {link}", 60) == ["See", f"{'https://example.com/' + 'x' * 40}", "x" * 20]


def test_emphasis_longer_than_a_page_is_torn_between_words_and_not_inside_a_link() -> None:
    text = "**Read all of it [here it is](http://x.y/z) and then think about it**"

    assert texts(text, 40) == [
        "**Read all of it",
        "[here it is](http://x.y/z) and then",
        "think about it**",
    ]


def test_a_table_that_fits_a_page_is_not_torn() -> None:
    table = "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |"

    assert texts(f"Words.\n\n{table}", 46) == ["Words.", table]


def test_a_table_without_bars_at_its_sides_is_one_too() -> None:
    table = "a | b\n--- | ---\n1 | 2\n3 | 4"

    assert texts(f"Some words before the table.\n\n{table}", 50) == [
        "Some words before the table.",
        table,
    ]


def test_words_under_a_table_are_no_part_of_it() -> None:
    text = "| a | b |\n|---|---|\nWords follow it. And more of them"

    assert texts(text, 40) == ["| a | b |\n|---|---|\nWords follow it.", "And more of them"]


@pytest.mark.parametrize("mark", ["# ", "| "])
def test_a_heading_or_row_longer_than_a_page_is_cut_between_words(mark: str) -> None:
    assert texts(f"{mark}of more words than go on a page of forty", 40) == [
        f"{mark}of more words than go on a page of",
        "forty",
    ]
    assert texts(f"{mark}Some more words {'x' * 60}", 40) == [
        f"{mark}Some more words",
        "x" * 40,
        "x" * 20,
    ]


def test_a_table_longer_than_a_page_is_cut_between_rows() -> None:
    text = "| a | b |\n|---|---|\n| one row | 1 |\n| two rows | 2 |\n| three rows | 3 |"

    assert texts(text, 56) == [
        "| a | b |\n|---|---|\n| one row | 1 |\n| two rows | 2 |",
        "| three rows | 3 |",
    ]


def test_a_line_that_introduces_a_table_is_not_torn_from_it_nor_in_itself() -> None:
    text = "This is it:\n| a | b |\n|---|---|\n| 1 | 2 |\n| three | 4 |"

    assert texts(text, 44) == ["This is it:\n| a | b |\n|---|---|\n| 1 | 2 |", "| three | 4 |"]


@pytest.mark.parametrize(
    "one", [FAMILY, "e\u0301", "👍🏽", "❤\ufe0f", "🇫🇷", "1\ufe0f\u20e3", "각", "क्षि"]
)
def test_what_is_seen_as_one_character_is_not_torn(one: str) -> None:
    for page in texts("x" + one * 60, 50):
        assert page.removeprefix("x").replace(one, "") == ""


def test_what_is_seen_as_one_character_is_torn_when_it_alone_is_longer_than_a_page() -> None:
    assert texts("e" + "\u0301" * 50, 40) == ["e" + "\u0301" * 39, "\u0301" * 11]


def test_a_mark_of_two_characters_is_not_torn() -> None:
    assert texts("x" * 39 + "||" + "y" * 10, 40) == ["x" * 39, "||yyyyyyyyyy"]


def test_line_ends_of_two_characters_are_as_good_as_others() -> None:
    text = "one two three four five\r\n\r\nsix seven\r\neight nine ten eleven"

    assert texts(text, 40) == ["one two three four five", "six seven\r\neight nine ten eleven"]


def test_a_page_that_is_full_does_not_change_when_the_answer_goes_on() -> None:
    text = "one two three four five six seven eight nine"

    assert texts(text, 40)[0] == "one two three four five six seven eight"
    assert texts(text + ". Ten.\n\n# And\n\nso on", 40)[0] == (
        "one two three four five six seven eight"
    )


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("`" * 100_000, 60),
        ("[" * 100_000, 60),
        ("](" * 50_000, 60),
        ("**a " * 25_000, 110),
        ("x" * 100_000, 60),
        ("`a``b" * 20_000, 60),
        ("😀" * 50_000, 60),
        ("🇫🇷" * 25_000, 60),
        ("e" + "\u0301" * 100_000, 60),
        ("\n" * 100_000 + "x" + " " * 100_000 + "y", 3),
        ("```\n" * 25_000, 60),
        ("| a | b |\n" * 10_000, 60),
        ("> " * 50_000, 60),
        ("- " * 50_000, 60),
    ],
    ids=lambda value: repr(value[:6]) if isinstance(value, str) else None,
)
def test_no_text_is_slow_to_cut_or_makes_many_pages(text: str, most: int) -> None:
    assert len(paginate(text)) <= most
