from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.graphemes import utf16_offsets
from bot.domain.titling import beginning_of, title_said
from tests.samples import prompt, turn


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("Sleeping bees", "Sleeping bees"),
        ('"Sleeping bees."', "Sleeping bees"),
        ("\N{LEFT DOUBLE QUOTATION MARK}Bees\N{RIGHT DOUBLE QUOTATION MARK}.", "Bees"),
        ("**Title: Sleeping bees**", "Sleeping bees"),
        ("Title: How do bees sleep?\n\nThis title says it.", "How do bees sleep?"),
        ("# Bees ||and|| `wasps`", "Bees and wasps"),
        ("蜜蜂如何睡觉。", "蜜蜂如何睡觉"),
        ("And so on...", "And so on..."),
        ("The bees' knees", "The bees' knees"),
        ("@everyone, bees", "everyone, bees"),
        ("@@here", "here"),
        ("@\u200beveryone", "everyone"),
        ("Mail to ada@home", "Mail to ada@home"),
        ("<@123> and <@&9> bees", "and bees"),
        ("bees\u202e\u0000", "bees"),
    ],
)
def test_a_title_is_one_line_of_plain_words(said: str, title: str) -> None:
    assert title_said(said) == title


@pytest.mark.parametrize(
    "said",
    ["", " \n ", '"."', "…", "**", "Title:", "<think>\nWell", "https://a.example", "discord.gg/x"],
)
def test_what_is_no_title_is_none(said: str) -> None:
    assert title_said(said) is None


@given(st.text(max_size=300) | st.text("@everyone .\"'\n<>`*", max_size=40))
def test_whatever_is_said_calls_nobody_and_fits(said: str) -> None:
    title = title_said(said)

    assert title is None or (title.strip() == title and len(title.splitlines()) == 1)
    assert title is None or 0 < utf16_offsets(title)[-1] <= 80
    assert "@everyone" not in (title or "")
    assert "@here" not in (title or "")


def test_a_model_is_shown_the_beginning_of_what_was_asked_and_answered() -> None:
    long = turn(0, "x" * 1001, "y" * 1001)

    shown = beginning_of(long).text

    assert shown == f"What was asked:\n{'x' * 1000}\n\nWhat was answered:\n{'y' * 1000}"


def test_a_model_is_not_shown_who_spoke_nor_what_was_taken_back() -> None:
    erased = replace(prompt(999, ""), author_name="", is_erased=True)
    answered = turn(0, "how do bees sleep", "In a cell.")

    shown = beginning_of(replace(answered, prompts=(erased, *answered.prompts))).text

    assert shown == "What was asked:\nhow do bees sleep\n\nWhat was answered:\nIn a cell."
