from __future__ import annotations

from bot.ports import Store


async def test_nothing_is_remembered_at_first(store: Store) -> None:
    assert await store.recall("commands") is None


async def test_a_note_is_remembered(store: Store) -> None:
    await store.remember("commands", "abc")

    assert await store.recall("commands") == "abc"
    assert await store.recall("other") is None


async def test_a_note_takes_the_place_of_the_one_before(store: Store) -> None:
    await store.remember("commands", "abc")

    await store.remember("commands", "")

    assert await store.recall("commands") == ""
