"""The engine over fakes, one life of the process after the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from bot.domain.access import Actor
from bot.domain.attachment import Attachment
from bot.domain.billing import ScopeKind
from bot.domain.budget import Limits
from bot.domain.hearing import Sight, Utterance
from bot.domain.manner import Level, Trait
from bot.domain.message import Prompt
from bot.domain.rate import Rate
from bot.domain.session import Place
from bot.domain.turn import Turn
from bot.engine.catching_up import CatchUp
from bot.engine.engine import Doors, Engine, Makers, Terms, open_engine
from bot.engine.listenings import Listenings
from bot.engine.pacing import Governor
from bot.engine.sessions import Sessions
from bot.ports import Model
from tests.engine.faults import (
    IN_FLIGHT,
    Crash,
    GuardedModel,
    Landing,
    Plan,
    guard_messenger,
    guard_store,
)
from tests.fakes.board import Board
from tests.fakes.cabinet import Cabinet
from tests.fakes.memory_store import MemoryStore
from tests.fakes.paced import PacedMessenger
from tests.fakes.prices import FixedPrices
from tests.fakes.scripted_model import Script, ScriptedModel
from tests.fakes.shelf import Shelf
from tests.fakes.signs import Signs
from tests.fakes.virtual_time import LoopClock, run
from tests.samples import ADA, CHANNEL, MORNING


@dataclass(frozen=True, slots=True)
class House:
    """The engine of one process, with people in front of it."""

    engine: Engine
    past: Shelf
    clock: LoopClock
    board: Board

    @property
    def catch_up(self) -> CatchUp:
        """What stands before the intake."""
        return self.engine.catch_up

    @property
    def sessions(self) -> Sessions:
        """What commands and buttons do."""
        return self.engine.sessions

    def say(
        self,
        message_id: int,
        text: str,
        place: Place = CHANNEL,
        by: Actor = ADA,
        files: Sequence[Attachment] = (),
    ) -> None:
        """Say something to the bot."""
        name = "Ada" if by is ADA else "Bob"
        prompt = Prompt(message_id, by.id, name, text, MORNING, attachments=tuple(files))
        self.engine.intake.hear(Utterance(place, prompt, by, mentions_us=True))

    async def connect(self, *places: Place) -> None:
        """Have a session with the gateway begin, in which Discord tells of places."""
        await self.catch_up.resume()
        self.begin(*places)

    def begin(self, *places: Place) -> None:
        """Have the session with the gateway lost, and another begin."""
        self.catch_up.begin()
        self.catch_up.see(70, [Sight(place, self.past.newest(place)) for place in places])

    def arrive(self, text: str, place: Place = CHANNEL) -> int:
        """Have Ada write to the bot, and the message arrive; return its id."""
        said = self.past.put(text, place)
        self.catch_up.hear(said)
        return said.prompt.message_id

    def edit(self, number: int, text: str) -> None:
        """Have a message say something else, and the bot told so."""
        self.catch_up.edit(self.past.edit(number, text))

    def delete(self, *numbers: int, place: Place = CHANNEL) -> None:
        """Have messages deleted, and the bot told so."""
        for number in numbers:
            del self.past.said[number]
        self.catch_up.erase(place, numbers)

    def delete_posts(self, *posts: int, place: Place = CHANNEL) -> None:
        """Have somebody delete messages of ours, and the bot told so."""
        for post in posts:
            del self.board.rows[post]
        self.catch_up.erase(place, posts)

    async def opened(self, *places: Place) -> None:
        """Wait until places are open."""
        await self.until(lambda: all(map(self.catch_up.is_open, places)))

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for something to be seen, within a minute."""
        async with asyncio.timeout(60):
            while not is_so():
                await self.clock.sleep(0.1)

    async def settled(self) -> None:
        """Wait until nothing is owed any more, late checks included."""
        await self.engine.intake.caught_up()
        await self.engine.lanes.settled()


Story = Callable[[House], Awaitable[None]]


class World:
    """What outlives the process: its store, Discord, the model, and time."""

    def __init__(
        self,
        *scripts: Script,
        budget: int = 16000,
        long_after: int = 8,
        places: int = 8,
        fallback_models: tuple[str, ...] = (),
        names_sessions: bool = False,  # off: scripts and bills are of answers alone
    ) -> None:
        self.store = MemoryStore()
        self.board = Board(LoopClock(), first_id=1 << 62)
        self.past = Shelf(ours=lambda place: [post.id for post in self.board.posts_at(place)])
        self.files = Cabinet()
        self.hours = 6.0
        self.waits_for_discord = False  # what is owed is not woken before the connection
        self.signs = Signs()
        self.limits: dict[ScopeKind, Limits] = {}  # of budgets
        self.cheaper_model: str | None = None
        self.title_model: str | None = None
        self.rates: tuple[Rate, ...] = ()
        self.model = ScriptedModel(*scripts)
        self.asked: Model = self.model  # a story may have another one asked
        self.makers = Makers()
        self.seconds = 0.0
        self._budget = budget
        self._long_after = long_after
        self._places = places
        self._fallback_models = fallback_models
        self._names_sessions = names_sessions
        self._in_flight: list[Landing] = []

    def live(self, story: Story, plan: Plan | None = None) -> bool:
        """Start the process and tell a story; return whether the process survived it."""
        plan = plan or Plan()
        try:
            run(self._live(story, plan), start=self.seconds)
        except BaseExceptionGroup as group:
            if not group.subgroup(Crash):
                raise
        self._in_flight = plan.in_flight
        return not plan.is_dead

    def die(self, story: Story, plan: Plan, *, down: float) -> None:
        """Tell a story in the midst of which the process dies, and stay down for some seconds."""
        assert not self.live(story, plan)
        self.rest(down)

    def rest(self, seconds: float) -> None:
        """Have no process for a while, in which what is in flight lands all the same."""
        plan = Plan()
        plan.in_flight = self._in_flight
        run(_rest(plan, seconds), start=self.seconds)
        self.seconds += seconds

    def shown(self) -> str:
        """Return all that is to be read at the usual place."""
        return "\n".join(self.board.read_aloud(CHANNEL))

    def turns(self) -> list[Turn]:
        """Return every turn there is, oldest first."""
        return list(self.store.turns.values())

    def choose(self, trait: Trait, value: str) -> None:
        """Have something chosen for the usual channel."""
        run(self.store.choose(CHANNEL, Level.CHANNEL, trait, value), start=self.seconds)

    def forgive(self) -> None:
        """Do what the process does when it is stopped as planned."""
        run(self.store.forgive_attempts(), start=self.seconds)

    async def _live(self, story: Story, plan: Plan) -> None:
        loop = asyncio.get_running_loop()
        plan.in_flight, self._in_flight = self._in_flight, []
        try:
            async with asyncio.TaskGroup() as elsewhere, self._house(plan) as house:
                landing = elsewhere.create_task(_discord(plan))
                await story(house)
                await house.settled()
                await asyncio.sleep(2 * IN_FLIGHT)
                landing.cancel()
        finally:
            self.seconds = loop.time()

    @asynccontextmanager
    async def _house(self, plan: Plan) -> AsyncIterator[House]:
        clock = LoopClock()
        governor = Governor(clock)
        doors = Doors(
            guard_store(self.store, plan),
            GuardedModel(self.asked, plan),
            PacedMessenger(guard_messenger(self.board, plan), governor),
            guard_messenger(self.past, plan),
            guard_messenger(self.files, plan),
            self.signs,
            FixedPrices(),
            clock,
        )
        terms = Terms(
            default_model="some-model",
            fallback_models=self._fallback_models,
            context_tokens=self._budget,
            long_answer_pages=self._long_after,
            concurrent_answers=self._places,
            catch_up_hours=self.hours,
            limits=self.limits,
            budget_model=self.cheaper_model,
            names_sessions=self._names_sessions,
            title_model=self.title_model,
            rates=self.rates,
        )
        listenings = Listenings(await self.store.listenings())
        async with (
            open_engine(
                doors,
                terms,
                governor=governor,
                listenings=listenings,
                own_limits=await self.store.own_limits(),
                makers=self.makers,
            ) as engine,
            asyncio.TaskGroup() as group,
        ):
            running = group.create_task(engine.run())
            if not self.waits_for_discord:
                await engine.intake.resume()
            yield House(engine, self.past, clock, self.board)
            running.cancel()


async def _rest(plan: Plan, seconds: float) -> None:
    landing = asyncio.create_task(_discord(plan))
    await asyncio.sleep(seconds)
    landing.cancel()


async def _discord(plan: Plan) -> None:
    """Let requests land that are in flight, until cancelled."""
    while True:
        for landing in [one for one in plan.in_flight if one.is_due()]:
            plan.in_flight.remove(landing)
            await landing.land()
        moment = min((landing.moment for landing in plan.in_flight), default=None)
        with suppress(TimeoutError):
            async with asyncio.timeout_at(moment):
                await plan.has_sent.wait()
        plan.has_sent.clear()
