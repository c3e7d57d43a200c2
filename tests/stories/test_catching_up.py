"""What is said while nobody listens is answered all the same: once, in order, or on demand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.playground import Channel, Message, Permission, Thread
from bot.playground.local_openai import Asked, LocalOpenAI, Say, Script
from tests.stories.home import Home, open_home
from tests.stories.process import BotProcess

PLACES = 20


def echo(asked: Asked) -> Script:
    """Return an answer that says what was asked last."""
    return [Say(f"You said: {said(asked)[-1]}")]


def said(asked: Asked) -> list[str]:
    """Return what the model was shown, without the labels."""
    return [message.text.rpartition("]\n")[2] for message in asked.messages]


@pytest.fixture(autouse=True)
def model(home: Home) -> None:
    """Have the model repeat what it is asked."""
    home.openai.answer = echo


def replies(home: Home, place: Channel | Thread) -> list[tuple[int | None, str]]:
    """Return what the bot said at a place, and to which message."""
    return [
        (m.reference.message_id if m.reference else None, m.content) for m in home.answers(place)
    ]


async def test_messages_in_twenty_places_while_it_was_down_are_answered_once(home: Home) -> None:
    channels = [home.discord.add_channel(home.guild, f"c{n}") for n in range(PLACES)]
    bot = BotProcess(home)
    await bot.start()

    for each in (1, 5, 200):
        await bot.kill()
        asked = len(home.openai.requests)
        last: dict[Channel, Message] = {}
        for number in range(each):
            channel = channels[number % PLACES]
            last[channel] = await home.ada.say(channel, f"{home.mention} {each} {number}")
        before = {channel: len(home.answers(channel)) for channel in channels}
        await bot.start()
        for channel, message in last.items():
            await home.answer_after(channel, message)

        for channel, message in last.items():
            new = replies(home, channel)[before[channel] :]
            words = message.content.removeprefix(f"{home.mention} ")
            assert new == [(message.id, f"You said: {words}")]
        assert len(home.openai.requests) - asked == len(last)

    (first,) = [n for n in home.openai.requests if said(n)[-1] == "200 180"]
    assert said(first)[-10:] == [f"200 {number}" for number in range(0, 200, PLACES)]
    assert await bot.stop() == 0
    assert home.discord.too_many_requests == 0


@pytest.mark.parametrize("hours", [-48, 3])
async def test_a_machine_whose_clock_is_wrong_hears_the_same(home: Home, *, hours: int) -> None:
    def wrong() -> SystemClock:
        return SystemClock(lambda: datetime.now(UTC) + timedelta(hours=hours))

    general = home.general
    async with home.bot(wrong()):
        there = await home.ask(home.ada, general, "while it is there")
    meanwhile = await home.ada.say(general, f"{home.mention} while it is away")
    async with home.bot(wrong()):
        await home.answer_after(general, meanwhile)

    assert replies(home, general) == [
        (there.reference and there.reference.message_id, "You said: while it is there"),
        (meanwhile.id, "You said: while it is away"),
    ]


async def test_what_fell_into_a_lost_gateway_session_is_answered_once(home: Home) -> None:
    gateway = home.discord.gateway
    async with home.bot():
        await home.ask(home.ada, home.general, "hello")
        before = gateway.identifies
        gateway.forget_sessions()
        lost = [await home.ada.say(home.general, f"{home.mention} lost {n}") for n in range(3)]
        await home.discord.until(lambda: gateway.identifies > before, timeout=20)
        await home.answer_after(home.general, lost[-1])
        await home.ask(home.ada, home.general, "and now?")

    assert replies(home, home.general)[1:] == [
        (lost[-1].id, "You said: lost 2"),
        (replies(home, home.general)[-1][0], "You said: and now?"),
    ]
    assert said(home.openai.requests[1])[-3:] == ["lost 0", "lost 1", "lost 2"]


async def test_archived_threads_and_direct_messages_are_asked_for(home: Home) -> None:
    direct = home.discord.dm(home.bob)
    async with home.bot():
        outcome = await home.ada.slash(home.general, "chat", prompt="a thread of ours")
        await outcome.answered()
        (thread,) = [message.thread for message in home.general.messages if message.thread]
        await home.discord.until(lambda: "Retry" in home.answers(thread)[-1].labels)
        await home.answer_after(direct, await home.bob.say(direct, "hello"))

    in_thread = await home.ada.say(thread, "without a mention")
    await home.discord.owner.archive(thread)
    in_direct = await home.bob.say(direct, "psst")

    async with home.bot():
        await home.answer_after(thread, in_thread)
        await home.answer_after(direct, in_direct)

    assert replies(home, thread)[-1] == (in_thread.id, "You said: without a mention")
    assert replies(home, direct)[-1] == (in_direct.id, "You said: psst")


async def test_who_is_heard_late_is_who_is_heard_live(home: Home) -> None:
    async with home.bot():
        answer = await home.ask(home.ada, home.general, "hello")
    robot = home.discord.add_person("Robot", guilds=[home.guild], bot=True)
    secret = home.discord.add_channel(home.guild, "secret")
    home.discord.overwrite(secret, home.discord.bot, deny=Permission.READ_MESSAGE_HISTORY)

    await home.ada.say(home.general, "just talking to Bob")
    await robot.say(home.general, f"{home.mention} beep")
    home.discord.webhook_says(home.general, "hook", f"{home.mention} ding")
    home.discord.system_says(home.general, home.ada)
    gone = await home.ada.say(home.general, f"{home.mention} never mind")
    await home.ada.delete(gone)
    await home.ada.say(secret, f"{home.mention} not to be read")
    replied = await home.bob.say(home.general, "and me?", reply_to=answer)
    async with home.bot():
        await home.answer_after(home.general, replied)

    assert [said(asked)[-1] for asked in home.openai.requests] == ["hello", "and me?"]
    assert len(said(home.openai.requests[1])) == 3
    assert home.answers(secret) == []


async def test_what_is_old_is_offered_and_each_button_works_after_a_restart(home: Home) -> None:
    other = home.discord.add_channel(home.guild, "other")
    async with home.bot():
        await home.ask(home.ada, home.general, "hello")
    for channel in (home.general, other):
        for number in range(3):
            await home.ada.say(channel, f"{home.mention} old {number}")

    async with home.bot(catch_up_hours=0):
        offers = [await offered(home, channel) for channel in (home.general, other)]
    async with home.bot(catch_up_hours=0):
        await home.bob.press(offers[0], label="Answer")
        await home.discord.until(lambda: len(home.openai.requests) == 2)
        await home.bob.press(offers[1], label="Leave")
        await home.discord.until(lambda: not home.answers(other))
        await home.discord.until(
            lambda: (
                [said.labels for said in home.answers(home.general)] == [["Retry", "Branch"]] * 2
            )
        )

    assert [offer.content for offer in offers] == [
        "💤 3 messages came while I was away. Shall I still answer?"
    ] * 2
    assert [offer.labels for offer in offers] == [["Answer", "Leave"]] * 2
    assert [offer.pings for offer in offers] == [set(), set()]
    assert [content for _, content in replies(home, home.general)] == [
        "You said: hello",
        "You said: old 2",
    ]
    assert said(home.openai.requests[1])[-3:] == ["old 0", "old 1", "old 2"]


async def offered(home: Home, channel: Channel) -> Message:
    """Return the message in which people are asked, once it is there."""

    def found() -> Message | None:
        return next((m for m in home.answers(channel) if "Leave" in m.labels), None)

    return await home.discord.until(found)


async def test_without_the_intent_mentions_and_direct_messages_are_caught_up_with(
    tmp_path: Path,
) -> None:
    async with open_home(tmp_path, LocalOpenAI(), message_content=False) as home:
        home.openai.answer = echo
        direct = home.discord.dm(home.bob)
        async with home.bot():
            await home.answer_after(direct, await home.bob.say(direct, "hello"))
        await home.ada.say(home.general, "no mention")
        mentioned = await home.ada.say(home.general, f"{home.mention} a mention")
        in_direct = await home.bob.say(direct, "psst")

        async with home.bot():
            await home.answer_after(home.general, mentioned)
            await home.answer_after(direct, in_direct)

        assert sorted(said(asked)[-1] for asked in home.openai.requests) == [
            "a mention",
            "hello",
            "psst",
        ]


async def test_killed_in_the_midst_of_a_catch_up_it_answers_each_once(home: Home) -> None:
    channels = [home.discord.add_channel(home.guild, f"c{n}") for n in range(PLACES)]
    bot = BotProcess(home)
    await bot.start()
    await bot.kill()
    last = {c: await home.ada.say(c, f"{home.mention} {c.name}") for c in channels}

    await bot.start()
    await home.discord.until(lambda: len(home.openai.requests) > 2)
    await bot.kill()
    await bot.start()
    for channel, message in last.items():
        await home.answer_after(channel, message)

    for channel, message in last.items():
        assert replies(home, channel) == [(message.id, f"You said: {channel.name}")]
    assert await bot.stop() == 0
