"""Which messages reach the intake at all."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from bot.gateway.client import Client
from tests.gateway.listeners import Ears, Hands
from tests.gateway.payloads import (
    BOB,
    DIRECT,
    GENERAL,
    GUILD,
    OUR_ROLE,
    OUR_THREAD,
    PARLEY,
    SENT,
    US,
    Library,
    mention,
    message,
    user,
)

IN_OUR_THREAD = {"channel_id": str(OUR_THREAD)}
IN_PRIVATE = {"channel_id": str(DIRECT), "guild_id": None, "member": None}
TO_US = {
    "type": 19,
    "message_reference": {"message_id": "5", "channel_id": str(GENERAL), "guild_id": str(GUILD)},
    "referenced_message": message("an answer", author=PARLEY),
}
STICKER = {"sticker_items": [{"id": "1", "name": "Wave", "format_type": 1}]}


async def heard(payload: dict[str, Any], *, message_content: bool) -> list[str]:
    """Return what the intake hears of a message."""
    library, ears = Library(), Ears()
    async with Client(ears, Hands(), message_content=message_content) as client:
        client._connection.user = library.us
        await client.on_message(library.received(payload))
    return ears.heard


async def test_with_the_intent_everything_reaches_the_intake() -> None:
    assert await heard(message("", **IN_OUR_THREAD), message_content=True) == ["[says nothing]"]


@pytest.mark.parametrize(
    ("payload", "texts"),
    [
        (message("", **IN_OUR_THREAD), []),
        (message("", **IN_OUR_THREAD, **STICKER), []),
        (message("", **IN_OUR_THREAD, mentions=[mention(US, "Parley")]), ["[says nothing]"]),
        (message("", **IN_PRIVATE, **STICKER), ["[sticker not shown to you: Wave]"]),
        (message("hello", **IN_OUR_THREAD), ["hello"]),
    ],
)
async def test_without_the_intent_what_is_withheld_is_not_taken_for_silence(
    payload: dict[str, Any], texts: list[str]
) -> None:
    assert await heard(payload, message_content=False) == texts


@pytest.mark.parametrize(
    ("payload", "is_missed"),
    [
        (message("", **IN_OUR_THREAD), True),
        (message("", **TO_US), True),
        (message("", mention_roles=[str(OUR_ROLE)]), True),
        (message(""), False),
        (message("hello", **IN_OUR_THREAD), False),
        (message("", **IN_OUR_THREAD, author=user(BOB, "Robot", bot=True)), False),
        (message("", **IN_OUR_THREAD, webhook_id="5"), False),
        (message("", **IN_OUR_THREAD, type=4), False),  # the thread has another name
    ],
)
async def test_without_the_intent_only_what_is_meant_for_us_is_missed(
    *, payload: dict[str, Any], is_missed: bool
) -> None:
    library, hands = Library(), Hands()

    async with Client(Ears(), hands, message_content=False) as client:
        client._connection.user = library.us
        await client.on_message(library.received(payload))

    assert hands.missed == ([SENT] if is_missed else [])


async def test_nobody_is_heard_before_we_know_who_we_are() -> None:
    library, ears = Library(), Ears()

    async with Client(ears, Hands(), message_content=True) as client:
        await client.on_message(library.received(message("hello")))

    assert ears.heard == []


async def test_the_bot_asks_for_no_more_than_it_needs() -> None:
    async with Client(Ears(), Hands(), message_content=True) as client:
        granted = {name for name, is_on in client.intents if is_on}

        assert granted == {"guilds", "guild_messages", "dm_messages", "message_content"}
        assert client.allowed_mentions is not None
        assert client.allowed_mentions.to_dict() == discord.AllowedMentions.none().to_dict()
