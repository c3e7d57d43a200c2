"""`python -m tests.bench crowd`: many channels at once, under Discord's own limits.

For 200 and 500 channels whose answers of 200 tokens stream at once, prints the seconds from
the first question to the last whole answer, beside the best that the limits allow, and how
often Discord said that it was too much. The real process, as in the other measurement.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from bot.playground import Channel, DidNotRespond
from bot.playground.local_openai import Asked, LocalOpenAI, Say, Script
from tests.bench.figures import Figure
from tests.stories.home import Home, open_home
from tests.stories.process import BotProcess

CROWDS = (200, 500)
TOKENS = 200
TOKENS_PER_SECOND = 50
PATIENCE = 300.0  # seconds
HELP_EVERY = 1.0  # seconds

# An answer that is seen to grow takes two requests: its first words, and its final text.
REQUESTS_PER_ANSWER = 2
REQUESTS_PER_SECOND = 50


def answer(asked: Asked) -> Script:
    """Return an answer that is told apart from all others."""
    return [Say(text_about(asked.messages[-1].text.split()[-1]), delay=1 / TOKENS_PER_SECOND)]


def text_about(topic: str) -> str:
    """Return so many words about a topic."""
    return " ".join(f"{topic}-{number}" for number in range(TOKENS))


def best(crowd: int) -> float:
    """Return the seconds that it takes at best: one answer's own, or all their requests."""
    requests = crowd * REQUESTS_PER_ANSWER
    return max(TOKENS / TOKENS_PER_SECOND, requests / REQUESTS_PER_SECOND)


async def measure(folder: Path, crowd: int) -> list[Figure]:
    """Have so many people ask at once, each in a channel of their own."""
    async with open_home(folder, LocalOpenAI(answer)) as home:
        # A place that is made within a minute of the start is read first, a request each.
        channels = [home.discord.add_channel(home.guild, f"c{n}") for n in range(crowd)]
        bot = BotProcess(home)
        await bot.start()
        await home.discord.until(home.has_commands)
        begun = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            helped = group.create_task(_slowest_help(home, best(crowd)))
            for channel in channels:
                group.create_task(_one(home, channel))
        seconds = time.perf_counter() - begun
        whole = sum(_shown(home, channel) == text_about(channel.name) for channel in channels)
        edits = sum(r.method == "PATCH" for r in home.discord.requests)
        too_many = home.discord.too_many_requests
        await bot.stop()
    ideal = best(crowd)
    return [
        Figure(f"{crowd} channels, answers that are not whole", crowd - whole, "", 0, 0),
        Figure(f"{crowd} channels, last answer whole", seconds, "s", ideal, 1.3 * ideal),
        Figure(f"{crowd} channels, edits for each answer", edits / crowd, "", 1, 10),
        Figure(f"{crowd} channels, answers 429", too_many, "", 0, 5),
        Figure(f"{crowd} channels, slowest /help meanwhile", helped.result(), "s", 0.5, 3),
    ]


async def _one(home: Home, channel: Channel) -> None:
    said = await home.ada.say(channel, f"{home.mention} about {channel.name}")
    await home.answer_after(channel, said, timeout=PATIENCE)


async def _slowest_help(home: Home, seconds: float) -> float:
    """Return the longest that somebody waited for a command's answer within some seconds."""
    begun = time.perf_counter()
    slowest = 0.0
    while (asked := time.perf_counter()) - begun < seconds:
        outcome = await home.bob.slash(home.general, "help")
        with suppress(DidNotRespond):  # that it took more than three seconds is told all the same
            await outcome.answered()
        slowest = max(slowest, time.perf_counter() - asked)
        await asyncio.sleep(HELP_EVERY)
    return slowest


def _shown(home: Home, channel: Channel) -> str:
    return "\n".join(page.content for page in home.answers(channel))


def main() -> int:
    """Print the figures; return 1 when one of them is over its limit."""
    fits = True
    for crowd in CROWDS:
        with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
            for figure in asyncio.run(measure(Path(folder), crowd)):
                print(figure, flush=True)  # noqa: T201  # its purpose
                fits = fits and figure.value <= figure.limit
    return 0 if fits else 1
