"""What is edited and deleted on Discord reaches the engine, in the order in which it happened."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import discord
import pytest

from bot.domain.session import Place
from bot.gateway.client import Client
from bot.playground import Channel, Guild, LocalDiscord, Person
from tests.gateway.listeners import Ears, Hands, listening
from tests.gateway.payloads import OUR_THREAD, PARLEY, SENT, Library, message

LATER = "2026-11-23T19:41:00+00:00"
IN_OUR_THREAD = {"channel_id": str(OUR_THREAD)}


@dataclass(frozen=True, slots=True)
class Town:
    """A connected client, and people who change their minds."""

    local: LocalDiscord
    guild: Guild
    general: Channel
    ada: Person
    ears: Ears

    @property
    def here(self) -> Place:
        return Place(self.general.id, self.guild.id)


@pytest.fixture
async def town(local: LocalDiscord) -> AsyncIterator[Town]:
    guild = local.add_guild("Home")
    general = local.add_channel(guild, "general")
    ada = local.add_person("Ada", guilds=[guild])
    ears = Ears()
    async with listening(local, ears):
        await ears.until(lambda: bool(ears.seen))
        yield Town(local, guild, general, ada, ears)


async def test_an_edit_is_heard_with_its_words(town: Town) -> None:
    said = await town.ada.say(town.general, "helo")

    await town.ada.edit(said, "hello")

    await town.ears.until(lambda: town.ears.edited == [(said.id, "hello")])


async def test_a_deletion_is_heard_with_its_place(town: Town) -> None:
    said = await town.ada.say(town.general, "oops")

    await town.ada.delete(said)

    await town.ears.until(lambda: town.ears.erased == [(town.here, {said.id})])


async def test_many_deletions_at_once_are_heard_as_one(town: Town) -> None:
    said = [await town.ada.say(town.general, text) for text in ("one", "two")]

    await town.local.owner.delete_many(*said)

    ids = {message.id for message in said}
    await town.ears.until(lambda: town.ears.erased == [(town.here, ids)])


async def test_a_channel_that_is_deleted_is_forgotten_with_its_threads(town: Town) -> None:
    thread = await town.ada.open_thread(town.general, "aside")
    await town.ada.say(thread, "hello")
    await town.ears.have_heard(1)

    town.local.remove_channel(town.general)

    there = Place(thread.id, town.guild.id)
    await town.ears.until(lambda: set(town.ears.forgotten) == {town.here, there})


@pytest.mark.parametrize("is_put_away", [True, False])
async def test_a_thread_that_is_deleted_is_forgotten(town: Town, *, is_put_away: bool) -> None:
    thread = await town.ada.open_thread(town.general, "aside")
    await town.ada.say(thread, "hello")
    await town.ears.have_heard(1)
    if is_put_away:
        await town.ada.archive(thread)

    town.local.remove_channel(thread)

    there = Place(thread.id, town.guild.id)
    await town.ears.until(lambda: town.ears.forgotten == [there])


async def heard_of(
    payload: dict[str, Any], *, message_content: bool = True
) -> list[tuple[int, str]]:
    """Return what is heard of an update of a message."""
    library, ears = Library(), Ears()
    async with Client(ears, Hands(), message_content=message_content) as client:
        client._connection.user = library.us
        update = discord.RawMessageUpdateEvent(payload, library.received(payload))  # type: ignore[arg-type]  # a payload
        await client.on_raw_message_edit(update)
    return ears.edited


async def test_previews_and_pins_are_no_edits() -> None:
    assert await heard_of(message("hello", pinned=True)) == []
    assert await heard_of(message("hello", edited_timestamp=LATER)) == [(SENT, "hello")]


async def test_our_own_edits_are_not_heard() -> None:
    own = message("an answer", author=PARLEY, edited_timestamp=LATER)

    assert await heard_of(own) == []


async def test_without_the_intent_what_is_withheld_is_not_taken_for_an_edit() -> None:
    emptied = message("", **IN_OUR_THREAD, edited_timestamp=LATER)

    assert await heard_of(emptied, message_content=False) == []
    assert await heard_of(emptied) == [(SENT, "[says nothing]")]
