from __future__ import annotations

import discord
import pytest

from bot.playground import (
    Channel,
    ChannelKind,
    Guild,
    LocalDiscord,
    NotOffered,
    Permission,
    Person,
    Refused,
    Upload,
)
from bot.playground.world.events import MessageCreated, MessageDeleted, MessageEdited
from tests.playground.conftest import BotClient, text_channel


async def test_a_person_may_only_speak_where_they_may(
    local: LocalDiscord, general: Channel, ada: Person
) -> None:
    local.overwrite(general, ada.user, deny=Permission.SEND_MESSAGES)

    with pytest.raises(Refused) as refusal:
        await ada.say(general, "hi")

    assert refusal.value.code == 50013
    assert general.messages == []


async def test_a_stranger_has_no_access(local: LocalDiscord, general: Channel) -> None:
    bob = local.add_person("Bob")

    with pytest.raises(Refused) as refusal:
        await bob.say(general, "hi")

    assert refusal.value.code == 50001


async def test_nobody_says_nothing(general: Channel, ada: Person) -> None:
    with pytest.raises(Refused) as refusal:
        await ada.say(general, "  ")

    assert refusal.value.code == 50006


async def test_a_person_may_write_at_most_4000_characters(general: Channel, ada: Person) -> None:
    said = await ada.say(general, "x" * 4000)

    with pytest.raises(Refused) as too_long:
        await ada.say(general, "x" * 4001)
    with pytest.raises(Refused) as longer_now:
        await ada.edit(said, "x" * 4001)

    assert (too_long.value.code, longer_now.value.code) == (50035, 50035)
    assert said.content == "x" * 4000


async def test_a_person_sends_ten_files_of_ten_megabytes_at_most(
    general: Channel, ada: Person
) -> None:
    with pytest.raises(Refused) as too_many:
        await ada.say(general, files=[Upload("a.txt", b"x")] * 11)
    with pytest.raises(Refused) as too_large:
        await ada.say(general, files=[Upload("a.txt", b"x" * (10 * 1024 * 1024 + 1))])

    assert (too_many.value.code, too_large.value.code) == (50035, 40005)
    assert general.messages == []


async def test_only_moderators_delete_what_others_said(
    local: LocalDiscord, home: Guild, general: Channel, ada: Person
) -> None:
    moderators = local.add_role(home, "moderators", Permission.MANAGE_MESSAGES)
    bob = local.add_person("Bob", guilds=[home])
    said = await ada.say(general, "rude words")

    with pytest.raises(Refused):
        await bob.delete(said)
    local.give_role(home, bob, moderators)
    await bob.delete(said)

    assert said.deleted
    assert general.messages == []


async def test_a_channel_overrules_roles_and_a_member_overrules_both(
    local: LocalDiscord, home: Guild, general: Channel
) -> None:
    role = local.add_role(home, "guests")
    guest = local.add_person("Guest", guilds=[home], roles=[role])
    local.overwrite(general, home.everyone, deny=Permission.SEND_MESSAGES)
    local.overwrite(general, role, allow=Permission.SEND_MESSAGES)
    await guest.say(general, "by role")
    local.overwrite(general, guest.user, deny=Permission.SEND_MESSAGES)

    with pytest.raises(Refused):
        await guest.say(general, "no more")

    assert [message.content for message in general.messages] == ["by role"]


async def test_administrators_and_owners_may_everything(
    local: LocalDiscord, home: Guild, general: Channel
) -> None:
    role = local.add_role(home, "admins", Permission.ADMINISTRATOR)
    admin = local.add_person("Admin", guilds=[home], roles=[role])
    local.overwrite(general, home.everyone, deny=Permission.VIEW_CHANNEL)

    await admin.say(general, "one")
    await local.owner.say(general, "two")

    assert [message.content for message in general.messages] == ["one", "two"]


async def test_slow_mode_is_kept(general: Channel, ada: Person) -> None:
    general.slowmode = 60
    await ada.say(general, "one")

    with pytest.raises(Refused) as refusal:
        await ada.say(general, "two")

    assert refusal.value.code == 20016
    assert refusal.value.retry_after is not None
    assert 50 < refusal.value.retry_after <= 60


async def test_mentions_in_code_are_no_mentions(
    local: LocalDiscord, general: Channel, ada: Person
) -> None:
    said = await ada.say(general, "`<@bot>` and ```\n<@bot>\n```")

    assert local.bot not in said.mentioned.users


async def test_a_reply_can_be_silent(
    local: LocalDiscord, home: Guild, general: Channel, ada: Person
) -> None:
    bob = local.add_person("Bob", guilds=[home])
    said = await ada.say(general, "hello?")

    silent = await bob.say(general, "hm", reply_to=said, ping=False)
    loud = await bob.say(general, "hm!", reply_to=said)

    assert silent.pings == set()
    assert loud.pings == {ada.user}


async def test_who_cannot_see_a_channel_is_not_pinged_in_it(
    local: LocalDiscord, home: Guild, general: Channel, ada: Person
) -> None:
    bob = local.add_person("Bob", guilds=[home])
    local.overwrite(general, bob.user, deny=Permission.VIEW_CHANNEL)

    said = await ada.say(general, f"psst {bob.mention}")

    assert said.pings == set()


async def test_everything_that_happens_can_be_followed(
    local: LocalDiscord, general: Channel, ada: Person
) -> None:
    with local.watch() as events:
        said = await ada.say(general, "one")
        await ada.edit(said, "two")
        await ada.delete(said)
        events.close()
        followed = [event async for event in events]

    assert followed == [
        MessageCreated(said, "one"),
        MessageEdited(said, "one", "two"),
        MessageDeleted(said),
    ]


async def test_somebody_closed_to_direct_messages_gets_none(client: BotClient, ada: Person) -> None:
    ada.user.direct_messages_open = False
    user = await client.fetch_user(ada.id)

    with pytest.raises(discord.Forbidden) as refusal:
        await user.send("hello?")

    assert refusal.value.code == 50007


async def test_direct_messages_need_a_server_in_common(
    local: LocalDiscord, home: Guild, client: BotClient, ada: Person
) -> None:
    place = local.dm(ada)
    await ada.say(place, "hello")
    (heard,) = await client.until(lambda: client.heard)
    local.remove_member(home, ada)

    with pytest.raises(discord.Forbidden) as refusal:
        await heard.channel.send("hello")
    with pytest.raises(Refused):
        await ada.say(place, "still there?")

    assert refusal.value.code == 50007


async def test_a_channel_that_opens_brings_its_threads(
    local: LocalDiscord, home: Guild, client: BotClient, general: Channel, ada: Person
) -> None:
    hidden = local.add_channel(home, "hidden")
    local.overwrite(hidden, local.bot, deny=Permission.VIEW_CHANNEL)
    thread = await ada.open_thread(hidden, "unseen")
    await ada.say(general, "mark")
    await client.until(lambda: client.heard)
    assert client.get_channel(thread.id) is None

    local.overwrite(hidden, local.bot, allow=Permission.VIEW_CHANNEL)

    await client.until(lambda: client.get_channel(thread.id))


async def test_a_menu_of_people_is_picked_from(
    client: BotClient, general: Channel, ada: Person
) -> None:
    picked: list[int] = []
    menu: discord.ui.UserSelect[discord.ui.View] = discord.ui.UserSelect(custom_id="who")

    async def note(interaction: discord.Interaction) -> None:
        picked.extend(user.id for user in menu.values)
        await interaction.response.defer()

    menu.callback = note  # type: ignore[method-assign] # how a lone menu is given its answer
    view = discord.ui.View(timeout=None)
    view.add_item(menu)
    await text_channel(client, general).send("who?", view=view)

    await ada.select(general.messages[0], ada)

    assert picked == [ada.id]


async def test_an_ephemeral_message_can_only_be_used_by_its_reader(
    local: LocalDiscord, home: Guild, client: BotClient, general: Channel, ada: Person
) -> None:
    bob = local.add_person("Bob", guilds=[home])

    @client.tree.command(description="offers a button")
    async def offer(interaction: discord.Interaction) -> None:
        view = discord.ui.View(timeout=None)
        button: discord.ui.Button[discord.ui.View] = discord.ui.Button(label="Mine")
        button.callback = take  # type: ignore[method-assign] # as with a menu
        view.add_item(button)
        await interaction.response.send_message("here", view=view, ephemeral=True)

    async def take(interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(content="taken", view=None)

    await client.tree.sync()
    answer = await (await ada.slash(general, "offer")).answered()

    with pytest.raises(NotOffered):
        await bob.press(answer, label="Mine")
    await ada.press(answer, label="Mine")

    assert answer.content == "taken"


async def test_a_command_can_be_for_administrators_or_guilds_only(
    local: LocalDiscord, client: BotClient, general: Channel, ada: Person
) -> None:
    @client.tree.command(description="for few")
    @discord.app_commands.default_permissions()
    @discord.app_commands.guild_only()
    async def rare(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("yes")

    await client.tree.sync()

    with pytest.raises(NotOffered):
        await ada.slash(general, "rare")
    with pytest.raises(NotOffered):
        await ada.slash(local.dm(ada), "rare")
    outcome = await local.owner.slash(general, "rare")
    assert outcome.answer is not None


async def test_files_of_people_can_be_read(
    client: BotClient, general: Channel, ada: Person
) -> None:
    await ada.say(general, files=[Upload("über uns.txt", b"words")])

    (heard,) = await client.until(lambda: client.heard)
    (file,) = heard.attachments
    assert await file.read() == b"words"
    assert file.content_type == "text/plain; charset=utf-8"


async def test_a_private_thread_needs_a_text_channel(
    local: LocalDiscord, home: Guild, ada: Person
) -> None:
    news = local.add_channel(home, "news", ChannelKind.ANNOUNCEMENT)

    with pytest.raises(Refused) as refusal:
        await ada.open_thread(news, "secret", private=True)

    assert refusal.value.code == 50024


async def test_a_role_can_be_given_and_taken(
    local: LocalDiscord, home: Guild, general: Channel, ada: Person
) -> None:
    role = local.add_role(home, "moderators", Permission.MANAGE_MESSAGES)
    local.give_role(home, ada, role)
    local.take_role(home, ada, role)

    with pytest.raises(Refused):
        await ada.delete(await local.owner.say(general, "mine"))


async def test_a_locked_thread_is_opened_by_those_who_manage_threads(
    local: LocalDiscord, general: Channel, ada: Person
) -> None:
    thread = await ada.open_thread(general, "talk")
    await local.owner.archive(thread, locked=True)

    with pytest.raises(Refused):
        await ada.unarchive(thread)
    await local.owner.unarchive(thread)
    await ada.say(thread, "again")

    assert not thread.archived
    assert not thread.locked
