"""Code blocks are closed where a page ends and opened again on the next, as Discord sees them."""

from __future__ import annotations

import pytest

from bot.domain.pages import paginate


def texts(text: str, limit: int) -> list[str]:
    return [piece.text for piece in paginate(text, limit=limit)]


def test_a_code_block_is_closed_and_opened_again_with_its_language() -> None:
    text = "```python\nfirst = 1\nsecond = 2\n\nthird = 3\nfourth = 4\n```\nDone."

    assert texts(text, 48) == [
        "```python\nfirst = 1\nsecond = 2\n```",
        "```python\nthird = 3\nfourth = 4\n```\nDone.",
    ]


def test_code_is_cut_at_its_outermost_lines_and_keeps_its_indentation() -> None:
    outermost = "```\nif one:\n    first()\nif two:\n    second()\n    third()\n```"
    nested = "```\nif true:\n    first()\n    second()\n    third()\n```"

    assert texts(outermost, 44) == [
        "```\nif one:\n    first()\n```",
        "```\nif two:\n    second()\n    third()\n```",
    ]
    assert texts(nested, 44) == [
        "```\nif true:\n    first()\n    second()\n```",
        "```\n    third()\n```",
    ]


def test_a_bracket_that_closes_is_no_outermost_line_of_code() -> None:
    text = "```\nfirst_line_is = 100\nb = [\n  20,\n]\n```"

    assert texts(text, 40) == ["```\nfirst_line_is = 100\n```", "```\nb = [\n  20,\n]\n```"]


def test_a_closing_fence_that_is_longer_than_needed_is_not_torn() -> None:
    assert texts("```\n" + "x" * 32 + "\n`````", 40) == [
        "```\n" + "x" * 31 + "\n```",
        "```\nx\n`````",
    ]


def test_a_full_page_may_hold_blocks_and_inline_code() -> None:
    text = "Use `one` or:\n```\na\n```\nor `b`\n```\nb\n```"

    assert len(text) == 40
    assert texts(text, 40) == [text]


def test_a_line_of_code_longer_than_a_page_is_cut_between_words() -> None:
    assert texts("```\n" + "word " * 9 + "word\n```", 40) == [
        "```\nword word word word word word\n```",
        "```\nword word word word\n```",
    ]


def test_a_closing_fence_goes_with_the_last_line_of_its_code() -> None:
    text = "```\nfirst line of code\nsecond = 2\n```\nSome words follow here."

    assert texts(text, 40) == [
        "```\nfirst line of code\nsecond = 2\n```",
        "Some words follow here.",
    ]


@pytest.mark.parametrize("mark", ["```", "````", "~~~", "~~~~"])
def test_every_kind_of_fence_is_opened_again_as_it_was(mark: str) -> None:
    first = "a first line of code"
    second = "a second line of it"

    assert texts(f"{mark}c++ x=1\n{first}\n{second}\n{mark}", 46) == [
        f"{mark}c++ x=1\n{first}\n{mark}",
        f"{mark}c++\n{second}\n{mark}",
    ]


def test_a_code_block_in_a_list_is_closed_where_the_list_has_it_closed() -> None:
    text = "1. Do:\n   ```sh\n   make all the things\n   make install\n   ```\n2. Done, go home."

    assert texts(text, 50) == [
        "1. Do:\n   ```sh\n   make all the things\n```",
        "```sh\n   make install\n   ```\n2. Done, go home.",
    ]


def test_a_code_block_in_a_quote_stays_in_the_quote() -> None:
    text = "> ```py\n> first = 1\n> second = 2\n> third = 3\n> ```"

    assert texts(text, 44) == [
        "> ```py\n> first = 1\n> second = 2\n> ```",
        "> ```py\n> third = 3\n> ```",
    ]


def test_a_fence_at_the_end_of_a_line_of_prose_opens_a_block_as_discord_sees_it() -> None:
    text = "Run this: ```sh\nmake all of it\nmake install\n```\nand be done."

    assert texts(text, 48) == [
        "Run this: ```sh\nmake all of it\n```",
        "```sh\nmake install\n```\nand be done.",
    ]


def test_only_a_fence_as_long_and_alone_on_its_line_closes_a_block() -> None:
    text = "````\n```\nfour words of code\n``` no\nfive more words of code\n````"

    pages = texts(text, 48)

    assert pages[0] == "````\n```\nfour words of code\n``` no\n````"
    assert pages[1] == "````\nfive more words of code\n````"


def test_backticks_inside_a_longer_fence_leave_no_block_open() -> None:
    text = "~~~\n```\nsome words of code\nsome more words of code\n~~~"

    assert texts(text, 44) == [
        "~~~\n```\nsome words of code\n~~~\n```",
        "~~~\nsome more words of code\n~~~",
    ]
    assert texts("````\n```\nx\n``", 40) == ["````\n```\nx\n```````"]


def test_a_block_that_has_another_in_it_by_mistake_ends_where_discord_ends_it() -> None:
    text = "```md\nSome text\n```js\ncode()\n```\nmore of the text\n```\nThe words behind it."

    assert texts(text, 60)[-1] == "The words behind it."


def test_a_code_block_that_is_not_finished_yet_is_closed() -> None:
    assert texts("Look:\n```py\nx = 1", 60) == ["Look:\n```py\nx = 1\n```"]
    assert texts("Look:\n```py\nx = 1\n``", 60) == ["Look:\n```py\nx = 1\n```"]
    assert texts("Look: ```py x", 60) == ["Look: ```py x\n```"]
    assert texts("- so:\n  - on:\n      ```py\n      x\n      ``", 60) == [
        "- so:\n  - on:\n      ```py\n      x\n      ```"
    ]


def test_inline_code_with_three_backticks_is_no_open_block() -> None:
    assert texts("`` ``` `` is a fence, ```this``` is not", 60) == [
        "`` ``` `` is a fence, ```this``` is not"
    ]


def test_inline_code_with_three_backticks_at_the_end_of_a_line_opens_no_block() -> None:
    assert texts("Some words about ```this```\nand some more about that", 44) == [
        "Some words about ```this```",
        "and some more about that",
    ]


def test_only_tildes_have_to_be_indented_as_their_block_to_close_it() -> None:
    tildes = "~~~\nfirst line\n    ~~~\nsecond line of it\nthird line of it\n~~~"
    backticks = "```\nfirst line\n    ```\nsecond line of it\nthird line of it"

    assert texts(tildes, 52)[-1] == "~~~\nthird line of it\n~~~"
    assert texts(backticks, 52)[-1] == "third line of it"


def test_a_language_that_takes_too_much_of_a_page_is_not_repeated() -> None:
    assert texts("```extraordinarily\nfour words of code\nand more", 46) == [
        "```extraordinarily\nfour words of code\n```",
        "```\nand more\n```",
    ]
