from __future__ import annotations

import asyncio
import io

import discord
import pytest

from bot.playground import Channel, Guild, LocalDiscord, Permission, Person, Rules, Upload
from tests.playground.conftest import BotClient, Connect, Rest, text_channel


async def test_what_a_person_says_reaches_the_client(
    local: LocalDiscord, client: BotClient, general: Channel, ada: Person
) -> None:
    await ada.say(general, "hello <@bot>")

    (message,) = await client.until(lambda: client.heard)
    assert message.content == f"hello <@{local.bot.id}>"
    assert message.author.id == ada.id
    assert isinstance(message.author, discord.Member)
    assert client.user in message.mentions


async def test_what_the_client_says_stands_in_the_channel_stripped(
    client: BotClient, general: Channel
) -> None:
    sent = await text_channel(client, general).send(" hi there \n")

    assert [message.content for message in general.messages] == ["hi there"]
    assert sent.id == general.messages[0].id
    assert sent.content == "hi there"


async def test_edits_are_seen_with_what_was_said_before(
    client: BotClient, general: Channel
) -> None:
    sent = await text_channel(client, general).send("one")

    await sent.edit(content="two")

    (message,) = general.messages
    assert message.content == "two"
    assert [version.content for version in message.edits] == ["one"]
    (heard,) = await client.until(lambda: client.edits)
    assert heard.data["content"] == "two"


async def test_a_person_edits_and_deletes(client: BotClient, general: Channel, ada: Person) -> None:
    said = await ada.say(general, "one")
    await ada.edit(said, "two")
    await ada.delete(said)

    await client.until(lambda: "MESSAGE_DELETE" in client.names)
    assert client.edits[0].data["content"] == "two"
    assert general.messages == []


async def test_the_same_nonce_makes_one_message(client: BotClient, general: Channel) -> None:
    channel = text_channel(client, general)

    first = await channel.send("one", nonce="12.0")
    second = await channel.send("one", nonce="12.0")

    assert first.id == second.id
    assert len(general.messages) == 1


async def test_the_nonce_comes_with_the_answer_and_not_with_the_history(
    client: BotClient, rest: Rest, general: Channel
) -> None:
    sent = await text_channel(client, general).send("one", nonce="12.0")

    read = await rest("GET", f"/channels/{general.id}/messages/{sent.id}")

    assert sent.nonce == "12.0"
    assert "nonce" not in read.body


async def test_a_forgotten_nonce_makes_another(
    local: LocalDiscord, client: BotClient, general: Channel
) -> None:
    channel = text_channel(client, general)
    await channel.send("one", nonce="12.0")

    local.forget_nonces()
    await channel.send("one", nonce="12.0")

    assert len(general.messages) == 2


async def test_the_nonce_of_a_deleted_message_finds_nothing(
    client: BotClient, general: Channel
) -> None:
    channel = text_channel(client, general)
    await (await channel.send("one", nonce="12.0")).delete()

    with pytest.raises(discord.NotFound) as refusal:
        await channel.send("one", nonce="12.0")

    assert refusal.value.code == 10008
    assert general.messages == []


class TestWithAShortMemory:
    @pytest.fixture
    def rules(self) -> Rules:
        return Rules(identify_every=0.0, nonce_window=0.0, attachment_life=-1.0)

    async def test_nonces_are_forgotten_after_their_window(
        self, client: BotClient, general: Channel
    ) -> None:
        channel = text_channel(client, general)

        await channel.send("one", nonce="12.0")
        await channel.send("one", nonce="12.0")

        assert len(general.messages) == 2

    async def test_links_to_files_expire(
        self, client: BotClient, general: Channel, ada: Person
    ) -> None:
        await ada.say(general, files=[Upload("a.txt", b"words")])
        (message,) = await client.until(lambda: client.heard)

        with pytest.raises(discord.NotFound):
            await message.attachments[0].read()


async def test_a_reply_to_what_is_gone_can_fall_back(
    client: BotClient, general: Channel, ada: Person
) -> None:
    said = await ada.say(general, "hello?")
    channel = text_channel(client, general)
    target = channel.get_partial_message(said.id)
    await ada.delete(said)

    with pytest.raises(discord.HTTPException) as refusal:
        await channel.send("yes", reference=target.to_reference())
    await channel.send("yes", reference=target.to_reference(fail_if_not_exists=False))

    assert refusal.value.code == 50035
    (reply,) = general.messages
    assert reply.reference is None


async def test_history_is_read_in_pages(client: BotClient, general: Channel, ada: Person) -> None:
    for number in range(120):
        await ada.say(general, str(number))
    channel = text_channel(client, general)
    middle = channel.get_partial_message(general.messages[60].id)

    everything = [m.content async for m in channel.history(limit=None)]
    older = [m.content async for m in channel.history(limit=3, before=middle)]
    newer = [m.content async for m in channel.history(limit=3, after=middle)]
    around = [m.content async for m in channel.history(limit=5, around=middle)]

    assert everything == [str(number) for number in range(119, -1, -1)]
    assert older == ["59", "58", "57"]
    assert newer == ["61", "62", "63"]
    assert sorted(around) == ["58", "59", "60", "61", "62"]


async def test_files_go_up_and_come_down(client: BotClient, general: Channel) -> None:
    channel = text_channel(client, general)
    file = discord.File(io.BytesIO(b"# words"), "answer.md", description="an answer")

    sent = await channel.send("see", file=file)
    again = await channel.fetch_message(sent.id)

    assert await again.attachments[0].read() == b"# words"
    assert again.attachments[0].filename == "answer.md"
    assert again.attachments[0].description == "an answer"
    assert general.messages[0].attachments[0].data == b"# words"


async def test_only_a_link_that_was_signed_opens_a_file(
    client: BotClient, general: Channel, ada: Person
) -> None:
    await ada.say(general, files=[Upload("a.txt", b"words")])
    (heard,) = await client.until(lambda: client.heard)
    url = heard.attachments[0].url

    for other in (url.partition("?")[0], url[:-1] + ("0" if url[-1] != "0" else "1")):
        with pytest.raises(discord.NotFound):
            await client.http.get_from_cdn(other)

    assert await client.http.get_from_cdn(url) == b"words"


async def test_an_edit_exchanges_files(client: BotClient, general: Channel) -> None:
    channel = text_channel(client, general)
    sent = await channel.send("see", file=discord.File(io.BytesIO(b"1"), "one.txt"))

    await sent.edit(attachments=[discord.File(io.BytesIO(b"2"), "two.txt")])

    assert [each.filename for each in general.messages[0].attachments] == ["two.txt"]


async def test_a_moderator_deletes_many_at_once(
    local: LocalDiscord, home: Guild, client: BotClient, general: Channel, ada: Person
) -> None:
    said = [await ada.say(general, str(number)) for number in range(3)]
    bob = local.add_person("Bob", guilds=[home])
    local.overwrite(general, bob.user, allow=Permission.MANAGE_MESSAGES)

    await bob.delete_many(*said[:2])

    await client.until(lambda: "MESSAGE_DELETE_BULK" in client.names)
    assert general.messages == said[2:]


async def test_without_the_intent_only_what_is_meant_for_the_bot_is_read(
    connect: Connect, local: LocalDiscord, general: Channel, ada: Person
) -> None:
    intents = discord.Intents.all()
    intents.message_content = False
    client = await connect(intents)

    await ada.say(general, "for others")
    await ada.say(general, "for <@bot>")
    await ada.say(local.dm(ada), "for you alone")

    await client.until(lambda: len(client.heard) == 3)
    assert [message.content for message in client.heard] == [
        "",
        f"for <@{local.bot.id}>",
        "for you alone",
    ]


async def test_a_direct_message_is_answered(
    local: LocalDiscord, client: BotClient, ada: Person
) -> None:
    await ada.say(local.dm(ada), "psst")
    (heard,) = await client.until(lambda: client.heard)

    await heard.channel.send("yes?")

    assert [message.content for message in local.dm(ada).messages] == ["psst", "yes?"]
    assert isinstance(heard.channel, discord.DMChannel)


async def test_the_client_opens_direct_messages(
    local: LocalDiscord, client: BotClient, ada: Person
) -> None:
    user = await client.fetch_user(ada.id)

    await user.send("hello")

    assert [message.content for message in local.dm(ada).messages] == ["hello"]


async def test_webhooks_bots_and_the_system_are_told_apart(
    local: LocalDiscord, home: Guild, client: BotClient, general: Channel, ada: Person
) -> None:
    other = local.add_person("Other", guilds=[home], bot=True)

    local.webhook_says(general, "hook", "from afar")
    local.system_says(general, ada)
    await other.say(general, "beep")

    await client.until(lambda: len(client.heard) == 3)
    hook, system, bot = client.heard
    assert hook.webhook_id is not None
    assert system.is_system()
    assert bot.author.bot


async def test_waiting_wakes_when_a_request_has_had_its_effect(
    local: LocalDiscord, rest: Rest
) -> None:
    waiting = asyncio.create_task(
        local.until(lambda: [each for each in local.requests if each.status])
    )

    await rest("GET", "/users/@me")

    (record,) = await waiting
    assert record.status == 200


async def test_reactions_come_and_go(client: BotClient, general: Channel, ada: Person) -> None:
    said = await ada.say(general, "nice")
    (heard,) = await client.until(lambda: client.heard)

    await heard.add_reaction("👍")
    assert said.reactions == {"👍": [client.application_id]}
    assert client.user is not None
    await heard.remove_reaction("👍", client.user)

    assert said.reactions == {}


async def test_the_client_purges_what_others_said(
    local: LocalDiscord, client: BotClient, general: Channel, ada: Person
) -> None:
    said = [await ada.say(general, str(number)) for number in range(3)]
    local.overwrite(general, local.bot, allow=Permission.MANAGE_MESSAGES)

    await text_channel(client, general).delete_messages([discord.Object(m.id) for m in said[:2]])

    assert general.messages == said[2:]
