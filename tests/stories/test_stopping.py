"""SIGTERM when things are bad already: it ends soon all the same, and nothing is lost."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

from bot.playground.local_openai import Say
from tests.stories.home import Home
from tests.stories.process import BotProcess

GRACE = 1  # seconds


async def test_asked_to_stop_while_another_program_holds_the_database_it_stops(home: Home) -> None:
    home.openai.answer = lambda _: [Say("Here I am.")]
    bot = BotProcess(home, GRACE_SECONDS=str(GRACE))
    await bot.start()
    await home.ask(home.ada, home.general, "are you there?")

    with closing(sqlite3.connect(home.folder / "bot.db", isolation_level=None)) as other:
        other.execute("begin immediate")
        said = await home.ada.say(home.general, f"{home.mention} and now?")
        async with asyncio.timeout(GRACE + 4):
            code = await bot.stop()
        other.execute("rollback")
    await bot.start()
    answer = await home.answer_after(home.general, said)

    assert code == 0
    assert answer.content == "Here I am."
    assert len(home.answers(home.general)) == 2
    assert "Traceback" not in bot.log.read_text()
    assert await bot.stop() == 0
