"""What people write is made safe before it is stored, shown as a name, or made a title."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.wording import file_name, speaker_name, storable, title_from
from tests.domain.nasty_markdown import NASTY as MARKDOWN

ANY_TEXT = st.text(alphabet=st.characters(codec=None, categories=None), max_size=300)
NASTY = st.one_of(
    ANY_TEXT,
    MARKDOWN,
    st.text(
        alphabet="[]:#·\n\r\t @<>（）［］：＃【】e\u0301\u0327\u202e\u200b\ud800\u3164", max_size=60
    ),
)


@given(NASTY)
def test_what_is_stored_can_be_stored_and_is_stored_once_and_for_all(text: str) -> None:
    stored = storable(text)

    assert stored.encode().decode() == stored
    assert "\0" not in stored
    assert storable(stored) == stored


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0")))
def test_what_can_be_stored_is_stored_as_it_is(text: str) -> None:
    assert storable(text) == text


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


@given(NASTY)
@example("e\u200b\u0301")
@example("a\u0301\u0301\u200b\u0301\u0301")
@example("x" * 39 + " y")
@example("0:\u0300:0")
def test_a_name_that_was_made_safe_stays_as_it_is(name: str) -> None:
    shown = speaker_name(name)

    assert speaker_name(shown) == shown
    assert unicodedata.is_normalized("NFC", shown)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ada", "Ada"),
        ("  Ada   Lovelace ", "Ada Lovelace"),
        ("Ada]\n[Bob #2 · 2026", "Ada Bob 2 2026"),
        ("Ａda：［x］", "Ａda x"),
        ("Ada \u2236 【Bob】 ⟦x⟧ ⦅y⦆ \u2022 \u266f2", "Ada Bob x y 2"),
        ("\u0387a\u0387b", "a b"),
        ("\u202eevil\u200b", "evil"),
        ("e\u0301\u0301\u0301\u0301", "é\u0301\u0301"),
        ("z\u0328\u0328\u0328\u0328\u0328", "z\u0328\u0328"),
        (" \u0301Ada", "Ada"),
        ("\u200b\u202e", "someone"),
        ("\u3164\u2800", "someone"),
        ("", "someone"),
        ("x" * 60, "x" * 40),
        ("Zoë 😀 日本", "Zoë 😀 日本"),
    ],
)
def test_names(name: str, shown: str) -> None:
    assert speaker_name(name) == shown


@given(NASTY, st.integers(10, 100))
def test_a_title_is_one_short_line_and_never_empty(text: str, limit: int) -> None:
    title = title_from(text, limit=limit)

    assert 1 <= len(title.encode("utf-16-le")) // 2 <= max(limit, len("New conversation"))
    assert title == " ".join(title.split())
    assert title.isprintable()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("How do I bake bread?", "How do I bake bread?"),
        ("\n\n# **Plan** for `today`\nmore", "Plan for today"),
        ("<@123> what is <:blob:456> and <#7>?", "what is blob and ?"),
        ("what does </chat new:123> do, <@&4>?", "what does /chat new do, ?"),
        ("see [the docs](https://example.com/x)", "see the docs"),
        ("rename __my_long_name__ to *a* or `__init__`", "rename my_long_name to a or __init__"),
        ("what is 2 * 3, or 2*3, at -5 degrees?", "what is 2 * 3, or 2*3, at -5 degrees?"),
        ("-5 degrees in #general", "-5 degrees in #general"),
        ("> - [ ] ~~buy~~ ||milk||", "buy milk"),
        ("---\nHello", "Hello"),
        ("word " * 40, "word " * 15 + "word…"),
        ("x" * 100, "x" * 79 + "…"),
        ("😀" * 60, "😀" * 39 + "…"),
        ("x" * 78 + "e\u0301\u0301z", "x" * 78 + "…"),
        ("```python\nprint(1)\n```", "print(1)"),
        ("<@1>", "New conversation"),
        ("**\n\u200b\n\u3164", "New conversation"),
        ("", "New conversation"),
    ],
)
def test_titles(text: str, title: str) -> None:
    assert title_from(text) == title


@pytest.mark.parametrize("text", ["`" * 100_000, "[" * 100_000, "_" * 100_000, "> " * 50_000])
def test_no_text_is_slow_to_make_a_title_of(text: str) -> None:
    assert len(title_from(text)) <= 80


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("cat.png", "cat.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\notes.txt", "notes.txt"),
        ("a]\n[file: b", "a file b"),
        ("`x`\0\u202e.txt", "x .txt"),
        ("/", "unnamed"),
        ("", "unnamed"),
        ("x" * 300 + ".tar.gz", "x" * 47 + "…" + "xxxxx.tar.gz"),
    ],
)
def test_a_files_name_is_one_harmless_line_with_its_ending(name: str, shown: str) -> None:
    assert file_name(name) == shown
