from __future__ import annotations

import asyncio
import io

import discord
import pytest

from bot.playground import Channel, Guild, LocalDiscord, Permission, Person
from tests.playground.conftest import BotClient, Rest, text_channel


async def test_a_nonce_has_at_most_25_characters(rest: Rest, general: Channel) -> None:
    body = {"content": "hi", "nonce": "n" * 26}

    answer = await rest("POST", f"/channels/{general.id}/messages", body)

    assert (answer.status, answer.code) == (400, 50035)
    assert answer.body["errors"] == {
        "nonce": {
            "_errors": [
                {"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 25 or fewer in length."}
            ]
        }
    }


async def test_without_the_right_the_history_is_empty(
    local: LocalDiscord, home: Guild, client: BotClient, general: Channel, ada: Person
) -> None:
    await ada.say(general, "hello")
    local.overwrite(general, home.everyone, deny=Permission.READ_MESSAGE_HISTORY)
    local.overwrite(general, local.bot, deny=Permission.READ_MESSAGE_HISTORY)

    found = [message async for message in text_channel(client, general).history()]

    assert found == []


async def test_more_than_2000_characters_are_refused(client: BotClient, general: Channel) -> None:
    channel = text_channel(client, general)
    await channel.send("x" * 2000)

    with pytest.raises(discord.HTTPException) as refusal:
        await channel.send("x" * 2001)

    assert refusal.value.code == 50035
    assert "Must be 2000 or fewer in length." in refusal.value.text


async def test_an_empty_message_is_refused(client: BotClient, general: Channel) -> None:
    with pytest.raises(discord.HTTPException) as refusal:
        await text_channel(client, general).send("  \n ")

    assert refusal.value.code == 50006


async def test_speaking_needs_the_permission(
    local: LocalDiscord, client: BotClient, general: Channel
) -> None:
    channel = text_channel(client, general)
    local.overwrite(general, local.bot, deny=Permission.SEND_MESSAGES)

    with pytest.raises(discord.Forbidden) as refusal:
        await channel.send("hi")

    assert refusal.value.code == 50013


async def test_a_hidden_channel_gives_no_access(
    local: LocalDiscord, client: BotClient, general: Channel
) -> None:
    channel = text_channel(client, general)
    local.overwrite(general, local.bot, deny=Permission.VIEW_CHANNEL)

    with pytest.raises(discord.Forbidden) as refusal:
        await channel.send("hi")

    assert refusal.value.code == 50001


async def test_another_s_message_cannot_be_edited(
    rest: Rest, general: Channel, ada: Person
) -> None:
    said = await ada.say(general, "mine")

    answer = await rest("PATCH", f"/channels/{general.id}/messages/{said.id}", {"content": "no"})

    assert (answer.status, answer.code) == (403, 50005)
    assert said.content == "mine"


async def test_waiting_wakes_without_polling(
    local: LocalDiscord, general: Channel, ada: Person
) -> None:
    looks: list[int] = []

    def said() -> bool:
        looks.append(1)
        return bool(general.messages)

    waiting = asyncio.create_task(local.until(said))
    await asyncio.sleep(0)
    await ada.say(general, "now")
    await waiting

    assert len(looks) == 2


async def test_waiting_for_what_never_comes_ends(local: LocalDiscord) -> None:
    with pytest.raises(TimeoutError):
        await local.until(lambda: False, timeout=0.01)


async def test_an_unknown_route_is_remembered(local: LocalDiscord, rest: Rest) -> None:
    answer = await rest("GET", "/no/such/thing")

    assert (answer.status, answer.code) == (404, 0)
    assert local.unknown_routes == ["GET /no/such/thing"]


async def test_a_wrong_token_is_refused(rest: Rest) -> None:
    answer = await rest("GET", "/users/@me", token="another")  # noqa: S106 - a wrong one

    assert answer.status == 401


async def test_requests_are_remembered_without_the_token(
    local: LocalDiscord, rest: Rest, general: Channel
) -> None:
    await rest("POST", f"/channels/{general.id}/messages", {"content": "hi"})

    (request,) = local.requests
    assert request.method == "POST"
    assert request.route == "/channels/{channel_id}/messages"
    assert request.body == {"content": "hi"}
    assert request.status == 200
    assert local.token not in str(request)


@pytest.mark.parametrize(
    ("component", "complaint"),
    [
        ({"type": 2, "style": 1, "label": "x", "custom_id": "i" * 101}, "BASE_TYPE_BAD_LENGTH"),
        ({"type": 2, "style": 1, "label": "x"}, "BASE_TYPE_REQUIRED"),
        ({"type": 2, "style": 1, "custom_id": "i"}, "BUTTON_COMPONENT_INVALID_CONTENT"),
        ({"type": 2, "style": 9, "custom_id": "i", "label": "x"}, "BASE_TYPE_CHOICES"),
    ],
)
async def test_bad_buttons_are_refused(
    rest: Rest, general: Channel, component: dict[str, object], complaint: str
) -> None:
    body = {"content": "x", "components": [{"type": 1, "components": [component]}]}

    answer = await rest("POST", f"/channels/{general.id}/messages", body)

    assert (answer.status, answer.code) == (400, 50035)
    assert complaint in str(answer.body["errors"])


async def test_a_row_holds_five_buttons_and_ids_are_unique(rest: Rest, general: Channel) -> None:
    button = {"type": 2, "style": 1, "label": "x", "custom_id": "same"}
    body = {"content": "x", "components": [{"type": 1, "components": [button] * 6}]}

    answer = await rest("POST", f"/channels/{general.id}/messages", body)

    assert "COMPONENT_CUSTOM_ID_DUPLICATED" in str(answer.body["errors"])
    assert "Must be between 1 and 5 in length." in str(answer.body["errors"])


async def test_embeds_hold_6000_characters_together(rest: Rest, general: Channel) -> None:
    body = {"embeds": [{"description": "x" * 4000}, {"description": "x" * 2001}]}

    answer = await rest("POST", f"/channels/{general.id}/messages", body)

    assert "MAX_EMBED_SIZE_EXCEEDED" in str(answer.body["errors"])


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/channels/²", 400),
        ("/channels/{channel}/messages?after=²", 200),
        ("/channels/{channel}/users/@me/threads/archived/private?before=x", 200),
    ],
)
async def test_nonsense_in_an_address_is_refused_or_passed_over(
    rest: Rest, general: Channel, path: str, status: int
) -> None:
    answer = await rest("GET", path.format(channel=general.id))

    assert answer.status == status


async def test_nonsense_in_a_form_is_refused(
    local: LocalDiscord, rest: Rest, general: Channel
) -> None:
    message = {"content": "x", "flags": "--1"}
    command = {"name": "x", "type": -1}

    said = await rest("POST", f"/channels/{general.id}/messages", message)
    registered = await rest("POST", f"/applications/{local.bot.id}/commands", command)

    assert (said.status, said.code) == (400, 50035)
    assert (registered.status, registered.code) == (400, 50035)


async def test_a_reply_needs_the_right_to_read_the_history(
    local: LocalDiscord, rest: Rest, general: Channel, ada: Person
) -> None:
    said = await ada.say(general, "hi")
    local.overwrite(general, local.bot, deny=Permission.READ_MESSAGE_HISTORY)

    body = {"content": "to you", "message_reference": {"message_id": str(said.id)}}
    answer = await rest("POST", f"/channels/{general.id}/messages", body)

    assert (answer.status, answer.code) == (400, 160002)


async def test_two_messages_of_these_two_weeks_are_the_fewest_to_delete_at_once(
    local: LocalDiscord, home: Guild, rest: Rest, general: Channel, ada: Person
) -> None:
    local.give_role(home, local.bot, local.add_role(home, "mod", Permission.MANAGE_MESSAGES))
    said = await ada.say(general, "hi")
    other = local.add_channel(home, "with a limit of its own")

    path = "/channels/{}/messages/bulk-delete"
    one = await rest("POST", path.format(general.id), {"messages": [str(said.id)]})
    old = await rest("POST", path.format(other.id), {"messages": [str(said.id), "1" * 17]})

    assert (one.code, old.code) == (50016, 50034)
    assert general.messages == [said]


async def test_embeds_need_the_permission(
    local: LocalDiscord, home: Guild, rest: Rest, general: Channel
) -> None:
    local.overwrite(general, local.bot, deny=Permission.EMBED_LINKS)

    body = {"content": "see", "embeds": [{"title": "this"}]}
    answer = await rest("POST", f"/channels/{general.id}/messages", body)

    assert (answer.status, answer.code) == (403, 50013)
    assert home.channels[general.id].messages == []


async def test_buttons_alone_are_an_empty_message(rest: Rest, general: Channel) -> None:
    button = {"type": 2, "style": 1, "label": "x", "custom_id": "x"}
    body = {"components": [{"type": 1, "components": [button]}]}

    answer = await rest("POST", f"/channels/{general.id}/messages", body)

    assert (answer.status, answer.code) == (400, 50006)


async def test_components_v2_stand_alone_with_4000_characters(rest: Rest, general: Channel) -> None:
    path = f"/channels/{general.id}/messages"
    text = {"type": 10, "content": "x" * 4000}

    good = await rest("POST", path, {"flags": 1 << 15, "components": [text]})
    long = await rest("POST", path, {"flags": 1 << 15, "components": [text, text]})
    mixed = await rest("POST", path, {"flags": 1 << 15, "components": [text], "content": "x"})

    assert good.status == 200
    assert (long.code, mixed.code) == (50035, 50035)


async def test_an_ordinary_message_cannot_be_ephemeral(rest: Rest, general: Channel) -> None:
    answer = await rest("POST", f"/channels/{general.id}/messages", {"content": "x", "flags": 64})

    assert answer.body["flags"] == 0
    assert len(general.messages) == 1


async def test_the_right_to_mention_all_and_to_mention_some_exclude_each_other(
    rest: Rest, general: Channel, ada: Person
) -> None:
    allowed = {"parse": ["users"], "users": [str(ada.id)]}
    body = {"content": "x", "allowed_mentions": allowed}

    answer = await rest("POST", f"/channels/{general.id}/messages", body)

    assert "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE" in str(answer.body["errors"])


async def test_json_is_told_by_exactly_this_content_type(rest: Rest) -> None:
    answer = await rest("GET", "/users/@me")

    assert answer.headers["Content-Type"] == "application/json"


async def test_ten_megabytes_are_the_most_for_a_file(client: BotClient, general: Channel) -> None:
    file = discord.File(io.BytesIO(b"x" * (10 * 1024 * 1024 + 1)), "large.bin")

    with pytest.raises(discord.HTTPException) as refusal:
        await text_channel(client, general).send(file=file)

    assert (refusal.value.status, refusal.value.code) == (413, 40005)
