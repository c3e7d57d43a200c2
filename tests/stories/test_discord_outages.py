"""Discord fails while an answer grows: nobody else waits, and the answer comes whole."""

from __future__ import annotations

import pytest

from bot.playground.local_openai import Asked, Say, Script
from tests.logged import Log
from tests.stories.home import Home

LONG = "".join(f"Sentence number {n:02} of a longer answer.\n" for n in range(70))
KINDS = [
    ("POST", "/channels/*/typing"),
    ("POST", "/channels/*/messages"),
    ("PATCH", "/channels/*/messages/*"),
]


def script(asked: Asked) -> Script:
    """Give a long answer to whoever asks for one, and repeat what others said."""
    words = asked.messages[-1].text.splitlines()[-1]
    return [Say(LONG, size=200, delay=0.15)] if "long" in words else [Say(f"You said: {words}")]


def shown(home: Home) -> list[str]:
    return [message.content for message in home.answers(home.general)]


@pytest.mark.parametrize("harm", ["500", "a proxy", "bucket", "global", "answer lost"])
async def test_whatever_each_kind_of_request_meets_once_the_answer_comes_whole(
    home: Home, harm: str
) -> None:
    home.openai.answer = script
    faults = home.discord.faults
    for method, route in KINDS:
        match harm:
            case "500":
                faults.answer(500, method, route)
            case "a proxy":
                faults.answer(404, method, route)
            case "bucket" | "global":
                faults.too_many(method, route, retry_after=0.3, everywhere=harm == "global")
            case _:
                faults.drop(method, route, after_effect=True)

    async with home.bot():
        said = await home.ada.say(home.general, f"{home.mention} long, please")
        await home.answer_after(home.general, said)

    assert "\n".join(shown(home)) == LONG.strip()
    assert [rule.hits for rule in faults.rules] == [1, 1, 1]
    assert len(home.openai.requests) == 1


async def test_a_channel_that_takes_no_edits_for_a_minute_keeps_nobody_else_waiting(
    home: Home,
) -> None:
    home.openai.answer = script
    busy = home.discord.add_channel(home.guild, "busy")
    refusing = home.discord.faults.too_many(
        "PATCH", f"/channels/{busy.id}/messages/*", retry_after=60, times=None
    )

    async with home.bot():
        await home.bob.say(busy, f"{home.mention} long, please")
        await home.discord.until(lambda: refusing.hits)
        for number in range(3):
            await home.ask(home.ada, home.general, f"{number}")
        await home.ask(home.ada, home.general, "long, please")

    assert [*shown(home)[:3], "\n".join(shown(home)[3:])] == [
        "You said: 0",
        "You said: 1",
        "You said: 2",
        LONG.strip(),
    ]
    assert refusing.hits == 1


async def test_a_filter_of_the_server_is_told_in_words_and_the_next_turn_works(
    home: Home, logged: Log
) -> None:
    home.openai.answer = script
    home.discord.faults.answer(
        400,
        "POST",
        "/channels/*/messages",
        code=200000,
        times=None,
        where=lambda body: isinstance(body, dict) and "forbidden" in str(body["content"]),
    )

    async with home.bot():
        told = await home.ask(home.ada, home.general, "forbidden words")
        after = await home.ask(home.ada, home.general, "other words")

    assert told.content == (
        "-# 🛑 Discord did not take this part of the answer (a filter of this server, most likely)."
    )
    assert after.content == "You said: other words"
    (line,) = logged.lines("page_refused")
    assert line.startswith("WARNING")
    assert "turn=1" in line
