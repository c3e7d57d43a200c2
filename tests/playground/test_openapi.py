"""The server's answers against Discord's own description of its API."""

from __future__ import annotations

import discord

from bot.playground import Channel, ChannelKind, Guild, LocalDiscord, Person, Upload
from tests.playground.conftest import BotClient, Rest, text_channel
from tests.playground.openapi import document, needs_document

pytestmark = needs_document

REPLY = {"type": 1, "components": [{"type": 2, "style": 1, "label": "x", "custom_id": "x"}]}
EMBED = {"title": "t", "description": "d", "fields": [{"name": "n", "value": "v"}]}


def complaints(local: LocalDiscord) -> list[str]:
    return [
        complaint
        for record in local.requests
        for complaint in document().complaints_about_answer(record)
    ]


async def test_who_and_where_are_told_as_documented(
    local: LocalDiscord, home: Guild, general: Channel, ada: Person, rest: Rest
) -> None:
    local.add_channel(home, "forum", ChannelKind.FORUM)
    local.add_channel(home, "voice", ChannelKind.VOICE)
    local.overwrite(general, ada.user)
    thread = await ada.open_thread(general, "talk")

    for path in (
        "/gateway/bot",
        "/users/@me",
        f"/users/{ada.id}",
        "/oauth2/applications/@me",
        "/applications/@me",
        f"/guilds/{home.id}",
        f"/guilds/{home.id}/roles",
        f"/guilds/{home.id}/channels",
        f"/guilds/{home.id}/members/{ada.id}",
        f"/guilds/{home.id}/members",
        f"/guilds/{home.id}/threads/active",
        f"/channels/{general.id}",
        f"/channels/{thread.id}",
        f"/channels/{thread.id}/thread-members",
        f"/channels/{general.id}/threads/archived/public",
    ):
        await rest("GET", path)
    await rest("POST", "/users/@me/channels", {"recipient_id": str(ada.id)})

    assert complaints(local) == []


async def test_messages_are_told_as_documented(
    local: LocalDiscord, general: Channel, ada: Person, rest: Rest
) -> None:
    said = await ada.say(general, "hello <@bot>", files=[Upload("a.txt", b"x")])
    await ada.react(said, "👍")
    messages = f"/channels/{general.id}/messages"
    body = {
        "content": f"hi {ada.mention}",
        "nonce": "1.0",
        "enforce_nonce": True,
        "components": [REPLY],
        "embeds": [EMBED],
        "message_reference": {"message_id": str(said.id)},
    }

    made = await rest("POST", messages, body)
    await rest("PATCH", f"{messages}/{made.body['id']}", {"content": "hello"})
    await rest("POST", f"{messages}/{made.body['id']}/threads", {"name": "talk"})
    await rest("POST", f"/channels/{general.id}/threads", {"name": "talk", "type": 11})
    await rest("GET", messages)
    await rest("GET", f"{messages}/{said.id}")
    await rest("POST", f"/channels/{general.id}/typing")
    await rest("DELETE", f"{messages}/{made.body['id']}")

    assert complaints(local) == []


async def test_threads_and_posts_are_told_as_documented(
    local: LocalDiscord, home: Guild, general: Channel, ada: Person, rest: Rest
) -> None:
    forum = local.add_channel(home, "forum", ChannelKind.FORUM)
    post = {"name": "post", "message": {"content": "first"}}

    await rest("POST", f"/channels/{forum.id}/threads", post)
    made = await rest("POST", f"/channels/{general.id}/threads", {"name": "talk", "type": 12})
    thread = f"/channels/{made.body['id']}"
    await rest("PUT", f"{thread}/thread-members/{ada.id}")
    await rest("GET", f"{thread}/thread-members/{ada.id}")
    await rest("PATCH", thread, {"archived": True})
    await rest("GET", f"/channels/{general.id}/users/@me/threads/archived/private")

    assert complaints(local) == []


async def test_commands_and_answers_are_told_as_documented(
    local: LocalDiscord, client: BotClient, general: Channel, ada: Person
) -> None:
    @client.tree.command(description="talks")
    async def chat(interaction: discord.Interaction, prompt: str) -> None:
        await interaction.response.defer(thinking=True)
        await interaction.edit_original_response(content=prompt)
        await interaction.original_response()
        await interaction.followup.send("more")

    await client.tree.sync()
    await client.tree.fetch_commands()
    outcome = await ada.slash(general, "chat", prompt="hi")
    await local.until(lambda: outcome.followups)
    await text_channel(client, general).purge(limit=1)

    await local.until(lambda: all(record.status for record in local.requests))
    assert complaints(local) == []
