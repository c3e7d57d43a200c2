"""Each safeguard is needed: with it removed, random lives go wrong in the way that it prevents."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

import pytest

from bot.domain.hearing import Reading, Sight, Utterance
from bot.domain.message import Prompt
from bot.domain.reply import Page
from bot.domain.session import Place, Session, TurnId
from bot.domain.turn import Turn
from bot.engine.catching_up import CatchUp
from bot.engine.checking import LateCheck
from bot.engine.engine import Makers
from bot.engine.intake import Intake
from tests.engine.faults import Trouble
from tests.engine.lives import LATER_THAN_ALL, Lives, Power, SteadyStore
from tests.engine.tales import single_faults, tell
from tests.engine.verdict import Kind, WatchedBoard
from tests.fakes.memory_store import MemoryStore

SEEDS = 200


@dataclass(frozen=True, slots=True)
class Removed:
    """A safeguard that is not there, and what goes wrong then."""

    kind: Kind
    makers: Makers = field(default_factory=Makers)
    board: Callable[[], WatchedBoard] = lambda: WatchedBoard(first_id=LATER_THAN_ALL)
    store: Callable[[], MemoryStore] = SteadyStore
    power: Power = Power.HOLDS
    troubles: tuple[Trouble, ...] = ()
    is_restless: bool = False

    def kinds_found(self, seed: int) -> set[Kind]:
        """Return what goes wrong in the lives of a seed."""
        lives = Lives(
            seed,
            self.power,
            troubles=self.troubles,
            is_restless=self.is_restless,
            makers=self.makers,
            board=self.board(),
            store=self.store(),
        )
        return {violation.kind for violation in lives.run()}


LATE = (Trouble.LANDS_LATE, Trouble.DIES_IN_FLIGHT)


class NoNonce(WatchedBoard):
    """Discord, when it is told no nonce."""

    def __init__(self) -> None:
        super().__init__(nonce_window=0.0, first_id=LATER_THAN_ALL)


class NoSearch(WatchedBoard):
    """Discord, where nobody finds a post of his own."""

    def __init__(self) -> None:
        super().__init__(first_id=LATER_THAN_ALL)
        self.hides_history = True


class Uncompared(LateCheck):
    """A late check that does not look at what the posts show."""

    async def _compare(self, post: int, page: Page) -> None:  # noqa: ARG002  # it does not look
        return None


class Unswept(LateCheck):
    """A late check that leaves what it does not know."""

    async def _sweep(self) -> None:
        return None


class OneEpoch(CatchUp):
    """Takes every session with the gateway for the first one, in which all places are open."""

    _sessions = 0

    def begin(self) -> None:
        self._sessions += 1
        if self._sessions == 1:
            super().begin()

    def see(self, guild_id: int, sights: Iterable[Sight]) -> None:
        if self._sessions == 1:
            super().see(guild_id, sights)


class NoGate(CatchUp):
    """Lets in what arrives while it still reads what was said before."""

    def hear(self, utterance: Utterance) -> bool:
        if self.is_meant(utterance):
            self._intake.hear(utterance)
        return super().hear(utterance)


class Overtaking(Intake):
    """Commits what comes next while something that failed waits for another try."""

    async def _commit_all(self) -> None:
        async with asyncio.TaskGroup() as group:
            while True:
                batch, act = await self._arrived()
                for heard in batch:
                    group.create_task(self._commit([heard]))
                if act is not None:
                    await act()
                    self._waiting.task_done()


class TwoCommits(SteadyStore):
    """Moves the watermark in a transaction of its own, before what was heard is recorded."""

    async def hear(
        self, heard: Sequence[tuple[Session, Prompt]], *, joinable: Container[TurnId] | None = None
    ) -> list[Turn | None]:
        for spare, prompt in heard:
            await self._write(partial(self._hear_until, spare.place, prompt.message_id))
        return await super().hear(heard, joinable=joinable)

    async def hear_together(
        self, session: Session, prompts: Sequence[Prompt], *, reading: Reading | None
    ) -> Turn | None:
        if reading is not None:
            await self.keep_up(session.place, reading)
        return await super().hear_together(session, prompts, reading=reading)


class ShowingNothing(SteadyStore):
    """Does not know which answers a place should show."""

    async def shown_at(self, place: Place, *, since: int) -> list[tuple[int, ...]]:  # noqa: ARG002
        return []


WITHOUT = {
    "the nonce": Removed(Kind.DUPLICATE, board=NoNonce, troubles=LATE),
    "the search by marks": Removed(Kind.DUPLICATE, board=NoSearch, power=Power.UNFLUSHED),
    "the comparison of the late check": Removed(
        Kind.CONTENT, makers=Makers(late_check=Uncompared), troubles=LATE
    ),
    "epochs": Removed(Kind.LOST, makers=Makers(catch_up=OneEpoch), is_restless=True),
    "the gate": Removed(Kind.ORDER, makers=Makers(catch_up=NoGate)),
    "the ordered inbox": Removed(
        Kind.ORDER, makers=Makers(intake=Overtaking), troubles=(Trouble.FAILS,)
    ),
    "one transaction": Removed(Kind.LOST, store=TwoCommits, power=Power.ANY),
    "the look at what is shown": Removed(Kind.KEPT, store=ShowingNothing),
}


@pytest.mark.parametrize("safeguard", WITHOUT)
def test_without_a_safeguard_random_lives_go_wrong(safeguard: str) -> None:
    removed = WITHOUT[safeguard]

    assert any(removed.kind in removed.kinds_found(seed) for seed in range(SEEDS))


def test_without_the_sweep_of_strays_a_page_that_lands_late_is_left() -> None:
    cases = (c for c in single_faults("shorter") if c.faults[0][1] is Trouble.DIES_IN_FLIGHT)
    kinds = (v.kind for case in cases for v in tell(case, Makers(late_check=Unswept)))

    assert Kind.PHANTOM in kinds
