"""Files in the one form in which the model reads them, to the byte."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.attachment import Attachment, Excerpt, Image, Shown, Unshown
from bot.domain.message import Message, render
from tests.samples import IMAGE, attachment, prompt

CAT = replace(attachment(1, "cat.png"), shown=IMAGE)
NOTES = attachment(2, "notes.txt", "text/plain", 12)
LABEL = "[2026-01-02 09:30Z]"


def read(text: str, *attachments: Attachment) -> Message:
    return render(replace(prompt(1000, text), attachments=attachments), direct=True)


def test_a_text_stands_between_fences_under_its_name() -> None:
    said = read("look", replace(NOTES, shown=Excerpt("one\ntwo\n")))

    assert said.text == f"{LABEL}\nlook\n[file: notes.txt]\n```\none\ntwo\n```"
    assert said.pictures == ()


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("", "```\n```"),
        ("one", "```\none\n```"),
        ("```\nout", "````\n```\nout\n````"),
        ("a `````` b", "```````\na `````` b\n```````"),
    ],
)
def test_no_text_can_end_its_own_fence(text: str, body: str) -> None:
    said = read("look", replace(NOTES, shown=Excerpt(text)))

    assert said.text == f"{LABEL}\nlook\n[file: notes.txt]\n{body}"


def test_a_text_that_is_cut_says_so() -> None:
    said = read("", replace(NOTES, size=5000, shown=Excerpt("one\nt", is_whole=False)))

    head = "[file: notes.txt, only its first 5 characters of 5000 bytes]"
    assert said.text == f"{LABEL}\n{head}\n```\none\nt\n```"


@pytest.mark.parametrize(
    ("shown", "reason"),
    [
        (None, ""),
        (Unshown.KIND, ""),
        (Unshown.NOT_TEXT, ": it is no UTF-8 text"),
        (Unshown.SIZE, ": it is too large"),
        (Unshown.ROOM, ": there are too many files"),
        (Unshown.FETCH, ": it could not be fetched"),
    ],
)
def test_what_is_not_shown_is_named_with_the_reason(shown: Shown | None, reason: str) -> None:
    said = read("look", replace(NOTES, shown=shown))

    line = f"[file not shown to you: notes.txt, text/plain, 12 bytes{reason}]"
    assert said.text == f"{LABEL}\nlook\n{line}"


def test_images_come_after_the_words_and_are_named_there() -> None:
    said = read("look", CAT, replace(NOTES, shown=Excerpt("one")))

    assert said.text == f"{LABEL}\nlook\n[file: notes.txt]\n```\none\n```"
    assert said.captioned == f"{said.text}\n[image: cat.png]"
    assert [(each.image, each.name) for each in said.pictures] == [(IMAGE, "cat.png")]


def test_who_cannot_look_at_an_image_is_told_of_it() -> None:
    other = Image("0" * 64, "image/webp", 7)
    said = read("look", CAT, replace(CAT, id=2, name="dog.webp", size=900, shown=other))

    line = "[file not shown to you: dog.webp, image/webp, 900 bytes: you cannot look at it]"
    assert said.without({"0" * 64}).captioned == f"{LABEL}\nlook\n{line}\n[image: cat.png]"
    assert said.without(said.digests).pictures == ()
    assert said.without(()) == said


def test_who_sends_nothing_but_a_file_has_said_something() -> None:
    assert read("", CAT).captioned == f"{LABEL}\n[image: cat.png]"
