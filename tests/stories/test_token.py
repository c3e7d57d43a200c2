"""The token is reset while the bot runs."""

from __future__ import annotations

import pytest

from bot.playground.local_openai import Say
from tests.stories.home import Home
from tests.stories.process import BotProcess

LONG = "".join(f"Sentence number {n:02} of a longer answer.\n" for n in range(70))


@pytest.mark.parametrize("hangs_up", [True, False], ids=["hangs-up", "keeps-the-connection"])
async def test_a_token_that_is_reset_ends_it_with_words_and_loses_nothing(
    home: Home, *, hangs_up: bool
) -> None:
    home.openai.answer = lambda _: [Say(LONG, size=100, delay=0.05)]
    bot = BotProcess(home)
    await bot.start()

    said = await home.ada.say(home.general, f"{home.mention} long, please")
    await home.discord.until(lambda: home.answers(home.general))
    home.discord.reset_token("another-token")
    if hangs_up:
        home.discord.gateway.drop(code=4004)
    code = await bot.ended()
    refused = home.discord.limits.invalid_requests
    await bot.start()
    await home.answer_after(home.general, said)
    await bot.stop()

    log = bot.log.read_text()
    assert code == 1
    assert (
        log.count("Discord does not accept DISCORD_TOKEN; reset the token and copy it anew.") == 1
    )
    assert "Traceback" not in log
    assert refused <= 3
    assert "\n".join(m.content for m in home.answers(home.general)) == LONG.strip()
    assert "attempt=2" not in log  # to be thrown out is no failure of the answer
