"""Talking with the bot, as a second and strict Discord sees it."""

from __future__ import annotations

import asyncio

import discord

from tests.simcord.house import PATIENCE, House, labels


async def test_a_mention_is_answered_with_a_reply(house: House) -> None:
    house.model.scripts[:] = [["Paris, ", "of course."]]

    said = await house.ada.send(house.general, f"{house.mention} capital of France?")
    await house.quiet()

    (answer,) = house.answers(house.general)
    assert answer.content == "Paris, of course."
    assert answer.type is discord.MessageType.reply
    assert answer.reference is not None
    assert answer.reference.message_id == said.id
    assert labels(answer) == [["Retry", "Branch"]]


async def test_what_is_not_meant_for_the_bot_is_not_answered(house: House) -> None:
    robot = house.guild.add_member(house.env.create_user("robot", bot=True))
    hook = house.guild.create_webhook(house.general, "hook")

    await house.ada.send(house.general, f"just talking to {house.bob.mention}")
    await robot.send(house.general, f"{house.mention} beep")
    await hook.send(f"{house.mention} ding")
    await house.quiet()

    assert house.answers(house.general) == []
    assert house.model.seen == []


async def test_a_reply_to_the_bot_is_answered_without_a_mention(house: House) -> None:
    house.model.scripts[:] = [["Paris."], ["Two million."]]
    answer = await house.ask(house.ada, house.general, "capital of France?")

    await house.bob.send(house.general, "how many people?", reply_to=answer)
    await house.quiet()

    contents = [message.content for message in house.answers(house.general)]
    assert contents == ["Paris.", "Two million."]


async def test_an_answer_pings_nobody_whatever_its_words(house: House) -> None:
    mods = house.guild.create_role("mods", mentionable=True)
    words = f"@everyone @here {house.bob.mention} {mods.mention}"
    house.model.scripts[:] = [[words]]

    answer = await house.ask(house.ada, house.general, "call them")

    # simcord lists in `mentions` whoever stands in the text, whatever was allowed; so what
    # was allowed is read from the request itself.
    (body,) = house.bodies("POST", f"/channels/{house.general.id}/messages")
    assert answer.content == words
    assert not answer.mention_everyone
    assert isinstance(body, dict)
    assert body["allowed_mentions"] == {"parse": []}


async def test_a_direct_message_needs_no_mention(house: House) -> None:
    house.model.scripts[:] = [["At your service."]]

    await house.ada.send_dm("are you there?")
    await house.quiet()

    (answer,) = house.answers(house.ada.user.dm_channel)
    assert answer.content == "At your service."
    assert [said.text for said in house.model.seen[0].messages] == [
        "[2026-01-01 00:00Z]\nare you there?"
    ]


async def test_while_it_grows_an_answer_can_be_stopped(house: House) -> None:
    house.model.scripts[:] = [["Once upon ", asyncio.Event(), "a time."]]
    first_words = house.env.bot.wait_for("message", check=lambda m: m.author == house.env.bot.user)

    await house.ada.send(house.general, f"{house.mention} a story")
    async with asyncio.timeout(PATIENCE):
        growing = await first_words
    assert labels(growing) == [["Stop"]]
    pressed = await house.bob.click(growing, label="Stop")
    await house.quiet()

    (stopped,) = house.answers(house.general)
    assert stopped.id == growing.id
    assert stopped.content == "Once upon\n-# ⏹️ Stopped."
    assert labels(stopped) == [["Retry", "Branch"]]
    assert pressed.acknowledged
    assert pressed.followups == []


async def test_retry_answers_again_in_the_same_message(house: House) -> None:
    house.model.scripts[:] = [["Heads."], ["Tails."]]
    answer = await house.ask(house.ada, house.general, "toss a coin")

    pressed = await house.bob.click(answer, label="Retry")
    await house.quiet()

    (again,) = house.answers(house.general)
    assert again.id == answer.id
    assert again.content == "Tails."
    assert labels(again) == [["◀", "2/2", "▶", "Retry", "Branch"]]
    assert pressed.acknowledged
    assert pressed.followups == []


async def test_an_arrow_shows_the_other_version_in_the_same_message(house: House) -> None:
    house.model.scripts[:] = [["Heads."], ["Tails."]]
    answer = await house.ask(house.ada, house.general, "toss a coin")
    await house.bob.click(answer, label="Retry")
    await house.quiet()
    (again,) = house.answers(house.general)

    pressed = await house.bob.click(again, label="◀")
    await house.quiet()

    (before,) = house.answers(house.general)
    assert before.id == answer.id
    assert before.content == "Heads."
    assert labels(before) == [["◀", "1/2", "▶", "Retry", "Branch"]]
    assert pressed.acknowledged
    assert pressed.followups == []


async def test_of_a_long_answer_only_the_last_page_has_a_button_to_press(house: House) -> None:
    text = "\n".join(f"Sentence {n:03} of a longer answer." for n in range(80))
    house.model.scripts[:] = [[text]]

    await house.ada.send(house.general, f"{house.mention} tell me")
    await house.quiet()

    pages = house.answers(house.general)
    assert "\n".join(page.content for page in pages) == text
    assert [labels(page) for page in pages] == [[["continues below"]], [["Retry", "Branch"]]]
    assert [_is_pressable(page) for page in pages] == [False, True]


def _is_pressable(message: discord.Message) -> bool:
    return any(
        isinstance(part, discord.Button) and not part.disabled
        for row in message.components
        if isinstance(row, discord.ActionRow)
        for part in row.children
    )
