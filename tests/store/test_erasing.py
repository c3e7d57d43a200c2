from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.attachment import Excerpt, Image
from bot.domain.reply import Reply
from bot.domain.summary import Summary
from bot.domain.wording import title_from
from bot.store import SqliteStore
from tests.contracts.store.steps import NOON, begin, received, settled
from tests.samples import (
    CHANNEL,
    OTHER_CHANNEL,
    OTHER_SESSION_ID,
    SESSION_ID,
    attachment,
    prompt,
    session,
)

QUESTION = "where is the treasure "
ANSWER = "under the old oak "


def _is_on_disk(path: Path, words: str) -> bool:
    files = [path, path.with_name(path.name + "-wal")]
    return any(words.encode() in file.read_bytes() for file in files)


async def test_no_word_of_a_deleted_session_is_left_on_the_disk(
    store: SqliteStore, path: Path
) -> None:
    await received(store, 1001, "still here", place=OTHER_CHANNEL, session_id=OTHER_SESSION_ID)
    turn = await received(store, 1000, QUESTION * 500)
    await begin(store, turn)
    await store.record_reply(turn.id, Reply(ANSWER * 500), usage=None, floor=None)
    await store.rename_session(SESSION_ID, "treasure map")
    words = (QUESTION, ANSWER, "treasure map")
    assert all(_is_on_disk(path, word) for word in words)

    await store.delete_session(SESSION_ID)

    assert not any(_is_on_disk(path, word) for word in words)
    assert _is_on_disk(path, "still here")


async def test_no_word_of_a_deleted_message_is_left_on_the_disk(
    store: SqliteStore, path: Path
) -> None:
    await received(store, 1001, "still here")
    turn = await received(store, 1000, QUESTION * 500)
    await store.rename_session(SESSION_ID, title_from(QUESTION * 500))
    assert _is_on_disk(path, QUESTION)

    await store.erase([turn.anchor])

    assert not _is_on_disk(path, QUESTION)
    assert _is_on_disk(path, "still here")


async def test_no_word_of_a_deleted_answer_is_left_on_the_disk(
    store: SqliteStore, path: Path
) -> None:
    turn = await received(store, 1000, QUESTION)
    await begin(store, turn)
    await store.record_post(turn.id, 0, 9000)
    await store.record_reply(turn.id, Reply(ANSWER * 500), usage=None, floor=None)
    assert _is_on_disk(path, ANSWER)

    await store.erase([9000])

    assert not _is_on_disk(path, ANSWER)
    assert _is_on_disk(path, QUESTION)


async def test_no_word_of_a_models_title_is_left_on_the_disk_without_what_it_was_made_of(
    store: SqliteStore, path: Path
) -> None:
    turn = await received(store, 1000)
    await store.entitle(turn, QUESTION * 500)
    assert _is_on_disk(path, QUESTION)

    await store.erase([turn.anchor])

    assert not _is_on_disk(path, QUESTION)


async def test_no_word_that_was_edited_out_is_left_on_the_disk(
    store: SqliteStore, path: Path
) -> None:
    await received(store, 1000, QUESTION * 500)

    await store.revise([replace(prompt(1000, "never mind"), edited_at=NOON)])

    assert not _is_on_disk(path, QUESTION)
    assert _is_on_disk(path, "never mind")


async def test_no_word_of_a_summary_is_left_on_the_disk_when_what_it_covers_is_deleted(
    store: SqliteStore, path: Path
) -> None:
    covered = await settled(store, 1000)
    later = await settled(store, 1001)
    first = Summary(covered.id, QUESTION * 100, "some-model", NOON)
    second = Summary(later.id, ANSWER * 100, "some-model", NOON, builds_on=covered.id)
    await store.move_floor(SESSION_ID, 1, summary=first, covered=[covered])
    await store.move_floor(SESSION_ID, 2, summary=second, covered=[later])
    assert all(_is_on_disk(path, word) for word in (QUESTION, ANSWER))

    await store.erase([covered.anchor])

    assert not any(_is_on_disk(path, word) for word in (QUESTION, ANSWER))


async def test_shared_words_are_on_the_disk_until_the_last_session_goes_that_leads_over_them(
    store: SqliteStore, path: Path
) -> None:
    turn = await received(store, 1000, QUESTION * 500)
    await begin(store, turn)
    await store.record_reply(turn.id, Reply(ANSWER * 500), usage=None, floor=None)
    await store.branch(session(OTHER_CHANNEL, OTHER_SESSION_ID), turn.id)

    await store.delete_session(SESSION_ID)
    assert all(_is_on_disk(path, word) for word in (QUESTION, ANSWER))
    await store.delete_session(OTHER_SESSION_ID)

    assert not any(_is_on_disk(path, word) for word in (QUESTION, ANSWER))


async def test_no_word_of_a_summary_is_left_on_the_disk_when_its_session_is_deleted(
    store: SqliteStore, path: Path
) -> None:
    covered = await settled(store, 1000)
    made = Summary(covered.id, QUESTION * 100, "some-model", NOON)
    await store.move_floor(SESSION_ID, 1, summary=made, covered=[covered])

    await store.delete_session(SESSION_ID)

    assert not _is_on_disk(path, QUESTION)


IMAGE_BYTES = b"\x89PNG\r\n\x1a\n" + b"pixels of the map " * 20_000
MAP = Image("a" * 64, "image/png", len(IMAGE_BYTES))
NOTES = Excerpt("the ship sails at dawn " * 500)
LINK = "https://cdn.discordapp.com/attachments/the-map"


async def _with_files(store: SqliteStore, path: Path) -> None:
    """Have a message kept with an image, a text, and a file that nobody fetched."""
    files = (
        attachment(1, "map.png"),
        attachment(2, "notes.txt", "text/plain"),
        replace(attachment(3, "later.png"), url=LINK),
    )
    await received(store, 1001, "still here", place=OTHER_CHANNEL, session_id=OTHER_SESSION_ID)
    await store.hear([(session(), replace(prompt(1000), attachments=files))])
    await store.keep_attachment(1000, 1, MAP, IMAGE_BYTES)
    await store.keep_attachment(1000, 2, NOTES)
    assert all(_is_on_disk(path, word) for word in FILE_WORDS)


FILE_WORDS = ("pixels of the map", "the ship sails", LINK, "map.png", "later.png", "a" * 64)


@pytest.mark.parametrize(
    "erase",
    [
        lambda store: store.erase([1000]),
        lambda store: store.delete_session(SESSION_ID),
        lambda store: store.erase_place(CHANNEL),
        lambda store: store.revise([replace(prompt(1000), edited_at=NOON)]),
    ],
    ids=["its message deleted", "its session deleted", "its place gone", "edited out"],
)
async def test_no_byte_of_a_file_is_left_on_the_disk(
    store: SqliteStore, path: Path, erase: Callable[[SqliteStore], Awaitable[object]]
) -> None:
    await _with_files(store, path)

    await erase(store)

    assert [word for word in FILE_WORDS if _is_on_disk(path, word)] == []
    assert _is_on_disk(path, "still here")
