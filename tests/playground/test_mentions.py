from __future__ import annotations

import discord

from bot.playground import Channel, Guild, LocalDiscord, Permission, Person
from tests.playground.conftest import BotClient, text_channel


async def test_a_reply_points_at_its_target_and_pings(
    client: BotClient, general: Channel, ada: Person
) -> None:
    said = await ada.say(general, "hello?")
    (heard,) = await client.until(lambda: client.heard)

    sent = await heard.reply("yes")

    (_, reply) = general.messages
    assert reply.reference is not None
    assert reply.reference.message_id == said.id
    assert reply.pings == {ada.user}
    assert sent.reference is not None
    assert isinstance(sent.reference.resolved, discord.Message)


async def test_without_allowed_mentions_everything_pings(
    local: LocalDiscord, home: Guild, client: BotClient, general: Channel, ada: Person
) -> None:
    role = local.add_role(home, "readers", mentionable=True)
    bob = local.add_person("Bob", guilds=[home], roles=[role])

    await text_channel(client, general).send(f"{ada.mention} {role.mention} @everyone")

    (message,) = general.messages
    assert message.pings == {ada.user, bob.user}
    assert message.mentioned.roles == (role,)
    assert not message.mentioned.everyone


async def test_everyone_pings_where_the_bot_may(
    local: LocalDiscord, client: BotClient, general: Channel, ada: Person
) -> None:
    local.overwrite(general, local.bot, allow=Permission.MENTION_EVERYONE)

    await text_channel(client, general).send("@here")

    (message,) = general.messages
    assert message.mentioned.everyone
    assert message.pings == {ada.user, local.owner.user}


async def test_mentions_that_are_not_allowed_ping_nobody(
    local: LocalDiscord, home: Guild, client: BotClient, general: Channel, ada: Person
) -> None:
    local.overwrite(general, local.bot, allow=Permission.MENTION_EVERYONE)
    role = local.add_role(home, "readers", mentionable=True)
    text = f"{ada.mention} {role.mention} @everyone"

    sent = await text_channel(client, general).send(
        text, allowed_mentions=discord.AllowedMentions.none()
    )

    (message,) = general.messages
    assert message.content == text
    assert message.pings == set()
    assert sent.mentions == []


async def test_an_edit_without_allowed_mentions_addresses_people_again(
    client: BotClient, general: Channel, ada: Person
) -> None:
    none = discord.AllowedMentions.none()
    sent = await text_channel(client, general).send("hi", allowed_mentions=none)

    await sent.edit(content=f"hi {ada.mention}")

    assert general.messages[0].pings == {ada.user}


async def test_typing_is_seen(local: LocalDiscord, client: BotClient, general: Channel) -> None:
    with local.watch() as events:
        await text_channel(client, general).typing()
        event = await anext(events)

    assert type(event).__name__ == "TypingStarted"
