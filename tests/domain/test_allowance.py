"""How much of a file is worth fetching, and what is made of its bytes."""

from __future__ import annotations

import zlib

import pytest

from bot.domain.allowance import Allowance, allowance, appetite, taken_in
from bot.domain.attachment import Excerpt, Image, Shown, Unshown
from tests.samples import IMAGE, PNG, attachment

PLENTY = allowance(32_000)
GIF, JPEG = b"GIF89a" + b"\0" * 9, b"\xff\xd8\xff\xe0" + b"\0" * 9
WEBP = b"RIFF\x24\0\0\0WEBPVP8 "


def taken(content: bytes, name: str, kind: str, left: Allowance = PLENTY) -> Shown:
    return taken_in(attachment(1, name, kind), content, left)


def test_files_take_up_half_of_the_budget_and_not_more_than_a_request_bears() -> None:
    assert allowance(16_000) == Allowance(8_000, 4 * 2**20)
    assert allowance(1_000_000) == Allowance(16_000, 4 * 2**20)


@pytest.mark.parametrize(
    ("name", "kind", "bytes_"),
    [
        ("cat.png", "image/png", 4_194_305),
        ("cat.PNG", "unknown kind", 4_194_305),
        ("cat", "image/jpeg", 4_194_305),
        ("notes", "text/plain", 48_001),
        ("main.rs", "application/octet-stream", 48_001),
        ("data", "application/vnd.api+json", 48_001),
        ("logo.svg", "image/svg+xml", 48_001),
    ],
)
def test_of_images_and_texts_no_more_is_fetched_than_can_be_shown(
    name: str, kind: str, bytes_: int
) -> None:
    assert appetite(attachment(1, name, kind, 2**30), PLENTY) == bytes_


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.zip", "application/zip"), ("a.mp4", "video/mp4"), ("a.pdf", "application/pdf"), ("a", "")],
)
def test_other_kinds_are_not_fetched(name: str, kind: str) -> None:
    assert appetite(attachment(1, name, kind), PLENTY) is Unshown.KIND


def test_what_is_shown_takes_room_from_what_comes_after_it() -> None:
    left = Allowance(2_000, 100).after(IMAGE)
    assert left == Allowance(976, 31)
    left = left.after(Excerpt("é" * 300))
    assert left == Allowance(776, 31)
    left = left.after(Unshown.KIND).after(IMAGE)
    assert left == Allowance(-248, -38)

    assert appetite(attachment(1, "cat.png"), left) is Unshown.ROOM
    assert appetite(attachment(1, "notes.txt"), left) is Unshown.ROOM
    assert appetite(attachment(1, "cat.png"), Allowance(1, 0)) is Unshown.ROOM


@pytest.mark.parametrize(
    ("content", "kind"),
    [(PNG, "image/png"), (GIF, "image/gif"), (JPEG, "image/jpeg"), (WEBP, "image/webp")],
)
def test_an_image_is_what_its_bytes_begin_like(content: bytes, kind: str) -> None:
    shown = taken(content, "cat.png", "image/bmp")

    assert isinstance(shown, Image)
    assert (shown.kind, shown.size) == (kind, len(content))


def test_an_image_is_known_by_the_hash_of_its_bytes() -> None:
    assert taken(PNG, "cat.png", "image/png") == IMAGE


@pytest.mark.parametrize("content", [b"", b"<html>", b"RIFF\0\0\0\0WAVE", b"\x89PNG"])
def test_what_only_says_that_it_is_an_image_is_none(content: bytes) -> None:
    assert taken(content, "cat.png", "image/png") is Unshown.KIND


def test_an_image_that_is_too_large_is_not_shown() -> None:
    assert taken(PNG + b"\0" * 4_194_236, "cat.png", "image/png") is Unshown.SIZE
    assert taken(PNG, "cat.png", "image/png", Allowance(1, 68)) is Unshown.ROOM


def test_a_text_is_cut_where_the_room_ends_and_never_within_a_character() -> None:
    left = Allowance(2)

    assert taken(b"abcdef", "a.txt", "text/plain", left) == Excerpt("abcdef")
    assert taken(b"abcdefg", "a.txt", "text/plain", left) == Excerpt("abcdef", is_whole=False)
    assert taken("abcdeé".encode(), "a.txt", "text/plain", left) == Excerpt("abcde", is_whole=False)


def test_a_byte_order_mark_and_line_ends_of_windows_are_not_shown() -> None:
    assert taken(b"\xef\xbb\xbfone\r\ntwo", "a.txt", "text/plain") == Excerpt("one\ntwo")


@pytest.mark.parametrize(
    "content",
    [zlib.compress(b"0" * 10_000), b"one\0two", b"\xff\xfea\0", "é".encode("latin-1"), b"\xe2\x82"],
    ids=["a bomb", "NUL", "UTF-16", "Latin-1", "half a character"],
)
def test_what_only_says_that_it_is_text_is_not_shown(content: bytes) -> None:
    assert taken(content, "a.txt", "text/plain") is Unshown.NOT_TEXT
