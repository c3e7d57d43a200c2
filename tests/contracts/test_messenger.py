"""One contract for whatever speaks at a place: the board of the simulation, and Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

import discord
import pytest

from bot.clock import SystemClock
from bot.domain.errors import PlaceGone, PostGone, PostRefused, Silenced
from bot.domain.reply import Controls, File, Mark, Page, Standing
from bot.domain.session import Place
from bot.gateway.messenger import DiscordMessenger
from bot.playground import LocalDiscord, Permission, Thread
from bot.playground.world.threads import set_aside
from bot.ports import Messenger
from tests.fakes.board import Board
from tests.gateway.commands_house import pointed_at

HELLO = Page("Hello.", Controls.STOP)
MARK = Mark(1000, 0)


class World(Protocol):
    """What stands behind a messenger, for a test to look at and to meddle with."""

    messenger: Messenger
    place: Place
    elsewhere: Place
    anchor: int

    async def delete(self, post: int) -> None: ...

    def forget_nonces(self) -> None: ...

    def close_place(self) -> None: ...

    def silence(self) -> None: ...

    def said(self) -> list[str]: ...

    async def open_thread(self, name: str) -> Place: ...

    def put_away(self, thread: Place) -> None: ...

    def lock(self, thread: Place) -> None: ...

    def name_of(self, thread: Place) -> str: ...


class BoardWorld:
    def __init__(self) -> None:
        self.board = Board(SystemClock())
        self.messenger: Messenger = self.board
        self.place, self.elsewhere = Place(7, 70), Place(8, 70)
        self.anchor = 1000

    async def delete(self, post: int) -> None:
        await self.board.delete(self.place, post)

    def forget_nonces(self) -> None:
        self.board.forget_nonces()

    def close_place(self) -> None:
        self.board.gone.add(self.place)

    def silence(self) -> None:
        self.board.silent.add(self.place)

    def said(self) -> list[str]:
        return [words for _, words in self.board.said]

    async def open_thread(self, name: str) -> Place:
        thread = Place(9, 70, 7)
        self.board.names[thread] = name
        return thread

    def put_away(self, thread: Place) -> None:
        self.board.put_away.add(thread)

    def lock(self, thread: Place) -> None:
        self.board.locked.add(thread)

    def name_of(self, thread: Place) -> str:
        return self.board.names[thread]


class DiscordWorld:
    def __init__(self, local: LocalDiscord, client: discord.Client) -> None:
        self._local = local
        self._client = client
        guild = local.add_guild("Home")
        self._channel = local.add_channel(guild, "general")
        self._owner = local.owner
        self.messenger: Messenger = DiscordMessenger(lambda: client)
        self.place = Place(self._channel.id, guild.id)
        self.elsewhere = Place(local.add_channel(guild, "random").id, guild.id)
        self.anchor = 1000

    async def delete(self, post: int) -> None:
        message = next(m for m in self._channel.messages if m.id == post)
        await self._owner.delete(message)

    def forget_nonces(self) -> None:
        self._local.forget_nonces()

    def close_place(self) -> None:
        self._local.remove_channel(self._channel)

    def silence(self) -> None:
        deny = Permission.SEND_MESSAGES
        self._local.overwrite(self._channel, self._local.bot, deny=deny)

    def said(self) -> list[str]:
        return [message.content for message in self._channel.messages]

    async def open_thread(self, name: str) -> Place:
        parent = await self._client.fetch_channel(self._channel.id)
        assert isinstance(parent, discord.TextChannel)
        thread = await parent.create_thread(name=name, type=discord.ChannelType.public_thread)
        return Place(thread.id, self.place.guild_id, parent.id)

    def put_away(self, thread: Place) -> None:
        set_aside(self._local.world, self._thread(thread), archived=True, locked=False)

    def lock(self, thread: Place) -> None:
        set_aside(self._local.world, self._thread(thread), archived=False, locked=True)

    def name_of(self, thread: Place) -> str:
        return self._thread(thread).name

    def _thread(self, thread: Place) -> Thread:
        found = self._local.world.channels[thread.channel_id]
        assert isinstance(found, Thread)
        return found


@asynccontextmanager
async def board_world() -> AsyncIterator[World]:
    yield BoardWorld()


@asynccontextmanager
async def discord_world() -> AsyncIterator[World]:
    async with LocalDiscord() as local:
        with pointed_at(local):
            async with discord.Client(intents=discord.Intents.none()) as client:
                await client.login(local.token)
                yield DiscordWorld(local, client)


@pytest.fixture(params=[board_world, discord_world], ids=["board", "discord"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """Return a messenger, and what stands behind it."""
    opened: AbstractAsyncContextManager[World] = request.param()
    async with opened as world:
        yield world


async def post(world: World, page: Page = HELLO, *, number: int = 0, nonce: str = "n") -> int:
    mark = Mark(world.anchor, number)
    return await world.messenger.post(world.place, page, mark=mark, nonce=nonce, reply_to=None)


async def test_what_is_said_beside_all_replies_is_said_once_and_is_no_page(world: World) -> None:
    for _ in range(2):
        await world.messenger.say(world.place, "I have a cold.", nonce="3e8.d")

    assert world.said() == ["I have a cold."]
    assert await world.messenger.find(world.place, world.anchor) == []


async def test_where_the_place_is_gone_nothing_can_be_said(world: World) -> None:
    world.close_place()

    with pytest.raises(PlaceGone):
        await world.messenger.say(world.place, "I have a cold.", nonce="3e8.d")


async def test_a_post_is_read_back_as_it_was_posted(world: World) -> None:
    number = await post(world)

    seen = await world.messenger.read(world.place, number)

    assert seen is not None
    assert (seen.id, seen.mark, seen.text) == (number, MARK, "Hello.")
    assert (seen.controls, seen.has_file) == (Controls.STOP, False)


async def test_where_a_version_stands_is_read_back_as_it_was_posted(world: World) -> None:
    middle, last = Standing(2, 3, before=0, after=4), Standing(3, 3, before=1, after=None)
    number = await post(world, Page("Hello.", Controls.RETRY, standing=middle))
    before = await world.messenger.read(world.place, number)

    page = Page("Hello.", Controls.RETRY, standing=last)
    await world.messenger.edit(world.place, number, page, mark=MARK)

    after = await world.messenger.read(world.place, number)
    assert before is not None
    assert after is not None
    assert (before.standing, before.controls, before.mark) == (middle, Controls.RETRY, MARK)
    assert after.standing == last


async def test_the_same_nonce_posts_once_and_not_for_ever(world: World) -> None:
    first = await post(world)

    assert await post(world, Page("Other words.", Controls.STOP)) == first
    world.forget_nonces()
    assert await post(world) != first


async def test_a_nonce_whose_post_was_deleted_posts_nothing(world: World) -> None:
    await world.delete(await post(world))

    with pytest.raises(PostGone):
        await post(world)

    assert await world.messenger.find(world.place, world.anchor) == []


async def test_an_edit_changes_words_buttons_and_file(world: World) -> None:
    number = await post(world)
    whole = Page("Beginning", Controls.RETRY, File("answer.md", b"all of it"))

    for _ in range(2):
        await world.messenger.edit(world.place, number, whole, mark=MARK)
    seen = await world.messenger.read(world.place, number)
    await world.messenger.edit(world.place, number, HELLO, mark=MARK)
    after = await world.messenger.read(world.place, number)

    assert seen is not None
    assert after is not None
    assert (seen.text, seen.controls, seen.has_file) == ("Beginning", Controls.RETRY, True)
    assert (after.text, after.controls, after.has_file) == ("Hello.", Controls.STOP, False)


async def test_white_space_at_the_ends_is_lost(world: World) -> None:
    number = await post(world, Page("\n  words \n\n", Controls.RETRY))

    seen = await world.messenger.read(world.place, number)

    assert seen is not None
    assert seen.text == "words"


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001])
async def test_what_discord_does_not_take_is_refused(world: World, text: str) -> None:
    with pytest.raises(PostRefused):
        await post(world, Page(text, Controls.STOP))

    number = await post(world, nonce="other")
    with pytest.raises(PostRefused):
        await world.messenger.edit(world.place, number, Page(text, Controls.STOP), mark=MARK)


async def test_a_post_that_is_gone_is_told_apart_from_a_place_that_is(world: World) -> None:
    number = await post(world)
    await world.delete(number)

    assert await world.messenger.read(world.place, number) is None
    await world.messenger.delete(world.place, number)
    with pytest.raises(PostGone):
        await world.messenger.edit(world.place, number, HELLO, mark=MARK)

    world.close_place()
    for attempt in (
        post(world, nonce="new"),
        world.messenger.edit(world.place, number, HELLO, mark=MARK),
        world.messenger.delete(world.place, number),
        world.messenger.read(world.place, number),
        world.messenger.find(world.place, world.anchor),
        world.messenger.nod(world.place, number),
    ):
        with pytest.raises(PlaceGone):
            await attempt
    await world.messenger.typing(world.place)


async def test_our_posts_are_found_by_their_marks_oldest_first(world: World) -> None:
    first = await post(world, number=0, nonce="a")
    second = await post(world, number=1, nonce="b")
    await world.messenger.post(
        world.place, HELLO, mark=Mark(world.anchor + 1, 0), nonce="c", reply_to=None
    )

    found = await world.messenger.find(world.place, world.anchor)

    assert [(p.id, p.mark.page) for p in found] == [(first, 0), (second, 1)]


async def test_posts_of_several_messages_are_found_together_and_no_others(world: World) -> None:
    numbers = [
        await world.messenger.post(
            world.place, HELLO, mark=Mark(world.anchor + n, 0), nonce=f"{n}", reply_to=None
        )
        for n in range(3)
    ]

    found = await world.messenger.find(world.place, world.anchor, world.anchor + 2)

    assert [post.id for post in found] == [numbers[0], numbers[2]]


async def test_what_is_older_than_the_message_it_answers_is_not_found(world: World) -> None:
    future = Mark(2**63, 0)
    await world.messenger.post(world.place, HELLO, mark=future, nonce="n", reply_to=None)

    assert await world.messenger.find(world.place, future.anchor) == []


async def test_a_post_is_known_at_its_own_place_only(world: World) -> None:
    number = await post(world)

    assert await world.messenger.read(world.elsewhere, number) is None
    assert await world.messenger.find(world.elsewhere, world.anchor) == []
    with pytest.raises(PostGone):
        await world.messenger.edit(world.elsewhere, number, HELLO, mark=MARK)
    await world.messenger.delete(world.elsewhere, number)
    assert await world.messenger.read(world.place, number) is not None


async def test_a_reply_to_a_message_that_is_gone_is_posted_all_the_same(world: World) -> None:
    number = await world.messenger.post(
        world.place, HELLO, mark=MARK, nonce="n", reply_to=123456789012345678
    )

    assert await world.messenger.read(world.place, number) is not None


async def test_where_nothing_new_may_be_said_what_stands_there_may_be_changed(world: World) -> None:
    number = await post(world)
    world.silence()

    for nonce in ("n", "new"):
        with pytest.raises(Silenced):
            await post(world, nonce=nonce)
    await world.messenger.edit(world.place, number, Page("Changed.", Controls.RETRY), mark=MARK)

    (seen,) = await world.messenger.find(world.place, world.anchor)
    assert seen.text == "Changed."


async def test_a_thread_of_ours_is_renamed_while_it_has_the_name_that_we_gave(
    world: World,
) -> None:
    thread = await world.open_thread("how do bees sleep")

    await world.messenger.rename(thread, old="how do bees sleep", new="Sleeping bees")
    await world.messenger.rename(thread, old="how do bees sleep", new="Another")

    assert world.name_of(thread) == "Sleeping bees"


async def test_a_thread_that_was_put_away_stays_so_under_its_name(world: World) -> None:
    thread = await world.open_thread("how do bees sleep")
    world.put_away(thread)

    await world.messenger.rename(thread, old="how do bees sleep", new="Sleeping bees")

    assert world.name_of(thread) == "how do bees sleep"


async def test_a_locked_thread_says_that_it_cannot_be_renamed(world: World) -> None:
    thread = await world.open_thread("how do bees sleep")
    world.lock(thread)

    with pytest.raises(PlaceGone):
        await world.messenger.rename(thread, old="how do bees sleep", new="Sleeping bees")

    assert world.name_of(thread) == "how do bees sleep"


async def test_where_there_is_no_thread_of_ours_nothing_is_renamed(world: World) -> None:
    await world.messenger.rename(world.place, old="general", new="Sleeping bees")

    world.close_place()
    with pytest.raises(PlaceGone):
        await world.messenger.rename(world.place, old="general", new="Sleeping bees")
