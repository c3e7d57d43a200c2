"""What the local Discord keeps: all of it, at once, and nobody else's."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import aiohttp
import pytest

from bot.playground import ChannelKind, LocalDiscord, Message, Permission, Upload
from bot.playground.hometown import Hometown, find, found
from bot.playground.keeping.keeper import Keeper, NotKept, open_keeper
from bot.playground.page.view import message_view, places_view
from bot.playground.world import posting
from bot.playground.world.parts import Draft, MessageFlag
from bot.playground.world.places import Channel


@asynccontextmanager
async def open_discord(path: Path) -> AsyncIterator[tuple[LocalDiscord, Hometown, Keeper]]:
    """Open a local Discord that is kept in a file."""
    with open_keeper(path) as keeper:
        async with LocalDiscord(application_id=keeper.bot_id()) as discord:
            town = find(discord) if keeper.restore(discord.world) else found(discord)
            async with keeper.keep(discord.world):
                yield discord, town, keeper


def channel_named(discord: LocalDiscord, name: str) -> Channel:
    """Return a channel or thread by its name."""
    return next(each for each in discord.world.channels.values() if each.name == name)


def everything(discord: LocalDiscord, town: Hometown) -> str:
    """Return all that its people can see, without the links, which hold a port and a time."""
    seen = [places_view(discord.world, person.user) for person in town.people]
    messages = [
        {
            key: value
            for key, value in message_view(discord.world, message, town.owner.user).items()
            if key != "attachments"
        }
        for channel in discord.world.channels.values()
        for message in channel.messages
    ]
    return json.dumps([seen, messages], sort_keys=True)


def copy_database(path: Path, copy: Path) -> None:
    """Take what a crash at this moment would leave."""
    for suffix in ("", "-wal"):
        copy.with_name(copy.name + suffix).write_bytes(
            path.with_name(path.name + suffix).read_bytes()
        )


async def live(discord: LocalDiscord, town: Hometown) -> Message:
    """Do one of everything that can be done; return a message with a file."""
    ada, bob = town.people
    (guild,) = discord.world.guilds.values()
    general, forum = channel_named(discord, "general"), channel_named(discord, "questions")
    role = discord.add_role(guild, "readers", Permission.MANAGE_MESSAGES, mentionable=True)
    discord.give_role(guild, bob, role)
    discord.overwrite(general, role, allow=Permission.MANAGE_THREADS, deny=Permission.SEND_POLLS)
    first = await ada.say(general, f"Hello {bob.mention} and {role.mention} @everyone")
    await bob.say(general, "Hello yourself", reply_to=first)
    gone = await bob.say(general, "Never mind")
    await bob.delete(gone)
    await ada.edit(first, "Hello, all of you")
    await bob.react(first, "👍")
    thread = await ada.open_thread(general, "A thread", message=first)
    await bob.say(thread, "In the thread")
    private = await ada.open_thread(general, "A private one", private=True)
    await ada.archive(private, locked=True)
    await bob.open_forum_post(forum, "A post", "What it says")
    discord.add_channel(guild, "old", ChannelKind.TEXT)
    discord.remove_channel(channel_named(discord, "old"))
    discord.webhook_says(general, "Hook", "From outside")
    discord.system_says(general, bob)
    draft = Draft(
        content="Ours",
        embeds=({"title": "T"},),
        components=({"type": 1, "components": [{"type": 2, "style": 1, "custom_id": "x"}]},),
        flags=MessageFlag.SUPPRESS_EMBEDS,
    )
    posting.post(discord.world, general, discord.bot, draft)
    posting.post(discord.world, general, discord.bot, Draft(content="Psst", ephemeral_to=bob.user))
    return await ada.say(discord.dm(ada), "See", files=[Upload("picture.png", b"\x89PNG")])


async def test_all_that_can_be_seen_is_there_again(tmp_path: Path) -> None:
    path = tmp_path / "discord.db"
    async with open_discord(path) as (discord, town, _):
        message = await live(discord, town)
        before, bot_id = everything(discord, town), discord.bot.id

    async with open_discord(path) as (discord, town, _):
        after = everything(discord, town)
        (again,) = discord.dm(town.owner).messages
        (attachment,) = again.attachments

        assert after == before
        assert (discord.bot.id, again.id) == (bot_id, message.id)
        assert (attachment.data, attachment.filename) == (b"\x89PNG", "picture.png")
        assert attachment.url.startswith(f"{discord.base_url}/attachments/")
        assert "Never mind" not in after
        assert "Psst" not in after


async def test_what_was_said_is_written_down_before_anything_is_closed(tmp_path: Path) -> None:
    path, copy = tmp_path / "discord.db", tmp_path / "copy.db"
    async with open_discord(path) as (discord, town, keeper):
        await town.owner.say(channel_named(discord, "general"), "Remember this")
        await keeper.written()
        copy_database(path, copy)

    async with open_discord(copy) as (discord, _, _):
        texts = [message.content for message in channel_named(discord, "general").messages]
    assert texts == ["Remember this"]


async def test_ids_go_on_growing_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "discord.db"
    async with open_discord(path) as (discord, town, _):
        old = await town.owner.say(channel_named(discord, "general"), "Old")

    async with open_discord(path) as (discord, town, _):
        new = await town.owner.say(channel_named(discord, "general"), "New")

    assert new.id > old.id


async def test_a_channel_that_is_gone_takes_its_threads_along(tmp_path: Path) -> None:
    path = tmp_path / "discord.db"
    async with open_discord(path) as (discord, town, _):
        general = channel_named(discord, "general")
        thread = await town.owner.open_thread(general, "Under it")
        await town.owner.say(thread, "In it")
        discord.remove_channel(general)

    async with open_discord(path) as (discord, _, _):
        names = [channel.name for channel in discord.world.channels.values()]

    assert names == ["welcome", "questions", "news", "lounge", "", ""]


def test_a_second_playground_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "discord.db"
    with (
        open_keeper(path),
        pytest.raises(NotKept, match="another playground runs in this folder"),
        open_keeper(path),
    ):
        pass


@pytest.mark.parametrize("content", [b"no database at all, and longer than a header" * 50])
def test_a_damaged_file_is_said_to_be_damaged_and_left_alone(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "discord.db"
    path.write_bytes(content)

    with pytest.raises(NotKept, match="is damaged; move it away"), open_keeper(path):
        pass

    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "damage",
    [
        "update things set body = '{' where kind = 'guild'",
        "update things set body = '{' where kind = 'self'",
        "update things set body = '{}' where kind = 'self'",
        "delete from things where kind = 'guild'",
        "delete from things where kind = 'user'",
    ],
)
async def test_what_makes_no_sense_any_more_is_damaged(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "discord.db"
    async with open_discord(path):
        pass
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(damage)

    with pytest.raises(NotKept, match="is damaged; move it away"):
        async with open_discord(path):
            pass


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "discord.db"
    with sqlite3.connect(path) as database:
        database.execute("pragma user_version = 99")
    database.close()

    with pytest.raises(NotKept, match="newer playground"), open_keeper(path):
        pass


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotKept, match="cannot be opened"), open_keeper(tmp_path / "no" / "x.db"):
        pass


class Alarm(logging.Handler):
    """Rings when the keeper says that it cannot write."""

    def __init__(self) -> None:
        super().__init__()
        self.rang = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if "event=discord_not_kept" in record.getMessage():
            self.rang.set()


@asynccontextmanager
async def keeping_in(path: Path) -> AsyncIterator[tuple[LocalDiscord, Keeper, sqlite3.Connection]]:
    """Open a local Discord that is kept in a file to which others can come too."""
    with open_keeper(path):
        pass
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    with closing(database):
        async with LocalDiscord() as discord:
            found(discord)
            keeper = Keeper(database, path)
            async with keeper.keep(discord.world):
                yield discord, keeper, database


async def test_nothing_is_acknowledged_before_it_is_written_down(tmp_path: Path) -> None:
    path = tmp_path / "discord.db"
    async with keeping_in(path) as (discord, keeper, _), aiohttp.ClientSession() as session:
        discord.kept = keeper.written
        url = f"{discord.api_url}/channels/{channel_named(discord, 'general').id}/messages"
        headers = {"Authorization": f"Bot {discord.token}"}
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("begin immediate")
            posting = asyncio.create_task(session.post(url, json={"content": "!"}, headers=headers))
            await discord.until(lambda: channel_named(discord, "general").messages)
            async with session.get(url, headers=headers) as seen:
                assert [message["content"] for message in await seen.json()] == ["!"]
            was_acknowledged = posting.done()
            other.execute("commit")
        answer = await posting
        with closing(sqlite3.connect(path)) as kept:
            (messages,) = kept.execute(
                "select count(*) from things where kind = 'message'"
            ).fetchone()

    assert not was_acknowledged
    assert answer.status == 200
    assert messages == 1


async def test_what_cannot_be_written_just_now_is_written_later(tmp_path: Path) -> None:
    alarm, log = Alarm(), logging.getLogger("bot.playground.keeping.keeper")
    log.addHandler(alarm)
    path = tmp_path / "discord.db"
    async with keeping_in(path) as (discord, keeper, database):
        (pages,) = database.execute("pragma page_count").fetchone()
        database.execute(f"pragma max_page_count = {pages}")
        for _ in range(3):
            discord.webhook_says(channel_named(discord, "general"), "Hook", "x" * 4000)
        async with asyncio.timeout(10):
            await alarm.rang.wait()
        database.execute("pragma max_page_count = 1000000")
        await keeper.written()
    log.removeHandler(alarm)

    async with open_discord(path) as (discord, _, _):
        assert len(channel_named(discord, "general").messages) == 3
