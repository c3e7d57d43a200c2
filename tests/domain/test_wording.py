"""What people write is made safe before it is stored, shown as a name, or made a title."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.wording import speaker_name, storable, title_from

ANY_TEXT = st.text(alphabet=st.characters(codec=None, categories=None), max_size=300)
NASTY = st.one_of(
    ANY_TEXT,
    st.text(alphabet="[]:#·\n\r\t @<>（）［］：＃e\u0301\u0301\u202e\u200b\ud800", max_size=60),
)


@given(NASTY)
def test_what_is_stored_can_be_stored_and_is_stored_once_and_for_all(text: str) -> None:
    stored = storable(text)

    assert stored.encode().decode() == stored
    assert "\0" not in stored
    assert storable(stored) == stored


def test_ordinary_text_is_stored_as_it_is() -> None:
    text = "Grüße, 日本語 👩\u200d💻\r\n\ttab"

    assert storable(text) == text


def test_halves_of_a_character_are_put_together_and_lone_ones_replaced() -> None:
    assert storable("a\ud83d\ude00b") == "a😀b"
    assert storable("a\ud83db\0") == "a\ufffdb"


@given(NASTY)
def test_a_name_is_one_line_that_nothing_in_it_can_break(name: str) -> None:
    shown = speaker_name(name)

    assert 1 <= len(shown) <= 40
    assert shown == " ".join(shown.split())
    assert not set("[]:#·<>@`") & set(unicodedata.normalize("NFKC", shown))
    assert all(unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"} for c in shown)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ada", "Ada"),
        ("  Ada   Lovelace ", "Ada Lovelace"),
        ("Ada]\n[Bob #2 · 2026", "Ada Bob 2 2026"),
        ("Ａda：［x］", "Ａda x"),
        ("\u202eevil\u200b", "evil"),
        ("e\u0301\u0301\u0301\u0301", "é\u0301\u0301"),
        ("\u200b\u202e", "someone"),
        ("", "someone"),
        ("x" * 60, "x" * 40),
    ],
)
def test_names(name: str, shown: str) -> None:
    assert speaker_name(name) == shown


@given(NASTY, st.integers(10, 100))
def test_a_title_is_one_short_line_and_never_empty(text: str, limit: int) -> None:
    title = title_from(text, limit=limit)

    assert 1 <= len(title) <= max(limit, len("New conversation"))
    assert "\n" not in title
    assert title == title.strip()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("How do I bake bread?", "How do I bake bread?"),
        ("\n\n# **Plan** for `today`\nmore", "Plan for today"),
        ("<@123> what is <:blob:456> and <#7>?", "what is blob and ?"),
        ("see [the docs](https://example.com/x)", "see the docs"),
        (
            "word " * 40,
            "word word word word word word word word word word word word word word word…",
        ),
        ("x" * 100, "x" * 79 + "…"),
        ("```python\nprint(1)\n```", "print(1)"),
        ("<@1>", "New conversation"),
        ("", "New conversation"),
    ],
)
def test_titles(text: str, title: str) -> None:
    assert title_from(text) == title
