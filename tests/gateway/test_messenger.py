"""What the messenger does on Discord beyond its port's contract."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import discord
import pytest

from bot.domain.errors import MessengerBusy, PlaceGone, PostGone, PostRefused
from bot.domain.reply import Controls, File, Mark, Page, Standing
from bot.domain.session import Place
from bot.gateway.messenger import DiscordMessenger
from bot.playground import Channel, Guild, LocalDiscord, Permission, Person, Thread
from bot.playground.world import posting
from bot.playground.world.parts import Draft
from tests.gateway.commands_house import pointed_at

MARK = Mark(1000, 0)
STOP, RETRY = Page("Growing.", Controls.STOP), Page("Whole.", Controls.RETRY)


@dataclass(frozen=True, slots=True)
class Room:
    """A channel, somebody in it, and the messenger."""

    local: LocalDiscord
    guild: Guild
    channel: Channel
    ada: Person
    client: discord.Client
    messenger: DiscordMessenger

    @property
    def place(self) -> Place:
        """Where it is."""
        return Place(self.channel.id, self.guild.id)

    async def post(
        self, page: Page = STOP, *, nonce: str = "n", reply_to: int | None = None
    ) -> int:
        """Post a page in the channel."""
        return await self.messenger.post(
            self.place, page, mark=MARK, nonce=nonce, reply_to=reply_to
        )

    async def thread_with_a_post(self) -> tuple[Thread, Place, int]:
        """Post a page in a thread of Ada's."""
        thread = await self.ada.open_thread(self.channel, "a thread")
        place = Place(thread.id, self.guild.id)
        post = await self.messenger.post(place, STOP, mark=MARK, nonce="t", reply_to=None)
        return thread, place, post


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    """Return a room of a local Discord."""
    async with LocalDiscord() as local:
        with pointed_at(local):
            guild = local.add_guild("Home")
            channel = local.add_channel(guild, "general")
            ada = local.add_person("Ada", guilds=[guild])
            async with discord.Client(intents=discord.Intents.none()) as client:
                await client.login(local.token)
                yield Room(local, guild, channel, ada, client, DiscordMessenger(lambda: client))


async def test_nobody_is_pinged_by_a_post_an_edit_or_a_reply(room: Room) -> None:
    role = room.local.add_role(room.guild, "mods", mentionable=True)
    said = await room.ada.say(room.channel, "hello")
    loud = Page(f"@everyone @here {room.ada.mention} <@&{role.id}>", Controls.STOP)

    post = await room.post(loud, reply_to=said.id)
    await room.messenger.edit(room.place, post, loud, mark=MARK)

    assert room.channel.messages[-1].pings == set()
    bodies = [r.body for r in room.local.requests if r.method in {"POST", "PATCH"}]
    assert len(bodies) == 2
    for body in bodies:
        assert isinstance(body, dict)
        assert body["allowed_mentions"] == {"parse": []}


@pytest.mark.parametrize(
    ("controls", "label", "custom_id", "is_disabled"),
    [
        (Controls.STOP, "Stop", "stop:3e8:0", False),
        (Controls.CONTINUES, "continues below", "more:3e8:0", True),
        (Controls.RETRY, "Retry", "retry:3e8:0", False),
        (Controls.UNDONE, "taken out", "undone:3e8:0", True),
    ],
)
async def test_a_page_has_a_button_which_is_its_mark(
    room: Room, *, controls: Controls, label: str, custom_id: str, is_disabled: bool
) -> None:
    await room.post(Page("Words.", controls))

    (row,) = room.channel.messages[-1].components
    assert isinstance(row, dict)
    button = row["components"][0]
    assert (button["label"], button["custom_id"]) == (label, custom_id)
    assert button.get("disabled", False) is is_disabled


async def test_the_end_of_an_answer_of_several_versions_has_a_row_of_buttons(room: Room) -> None:
    middle = Standing(2, 3, before=0, after=4)

    await room.post(Page("Words.", Controls.RETRY, standing=middle))

    (row,) = room.channel.messages[-1].components
    assert isinstance(row, dict)
    buttons = [(b["label"], b["custom_id"], b["disabled"]) for b in row["components"]]
    assert buttons == [
        ("◀", "show:3e8:0:0", False),
        ("2/3", "at:3e8:0:2/3:0:4", True),
        ("▶", "show:3e8:0:4", False),
        ("Retry", "retry:3e8:0", False),
        ("Branch", "branch:3e8:0", False),
    ]


async def test_discord_py_remembers_no_button_for_us(room: Room) -> None:
    post = await room.post()
    await room.messenger.edit(room.place, post, RETRY, mark=MARK)

    assert list(room.client.persistent_views) == []


async def test_where_no_file_may_be_attached_only_the_page_with_one_is_refused(
    room: Room,
) -> None:
    room.local.overwrite(room.channel, room.local.bot, deny=Permission.ATTACH_FILES)
    whole = Page("Beginning.", Controls.RETRY, File("answer.md", b"all of it"))
    post = await room.post()

    with pytest.raises(PostRefused):
        await room.messenger.edit(room.place, post, whole, mark=MARK)
    with pytest.raises(PostRefused):
        await room.post(whole, nonce="other")
    await room.messenger.edit(room.place, post, RETRY, mark=MARK)

    assert [message.content for message in room.channel.messages] == ["Whole."]


async def test_where_history_is_not_to_be_read_a_reply_is_a_plain_post(room: Room) -> None:
    room.local.overwrite(room.channel, room.local.bot, deny=Permission.READ_MESSAGE_HISTORY)
    said = await room.ada.say(room.channel, "hello")

    await room.post(reply_to=said.id)

    assert room.channel.messages[-1].content == "Growing."
    assert room.channel.messages[-1].reference is None


async def test_a_post_in_a_thread_that_was_put_away_can_still_be_changed(room: Room) -> None:
    thread, place, post = await room.thread_with_a_post()

    await room.ada.archive(thread)
    await room.messenger.edit(place, post, RETRY, mark=MARK)

    assert thread.messages[-1].content == "Whole."
    await room.ada.archive(thread)
    await room.messenger.delete(place, post)
    assert post not in [message.id for message in thread.messages]


async def test_a_thread_that_was_locked_is_gone(room: Room) -> None:
    thread, place, post = await room.thread_with_a_post()

    await room.local.owner.archive(thread, locked=True)

    for attempt in (
        room.messenger.edit(place, post, RETRY, mark=MARK),
        room.messenger.post(place, RETRY, mark=MARK, nonce="new", reply_to=None),
    ):
        with pytest.raises(PlaceGone):
            await attempt


async def test_a_post_whose_answer_was_lost_is_found_by_its_nonce(room: Room) -> None:
    room.local.faults.drop("POST", "/channels/*/messages", after_effect=True)

    with pytest.raises(MessengerBusy):
        await room.post()
    post = await room.post()

    assert [message.id for message in room.channel.messages] == [post]


async def test_a_search_goes_through_many_messages_and_takes_only_our_pages(room: Room) -> None:
    first = await room.post(nonce="a")
    for number in range(120):
        await room.ada.say(room.channel, f"message {number}")
    channel = room.client.get_partial_messageable(room.channel.id)
    await channel.send("not a page of an answer")
    second = await room.messenger.post(
        room.place, RETRY, mark=Mark(1000, 1), nonce="b", reply_to=None
    )

    found = await room.messenger.find(room.place, 1000)

    assert [(post.id, post.mark.page, post.controls) for post in found] == [
        (first, 0, Controls.STOP),
        (second, 1, Controls.RETRY),
    ]


async def test_a_mark_under_a_message_of_somebody_else_is_none(room: Room) -> None:
    await room.post()
    components = room.channel.messages[-1].components
    other = room.local.add_person("Other", guilds=[room.guild], bot=True)
    forged = posting.post(
        room.local.world, room.channel, other.user, Draft("Mine.", components=components)
    )

    found = await room.messenger.find(room.place, 1000)

    assert [post.text for post in found] == ["Growing."]
    assert await room.messenger.read(room.place, forged.id) is None


async def test_a_search_for_a_merged_turn_passes_over_what_was_said_between(room: Room) -> None:
    first = await room.ada.say(room.channel, "asked")
    for number in range(1001):
        await room.ada.say(room.channel, f"message {number}")
    newest = await room.ada.say(room.channel, "asked again")
    post = await room.messenger.post(
        room.place, RETRY, mark=Mark(newest.id, 0), nonce="n", reply_to=None
    )

    found = await room.messenger.find(room.place, first.id, newest.id)

    assert [p.id for p in found] == [post]


async def test_a_search_ends_somewhere(room: Room) -> None:
    for number in range(1001):
        await room.ada.say(room.channel, f"message {number}")
    await room.post()

    assert await room.messenger.find(room.place, 1000) == []
    assert len([r for r in room.local.requests if r.route == "/channels/{channel_id}/messages"
                and r.method == "GET"]) == 10  # fmt: skip


async def test_a_typing_sign_is_seen_and_its_failure_is_not(room: Room) -> None:
    await room.messenger.typing(room.place)
    room.local.faults.answer(503, "POST", "/channels/*/typing")
    await room.messenger.typing(room.place)

    shown = [r.status for r in room.local.requests if r.route == "/channels/{channel_id}/typing"]
    assert shown == [204, 503]


async def test_a_nod_is_a_pair_of_eyes_under_the_message(room: Room) -> None:
    said = await room.ada.say(room.channel, "hello")

    await room.messenger.nod(room.place, said.id)
    await room.messenger.nod(room.place, said.id)

    assert said.reactions == {"👀": [room.local.world.bot.id]}


async def test_a_nod_at_a_message_that_is_gone_says_so(room: Room) -> None:
    said = await room.ada.say(room.channel, "hello")
    await room.ada.delete(said)

    with pytest.raises(PostGone):
        await room.messenger.nod(room.place, said.id)


async def test_where_no_reaction_may_be_added_a_nod_says_so(room: Room) -> None:
    said = await room.ada.say(room.channel, "hello")
    room.local.faults.answer(403, "PUT", "/channels/*/messages/*/reactions/*/@me", code=50013)

    with pytest.raises(PlaceGone):
        await room.messenger.nod(room.place, said.id)


async def test_who_blocked_the_bot_stands_for_nobody_else(room: Room) -> None:
    said = await room.ada.say(room.channel, "hello")
    room.local.faults.answer(403, "PUT", "/channels/*/messages/*/reactions/*/@me", code=90001)

    with pytest.raises(PostRefused):
        await room.messenger.nod(room.place, said.id)


async def test_what_is_no_thread_of_ours_keeps_its_name(room: Room) -> None:
    thread, place, _ = await room.thread_with_a_post()

    await room.messenger.rename(place, old="a thread", new="Sleeping bees")
    await room.messenger.rename(room.place, old="general", new="Sleeping bees")

    assert (thread.name, room.channel.name) == ("a thread", "general")
    assert [r.status for r in room.local.requests if r.method == "PATCH"] == []
