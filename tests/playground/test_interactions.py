from __future__ import annotations

import discord
import pytest

from bot.playground import (
    Channel,
    Guild,
    LocalDiscord,
    NotOffered,
    Permission,
    Person,
    Upload,
)
from tests.playground.conftest import BotClient, Rest


@pytest.mark.usefixtures("synced")
async def test_a_slash_command_is_answered(general: Channel, ada: Person) -> None:
    outcome = await ada.slash(general, "hello", name="you")

    assert outcome.answer is not None
    assert outcome.answer.content == "hello you"
    assert outcome.answer in general.messages
    assert not outcome.ephemeral
    assert outcome.acknowledged_after is not None
    assert outcome.acknowledged_after < 3


@pytest.mark.usefixtures("synced")
async def test_a_subcommand_completes_and_is_used(general: Channel, ada: Person) -> None:
    (choice,) = await ada.autocomplete(general, "session resume", option="session", typed="ab")

    outcome = await ada.slash(general, "session resume", session=choice.value)

    assert (choice.name, choice.value) == ("Session ab", "id-ab")
    assert outcome.answer is not None
    assert outcome.answer.content == "resumed id-ab"


@pytest.mark.usefixtures("synced")
async def test_an_app_command_reads_a_message(general: Channel, ada: Person) -> None:
    said = await ada.say(general, "some words")

    outcome = await ada.use_on(said, "Read it")

    assert outcome.answer is not None
    assert outcome.answer.content == "it says some words"
    assert outcome.answer.note is not None
    assert outcome.answer.note.command_type == 3


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("unheard-of", {}),
        ("hello", {}),
        ("hello", {"name": 7}),
        ("hello", {"name": "x", "other": 1}),
        ("hello", {"name": "x" * 6001}),
        ("session", {}),
        ("session fly", {}),
    ],
)
@pytest.mark.usefixtures("synced")
async def test_a_client_does_not_offer_what_was_not_registered(
    general: Channel, ada: Person, line: str, options: dict[str, object]
) -> None:
    with pytest.raises(NotOffered):
        await ada.slash(general, line, **options)


@pytest.mark.usefixtures("synced")
async def test_commands_need_the_permission(
    local: LocalDiscord, home: Guild, general: Channel, ada: Person
) -> None:
    local.overwrite(general, home.everyone, deny=Permission.USE_APPLICATION_COMMANDS)

    with pytest.raises(NotOffered):
        await ada.slash(general, "hello", name="you")


async def test_an_interaction_tells_who_may_do_what(
    local: LocalDiscord, synced: BotClient, general: Channel, ada: Person
) -> None:
    local.overwrite(general, ada.user, allow=Permission.MANAGE_MESSAGES)
    local.overwrite(general, local.bot, deny=Permission.ATTACH_FILES)

    await ada.slash(general, "hello", name="you")

    (interaction,) = synced.interactions
    assert interaction.permissions.manage_messages
    assert not interaction.app_permissions.manage_messages
    assert not interaction.app_permissions.attach_files
    assert interaction.app_permissions.send_messages


async def test_a_command_works_in_a_direct_message(
    local: LocalDiscord, synced: BotClient, ada: Person
) -> None:
    outcome = await ada.slash(local.dm(ada), "hello", name="you")

    assert [message.content for message in local.dm(ada).messages] == ["hello you"]
    assert outcome.answer is not None
    assert synced.interactions[0].guild is None


async def test_an_uploaded_file_reaches_the_command(
    client: BotClient, general: Channel, ada: Person
) -> None:
    @client.tree.command(description="reads a file")
    async def read(interaction: discord.Interaction, file: discord.Attachment) -> None:
        words = await file.read()
        await interaction.response.send_message(words.decode())

    await client.tree.sync()

    outcome = await ada.slash(general, "read", file=Upload("a.txt", b"words"))

    assert outcome.answer is not None
    assert outcome.answer.content == "words"


async def test_commands_keep_their_ids_and_are_told_back(synced: BotClient) -> None:
    first = {command.name: command.id for command in await synced.tree.fetch_commands()}

    second = {command.name: command.id for command in await synced.tree.sync()}

    assert first == second
    assert "hello" in first


async def test_a_bad_command_is_refused(rest: Rest, local: LocalDiscord) -> None:
    path = f"/applications/{local.bot.id}/commands"

    answer = await rest("PUT", path, [{"name": "Bad Name", "description": ""}])

    assert (answer.status, answer.code) == (400, 50035)
    assert "APPLICATION_COMMAND_INVALID_NAME" in str(answer.body)
    assert "description" in str(answer.body)


async def test_a_guild_has_commands_of_its_own(
    local: LocalDiscord, home: Guild, client: BotClient, general: Channel, ada: Person
) -> None:
    other = local.add_channel(local.add_guild("Other"), "general")
    guild = discord.Object(home.id)

    @client.tree.command(description="only here", guild=guild)
    async def here(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("here")

    await client.tree.sync(guild=guild)

    outcome = await ada.slash(general, "here")
    assert outcome.answer is not None
    with pytest.raises(NotOffered):
        await local.owner.slash(other, "here")
