"""The model goes away and comes back, and the process dies meanwhile."""

from __future__ import annotations

from bot.playground import Message
from bot.playground.local_openai import Fail, Say
from tests.stories.home import Home
from tests.stories.process import BotProcess


async def test_an_answer_that_waits_for_the_model_outlives_the_process(home: Home) -> None:
    home.openai.answer = lambda _: [Fail(503)]
    bot = BotProcess(home)
    await bot.start()

    said = await home.ada.say(home.general, f"{home.mention} hello")
    notice = await home.discord.until(lambda: next(iter(home.answers(home.general)), None))
    seen = notice.content
    await home.discord.until(lambda: b"circuit_open" in bot.log.read_bytes())
    await bot.kill()
    home.openai.answer = lambda _: [Say("Back again.")]
    await bot.start()
    answer: Message = await home.answer_after(home.general, said)
    await bot.stop()

    assert seen == (
        "🌩️ The model provider has a failure on its side. "
        "Your answer comes here by itself when it is back; you need not ask again."
    )
    assert home.answers(home.general) == [answer]
    assert answer.id == notice.id
    assert answer.content == "Back again."
    assert bot.log.read_text().count("event=waiting_for_model") == 1
