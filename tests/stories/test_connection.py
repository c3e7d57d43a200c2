"""The connection to Discord is made anew whenever that is needed, and given up when it must be."""

from __future__ import annotations

import asyncio

import pytest

from bot.app import open_bot
from bot.gateway.connection import Unwelcome
from bot.playground.local_openai import Say
from tests.stories.home import Home


async def answers_still(home: Home) -> None:
    answer = await home.ask(home.ada, home.general, "are you there?")
    assert answer.content == "Still here."


@pytest.fixture(autouse=True)
def model(home: Home) -> None:
    """Have the model say that it is there."""
    home.openai.answer = lambda _: [Say("Still here.")]


async def test_what_is_said_while_the_line_is_down_is_heard_when_the_session_resumes(
    home: Home,
) -> None:
    async with home.bot():
        home.discord.gateway.drop()
        said = await home.ada.say(home.general, f"{home.mention} are you there?")
        await home.answer_after(home.general, said)

        assert home.discord.gateway.resumes == 1
        assert home.discord.gateway.identifies == 1


@pytest.mark.parametrize("trouble", ["invalidate", "ask_to_reconnect", "forget_and_drop"])
async def test_after_any_trouble_on_the_gateway_the_bot_answers_again(
    home: Home, trouble: str
) -> None:
    gateway = home.discord.gateway
    async with home.bot():
        before = (gateway.identifies, gateway.resumes)
        match trouble:
            case "invalidate":
                gateway.invalidate(resumable=False)
            case "ask_to_reconnect":
                gateway.ask_to_reconnect()
            case _:
                gateway.forget_sessions()
                gateway.drop()
        await home.discord.until(
            lambda: (gateway.identifies, gateway.resumes) != before, timeout=20
        )
        await home.discord.bot_ready()
        await answers_still(home)


async def test_a_gateway_that_refuses_the_first_connection_is_tried_again(home: Home) -> None:
    home.discord.gateway.refuse(1.0)

    async with home.bot():
        await answers_still(home)


async def test_a_discord_that_fails_at_login_is_tried_again(home: Home) -> None:
    home.discord.faults.answer(503, "GET", "/users/@me", times=2)

    async with home.bot():
        await answers_still(home)


async def test_a_wrong_token_ends_it_at_once_with_words(home: Home) -> None:
    stop = asyncio.Event()
    with pytest.raises(Unwelcome, match="DISCORD_TOKEN"):
        async with open_bot(home.settings(discord_token="wrong")) as bot:  # noqa: S106  # it is
            await bot.run(stop)

    assert home.discord.limits.invalid_requests <= 2


async def test_answers_come_whole_though_discord_fails_now_and_then(home: Home) -> None:
    text = "".join(f"Sentence number {n:03} of a longer answer.\n" for n in range(100))
    home.openai.answer = lambda _: [Say(text, size=400, delay=0.05)]
    faults = home.discord.faults
    faults.answer(503, "POST", "/channels/*/messages", times=1)
    faults.drop("POST", "/channels/*/messages", after_effect=True, times=1)
    faults.drop("PATCH", "/channels/*/messages/*", after_effect=True, times=2)
    faults.drop("PATCH", "/channels/*/messages/*", after_effect=False, times=1)

    async with home.bot():
        await home.ask(home.ada, home.general, "tell me")

    pages = home.answers(home.general)
    assert "\n".join(page.content for page in pages) == text.strip()


async def test_a_thread_that_is_archived_meanwhile_is_opened_again_for_the_answer(
    home: Home,
) -> None:
    text = "".join(f"Sentence number {n:02}.\n" for n in range(60))
    home.openai.answer = lambda _: [Say(text, size=100, delay=0.1)]

    async with home.bot():
        thread = await home.bob.open_thread(home.general, "aside")
        said = await home.bob.say(thread, f"{home.mention} go")
        await home.discord.until(lambda: home.answers(thread))
        await home.discord.owner.archive(thread)
        await home.answer_after(thread, said)

    assert [page.content for page in home.answers(thread)] == [text.strip()]
