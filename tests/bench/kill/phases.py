"""The phases of a turn, and how a trial comes to a moment within each.

A moment is known from the outside: something arrived at the local Discord or at the model's
server, or was answered by them, or that was so long ago. When a phase returns, the process
is to be killed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tests.bench.kill.trial import LATEST, Trial
from tests.bench.kill.words import NOTICE, POISON

TWO_PAGES = 45  # lines
SLOWLY = 3.0  # seconds, in which an answer is seen to grow more than once
LATE = (0.0, 0.2, LATEST)  # seconds until a request lands that is under way


@dataclass(frozen=True, slots=True)
class Phase:
    """Where a turn is killed: a share of all trials, and the way to the moment."""

    share: int
    reach: Callable[[Trial], Awaitable[None]]
    is_fatal: bool = False  # every further attempt is deadly too


async def _heard(trial: Trial) -> None:
    await trial.everybody_asks()
    await trial.sleep(0.01)


async def _received(trial: Trial) -> None:
    await trial.ask(trial.lead)
    await trial.question()
    await trial.everybody_asks()
    await trial.sleep(0.3)


async def _before_first_word(trial: Trial) -> None:
    await trial.everybody_asks()
    await trial.question()
    await trial.sleep(0.2)


async def _first_words(trial: Trial) -> None:
    trial.land_late("POST", trial.chance.choice(LATE))
    await trial.everybody_asks()
    await trial.request("POST")
    await trial.sleep(0.03)


async def _growing(trial: Trial) -> None:
    trial.seconds = SLOWLY
    trial.land_late("PATCH", trial.chance.choice(LATE))
    await trial.everybody_asks(lines=TWO_PAGES)
    await trial.request("PATCH")
    await trial.sleep(trial.chance.choice((0.03, SLOWLY / 2)))


async def _between_pages(trial: Trial) -> None:
    trial.land_late("POST", trial.chance.choice(LATE), skip=1)
    await trial.everybody_asks(lines=TWO_PAGES)
    await trial.request("POST", number=2)
    await trial.sleep(0.03)


async def _final_text(trial: Trial) -> None:
    trial.land_late("*", trial.chance.choice(LATE), word="Retry")
    await trial.everybody_asks()
    await trial.request("*", word="Retry")
    await trial.sleep(0.01)


async def _posted(trial: Trial) -> None:
    await trial.everybody_asks()
    await trial.final_text()
    await trial.sleep(0.005)


async def _catching_up(trial: Trial) -> None:
    await trial.die()
    for _ in range(trial.chance.randint(1, 3)):
        await trial.everybody_asks()
    await trial.come_back()
    reach = trial.chance.choice((trial.connected, trial.reading, trial.question))
    await reach()
    await trial.sleep(0.1)


async def _late_check(trial: Trial) -> None:
    await _growing(trial)
    await trial.die()
    await trial.come_back()
    await trial.looking_after()
    await trial.sleep(0.05)


async def _out_of_memory(trial: Trial) -> None:
    await trial.poison(trial.lead, notice=NOTICE)
    await trial.question(POISON)
    for _ in range(2):
        await trial.die()
        await trial.come_back()
        await trial.question(POISON)


PHASES: Mapping[str, Phase] = MappingProxyType(
    {
        "heard, perhaps not yet recorded": Phase(10, _heard),
        "received, behind another": Phase(10, _received),
        "before the first word": Phase(10, _before_first_word),
        "at the first words": Phase(12, _first_words),
        "while it grows": Phase(12, _growing),
        "between pages": Phase(12, _between_pages),
        "at the final text": Phase(12, _final_text),
        "between posted and delivered": Phase(8, _posted),
        "in the midst of a catch-up": Phase(8, _catching_up),
        "in the midst of a late check": Phase(4, _late_check),
        "at a prompt that kills each time": Phase(2, _out_of_memory, is_fatal=True),
    }
)
