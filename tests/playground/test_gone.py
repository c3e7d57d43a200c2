"""What is not there any more, or not there for all, cannot be acted upon."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import discord
import pytest

from bot.playground import Channel, Guild, LocalDiscord, Message, NotOffered, Person, Refused
from tests.playground.conftest import BotClient, text_channel

Act = Callable[[Person, Message], Awaitable[object]]


@pytest.fixture(
    params=[
        lambda ada, message: ada.edit(message, "other words"),
        lambda ada, message: ada.delete(message),
        lambda ada, message: ada.react(message, "👍"),
        lambda ada, message: ada.say(message.channel, "to you", reply_to=message),
        lambda ada, message: ada.open_thread(message.channel, "about it", message=message),
    ],
    ids=["edit", "delete", "react", "reply", "open thread"],
)
def act(request: pytest.FixtureRequest) -> Act:
    chosen: Act = request.param
    return chosen


async def test_a_deleted_message_cannot_be_acted_upon(
    general: Channel, ada: Person, act: Act
) -> None:
    said = await ada.say(general, "gone in a moment")
    await ada.delete(said)

    with pytest.raises(Refused) as refusal:
        await act(ada, said)

    assert refusal.value.code == 10008


@pytest.mark.usefixtures("synced")
async def test_an_ephemeral_message_is_not_in_the_channel(
    general: Channel, ada: Person, act: Act
) -> None:
    answer = await (await ada.slash(general, "secret")).answered()

    with pytest.raises(Refused) as refusal:
        await act(ada, answer)

    assert refusal.value.code == 10008


async def test_a_reply_stays_in_its_channel(
    local: LocalDiscord, home: Guild, general: Channel, ada: Person
) -> None:
    said = await ada.say(local.add_channel(home, "other"), "elsewhere")

    with pytest.raises(Refused) as refusal:
        await ada.say(general, "to you", reply_to=said)

    assert refusal.value.code == 10008


async def test_nothing_happens_in_a_deleted_channel(
    local: LocalDiscord, general: Channel, ada: Person
) -> None:
    said = await ada.say(general, "hi")
    local.remove_channel(general)

    for attempt in (ada.say(general, "x"), ada.edit(said, "x"), ada.typing(general)):
        with pytest.raises(Refused) as refusal:
            await attempt
        assert refusal.value.code == 10003


async def test_buttons_and_commands_go_with_their_channel(
    local: LocalDiscord, synced: BotClient, general: Channel, ada: Person
) -> None:
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Press", custom_id="p"))
    await text_channel(synced, general).send("here", view=view)
    (panel,) = general.messages
    local.remove_channel(general)

    with pytest.raises(NotOffered):
        await ada.press(panel, label="Press")
    with pytest.raises(NotOffered):
        await ada.slash(general, "hello", name="you")


async def test_who_has_left_can_do_nothing_with_what_was_for_them(
    local: LocalDiscord, home: Guild, synced: BotClient, general: Channel, ada: Person
) -> None:
    asking = ada.start_slash(general, "sleep")
    await synced.until(lambda: synced.interactions)
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Mine", custom_id="m"))
    await synced.interactions[0].response.send_message("here", view=view, ephemeral=True)
    answer = await asking.answered()
    local.remove_member(home, ada)

    with pytest.raises(NotOffered):
        await ada.press(answer, label="Mine")


@pytest.mark.usefixtures("synced")
async def test_commands_go_with_the_bot(
    local: LocalDiscord, home: Guild, general: Channel, ada: Person
) -> None:
    local.remove_member(home, local.bot)

    with pytest.raises(NotOffered):
        await ada.slash(general, "hello", name="you")


async def test_an_answer_finds_no_channel_when_that_was_deleted_meanwhile(
    local: LocalDiscord, synced: BotClient, general: Channel, ada: Person
) -> None:
    ada.start_slash(general, "sleep")
    ada.start_slash(general, "sleep")
    await synced.until(lambda: len(synced.interactions) == 2)
    deferred, new = synced.interactions
    await deferred.response.defer(thinking=True)
    local.remove_channel(general)

    with pytest.raises(discord.NotFound) as late:
        await deferred.edit_original_response(content="too late")
    with pytest.raises(discord.NotFound) as first:
        await new.response.send_message("too late")

    assert (late.value.code, first.value.code) == (10003, 10003)


async def test_a_follow_up_to_a_deleted_promise_is_a_message_of_its_own(
    synced: BotClient, general: Channel, ada: Person
) -> None:
    ada.start_slash(general, "sleep")
    await synced.until(lambda: synced.interactions)
    interaction = synced.interactions[0]
    await interaction.response.defer(thinking=True)
    await interaction.delete_original_response()

    await interaction.followup.send("still here")

    assert [message.content for message in general.messages] == ["still here"]


async def test_a_button_cannot_change_a_message_deleted_meanwhile(
    client: BotClient, general: Channel, ada: Person
) -> None:
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Press", custom_id="p"))
    await text_channel(client, general).send("here", view=view)
    (panel,) = general.messages
    ada.start_press(panel, label="Press")
    await client.until(lambda: client.interactions)
    await text_channel(client, general).get_partial_message(panel.id).delete()

    with pytest.raises(discord.NotFound) as refusal:
        await client.interactions[0].response.edit_message(content="pressed")

    assert refusal.value.code == 10008
