"""`python -m tests.bench lives`: many thousand random lives of the engine, and all short tales.

Each seed is lived three times: with power that holds, with power cuts that take at most five
commits that nothing flushed, and with power cuts that take any five. The tales are told with
every trouble at every awaited call, and with every pair of deaths. Prints what went wrong with
the words that have it happen again, and at the end how much there was of each kind.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.engine.lives import Lives, Power
from tests.engine.tales import TALES, Case, second_deaths, single_deaths, single_faults, tell
from tests.engine.verdict import Kind, Violation

PROCESSES = 2
SEEDS = 10_000
TOGETHER = 20  # seeds that one process lives before it says what came of them
SAY_EVERY = 10.0  # seconds
COMMAND = "python -m tests.bench lives"

Job = range | Case | str  # seeds; a death that others follow; a tale, with single faults


@dataclass(slots=True)
class Tally:
    """What came of some lives."""

    seeds: int = 0
    deaths: int = 0
    calls: int = 0
    tales: int = 0
    wrong: list[tuple[str, Violation]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count another tally in."""
        self.seeds += other.seeds
        self.deaths += other.deaths
        self.calls += other.calls
        self.tales += other.tales
        self.wrong += other.wrong

    def __str__(self) -> str:
        kinds = Counter(violation.kind for _, violation in self.wrong)
        counts = " ".join(f"{kind} {kinds[kind]}" for kind in Kind)
        return (
            f"{self.seeds} seeds, {self.deaths} deaths, {self.calls} effects, "
            f"{self.tales} tales: {counts}"
        )


def work(job: Job) -> Tally:
    """Do a job."""
    logging.disable(logging.CRITICAL)
    tally = Tally()
    match job:
        case range():
            for seed in job:
                tally.seeds += 1
                for power in Power:
                    _live(seed, power, tally)
        case Case():
            for case in second_deaths(job):
                _tell(case, tally)
        case str():
            for case in single_faults(job):
                _tell(case, tally)
    return tally


def _live(seed: int, power: Power, tally: Tally) -> None:
    lives = Lives(seed, power)
    try:
        wrong = lives.run()
    except Exception as error:  # noqa: BLE001  # a boundary: it is told with its seed
        wrong = [Violation(Kind.UNSETTLED, f"ended in {error!r}")]
    tally.deaths += lives.deaths
    tally.calls += lives.calls
    again = f"--seed {seed} --power {power.name}"
    tally.wrong += [(again, violation) for violation in wrong]


def _tell(case: Case, tally: Tally) -> None:
    tally.tales += 1
    try:
        wrong = tell(case)
    except Exception as error:  # noqa: BLE001  # a boundary: it is told with its case
        wrong = [Violation(Kind.UNSETTLED, f"ended in {error!r}")]
    tally.wrong += [(f"--case {case}", violation) for violation in wrong]


def _jobs(first: int, seeds: int) -> Iterator[Job]:
    end = first + seeds
    for start in range(first, end, TOGETHER):
        yield range(start, min(start + TOGETHER, end))
    for name in TALES:
        yield name
        yield from single_deaths(name)


def soak(first: int, seeds: int, minutes: float) -> Tally:
    """Live and tell for so long at most, and print what comes of it."""
    total = Tally()
    begun = said = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        for tally in pool.imap_unordered(work, _jobs(first, seeds)):
            total.add(tally)
            for again, violation in tally.wrong:
                _print(f"{violation}\n  again: {COMMAND} {again}")
            now = time.monotonic()
            if now - said >= SAY_EVERY:
                said = now
                _print(f"{now - begun:.0f} s: {total}")
            if now - begun >= minutes * 60:
                _print("time is over")
                break
    return total


def again(seed: int | None, power: str | None, case: str | None) -> Tally:
    """Have one seed, or one case, happen again, with the log of the engine."""
    tally = Tally()
    if case is not None:
        _tell(Case.parse(case), tally)
    elif seed is not None:
        tally.seeds = 1
        for one in Power if power is None else [Power[power]]:
            _live(seed, one, tally)
    for _, violation in tally.wrong:
        _print(str(violation))
    return tally


def main(arguments: Sequence[str]) -> int:
    """Print what went wrong, and return 1 when anything did."""
    parser = argparse.ArgumentParser(prog=COMMAND)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--from", type=int, default=0, dest="first", metavar="SEED")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, help="live this one again, with the log")
    parser.add_argument("--power", choices=[power.name for power in Power])
    parser.add_argument("--case", help="tell this tale again, with the log")
    chosen = parser.parse_args(arguments)
    if chosen.seed is not None or chosen.case is not None:
        logging.basicConfig(level=logging.INFO, format="%(message)s")
        total = again(chosen.seed, chosen.power, chosen.case)
    else:
        total = soak(chosen.first, chosen.seeds, chosen.minutes)
    _print(str(total))
    return 1 if total.wrong else 0


def _print(words: str) -> None:
    print(words, flush=True)  # noqa: T201  # its purpose
