"""Random lives: people, trouble and deaths as the dice will have it, the same for a seed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from bot.domain.completion import CompletionEvent, Delta, Finish, FinishReason
from bot.domain.context import Context
from bot.domain.errors import Fault, ModelBusy, StoreBusy
from bot.domain.reply import Mark, Page
from bot.domain.session import Place
from bot.domain.turn import Turn, TurnState
from bot.engine.layout import settled
from tests.engine.faults import DEADLY, Plan, Trouble
from tests.engine.house import House, World
from tests.fakes.board import NONCE_WINDOW, Board
from tests.fakes.virtual_time import LoopClock
from tests.samples import ADA, BOB, CHANNEL, OTHER_CHANNEL

PLACES = (CHANNEL, OTHER_CHANNEL)
DOWN = (1.0, 10.0, 100.0, 400.0)  # seconds
LONG_AFTER = 3


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

    @asynccontextmanager
    async def complete(self, _: Context) -> AsyncIterator[AsyncIterator[CompletionEvent]]:
        self._calls += 1
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


class WatchedBoard(Board):
    """Notices a page that is shown twice, even for a moment."""

    def __init__(self, *, nonce_window: float = NONCE_WINDOW) -> None:
        super().__init__(LoopClock(), nonce_window=nonce_window)
        self.twice: list[Mark] = []

    async def post(
        self, place: Place, page: Page, *, mark: Mark, nonce: str, reply_to: int | None
    ) -> int:
        is_shown = any(row.post.mark == mark for row in self.rows.values())
        before = len(self.created)
        post = await super().post(place, page, mark=mark, nonce=nonce, reply_to=reply_to)
        if is_shown and len(self.created) > before:
            self.twice.append(mark)
        return post


class Lives:
    """Some lives of the process in a row, the last of them without trouble."""

    def __init__(self, seed: int, *, board: WatchedBoard | None = None) -> None:
        self.seed = seed
        self._random = random.Random(seed)  # noqa: S311  # a dice, not a key
        self.world = World(long_after=LONG_AFTER)
        self.board = board or WatchedBoard()
        self.world.board = self.board
        self.world.asked = Talker(seed)
        self.said: dict[int, Place] = {}
        self.torn: dict[int, int] = {}  # newest version when a person deleted a post, by anchor
        self._places = PLACES[: self._random.randint(1, 2)]
        acts = ["stop", "reset", "retry", "resume", "delete post"]
        self._acts = ["say"] * 4 + [
            act for act in acts for _ in range(self._random.choice((0, 1, 4)))
        ]

    def run(self) -> None:
        """Live."""
        for life in range(self._random.randint(1, 4)):
            kinds = DEADLY if self._random.random() < 0.4 else tuple(Trouble)
            plan = Dice(self.seed * 10 + life, one_in=self._random.choice((6, 15, 40)), kinds=kinds)
            if not self.world.live(self._people, plan):
                self.world.rest(self._random.choice(DOWN))
        self.world.live(self._repeat)

    async def _repeat(self, house: House) -> None:
        """Say all again that was said: what was heard is not heard twice."""
        for number, place in sorted(self.said.items()):
            house.say(number, f"question {number}", place=place)

    async def _people(self, house: House) -> None:
        dice = self._random
        async with asyncio.TaskGroup() as group:
            for _ in range(dice.randint(1, 6)):
                await asyncio.sleep(dice.choice((0.0, 0.0, 0.03, 0.1, 1.0, 3.0, 30.0)))
                group.create_task(self._act(house))

    async def _act(self, house: House) -> None:
        dice = self._random
        place = dice.choice(self._places)
        choice = dice.choice(self._acts)
        with suppress(StoreBusy):
            match choice:
                case "say":
                    number = 1000 + len(self.said)
                    self.said[number] = place
                    house.say(number, f"question {number}", place=place)
                case "stop":
                    await house.sessions.stop(place, BOB)
                case "reset":
                    await house.sessions.reset(place, ADA)
                case "retry":
                    await house.sessions.retry(place, BOB)
                case "resume":
                    known = [s for s in self.world.store.sessions.values() if s.place == place]
                    if known:
                        await house.sessions.resume(place, ADA, dice.choice(known).id)
                case "delete post" if rows := list(self.board.rows):
                    post = dice.choice(rows)
                    anchor = self.board.rows.pop(post).post.mark.anchor
                    versions = [t.version for t in self.world.turns() if t.anchor == anchor]
                    self.torn[anchor] = max(versions, default=0)

    def violations(self) -> list[str]:
        """Return what is not as it must be once all is quiet."""
        turns = self.world.turns()
        newest = {turn.anchor: turn for turn in sorted(turns, key=lambda turn: turn.version)}
        prompts = [prompt.message_id for turn in newest.values() for prompt in turn.prompts]
        return [
            *(f"LOST {number}" for number in self.said if number not in prompts),
            *(f"DOUBLED {number}" for number in self.said if prompts.count(number) > 1),
            *(f"TWICE {mark}" for mark in self.board.twice),
            *(f"UNSETTLED {turn.id}" for turn in turns if not turn.is_settled),
            *self._strays(newest),
            *self._out_of_order(turns),
            *(words for turn in newest.values() for words in self._misshown(turn)),
        ]

    def _strays(self, newest: dict[int, Turn]) -> list[str]:
        return [
            f"STRAY {row.post.mark}"
            for row in self.board.rows.values()
            if row.post.id not in newest[row.post.mark.anchor].posts
        ]

    def _out_of_order(self, turns: list[Turn]) -> list[str]:
        firsts = [turn for turn in turns if turn.posts and not turn.version]
        return [
            f"ORDER {later.id}"
            for number, later in enumerate(firsts)
            for earlier in firsts[:number]
            if earlier.session_id == later.session_id and earlier.posts[0] > later.posts[0]
        ]

    def _misshown(self, turn: Turn) -> list[str]:
        """Return what Discord shows of a turn otherwise than the store has it."""
        if turn.reply is None:  # put away before anybody was asked for it
            return [] if turn.state is TurnState.CANCELLED else [f"UNANSWERED {turn.id}"]
        if "-# " in turn.reply.text:
            return [f"NOTICE {turn.id}"]
        pages = settled(turn.reply, long_after=LONG_AFTER)
        rows = [self.board.rows.get(post) for post in turn.posts]
        shown = [(row.post.text, row.post.controls) if row else None for row in rows]
        wanted = [(page.text.strip(), page.controls) for page in pages]
        if self.torn.get(turn.anchor, -1) < turn.version:
            return [] if shown == wanted else [f"CONTENT {turn.id}"]
        left = [pair for pair in zip(shown, wanted, strict=False) if pair[0] is not None]
        return [f"CONTENT {turn.id}" for one, other in left if one != other]
