"""What is read of the past, and what people are asked about it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import discord
import pytest

from bot.domain.errors import MessengerBusy, PlaceGone
from bot.domain.hearing import Sight, id_at
from bot.domain.session import Place
from bot.gateway.past import DiscordPast
from bot.playground import Channel, ChannelKind, Guild, LocalDiscord, Permission, Person, Upload
from tests.gateway.listeners import Ears, Hands, listening

READING = {
    "/channels/{channel_id}/messages",
    "/guilds/{guild_id}/channels",
    "/guilds/{guild_id}/threads/active",
}


@dataclass(frozen=True, slots=True)
class Library:
    """A connected client, and a past that is read through it."""

    local: LocalDiscord
    guild: Guild
    general: Channel
    ada: Person
    ears: Ears
    client: discord.Client
    past: DiscordPast

    @property
    def asked(self) -> int:
        """How often Discord was asked for what was said."""
        return sum(r.method == "GET" and r.route in READING for r in self.local.requests)

    def place(self, channel: Channel) -> Place:
        return Place(channel.id, channel.guild.id if channel.guild else None)

    async def read(
        self, channel: Channel, after: int = 0, before: int | None = None, most: int = 1000
    ) -> list[str]:
        """Return the texts of what was said."""
        found = await self.past.read(self.place(channel), after=after, before=before, most=most)
        return [u.prompt.text for u in found.said if u.prompt.message_id > after]


@asynccontextmanager
async def opened(local: LocalDiscord) -> AsyncIterator[Library]:
    guild = local.add_guild("Home")
    general = local.add_channel(guild, "general")
    ada = local.add_person("Ada", guilds=[guild])
    ears, hands = Ears(), Hands()
    async with listening(local, ears, hands):
        await ears.until(lambda: bool(ears.seen))
        client = hands.clients[-1]  # an earlier one may have asked for too much
        yield Library(local, guild, general, ada, ears, client, DiscordPast(lambda: client))


@pytest.fixture
async def library(local: LocalDiscord) -> AsyncIterator[Library]:
    async with opened(local) as library:
        yield library


async def test_what_was_said_between_two_messages_is_read_oldest_first(library: Library) -> None:
    said = [await library.ada.say(library.general, str(n)) for n in range(6)]

    assert await library.read(library.general, said[1].id) == ["2", "3", "4", "5"]
    assert await library.read(library.general, said[0].id, said[3].id) == ["1", "2"]


async def test_a_long_past_is_read_page_by_page_and_its_newest_part_at_most(
    library: Library,
) -> None:
    first = await library.ada.say(library.general, "first")
    for number in range(250):
        await library.ada.say(library.general, str(number))

    whole = await library.read(library.general, first.id)
    assert library.asked == 3
    newest = await library.read(library.general, first.id, most=100)

    assert whole == [str(number) for number in range(250)]
    assert newest == [str(number) for number in range(150, 250)]


async def test_a_thread_that_was_put_away_is_still_known_for_one_of_ours(
    library: Library,
) -> None:
    there = library.client.get_channel(library.general.id)
    assert isinstance(there, discord.TextChannel)
    made = await there.create_thread(name="ours", type=discord.ChannelType.public_thread)
    thread = library.local.world.channels[made.id]
    await library.ada.say(thread, "hello")
    await library.local.owner.archive(thread)  # type: ignore[arg-type]  # it is a thread
    await library.ears.until(lambda: library.client.get_channel(made.id) is None)

    (said,) = [
        utterance
        for utterance in (await library.past.read(library.place(thread), after=0, most=100)).said
        if utterance.prompt.text == "hello"
    ]

    assert said.in_thread_of_ours


async def test_where_the_past_is_hidden_that_is_logged_once(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    await library.ada.say(library.general, "hello")
    deny = Permission.READ_MESSAGE_HISTORY
    library.local.overwrite(library.general, library.local.bot, deny=deny)
    await library.ears.until(lambda: _is_hidden(library))

    assert await library.read(library.general) == []
    assert await library.read(library.general) == []

    assert caplog.text.count(f"event=past_hidden channel={library.general.id}") == 1
    assert library.asked == 0
    passage = await library.past.read(library.place(library.general), after=0, most=9)
    assert passage.lacks([5]) == set()


def _is_hidden(library: Library) -> bool:
    there = library.client.get_channel(library.general.id)
    assert isinstance(there, discord.TextChannel)
    return not there.permissions_for(there.guild.me).read_message_history


async def test_places_that_are_gone_or_none_where_people_write_have_no_past(
    library: Library,
) -> None:
    forum = library.local.add_channel(library.guild, "forum", ChannelKind.FORUM)
    await library.ears.until(lambda: library.client.get_channel(forum.id) is not None)

    with pytest.raises(PlaceGone):
        await library.read(forum)
    with pytest.raises(PlaceGone):
        await library.past.read(Place(1, library.guild.id), after=0, most=1)


async def test_a_discord_that_fails_is_busy(library: Library) -> None:
    library.local.faults.answer(503, "GET", "/channels/*/messages")

    with pytest.raises(MessengerBusy):
        await library.read(library.general)


async def test_what_discord_withholds_is_not_taken_for_silence(local: LocalDiscord) -> None:
    local.world.rules = type(local.world.rules)(identify_every=0.0, message_content=False)
    async with opened(local) as library:
        await library.ada.say(library.general, "among ourselves")
        await library.ada.say(library.general, "<@bot> hello")

        assert await library.read(library.general) == ["hello"]


async def test_what_was_deleted_is_not_there_and_what_is_older_is_not_known(
    library: Library,
) -> None:
    place = library.place(library.general)
    said = [await library.ada.say(library.general, str(number)) for number in range(120)]
    await library.ada.delete(said[-1])
    await library.ada.edit(said[100], "edited")

    passage = await library.past.read(place, after=said[110].id, most=1000)

    assert library.asked == 1
    assert passage.since == said[19].id
    assert passage.lacks([said[0].id, said[60].id, said[119].id]) == {said[119].id}
    (edited,) = [u.prompt for u in passage.said if u.prompt.edited_at is not None]
    assert (edited.message_id, edited.text) == (said[100].id, "edited")


async def test_a_past_read_to_its_beginning_lacks_all_that_was_deleted(library: Library) -> None:
    first = await library.ada.say(library.general, "first")
    await library.ada.say(library.general, "second")
    await library.ada.delete(first)

    passage = await library.past.read(library.place(library.general), after=0, most=1000)

    assert passage.lacks([first.id]) == {first.id}


async def test_an_empty_past_is_a_proof_in_direct_messages_only(library: Library) -> None:
    direct = library.local.dm(library.ada)

    assert (await library.past.read(library.place(library.general), after=0, most=9)).since is None
    assert (await library.past.read(library.place(direct), after=0, most=9)).since == 0


async def test_what_is_withheld_is_there_all_the_same(local: LocalDiscord) -> None:
    local.world.rules = type(local.world.rules)(identify_every=0.0, message_content=False)
    async with opened(local) as library:
        said = await library.ada.say(library.general, "among ourselves")

        passage = await library.past.read(library.place(library.general), after=0, most=9)

        assert passage.said == ()
        assert passage.lacks([said.id]) == set()


async def test_what_we_said_ourselves_is_there_until_it_is_deleted(library: Library) -> None:
    channel = library.client.get_channel(library.general.id)
    assert isinstance(channel, discord.TextChannel)
    await library.ada.say(library.general, "hello")
    kept, deleted = [(await channel.send(text)).id for text in ("one", "two")]
    await library.local.owner.delete(library.general.messages[-1])

    passage = await library.past.read(library.place(library.general), after=0, most=100)

    assert passage.lacks([kept, deleted]) == {deleted}


async def test_people_are_asked_once_and_pinged_never(library: Library) -> None:
    place = library.place(library.general)
    for _ in range(2):
        await library.past.offer(place, count=1, oldest=0xABC, newest=0xDEF)

    (asked,) = library.general.messages
    assert asked.content == "💤 1 message came while I was away. Shall I still answer?"
    assert asked.labels == ["Answer", "Leave"]
    (row,) = asked.components
    assert isinstance(row, dict)
    assert [b["custom_id"] for b in row["components"]] == ["answer:abc:def", "leave:abc:def"]
    assert list(library.client.persistent_views) == []
    bodies = [r.body for r in library.local.requests if r.path.endswith("/messages")]
    assert all(b["allowed_mentions"] == {"parse": []} for b in bodies if isinstance(b, dict))


async def test_a_server_shows_its_places_and_since_when_we_are_there(local: LocalDiscord) -> None:
    guild = local.add_guild("Home")
    general = local.add_channel(guild, "general")
    voice = local.add_channel(guild, "voice", ChannelKind.VOICE)
    local.add_channel(guild, "forum", ChannelKind.FORUM)
    ada = local.add_person("Ada", guilds=[guild])
    said = await ada.say(general, "hello")
    thread = await ada.open_thread(general, "aside")
    in_thread = await ada.say(thread, "hello")
    ears = Ears()

    async with listening(local, ears):
        await ears.until(lambda: bool(ears.seen))

    seen = {sight.place.channel_id: sight.newest for sight in ears.seen[guild.id]}
    newest = max(said.id, *(m.id for m in general.messages))
    assert seen == {general.id: newest, voice.id: 0, thread.id: in_thread.id}
    joined_at = id_at(guild.members[local.bot.id].joined_at)
    assert {sight.since for sight in ears.seen[guild.id]} == {joined_at}
    assert ears.begun == 1


async def test_what_never_arrived_is_seen_in_two_requests(library: Library) -> None:
    heard = await library.ada.say(library.general, "hello")
    await library.ears.have_heard(1)
    there = library.client.get_channel(library.general.id)
    assert isinstance(there, discord.TextChannel)
    assert await library.past.unseen(library.guild.id) == []

    there.last_message_id = heard.id - 1

    assert await library.past.unseen(library.guild.id) == [
        Sight(library.place(library.general), heard.id)
    ]
    assert library.asked == 4


async def test_files_are_found_with_what_they_came_with(library: Library) -> None:
    await library.ada.say(library.general, "look", files=[Upload("a.txt", b"one")])

    found = await library.past.read(library.place(library.general), after=0, most=100)

    (file,) = found.said[-1].prompt.attachments
    assert (file.name, file.kind, file.size) == ("a.txt", "text/plain", 3)
