"""What the model reads of what people write."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.session import Place
from bot.gateway.translate import SAYS_NOTHING
from bot.playground import Permission
from bot.playground.local_openai import LocalOpenAI, Say
from tests.stories.home import Home, open_home


async def test_names_stand_where_discord_shows_names(home: Home) -> None:
    home.openai.answer = lambda _: [Say("I see.")]
    mods = home.discord.add_role(home.guild, "mods", mentionable=True)
    tricky = home.discord.add_person("<@1>", guilds=[home.guild])
    said_and_read = {
        f"ask <@{home.bob.id}> or <@!{home.bob.id}>": "ask @Bob or @Bob",
        f"see <#{home.general.id}>": "see #general",
        f"call <@&{mods.id}>": "call @mods",
        "smile <:blob:123456789012345678> <a:wave:123456789012345678>": "smile :blob: :wave:",
        "at <t:1767225600:F>": "at 2026-01-01 00:00Z",
        "at <t:999999999999>": "at some time",
        "type </session list:123456789012345678>": "type /session list",
        "who is <@123456789012345678>": "who is @unknown",
        "where is <#123456789012345678>": "where is #unknown",
        f"`<@{home.bob.id}>` in code": f"`<@{home.bob.id}>` in code",
        f"```\n<#{home.general.id}>\n``` in a block": f"```\n<#{home.general.id}>\n``` in a block",
        f"trick <@{tricky.id}>": "trick @1",
        "": SAYS_NOTHING,
    }

    async with home.bot():
        for number, said in enumerate(said_and_read):
            await home.ask(home.ada, home.discord.add_channel(home.guild, f"c{number}"), said)

    read = [asked.messages[-1].text.partition("\n")[2] for asked in home.openai.requests]
    assert read == list(said_and_read.values())


async def test_nobody_learns_the_name_of_a_channel_they_do_not_see(home: Home) -> None:
    home.openai.answer = lambda _: [Say("I see.")]
    hidden = home.discord.add_channel(home.guild, "merger")
    home.discord.overwrite(hidden, home.guild.everyone, deny=Permission.VIEW_CHANNEL)
    home.discord.overwrite(hidden, home.discord.bot, allow=Permission.VIEW_CHANNEL)
    home.discord.overwrite(hidden, home.ada, allow=Permission.VIEW_CHANNEL)
    threads = [
        await home.ada.open_thread(home.general, "plans", private=True),
        await home.ada.open_thread(hidden, "price"),
        await home.ada.open_thread(home.general, "lunch"),
    ]
    said = " ".join(f"<#{channel.id}>" for channel in (hidden, *threads))

    async with home.bot():
        await home.ada.invite(threads[0], home.discord.bot)
        for person, channel in (
            (home.bob, home.general),
            (home.ada, home.general),
            (home.ada, threads[0]),
        ):
            await home.ask(person, channel, said)
        outcome = await home.bob.slash(home.general, "chat", prompt=said)
        await outcome.answered()
        await home.discord.until(lambda: len(home.openai.requests) == 4)

    read = [asked.messages[-1].text.partition("\n")[2] for asked in home.openai.requests]
    assert read == [
        "#unknown #unknown #unknown #lunch",
        "#merger #unknown #price #lunch",
        "#merger #plans #price #lunch",
        "#unknown #unknown #unknown #lunch",
    ]


async def test_a_direct_message_has_no_speaker_in_its_label(home: Home) -> None:
    home.openai.answer = lambda _: [Say("Hi.")]

    async with home.bot() as bot:
        direct = home.discord.dm(home.ada)
        said = await home.ada.say(direct, "hello")
        await home.answer_after(direct, said)
        session = await bot.store.session_at(Place(direct.id))

    label = home.openai.requests[0].messages[0].text.split("\n")[0]
    assert label.startswith("[20")
    assert "#" not in label
    assert session is not None
    assert session.place.is_direct


async def test_without_the_intent_nobody_is_told_that_no_mention_is_needed(tmp_path: Path) -> None:
    async with (
        open_home(tmp_path, LocalOpenAI(), message_content=False) as home,
        home.bot(),
    ):
        await (await home.ada.slash(home.general, "chat")).answered()
        (thread,) = [m.thread for m in home.general.messages if m.thread]
        told = await (await home.ada.slash(thread, "help")).answered()

    assert thread.messages[-1].content == (
        "👋 A fresh conversation. Say what it is about; mention me when you do."
    )
    assert told.content.startswith("In this thread I answer when you **mention me**")
    assert "no mentions" not in told.content


async def test_without_the_intent_mentions_are_heard_and_what_is_withheld_is_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    openai = LocalOpenAI(lambda _: [Say("Here.")])

    async with open_home(tmp_path, openai, message_content=False) as home, home.bot():
        thread_said = await home.ask(home.ada, home.general, "hello")
        outcome = await home.ada.slash(home.general, "chat", prompt="open")
        await outcome.answered()
        (thread,) = [m.thread for m in home.general.messages if m.thread]
        await home.discord.until(lambda: "Retry" in home.answers(thread)[-1].labels)
        await home.ada.say(thread, "not for the bot to read")
        await home.ada.say(thread, "nor this")
        await home.ask(home.ada, thread, "but this is")
        told = await home.discord.until(
            lambda: [m.content for m in home.answers(thread) if "🙉" in m.content]
        )

    assert thread_said.content == "Here."
    assert len(told) == 1
    assert told[0].startswith("🙉 Discord does not show me what is written here without a mention")
    texts = [asked.messages[-1].text.partition("\n")[2] for asked in home.openai.requests]
    assert texts == ["hello", "open", "but this is"]
    assert "Message Content Intent" in caplog.text
