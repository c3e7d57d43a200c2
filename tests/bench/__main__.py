"""`python -m tests.bench`: what the bot costs beside the model, measured on the real process.

Prints milliseconds from a message to the request it causes, CPU for each turn of one token,
resident memory after 200 turns, and seconds from the start to being connected. The local
Discord and the local model run in this process, the bot in another; rate limits are off.
With `bill`, `crowd`, `kill`, `lives` or `long` it does what the module of that name in
`tests.bench` says.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil

from bot.playground import Channel
from bot.playground.local_openai import LocalOpenAI, Say
from tests.bench import bill, crowd, kill, lives, long
from tests.bench.figures import Figure
from tests.stories.home import Home, open_home
from tests.stories.process import BotProcess

TURNS = 200
CHANNELS = 20
WARM = 20  # turns before anything is measured
BREATH = 0.05  # seconds between turns, so that none waits for the last words of another


async def measure(folder: Path) -> list[Figure]:
    """Run the bot in front of a local Discord, and return what it took."""
    openai = LocalOpenAI(lambda _: [Say("ok")])
    async with open_home(folder, openai, rate_limits=False) as home:
        bot = BotProcess(home)
        begun = time.perf_counter()
        await bot.start()
        ready = time.perf_counter() - begun
        channels = [home.discord.add_channel(home.guild, f"c{n}") for n in range(CHANNELS)]
        await _turns(home, channels, WARM)
        process = psutil.Process(bot.pid)
        before = _cpu(process)
        overheads = await _turns(home, channels, TURNS)
        cpu = (_cpu(process) - before) / TURNS
        memory = process.memory_info().rss / 2**20
        await bot.stop()
    return [
        Figure("overhead per turn, message to request, median", _ms(overheads), "ms", 2, 5),
        Figure("CPU per one-token turn", cpu * 1000, "ms", 5, 10),
        Figure(f"resident memory after {TURNS} turns", memory, "MiB", 90, 110),
        Figure("start to connected", ready, "s", 2, 5),
    ]


async def _turns(home: Home, channels: list[Channel], number: int) -> list[float]:
    """Have so many turns, one after the other; return the seconds each took to be asked."""
    seconds = []
    for turn in range(number):
        channel = channels[turn % len(channels)]
        said = await home.ada.say(channel, f"{home.mention} turn {turn}")
        begun = asyncio.get_running_loop().time()  # it is on its way to the bot now
        await home.answer_after(channel, said)
        seconds.append(home.openai.requests[-1].at - begun)
        await asyncio.sleep(BREATH)
    return seconds


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _ms(seconds: list[float]) -> float:
    return statistics.median(seconds) * 1000


def main() -> int:
    """Print the figures; return 1 when one of them is over its limit."""
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
        figures = asyncio.run(measure(Path(folder)))
    for figure in figures:
        print(figure)  # noqa: T201  # its purpose
    return 0 if all(figure.value <= figure.limit for figure in figures) else 1


def command(arguments: list[str]) -> int:
    """Do what was asked for, and return the exit code."""
    match arguments:
        case ["bill"]:
            return bill.main()
        case ["crowd"]:
            return crowd.main()
        case ["kill", *rest]:
            return kill.main(rest)
        case ["lives", *rest]:
            return lives.main(rest)
        case ["long"]:
            return long.main()
        case _:
            return main()


if __name__ == "__main__":
    sys.exit(command(sys.argv[1:]))
