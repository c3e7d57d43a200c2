"""A process that was paused wakes up when another has gone on in its place."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from bot.playground.local_openai import Asked, Hold, Say, Script
from tests.stories.home import Home
from tests.stories.process import BotProcess

TEXT = "The whole answer, word for word, from whoever gives it."


def _lose_lock(folder: Path) -> None:
    (folder / "bot.db.lock").unlink()


async def test_a_process_that_wakes_up_late_says_nothing_and_ends_in_words(home: Home) -> None:
    held = asyncio.Event()
    asked = 0

    def answer(_: Asked) -> Script:
        nonlocal asked
        asked += 1
        if asked == 1:
            return [Say("An answer that "), Hold(held), Say("nobody waits for. " * 200)]
        return [Say(TEXT)]

    home.openai.answer = answer
    older, newer = BotProcess(home, "older.log"), BotProcess(home)
    await older.start()
    said = await home.ada.say(home.general, f"{home.mention} tell me")
    await home.discord.until(lambda: home.answers(home.general))
    older.send(signal.SIGSTOP)
    _lose_lock(home.folder)

    await newer.start()
    await home.answer_after(home.general, said)
    held.set()
    older.send(signal.SIGCONT)
    code = await older.ended()

    assert code == 3
    words = older.log.read_text()
    assert "was opened by another process (opening 2, this is opening 1)" in words
    assert "Traceback" not in words
    (page,) = home.answers(home.general)
    assert (page.content, page.labels) == (TEXT, ["Retry", "Branch"])
    assert await newer.stop() == 0
