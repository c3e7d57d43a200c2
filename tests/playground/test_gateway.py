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
    Rules,
)
from tests.playground.conftest import BotClient, Connect, text_channel


async def test_a_client_learns_its_guilds(
    local: LocalDiscord, home: Guild, client: BotClient, general: Channel, ada: Person
) -> None:
    guild = client.get_guild(home.id)

    assert guild is not None
    assert guild.name == "Home"
    assert {channel.id for channel in guild.channels} == {general.id}
    assert guild.get_member(ada.id) is not None
    assert guild.me.id == local.bot.id


async def test_a_guild_brings_threads_and_last_messages(
    connect: Connect, home: Guild, general: Channel, ada: Person
) -> None:
    said = await ada.say(general, "hello")
    active = await ada.open_thread(general, "active", message=said)
    archived = await ada.open_thread(general, "archived", private=True)
    await ada.archive(archived)

    client = await connect()

    guild = client.get_guild(home.id)
    assert guild is not None
    assert [thread.id for thread in guild.threads] == [active.id]
    assert text_channel(client, general).last_message_id == said.id


async def test_what_is_missed_in_a_gap_is_told_after_the_resume(
    local: LocalDiscord, client: BotClient, general: Channel, ada: Person
) -> None:
    local.gateway.drop()
    for number in range(3):
        await ada.say(general, str(number))

    await client.until(lambda: "RESUMED" in client.names)
    await client.until(lambda: len(client.heard) == 3)
    assert [message.content for message in client.heard] == ["0", "1", "2"]
    assert local.gateway.identifies == 1
    assert client.names.index("RESUMED") == len(client.names) - 1


@pytest.mark.parametrize("code", [4000, 1000])
async def test_a_closed_socket_is_resumed(
    local: LocalDiscord, client: BotClient, code: int
) -> None:
    local.gateway.drop(code=code)

    await client.until(lambda: "RESUMED" in client.names)
    assert local.gateway.resumes == 1


async def test_reconnect_is_obeyed_with_a_resume(local: LocalDiscord, client: BotClient) -> None:
    local.gateway.ask_to_reconnect()

    await client.until(lambda: "RESUMED" in client.names)
    assert local.gateway.identifies == 1


async def test_an_invalid_session_begins_another_and_what_was_missed_stays_missed(
    local: LocalDiscord, client: BotClient, general: Channel, ada: Person
) -> None:
    local.gateway.invalidate(resumable=False)
    await ada.say(general, "missed")

    await client.until(lambda: client.names.count("GUILD_CREATE") == 2)
    await ada.say(general, "heard")
    await client.until(lambda: client.heard)

    assert local.gateway.identifies == 2
    assert [message.content for message in client.heard] == ["heard"]


async def test_an_invalid_session_that_is_resumable_is_resumed(
    local: LocalDiscord, client: BotClient
) -> None:
    local.gateway.invalidate(resumable=True)

    await client.until(lambda: "RESUMED" in client.names)


async def test_a_forgotten_session_cannot_be_resumed(
    local: LocalDiscord, client: BotClient
) -> None:
    local.gateway.forget_sessions()

    await client.until(lambda: client.names.count("READY") == 2)
    assert local.gateway.resumes == 0


class TestWithShortSessions:
    @pytest.fixture
    def rules(self) -> Rules:
        return Rules(identify_every=0.0, session_life=0.0)

    async def test_a_session_dies_without_a_socket(
        self, local: LocalDiscord, client: BotClient
    ) -> None:
        local.gateway.drop()

        await client.until(lambda: client.names.count("READY") == 2)
        assert local.gateway.resumes == 0


async def test_a_refusing_gateway_is_tried_again(local: LocalDiscord, client: BotClient) -> None:
    local.gateway.refuse(0.2)
    local.gateway.drop()

    await client.until(lambda: "RESUMED" in client.names)


async def test_two_shards_hear_each_its_own(
    connect: Connect, local: LocalDiscord, ada: Person
) -> None:
    guilds = [local.add_guild(f"guild {n}", guild_id=n << 22 | 5) for n in (2, 3)]
    even, odd = (local.add_channel(guild, "talk") for guild in guilds)
    for guild in guilds:
        local.world.join(guild, ada.user)
    first = await connect(shard=(0, 2))
    second = await connect(shard=(1, 2))

    await ada.say(even, "even")
    await ada.say(odd, "odd")
    await ada.say(local.dm(ada), "direct")

    await first.until(lambda: len(first.heard) == 2)
    await second.until(lambda: second.heard)
    assert [message.content for message in first.heard] == ["even", "direct"]
    assert [message.content for message in second.heard] == ["odd"]
    assert local.gateway.shards_up == {0, 1}


class TestWithoutPrivilegedIntents:
    @pytest.fixture
    def rules(self) -> Rules:
        return Rules(identify_every=0.0, message_content=False)

    async def test_the_client_is_told(self, connect: Connect) -> None:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await connect()

    async def test_history_hides_what_is_not_meant_for_the_bot(
        self, connect: Connect, general: Channel, ada: Person
    ) -> None:
        client = await connect(discord.Intents.default())
        await ada.say(general, "for others")
        await ada.say(general, "for <@bot>")
        await text_channel(client, general).send("by the bot")

        found = [m.content async for m in text_channel(client, general).history()]

        assert found == ["by the bot", f"for <@{client.application_id}>", ""]


async def test_members_are_told_on_request(home: Guild, client: BotClient, ada: Person) -> None:
    guild = client.get_guild(home.id)
    assert guild is not None

    found = await guild.query_members("ad", cache=False)

    assert [member.id for member in found] == [ada.id]


async def test_reactions_and_typing_need_their_intents(
    connect: Connect, general: Channel, ada: Person
) -> None:
    client = await connect(discord.Intents(guilds=True, guild_messages=True))

    said = await ada.say(general, "hi")
    await ada.typing(general)
    await ada.react(said, "👍")
    await ada.say(general, "there")

    await client.until(lambda: len(client.heard) == 2)
    assert "TYPING_START" not in client.names
    assert "MESSAGE_REACTION_ADD" not in client.names


async def test_a_private_thread_is_unheard_until_the_bot_is_in_it(
    local: LocalDiscord, client: BotClient, general: Channel, ada: Person
) -> None:
    thread = await ada.open_thread(general, "secret", private=True)
    await ada.say(thread, "unheard")
    await ada.invite(thread, local.bot)
    await ada.say(thread, "heard")

    await client.until(lambda: client.heard)
    assert [message.content for message in client.heard] == ["heard"]
    assert isinstance(client.heard[0].channel, discord.Thread)


async def test_nothing_is_heard_of_a_guild_without_the_bot(
    local: LocalDiscord, client: BotClient, general: Channel, ada: Person
) -> None:
    other = local.add_guild("Other", bot_permissions=None)
    local.world.join(other, ada.user)

    await ada.say(local.add_channel(other, "elsewhere"), "unheard")
    await ada.say(general, "heard")

    await client.until(lambda: client.heard)
    assert [message.content for message in client.heard] == ["heard"]
    assert "CHANNEL_CREATE" not in client.names


async def test_guilds_come_and_go(local: LocalDiscord, client: BotClient) -> None:
    other = local.add_guild("Other")
    await client.until(lambda: client.get_guild(other.id))

    local.remove_member(other, local.bot)

    await client.until(lambda: client.get_guild(other.id) is None)


async def test_a_guild_tells_what_the_bot_may_do_there(
    local: LocalDiscord, client: BotClient, home: Guild
) -> None:
    role = local.add_role(home, "speaker", Permission.MANAGE_MESSAGES)
    local.give_role(home, local.bot, role)

    (told,) = await client.http.get_guilds(limit=1)

    assert int(told["permissions"]) & int(Permission.MANAGE_MESSAGES)


async def test_an_outage_is_told(local: LocalDiscord, client: BotClient, home: Guild) -> None:
    local.outage(home)
    await client.until(lambda: "GUILD_DELETE" in client.names)
    local.end_outage(home)

    await client.until(lambda: client.names.count("GUILD_CREATE") == 2)


async def test_voice_and_announcement_channels_hold_messages(
    local: LocalDiscord, home: Guild, client: BotClient, ada: Person
) -> None:
    voice = local.add_channel(home, "voice", ChannelKind.VOICE)
    news = local.add_channel(home, "news", ChannelKind.ANNOUNCEMENT)

    await ada.say(voice, "in voice")
    await ada.say(news, "in news")

    await client.until(lambda: len(client.heard) == 2)
    assert isinstance(client.heard[0].channel, discord.VoiceChannel)
    assert isinstance(client.heard[1].channel, discord.TextChannel)


async def test_other_members_are_only_known_with_presences(
    connect: Connect, home: Guild, local: LocalDiscord, general: Channel, ada: Person
) -> None:
    client = await connect(discord.Intents(guilds=True, guild_messages=True))
    guild = client.get_guild(home.id)
    assert guild is not None

    await ada.say(general, "hi")

    (heard,) = await client.until(lambda: client.heard)
    assert {member.id for member in guild.members} == {local.bot.id}
    assert isinstance(heard.author, discord.Member)
