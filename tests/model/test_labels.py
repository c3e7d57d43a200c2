from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.model.labels import LabelFilter


def shown(*pieces: str) -> str:
    label = LabelFilter()
    return "".join([label.feed(piece) for piece in pieces] + [label.end()])


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("[Ada #42 · 2026-01-02 09:30Z]\nHello", "Hello"),
        ("[2026-01-02 09:30Z]\nHello", "Hello"),
        ("\n [Ada #42 · 2026-01-02 09:30Z] \nHello", "Hello"),
        ("[A · B #1 #42 · 2026-01-02 09:30Z]\nHello", "Hello"),
        ("[Ada #42 · 2026-01-02 09:30Z]\n\nHello", "\nHello"),
        ("[Ada #42 · 2026-01-02 09:30Z]", ""),
        ("[Parley · 2026-01-02 09:30Z]\nHello", "Hello"),
        ("Parley: Hello", "Hello"),
        ("\nParley:\nHello", "Hello"),
        ("Parley:Hello", "Hello"),
        ("Parley:  indented", " indented"),
        ("Parley:", ""),
    ],
)
def test_a_label_at_the_start_is_taken_off(said: str, expected: str) -> None:
    assert shown(said) == expected


@pytest.mark.parametrize(
    "said",
    [
        "Hello",
        "",
        " [",
        "[link](https://example.org)\nmore",
        "[x] done\n[ ] open",
        "[Ada #42 · 2026-01-02 09:30Z] on the same line",
        "[Ada · 2026-01-02 09:30Z]\nwithout an id",
        "[Ada #42]\nwithout a time",
        "Hello\n[Ada #42 · 2026-01-02 09:30Z]\nlater",
        f"[{'A' * 200} #42 · 2026-01-02 09:30Z]\nlonger than any name",
        "Parley is my name",
        "parley: a conference between enemies",
        "Ada: Hello",
        "Hello\nParley: later",
        f"{' ' * 200}Parley: later than any label",
        "[[Ada #42 · 2026-01-02 09:30Z]\nHello",
    ],
)
def test_everything_else_is_left_as_it_is(said: str) -> None:
    assert shown(said) == said


def test_only_one_label_is_taken_off() -> None:
    twice = "[2026-01-02 09:30Z]\n[2026-01-02 09:31Z]\nHello"

    assert shown(twice) == "[2026-01-02 09:31Z]\nHello"


def test_only_one_name_is_taken_off() -> None:
    assert shown("Parley: Parley: Hello") == "Parley: Hello"


def test_a_beginning_that_turns_out_to_be_no_name_is_shown_when_that_is_clear() -> None:
    label = LabelFilter()

    assert [label.feed(piece) for piece in ("P", "arl", "ey", " is")] == ["", "", "", "Parley is"]


def test_words_that_cannot_be_a_label_are_shown_at_once() -> None:
    assert LabelFilter().feed("H") == "H"


def test_a_bracket_that_turns_out_to_be_a_link_is_shown_when_that_is_clear() -> None:
    label = LabelFilter()

    assert [label.feed(piece) for piece in ("[", "here", "]", "(", "x)")] == [
        "",
        "",
        "",
        "[here](",
        "x)",
    ]


def test_no_more_is_held_back_than_a_label_may_be_long() -> None:
    label = LabelFilter()

    assert [label.feed("[" + "a" * 119), label.feed("b")] == ["", "[" + "a" * 119 + "b"]


LABEL_LIKE = st.text(alphabet="[]Ada #42·-:Z\n 0", max_size=60)
STARTS = st.sampled_from(
    [
        "",
        " ",
        "Parl",
        "Parley:",
        " " * 113 + "Parley:",
        " " * 114 + "Parley:",
        "[",
        "[Ada #42 · 2026-01-02 09:30Z]",
        "[2026-01-02 09:30Z]",
        "[" + "a" * 118,
    ]
)


@example("[Ada #42 · 2026-01-02 09:30Z]", "\nHello", [1, 1, 1])
@given(STARTS, st.one_of(LABEL_LIKE, st.text(max_size=60)), st.lists(st.integers(0, 20)))
def test_it_does_not_matter_how_the_answer_is_cut_into_pieces(
    start: str, rest: str, cuts: list[int]
) -> None:
    said = start + rest
    pieces = []
    left = said
    for cut in cuts:
        pieces.append(left[:cut])
        left = left[cut:]

    assert shown(*pieces, left) == shown(said)


@given(STARTS, LABEL_LIKE)
def test_letter_by_letter_is_the_same_as_all_at_once(start: str, rest: str) -> None:
    assert shown(*(start + rest)) == shown(start + rest)
