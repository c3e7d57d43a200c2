"""`python -m tests.bench kill`: kill -9 of the real process in every phase of a turn.

In each of 100 trials (`--trials`) one to three people talk in one to three channels, some of
them while the bot is down, and the process is killed once or more often. It comes back after
a second, or when Discord has forgotten every nonce, as after ten minutes. All must be
answered once, whole and in order, and be stored so. The dice are thrown anew in each run;
`--seed` repeats what was thrown, though not what the machine does meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import tempfile
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.playground.local_openai import LocalOpenAI
from tests.bench.kill.phases import PHASES
from tests.bench.kill.trial import Trial
from tests.bench.kill.verdict import all_settled, complaints, is_sound
from tests.stories.home import Home, open_home
from tests.stories.process import BotProcess

TRIALS = 100
HOMES = 4  # side by side, each with a process of its own
TWICE = 0.3  # the share of trials in which it is killed once more, while it recovers
LONGEST_RECOVERY = 3.0  # seconds until then


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a trial."""

    number: int
    phase: str
    deaths: int
    complaints: Sequence[str]


def plan(trials: int, chance: random.Random) -> list[str]:
    """Return the phase of each trial: all phases by their shares, in any order."""
    phases = [name for name, phase in PHASES.items() for _ in range(phase.share)]
    planned = [phases[number * len(phases) // trials] for number in range(trials)]
    chance.shuffle(planned)
    return planned


async def trials_in(folder: Path, planned: deque[tuple[int, str]], seed: int) -> list[Result]:
    """Do what is planned, one trial after the other, and judge them all in the end."""
    async with open_home(folder, LocalOpenAI()) as home:
        bot = BotProcess(home)
        try:
            await bot.start()
            trials = [trial async for trial in _trials(home, bot, planned, seed)]
            about_all = await _end(bot, folder / "bot.db")
        finally:
            await bot.kill()
        return [
            Result(t.number, t.phase, t.deaths, [*complaints(t, folder / "bot.db"), *about_all])
            for t in trials
        ]


async def _trials(
    home: Home, bot: BotProcess, planned: deque[tuple[int, str]], seed: int
) -> AsyncIterator[Trial]:
    while planned:
        number, phase = planned.popleft()
        chance = random.Random(f"{seed} {number}")  # noqa: S311  # a dice, not a key
        trial = Trial(home, bot, number, chance, phase=phase)
        home.openai.answer = trial.answer
        try:
            await _do(trial)
        except TimeoutError:
            trial.is_late = True
            await bot.kill()
            await bot.start()
        home.discord.faults.clear()
        yield trial


async def _end(bot: BotProcess, database: Path) -> list[str]:
    """Stop the bot when it owes nothing any more; return what is wrong with it as a whole."""
    wrong = [] if await all_settled(database) else ["some turns are owed for ever"]
    if code := await bot.stop():
        wrong.append(f"asked to stop, the process ended with {code}")
    if not is_sound(database):
        wrong.append("the database is damaged")
    return wrong


async def _do(trial: Trial) -> None:
    """Have people talk, kill the process, and wait until everything is answered."""
    phase = PHASES[trial.phase]
    await phase.reach(trial)
    await trial.die()
    await trial.come_back()
    if phase.is_fatal:
        await trial.ask(trial.lead)
    elif trial.chance.random() < TWICE:
        await trial.sleep(LONGEST_RECOVERY)
        await trial.die()
        await trial.come_back()
    await trial.connected()  # or a request to stop would find nobody who listens
    await trial.all_answered()


async def run(folders: Sequence[Path], trials: int, seed: int) -> list[Result]:
    """Do so many trials in several homes side by side, each with a folder."""
    planned = deque(enumerate(plan(trials, random.Random(seed)), start=1))  # noqa: S311  # dice
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(trials_in(folder, planned, seed)) for folder in folders]
    return [result for task in tasks for result in task.result()]


def report(results: Sequence[Result], seed: int) -> Iterator[str]:
    """Return a line for each complaint, one for each phase, and one for all."""
    for result in sorted(results, key=lambda r: r.number):
        yield from (f"trial {result.number}, {result.phase}: {c}" for c in result.complaints)
    right = Counter(result.phase for result in results if not result.complaints)
    done = Counter(result.phase for result in results)
    deaths = sum(result.deaths for result in results)
    for phase in PHASES:
        yield f"{phase:<40}{done[phase]:4} trials {right[phase]:4} ok"
    yield f"seed {seed}, {deaths} kills"
    yield f"{right.total()} of {len(results)} answered once and whole"


def main(arguments: Sequence[str]) -> int:
    """Print the report; return 1 when anything was not answered once and whole."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench kill")
    parser.add_argument("--trials", type=int, default=TRIALS)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))  # noqa: S311  # dice
    options = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="parley-kill-"))
    homes = [Path(tempfile.mkdtemp(dir=folder)) for _ in range(HOMES)]
    results = asyncio.run(run(homes, options.trials, options.seed))
    for line in report(results, options.seed):
        print(line)  # noqa: T201  # its purpose
    if any(result.complaints for result in results):
        print(f"the logs and databases are in {folder}")  # noqa: T201  # its purpose
        return 1
    shutil.rmtree(folder)
    return 0
