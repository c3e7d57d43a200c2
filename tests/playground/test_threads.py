from __future__ import annotations

import discord
import pytest

from bot.playground import (
    Channel,
    ChannelKind,
    Guild,
    LocalDiscord,
    Permission,
    Person,
    Refused,
    Thread,
    Upload,
)
from tests.playground.conftest import BotClient, Rest, text_channel


def thread_of(client: BotClient, thread: Thread) -> discord.Thread:
    found = client.get_channel(thread.id)
    assert isinstance(found, discord.Thread)
    return found


async def test_a_thread_from_a_message_has_its_id(
    local: LocalDiscord, client: BotClient, general: Channel, ada: Person
) -> None:
    said = await ada.say(general, "let us talk")
    (heard,) = await client.until(lambda: client.heard)

    thread = await heard.create_thread(name="talk")
    await thread.send("here")

    found = local.world.channels[said.id]
    assert isinstance(found, Thread)
    assert found.name == "talk"
    assert said.thread is found
    assert [message.content for message in found.messages] == ["", "here"]


async def test_a_message_has_only_one_thread(
    client: BotClient, general: Channel, ada: Person
) -> None:
    await ada.say(general, "let us talk")
    (heard,) = await client.until(lambda: client.heard)
    await heard.create_thread(name="talk")

    with pytest.raises(discord.HTTPException) as refusal:
        await text_channel(client, general).get_partial_message(heard.id).create_thread(name="two")

    assert refusal.value.code == 160004


async def test_a_public_thread_without_a_message_is_announced(
    home: Guild, client: BotClient, general: Channel
) -> None:
    thread = await text_channel(client, general).create_thread(
        name="open", type=discord.ChannelType.public_thread
    )

    (announcement,) = general.messages
    assert announcement.kind == 18
    assert announcement.content == "open"
    assert home.threads[thread.id].kind is ChannelKind.PUBLIC_THREAD


async def test_a_private_thread_is_only_its_members(
    home: Guild, client: BotClient, general: Channel, ada: Person
) -> None:
    made = await text_channel(client, general).create_thread(name="closed")
    thread = home.threads[made.id]

    with pytest.raises(Refused) as refusal:
        await ada.say(thread, "hello?")
    await made.add_user(discord.Object(ada.id))
    await ada.say(thread, "hello!")

    assert refusal.value.code == 50001
    assert [message.content for message in thread.messages] == ["hello!"]
    assert general.messages == []


async def test_an_announcement_channel_has_announcement_threads(
    local: LocalDiscord, home: Guild, client: BotClient, ada: Person
) -> None:
    news = local.add_channel(home, "news", ChannelKind.ANNOUNCEMENT)
    said = await ada.say(news, "news!")

    thread = await ada.open_thread(news, "about it", message=said)

    await client.until(lambda: client.get_channel(thread.id))
    assert thread_of(client, thread).type is discord.ChannelType.news_thread


async def test_a_forum_post_begins_with_its_message(
    local: LocalDiscord, home: Guild, client: BotClient, ada: Person
) -> None:
    forum = local.add_channel(home, "forum", ChannelKind.FORUM)

    post = await ada.open_forum_post(forum, "A question", "what is it?")

    (heard,) = await client.until(lambda: client.heard)
    assert heard.content == "what is it?"
    assert heard.channel.id == post.id
    assert heard.id == post.id
    assert isinstance(heard.channel, discord.Thread)
    assert forum.last_message_id == post.id


async def test_the_client_posts_in_a_forum(
    local: LocalDiscord, home: Guild, client: BotClient
) -> None:
    forum = local.add_channel(home, "forum", ChannelKind.FORUM)
    await client.until(lambda: client.get_channel(forum.id))
    found = client.get_channel(forum.id)
    assert isinstance(found, discord.ForumChannel)

    made = await found.create_thread(name="Answers", content="first")

    assert made.message.id == made.thread.id
    assert [m.content for m in home.threads[made.thread.id].messages] == ["first"]


async def test_speaking_wakes_an_archived_thread(
    client: BotClient, general: Channel, ada: Person
) -> None:
    thread = await ada.open_thread(general, "talk")
    await client.until(lambda: client.get_channel(thread.id))
    await ada.archive(thread)

    await thread_of(client, thread).send("wake up")

    assert not thread.archived


async def test_a_locked_thread_stays_shut(
    local: LocalDiscord, client: BotClient, general: Channel, ada: Person
) -> None:
    thread = await ada.open_thread(general, "talk")
    await client.until(lambda: client.get_channel(thread.id))
    found = thread_of(client, thread)
    await local.owner.archive(thread, locked=True)

    with pytest.raises(discord.Forbidden) as refusal:
        await found.send("hello?")

    assert refusal.value.code == 160005
    assert thread.archived


async def test_nothing_is_changed_in_an_archived_thread(
    client: BotClient, general: Channel, ada: Person
) -> None:
    thread = await ada.open_thread(general, "talk")
    await client.until(lambda: client.get_channel(thread.id))
    sent = await thread_of(client, thread).send("one")
    await ada.archive(thread)

    with pytest.raises(discord.HTTPException) as refusal:
        await sent.edit(content="two")

    assert refusal.value.code == 50083


async def test_the_client_archives_renames_and_lists_its_threads(
    client: BotClient, general: Channel
) -> None:
    channel = text_channel(client, general)
    made = await channel.create_thread(name="one", type=discord.ChannelType.public_thread)

    await made.edit(name="two")
    await made.edit(archived=True)

    archived = [thread.name async for thread in channel.archived_threads()]
    active = await channel.guild.active_threads()
    assert archived == ["two"]
    assert active == []


async def test_a_thread_tells_who_renamed_it_and_only_when_it_was(
    client: BotClient, local: LocalDiscord, general: Channel
) -> None:
    channel = text_channel(client, general)
    made = await channel.create_thread(name="one", type=discord.ChannelType.public_thread)

    await made.edit(name="two")
    await made.edit(name="two", auto_archive_duration=60)

    (told,) = [message async for message in made.history()]
    assert told.type is discord.MessageType.channel_name_change
    assert (told.author.id, told.content) == (local.bot.id, "two")


@pytest.mark.parametrize("name", ["", " ", "x" * 101])
async def test_a_person_names_a_thread_in_1_to_100_characters(
    general: Channel, home: Guild, ada: Person, name: str
) -> None:
    with pytest.raises(Refused) as refusal:
        await ada.open_thread(general, name)

    assert refusal.value.code == 50035
    assert home.threads == {}


async def test_a_refused_post_leaves_no_thread_behind(
    local: LocalDiscord, home: Guild, ada: Person
) -> None:
    forum = local.add_channel(home, "questions", ChannelKind.FORUM)
    local.overwrite(forum, home.everyone, deny=Permission.ATTACH_FILES)

    with pytest.raises(Refused) as empty:
        await ada.open_forum_post(forum, "Nothing", " ")
    with pytest.raises(Refused) as file:
        await ada.open_forum_post(forum, "A file", "here", files=[Upload("a.txt", b"x")])
    with pytest.raises(Refused) as bare:
        await ada.open_thread(forum, "No words at all")

    assert (empty.value.code, file.value.code, bare.value.code) == (50006, 50013, 50024)
    assert home.threads == {}


async def test_a_post_takes_the_right_to_post_and_not_that_to_speak_in_threads(
    local: LocalDiscord, home: Guild, ada: Person, rest: Rest
) -> None:
    forum = local.add_channel(home, "questions", ChannelKind.FORUM)
    local.overwrite(forum, home.everyone, deny=Permission.SEND_MESSAGES_IN_THREADS)
    local.overwrite(forum, local.bot, deny=Permission.SEND_MESSAGES)

    post = await ada.open_forum_post(forum, "A question", "how?")
    body = {"name": "An answer", "message": {"content": "so"}}
    refused = await rest("POST", f"/channels/{forum.id}/threads", body)

    assert [message.content for message in post.messages] == ["how?"]
    assert (refused.status, refused.code) == (403, 50013)


async def test_who_speaks_or_is_called_comes_into_a_thread(
    local: LocalDiscord, home: Guild, general: Channel, ada: Person
) -> None:
    bob, stranger = local.add_person("Bob", guilds=[home]), local.add_person("Eve")
    thread = await ada.open_thread(general, "here")

    await bob.say(thread, f"<@bot> and {stranger.mention}")

    assert list(thread.member_ids) == [ada.id, bob.id, local.bot.id]


async def test_a_bot_locks_and_clears_only_what_it_manages(
    rest: Rest, general: Channel, ada: Person
) -> None:
    made = await rest("POST", f"/channels/{general.id}/threads", {"name": "mine", "type": 11})
    path = f"/channels/{made.body['id']}"
    await rest("PUT", f"{path}/thread-members/{ada.id}")

    locked = await rest("PATCH", path, {"locked": True})
    removed = await rest("DELETE", f"{path}/thread-members/{ada.id}")

    assert (locked.status, locked.code) == (403, 50013)
    assert (removed.status, removed.code) == (403, 50013)


async def test_a_thread_needs_a_name_of_1_to_100_characters(rest: Rest, general: Channel) -> None:
    path = f"/channels/{general.id}/threads"

    long = await rest("POST", path, {"name": "x" * 101, "type": 11})
    empty = await rest("POST", path, {"name": "", "type": 11})

    assert (long.code, empty.code) == (50035, 50035)
    assert "Must be between 1 and 100 in length." in str(long.body)


async def test_opening_a_thread_needs_the_permission(
    local: LocalDiscord, client: BotClient, general: Channel, ada: Person
) -> None:
    await ada.say(general, "let us talk")
    (heard,) = await client.until(lambda: client.heard)
    local.overwrite(general, local.bot, deny=Permission.CREATE_PUBLIC_THREADS)

    with pytest.raises(discord.Forbidden) as refusal:
        await heard.create_thread(name="talk")

    assert refusal.value.code == 50013


async def test_speaking_in_a_thread_needs_its_own_permission(
    local: LocalDiscord, client: BotClient, general: Channel, ada: Person
) -> None:
    thread = await ada.open_thread(general, "talk")
    await client.until(lambda: client.get_channel(thread.id))
    local.overwrite(general, local.bot, deny=Permission.SEND_MESSAGES)
    await thread_of(client, thread).send("still")
    local.overwrite(general, local.bot, deny=Permission.SEND_MESSAGES_IN_THREADS)

    with pytest.raises(discord.Forbidden):
        await thread_of(client, thread).send("no more")

    assert [message.content for message in thread.messages] == ["still"]


async def test_a_deleted_channel_takes_its_threads_along(
    local: LocalDiscord, client: BotClient, general: Channel, ada: Person
) -> None:
    thread = await ada.open_thread(general, "talk")
    await client.until(lambda: client.get_channel(thread.id))
    found = thread_of(client, thread)

    local.remove_channel(general)

    with pytest.raises(discord.NotFound) as refusal:
        await found.send("hello?")
    assert refusal.value.code == 10003
