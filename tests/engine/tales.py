"""Short tales, told with every fault at every awaited call, and with every pair of deaths."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import product

from bot.domain.errors import StoreBusy
from bot.engine.engine import Makers
from tests.engine.faults import DEADLY, Plan, Trouble
from tests.engine.house import House, Story, World
from tests.engine.lives import LATER_THAN_ALL, Power
from tests.engine.verdict import LONG_AFTER, Excuses, Violation, WatchedBoard, violations
from tests.fakes.memory_tables import MOST_LOST
from tests.fakes.scripted_model import Script
from tests.samples import ADA, CHANNEL

A_MOMENT, AN_AGE = 1.0, 400.0  # seconds down; Discord has forgotten its nonces after the latter
POWERS = (Power.HOLDS, Power.UNFLUSHED, Power.ANY)


@dataclass(frozen=True, slots=True)
class Tale:
    """What people do in one life of the process, and what the model says to it."""

    scripts: tuple[Script, ...]
    live: Story
    said_before: tuple[str, ...] = ()  # while the process was down
    powers: tuple[Power, ...] = POWERS


@dataclass(frozen=True, slots=True)
class Case:
    """A tale in which faults befall the process, each in a life of its own."""

    tale: str
    faults: tuple[tuple[int, Trouble], ...]
    down: float = A_MOMENT
    power: Power = Power.HOLDS

    def __str__(self) -> str:
        faults = ",".join(f"{at}:{trouble.name}" for at, trouble in self.faults)
        return f"{self.tale}/{faults}/{self.down:.0f}/{self.power.name}"

    @classmethod
    def parse(cls, words: str) -> Case:
        """Return the case that these words are of."""
        tale, faults, down, power = words.split("/")
        pairs = [fault.split(":") for fault in faults.split(",")]
        told = tuple((int(at), Trouble[name]) for at, name in pairs)
        return cls(tale, told, float(down), Power[power])


async def one_question(house: House) -> None:
    await back(house)
    house.arrive("one")


async def one_retry(house: House) -> None:
    await one_question(house)
    await house.settled()
    with suppress(StoreBusy):  # then she is told so
        await house.sessions.retry(CHANNEL, ADA)


async def one_more_question(house: House) -> None:
    await house.connect(CHANNEL)
    house.arrive("three")
    await house.opened(CHANNEL)


async def back(house: House) -> None:
    """Be connected, and catch up."""
    await house.connect(CHANNEL)
    await house.opened(CHANNEL)


LONG: Script = ("a" * 1999, 2.0, "\n" + "b" * 1999, 2.0, "\n" + "c" * 10, 2.0)
SHORT: Script = ("Hi ", 2.0, "there.")
TALES = {
    "plain": Tale((SHORT,), one_question),
    # What a retry changed is not to be found on Discord when a store forgets what it flushed.
    "retry": Tale((LONG, SHORT), one_retry, powers=(Power.HOLDS, Power.UNFLUSHED)),
    "shorter": Tale((LONG, SHORT), one_question),
    "merged": Tale((SHORT,), one_more_question, said_before=("one", "two")),
}


def tell(case: Case, makers: Makers | None = None) -> list[Violation]:
    """Tell a tale, and return what is wrong in the end."""
    telling = _Telling(TALES[case.tale], makers)
    for number, (at, trouble) in enumerate(case.faults):
        telling.live(Plan(at, trouble, seed=at + number), down=case.down, power=case.power)
    return telling.end()


def single_faults(name: str) -> Iterator[Case]:
    """Yield every kind of trouble at every awaited call."""
    calls = len(_Telling(TALES[name]).live(Plan()).calls)
    for at, trouble, down in product(range(1, calls + 1), Trouble, (A_MOMENT, AN_AGE)):
        for power in TALES[name].powers if trouble in DEADLY else (Power.HOLDS,):
            yield Case(name, ((at, trouble),), down, power)


def single_deaths(name: str) -> Iterator[Case]:
    """Yield every death at every awaited call."""
    return (case for case in single_faults(name) if case.faults[0][1] in DEADLY)


def second_deaths(case: Case) -> Iterator[Case]:
    """Yield every death that may follow the one of this case before all is quiet again."""
    telling = _Telling(TALES[case.tale])
    ((at, trouble),) = case.faults
    telling.live(Plan(at, trouble, seed=at), down=case.down, power=case.power)
    calls = len(telling.live(Plan()).calls)
    for second in product(range(1, calls + 1), DEADLY):
        yield replace(case, faults=(*case.faults, second))


class _Telling:
    def __init__(self, tale: Tale, makers: Makers | None = None) -> None:
        self._board = WatchedBoard(first_id=LATER_THAN_ALL)
        self._world = World(*tale.scripts, long_after=LONG_AFTER)
        self._world.board = self._board
        self._power = Power.HOLDS
        assert self._world.live(back)
        self._world.store.flush()
        self._world.makers = makers or Makers()
        for text in tale.said_before:
            self._world.rest(1.0)
            self._world.past.seconds = self._world.seconds
            self._world.past.put(text, CHANNEL)
        self._world.rest(1.0)
        self._story = tale.live

    def live(self, plan: Plan, *, down: float = 0.0, power: Power = Power.HOLDS) -> Plan:
        """Live once: the first life tells the tale, the others take up what it left."""
        story, self._story = self._story, back
        self._power = power
        if not self._world.live(story, plan):
            if power is not Power.HOLDS:
                spares_flushed = power is Power.UNFLUSHED
                commits = MOST_LOST if spares_flushed else len(plan.calls) % MOST_LOST + 1
                self._world.store.lose_power(commits, spares_flushed=spares_flushed)
            self._world.rest(down)
        return plan

    def end(self) -> list[Violation]:
        """Live without trouble, and return what is wrong then."""
        self.live(Plan(), power=self._power)
        torn = dict.fromkeys(self._board.taken_back, 0) if self._power is Power.ANY else {}
        return violations(self._world, self._board, Excuses(torn))
