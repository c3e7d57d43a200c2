"""The real process is killed in the midst of an answer, or asked to stop."""

from __future__ import annotations

import asyncio
import random

from bot.playground import Channel, Message
from bot.playground.local_openai import Asked, Say, Script
from tests.stories.home import Home
from tests.stories.process import BotProcess

KILLS = 4
MOMENTS_AT_ONCE = 5  # turns in other channels, each begun a while after the one before
PIECES = 24
DELAY = 0.04  # seconds between pieces, so that an answer takes about one
LASTS = 1.4 * PIECES * DELAY  # seconds, from the question to a while after the last word
TEXT = "".join(
    f"This is sentence number {n:03} of the answer, and there are more.\n" for n in range(48)
)
SIZE = len(TEXT) // PIECES + 1


def slowly(_: Asked) -> Script:
    return [Say(TEXT, size=SIZE, delay=DELAY)]


def assert_answered_once_and_whole(home: Home, channel: Channel, said: Message) -> None:
    pages = home.answers(channel)
    assert "\n".join(page.content for page in pages) == TEXT.strip()
    assert [page.labels for page in pages] == [["continues below"], ["Retry", "Branch"]]
    assert all(page.id > said.id for page in pages)


async def test_killed_at_twenty_moments_of_a_turn_it_answers_once_and_whole(home: Home) -> None:
    home.openai.answer = slowly
    chance = random.Random(20261123)  # noqa: S311  # a dice, not a key
    bot = BotProcess(home)
    await bot.start()

    for kill in range(KILLS):
        said: dict[Channel, Message] = {}
        for number in range(MOMENTS_AT_ONCE):
            channel = home.discord.add_channel(home.guild, f"trial-{kill}-{number}")
            asked = len(home.openai.requests)
            said[channel] = await home.ada.say(channel, f"{home.mention} tell me")
            await home.openai.until(lambda n=asked: len(home.openai.requests) > n)  # type: ignore[misc]  # a default in a lambda
            await asyncio.sleep(chance.uniform(0, 2 * LASTS / MOMENTS_AT_ONCE))
        await bot.kill()
        if kill % 2:
            home.discord.forget_nonces()  # as after ten minutes
        await bot.start()
        for channel, message in said.items():
            await home.answer_after(channel, message)
            assert_answered_once_and_whole(home, channel, message)

    assert await bot.stop() == 0
    assert home.discord.too_many_requests == 0


async def test_asked_to_stop_it_finishes_what_it_is_at(home: Home) -> None:
    home.openai.answer = slowly
    bot = BotProcess(home, GRACE_SECONDS="10")
    await bot.start()
    said = await home.ada.say(home.general, f"{home.mention} tell me")
    await home.discord.until(lambda: home.answers(home.general))

    assert await bot.stop() == 0

    assert_answered_once_and_whole(home, home.general, said)


async def test_what_the_grace_time_was_too_short_for_is_finished_after_the_next_start(
    home: Home,
) -> None:
    home.openai.answer = slowly
    bot = BotProcess(home, GRACE_SECONDS="0")
    await bot.start()
    said = await home.ada.say(home.general, f"{home.mention} tell me")
    for _ in range(3):  # as often as attempts are granted: a stop is no failure
        await home.discord.until(lambda: home.answers(home.general))
        assert await bot.stop() == 0
        await bot.start()

    await home.answer_after(home.general, said)

    assert_answered_once_and_whole(home, home.general, said)
    assert await bot.stop() == 0


async def test_no_secret_and_no_word_of_people_is_in_the_log(home: Home) -> None:
    home.openai.answer = lambda _: [Say("canary-of-the-model")]
    bot = BotProcess(home)
    await bot.start()

    await home.ask(home.ada, home.general, "canary-of-a-person")
    await bot.stop()

    log = bot.log.read_text()
    assert "event=delivered" in log
    assert "canary" not in log
    assert home.discord.token not in log
    assert "local-key" not in log
