"""Random lives: people, trouble and deaths as the dice will have it, the same for a seed.

People write whether the process lives or not, and whether its line to the gateway holds. At
a death the power may be lost as well, and with it the newest commits of the store.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from bot.domain.access import Denied
from bot.domain.completion import CompletionEvent, Delta, Finish, FinishReason
from bot.domain.context import Context
from bot.domain.errors import BotError, Fault, ModelBusy
from bot.domain.hearing import Utterance
from bot.domain.message import Prompt
from bot.domain.session import Place, SessionId, TurnId
from bot.domain.turn import Turn
from bot.engine.engine import Makers
from bot.engine.sessions import Change
from tests.engine.faults import DEADLY, Plan, Trouble
from tests.engine.house import House, World
from tests.engine.verdict import LONG_AFTER, Excuses, Violation, WatchedBoard, violations
from tests.fakes.line import Line
from tests.fakes.memory_store import MemoryStore
from tests.fakes.memory_tables import MOST_LOST
from tests.samples import ADA, BOB, CHANNEL, DIRECT, OTHER_CHANNEL

PLACES = (CHANNEL, OTHER_CHANNEL, DIRECT)
DOWN = (1.0, 10.0, 100.0, 400.0)  # seconds
PAUSES = (0.0, 0.0, 0.03, 0.1, 1.0, 3.0, 30.0)  # seconds between two deeds
CUT = (0.0, 0.5, 5.0, 60.0)  # seconds without a line
LATER_THAN_ALL = 1 << 62  # ids of posts, beyond those of all messages
PATIENCE = 3600.0  # seconds within which it is quiet


class Power(Enum):
    """What a power cut takes from the store."""

    HOLDS = "nothing: it is not lost"
    UNFLUSHED = "at most five commits that nothing flushed"
    ANY = "at most five commits, flushed or not: the disk lies"


class Dice(Plan):
    """Makes trouble at about one call in so many."""

    def __init__(self, seed: int, *, one_in: int, kinds: tuple[Trouble, ...]) -> None:
        super().__init__(seed=seed)
        self._one_in = one_in
        self._kinds = kinds

    def next(self, name: str) -> Trouble | None:
        self.die_if_dead()
        self.calls.append(name)
        if self._random.randrange(self._one_in):
            return None
        return self._random.choice(self._kinds)


class Talker:
    """A model that takes its time, says which call it is, and breaks off now and then."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  # a dice, not a key
        self._calls = 0
        self.asked: dict[int, list[str]] = {}

    @asynccontextmanager
    async def complete(self, context: Context) -> AsyncIterator[AsyncIterator[CompletionEvent]]:
        self._calls += 1
        self.asked[self._calls] = [m.text.rpartition("]\n")[2] for m in context.messages]
        yield self._speak(self._calls)

    async def _speak(self, call: int) -> AsyncIterator[CompletionEvent]:
        dice = self._random
        yield Delta(f"answer {call}:")
        for number in range(dice.choice((0, 1, 2, 4, 8))):
            await asyncio.sleep(dice.choice((0.0, 0.02, 1.0, 4.0)))
            yield Delta(f" word{number}" * dice.choice((1, 120, 150)))
        if dice.randrange(12) == 0:
            raise ModelBusy(Fault.SERVER, "503")
        yield Finish(FinishReason.STOP)


class SteadyStore(MemoryStore):
    """A store that does the same for a seed, whatever ids the sessions are given.

    Notes which of the newest questions were edited.
    """

    def __init__(self) -> None:
        super().__init__()
        self.edited: set[int] = set()

    async def revise(
        self, prompts: Sequence[Prompt], *, anew_since: datetime | None = None
    ) -> list[Turn]:
        if anew_since is None:
            heads = {s.head for s in self.sessions.values() if s.is_open}
            said = {p.message_id for h in heads if h for p in self.turns[h].kept_prompts}
            self.edited |= {prompt.message_id for prompt in prompts} & said
        return await super().revise(prompts, anew_since=anew_since)

    async def owing(self) -> list[SessionId]:
        owing = {*await super().owing()}
        return [session_id for session_id in self.sessions if session_id in owing]


@dataclass(frozen=True, slots=True)
class Scene:
    """A process, and its line to the gateway."""

    house: House
    line: Line


Deed = Callable[[Scene, Place], Awaitable[None]]


class Lives:
    """Some lives of the process in a row, the last of them without trouble."""

    def __init__(
        self,
        seed: int,
        power: Power,
        *,
        troubles: tuple[Trouble, ...] = (),
        is_restless: bool = False,
        makers: Makers | None = None,
        board: WatchedBoard | None = None,
        store: MemoryStore | None = None,
    ) -> None:
        self.seed = seed
        self.power = power
        self._troubles = troubles  # those that there are, as often as can be; none: as it comes
        self.deaths = 0
        self.calls = 0
        self._random = random.Random(seed)  # noqa: S311  # a dice, not a key
        self.world = World(long_after=LONG_AFTER)
        self.board = board or WatchedBoard(first_id=LATER_THAN_ALL)
        self.world.board = self.board
        self.world.store = store or SteadyStore()
        self.world.makers = makers or Makers()
        self.talker = self.world.asked = Talker(seed)
        self._torn: dict[int, int] = {}
        self._withheld: set[int] = set()
        self._places = self._random.sample(PLACES, self._random.randint(1, 2))
        self._deeds = self._all_deeds()
        # What is deleted then nobody tells of; a store that forgets confuses it with its own.
        self._takes_down = power is not Power.ANY and self._random.randrange(3) == 0
        if is_restless:
            self._deeds += [self._interrupt] * 8
        if power is not Power.ANY and self._random.randrange(4) == 0:
            self.world.hours = 60 / 3600  # some are too old when they are found

    def _all_deeds(self) -> list[Deed]:
        seldom: list[Deed] = [self._interrupt, self._chatter]
        if self.power is not Power.ANY:
            # A deed that the store forgot is not to be found on Discord, as a message is.
            seldom += [_stop, _reset, _retry, self._climb, self._resume]
            seldom += [self._delete_post, self._answer_offer, self._edit]
        often: list[Deed] = [self._say] * 4
        return often + [deed for deed in seldom for _ in range(self._random.choice((0, 1, 4)))]

    def run(self) -> list[Violation]:
        """Live, and return what is wrong in the end."""
        dice = self._random
        self._live(self._meet, Plan())
        self.world.store.flush()
        for life in range(dice.randint(1, 4)):
            if not self._live(self._people, self._plan(life)):
                self.deaths += 1
                self._lose_power()
            self._be_down(dice.choice(DOWN))
        looked_at = self._look()
        return violations(
            self.world,
            self.board,
            Excuses(
                self._excused(),
                self._withheld,
                self.talker.asked,
                self._edited,
                looked_at,
                is_forgetful=self.power is Power.ANY,
            ),
        )

    def _look(self) -> set[TurnId]:
        """Live without trouble; return the turns at rest at places whose history was read then.

        None where the bot may have forgotten what it took back itself.
        """
        resting = [turn for turn in self.world.turns() if turn.is_at_rest]
        self.world.past.reads.clear()
        self._live(self._nobody, Plan())
        read = set(self.world.past.reads) if self.power is not Power.ANY else set()
        sessions = self.world.store.sessions
        return {turn.id for turn in resting if sessions[turn.session_id].place in read}

    def _plan(self, life: int) -> Plan:
        kinds = DEADLY if self._random.random() < 0.4 else tuple(Trouble)
        one_in = self._random.choice((6, 15, 40))
        if self._troubles:
            kinds, one_in = self._troubles, 6
        return Dice(self.seed * 10 + life, one_in=one_in, kinds=kinds)

    @property
    def _edited(self) -> set[int]:
        store = self.world.store
        return store.edited if isinstance(store, SteadyStore) else set()

    def _excused(self) -> dict[int, int]:
        """Return the answers of which somebody deleted a post, with their newest version then.

        A store that forgets what it had flushed takes the bot itself for somebody: a page
        that it took back, and then forgot that it did, is not put back.
        """
        if self.power is Power.ANY:
            return dict.fromkeys(self.board.taken_back, 0)
        return self._torn

    def _live(self, deeds: Callable[[Scene], Awaitable[None]], plan: Plan) -> bool:
        async def story(house: House) -> None:
            await house.catch_up.resume()
            dice = random.Random(self._random.random())  # noqa: S311  # a dice, not a key
            line = Line(house.catch_up, house.past, house.clock, places=PLACES, dice=dice)
            if self.power is not Power.ANY:
                self.board.tell = line.carry_deletion
            async with asyncio.TaskGroup() as group:
                connected = group.create_task(line.run())
                try:
                    await deeds(Scene(house, line))
                    await self._quiet(house, line)
                finally:
                    self._withheld |= line.withheld
                connected.cancel()

        survived = self.world.live(story, plan)
        self.calls += len(plan.calls)
        return survived

    async def _quiet(self, house: House, line: Line) -> None:
        async with asyncio.timeout(PATIENCE):
            while not (line.is_quiet and all(map(house.catch_up.is_open, self._places))):
                await house.clock.sleep(1.0)

    def _lose_power(self) -> None:
        commits = self._random.randint(0, MOST_LOST)
        if self.power is Power.HOLDS:
            self.world.store.flush()
        else:
            spares_flushed = self.power is Power.UNFLUSHED
            self.world.store.lose_power(commits, spares_flushed=spares_flushed)

    def _be_down(self, seconds: float) -> None:
        """Have no process for a while, in which people write all the same."""
        rested = 0.0
        for moment in sorted(
            self._random.uniform(0, seconds) for _ in range(self._random.randint(0, 3))
        ):
            self.world.rest(moment - rested)
            rested = moment
            self.world.past.seconds = self.world.seconds
            self._write()
            if self._takes_down and self.board.rows:
                self._tear()
        self.world.rest(seconds - rested)

    def _write(self, place: Place | None = None) -> Utterance:
        number = len(self.world.past.said)
        return self.world.past.put(f"question {number}", place or self._random.choice(self._places))

    async def _meet(self, on: Scene) -> None:
        """Have the bot spoken with at each place: Discord lists no direct messages."""
        for place in self._places:
            await asyncio.sleep(1.0)
            on.line.carry(self._write(place))

    async def _nobody(self, on: Scene) -> None:
        """Have nothing happen."""

    async def _people(self, on: Scene) -> None:
        dice = self._random
        async with asyncio.TaskGroup() as group:
            for _ in range(dice.randint(1, 6)):
                await asyncio.sleep(dice.choice(PAUSES))
                group.create_task(self._do(dice.choice(self._deeds), on))

    async def _do(self, deed: Deed, on: Scene) -> None:
        with suppress(BotError):
            await deed(on, self._random.choice(self._places))

    async def _say(self, on: Scene, place: Place) -> None:
        on.line.carry(self._write(place))

    async def _chatter(self, on: Scene, place: Place) -> None:
        on.line.carry(self.world.past.put("among ourselves", place, is_for_us=False))

    async def _interrupt(self, on: Scene, _: Place) -> None:
        dice = self._random
        await on.line.interrupt(
            dice.choice(CUT), is_lost=dice.random() < 0.7, withholds=dice.random() < 0.5
        )

    async def _resume(self, on: Scene, place: Place) -> None:
        self._edited.clear()
        if known := [s for s in self.world.store.sessions.values() if s.place == place]:
            await on.house.sessions.resume(place, ADA, self._random.choice(known).id)

    async def _edit(self, on: Scene, place: Place) -> None:
        """Edit one of the newest questions, if it is not so new that it is on its way."""
        said = [n for n, u in self.world.past.said.items() if u.place == place and u.mentions_us]
        if said:
            number = self._random.choice(said[-3:])
            text = self.world.past.said[number].prompt.text
            on.line.carry_edit(self.world.past.edit(number, f"{text}!"))

    async def _delete_post(self, on: Scene, _: Place) -> None:
        if self.board.rows:
            on.line.carry_deletion(*self._tear())

    def _tear(self) -> tuple[Place, int]:
        """Have somebody delete one of our posts; return where, and which."""
        row = self.board.rows.pop(self._random.choice(list(self.board.rows)))
        anchor = row.post.mark.anchor
        editions = [turn.edition for turn in self.world.turns() if turn.anchor == anchor]
        self._torn[anchor] = max(editions, default=0)
        return row.place, row.post.id

    async def _climb(self, on: Scene, place: Place) -> None:
        """Move about in the tree of turns."""
        self._edited.clear()
        await self._random.choice((self._show_version, self._branch, _undo))(on, place)

    async def _show_version(self, on: Scene, place: Place) -> None:
        if anchors := [turn.anchor for turn in self.world.turns()]:
            anchor, version = self._random.choice(anchors), self._random.choice((0, 0, 1, 2))
            with suppress(Denied):  # it belongs to the other place
                await on.house.sessions.show_version(place, BOB, anchor, version)

    async def _branch(self, on: Scene, place: Place) -> None:
        if turns := self.world.turns():
            turn = self._random.choice(turns)
            at = self.world.store.sessions[turn.session_id].place
            found = await on.house.engine.branches.at(at, ADA, turn.anchor)
            if not isinstance(found, Change):
                await on.house.engine.branches.open(*found, place, ADA)

    async def _answer_offer(self, on: Scene, _: Place) -> None:
        if offers := self.world.past.offers:
            offer = self._random.choice(offers)
            await on.house.catch_up.answer(offer.place, ADA, offer.oldest, offer.newest)


async def _stop(on: Scene, place: Place) -> None:
    await on.house.sessions.stop(place, BOB)


async def _reset(on: Scene, place: Place) -> None:
    await on.house.sessions.reset(place, ADA)


async def _retry(on: Scene, place: Place) -> None:
    await on.house.sessions.retry(place, BOB)


async def _undo(on: Scene, place: Place) -> None:
    await on.house.sessions.undo(place, BOB)
