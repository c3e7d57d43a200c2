"""Whatever people do, the model is shown the way from the head to the root.

What that is, is said once more here, as simply as can be: a conversation is a list of
questions with the answers that are shown for them.
"""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import cast

import pytest

from bot.domain.completion import CompletionEvent, Delta, Finish, FinishReason
from bot.domain.context import Context
from bot.domain.hearing import Utterance
from bot.domain.marks import Marking, TurnMark
from bot.domain.message import Message
from bot.domain.session import Place, SessionId
from bot.engine.sessions import Change
from bot.ports import Model
from tests.engine.house import House, World
from tests.fakes.inline_sqlite import InlineStore
from tests.fakes.memory_store import MemoryStore
from tests.fakes.scripted_model import Script
from tests.samples import ADA, CHANNEL, DIRECT, MORNING, OTHER_CHANNEL

PLACES = (CHANNEL, OTHER_CHANNEL, DIRECT)
SEEDS = 120
LIVES, DEEDS = 3, 10
NAME = re.compile(r"(?:question|answer) \d+!*")
LONG = f" {'x' * 700}"  # a turn is about 300 tokens


@dataclass(slots=True)
class Talk:
    """A conversation as people know it: what was asked, and the answer that is shown."""

    id: SessionId
    place: Place
    way: list[tuple[int, str]] = field(default_factory=list)
    left_out: set[int] = field(default_factory=set)


class Scribe:
    """A model that sums up by naming whatever it is shown, in that order."""

    def __init__(self, model: Model) -> None:
        self._model = model

    @asynccontextmanager
    async def complete(self, context: Context) -> AsyncIterator[AsyncIterator[CompletionEvent]]:
        if context.most_tokens is None:
            async with self._model.complete(context) as events:
                yield events
            return
        yield _said(", ".join(names_in(context.messages)))


async def _said(text: str) -> AsyncIterator[CompletionEvent]:
    yield Delta(text)
    yield Finish(FinishReason.STOP)


def names_in(messages: Iterable[Message]) -> list[str]:
    return [name for message in messages for name in NAME.findall(message.text)]


class Story:
    """Does things at random, and keeps account of what they mean."""

    def __init__(
        self, seed: int, *, budget: int, ending: str = "", store: InlineStore | None = None
    ) -> None:
        self.world = World(*self._answers(), budget=budget, names_sessions=store is not None)
        if store is not None:
            self.world.store = cast(MemoryStore, store)
        self.world.asked = Scribe(self.world.model)
        self.is_cut = budget < 16000
        self.notes = 0  # how often a summary was shown
        self.wrong: list[str] = []
        self._ending = ending  # of what is said
        self._dice = random.Random(seed)  # noqa: S311  # a dice, not a key
        self._talks: list[Talk] = []
        self._open: dict[Place, Talk] = {}
        self._texts: dict[int, str] = {}
        self._owners: dict[int, Talk] = {}
        self._before: dict[int, list[tuple[int, str]]] = {}
        self._answers_to: dict[int, list[str]] = {}
        self._shown: dict[int, str] = {}
        self._erased: set[int] = set()

    @staticmethod
    def _answers() -> list[Script]:
        return [[f"answer {number}"] for number in range(LIVES * DEEDS + 1)]

    def run(self) -> None:
        for _ in range(LIVES):
            self.world.live(self._live)

    async def _live(self, house: House) -> None:
        deeds: list[Callable[[House, Place], Awaitable[None]]] = [
            *[self._say] * 4,
            self._retry,
            self._flip,
            self._undo,
            self._branch,
            self._branch,
            self._reset,
            self._resume,
            self._delete,
            self._edit,
            self._erase,
            self._retract,
            self._leave_out,
        ]
        for _ in range(DEEDS):
            await self._dice.choice(deeds)(house, self._dice.choice(PLACES))
            await house.settled()

    async def _say(self, house: House, place: Place) -> None:
        number = 1000 + len(self._texts)
        self._texts[number] = f"question {number}"
        house.say(number, self._texts[number] + self._ending, place=place)
        await house.settled()
        if place not in self._open:
            self._begin(place)
        talk = self._open[place]
        self._owners[number], self._before[number] = talk, list(talk.way)
        self._expect(talk, number)
        self._answered(talk, number)

    async def _retry(self, house: House, place: Place) -> None:
        calls = len(self.world.model.seen)
        head = self._own_head(place)
        came = await house.sessions.retry(place, ADA)
        await house.settled()
        if head is None or head in self._erased:
            self._check(calls == len(self.world.model.seen), f"retried {head}: {came}")
            return
        talk = self._open[place]
        del talk.way[-1]
        self._expect(talk, head)
        self._answered(talk, head)

    async def _flip(self, house: House, place: Place) -> None:
        if (head := self._own_head(place)) is None:
            return
        if not self._shown[head]:
            return
        answers = [*self._answers_to[head], ""]
        version = self._dice.randrange(len(answers))
        came = await house.sessions.show_version(place, ADA, head, version)
        if answers[version]:
            self._shown[head] = answers[version]
            self._open[place].way[-1] = (head, self._shown[head])
        else:
            self._check(came is Change.NOTHING, f"flipped {head} to {version}: {came}")

    async def _undo(self, house: House, place: Place) -> None:
        way = self._open[place].way if place in self._open else []
        came = await house.sessions.undo(place, ADA)
        self._check((came is Change.STARTED) == bool(way), f"undid {way}: {came}")
        while way:
            number, _ = way.pop()
            self._open[place].left_out.discard(number)
            if number not in self._erased:
                break

    async def _branch(self, house: House, place: Place) -> None:
        asked = [n for n, talk in self._owners.items() if talk in self._talks]
        if not asked:
            return
        number = self._dice.choice(asked)
        at = self._owners[number].place
        found = await house.engine.branches.at(at, ADA, number)
        if number in self._erased:
            self._check(found is Change.WITHDRAWN, f"branched {number}: {found}")
            return
        assert not isinstance(found, Change)
        made = await house.engine.branches.open(*found, place, ADA)
        assert made is not None
        way = [*self._before[number], (number, self._shown[number])]
        self._put(Talk(made.session.id, place, way))

    async def _reset(self, house: House, place: Place) -> None:
        if await house.sessions.reset(place, ADA) is not None:
            self._begin(place)

    async def _resume(self, house: House, place: Place) -> None:
        if here := [talk for talk in self._talks if talk.place == place]:
            talk = self._dice.choice(here)
            await house.sessions.resume(place, ADA, talk.id)
            self._open[place] = talk

    async def _delete(self, house: House, place: Place) -> None:
        if here := [talk for talk in self._talks if talk.place == place]:
            talk = self._dice.choice(here)
            await house.sessions.delete(place, ADA, talk.id)
            self._talks.remove(talk)
            if self._open.get(place) is talk:
                del self._open[place]

    async def _edit(self, house: House, place: Place) -> None:
        """Edit what was said; the newest question is answered anew then."""
        head, calls = self._own_head(place), len(self.world.model.seen)
        left = [n for n in self._texts if n not in self._erased]
        if head in left and self._dice.random() < 0.5:
            left = [head]
        if not left:
            return
        number = self._dice.choice(left)
        prompts = [p for t in self.world.turns() for p in t.prompts if p.message_id == number]
        if not prompts:
            return
        self._texts[number] += "!"
        at = (prompts[0].edited_at or MORNING) + timedelta(seconds=1)
        new = replace(prompts[0], text=self._texts[number] + self._ending, edited_at=at)
        house.engine.catch_up.edit(Utterance(place, new, ADA))
        await house.settled()
        talk = self._owners[number]
        if self._open.get(talk.place) is not talk or self._own_head(talk.place) != number:
            self._check(calls == len(self.world.model.seen), f"answered {number} anew")
            return
        self._check(calls + 1 == len(self.world.model.seen), f"{number} was not answered anew")
        del talk.way[-1]
        self._expect(talk, number)
        self._answered(talk, number)

    async def _erase(self, _: House, __: Place) -> None:
        if self._texts and self._dice.random() < 0.5:
            number = self._dice.choice(list(self._texts))
            self._erased.add(number)
            await self.world.store.erase([number])

    async def _retract(self, house: House, _: Place) -> None:
        """Delete an answer, of which no version is shown then, wherever it is gone on from."""
        if not self.world.board.rows:
            return
        post = self._dice.choice(list(self.world.board.rows))
        place, number = (
            self.world.board.rows[post].place,
            self.world.board.rows[post].post.mark.anchor,
        )
        is_known = any(post in turn.posts for turn in self.world.turns())
        house.delete_posts(post, place=place)
        if not is_known:  # its conversation was deleted
            return
        self._answers_to[number] = ["" for _ in self._answers_to[number]]
        self._shown[number] = ""
        for talk in self._talks:
            talk.way = [(n, "" if n == number else answer) for n, answer in talk.way]
        for n, way in self._before.items():
            self._before[n] = [(m, "" if m == number else answer) for m, answer in way]

    async def _leave_out(self, house: House, place: Place) -> None:
        """Leave something out that was said at a place, or take it in again."""
        if (talk := self._open.get(place)) is None or not talk.way:
            return
        number, _ = self._dice.choice(talk.way)
        came = await house.engine.contexts.toggle(place, ADA, number, TurnMark.LEFT_OUT)
        is_kept = number not in self._erased
        self._check((came.came is Marking.DONE) == is_kept, f"left {number} out: {came}")
        if is_kept:
            talk.left_out ^= {number}

    def _begin(self, place: Place) -> None:
        session = next(
            s for s in self.world.store.sessions.values() if s.place == place and s.is_open
        )
        self._put(Talk(session.id, place))

    def _put(self, talk: Talk) -> None:
        self._talks.append(talk)
        self._open[talk.place] = talk

    def _own_head(self, place: Place) -> int | None:
        """Return the newest question of the open conversation, if it was asked in that one."""
        talk = self._open.get(place)
        if talk is None or not talk.way or self._owners[talk.way[-1][0]] is not talk:
            return None
        return talk.way[-1][0]

    def _answered(self, talk: Talk, number: int) -> None:
        answer = f"answer {len(self.world.model.seen) - 1}"
        self._answers_to.setdefault(number, []).append(answer)
        self._shown[number] = answer
        talk.way.append((number, answer))

    def _expect(self, talk: Talk, number: int) -> None:
        """Check what the model was shown when it was asked last."""
        wanted: list[str] = []
        for asked, answer in talk.way:
            if asked not in self._erased | talk.left_out:
                wanted += [self._texts[asked], *([answer] if answer else [])]
        wanted.append(self._texts[number])
        note, shown = self._last_shown()
        before = iter(wanted[: -len(shown)])
        is_right = shown == wanted[-len(shown) :] if self.is_cut else shown == wanted
        self._check(is_right, f"{number} was asked after {shown} instead of {wanted}")
        is_so = all(name in before for name in note)  # in that order
        self._check(is_so, f"{number} was asked after {note} was told of {wanted}")

    def _last_shown(self) -> tuple[list[str], list[str]]:
        """Return what the model was told of when it was asked last, and what it was shown."""
        messages = self.world.model.seen[-1].messages
        cut = messages[0].text.startswith("[Note of the bot itself: a summary")
        self.notes += cut
        return names_in(messages[:cut]), names_in(messages[cut:])

    def _check(self, is_right: bool, words: str) -> None:  # noqa: FBT001  # what is checked
        if not is_right:
            self.wrong.append(words)


def wrong_in(seed: int, *, budget: int) -> list[str]:
    story = Story(seed, budget=budget)
    story.run()
    return story.wrong


def wrong_in_long(seed: int, store: InlineStore | None = None) -> tuple[list[str], int]:
    """Return what is wrong where summaries are made, and how often one was shown."""
    story = Story(seed, budget=1000, ending=LONG, store=store)
    story.run()
    return story.wrong, story.notes


@pytest.mark.parametrize("budget", [16000, 120], ids=["whole", "cut"])
def test_the_model_is_shown_the_way_from_the_head_to_the_root(budget: int) -> None:
    found = {seed: wrong_in(seed, budget=budget) for seed in range(SEEDS)}

    assert {seed: wrong for seed, wrong in found.items() if wrong} == {}


def test_a_summary_tells_of_what_was_said_on_that_way_and_of_nothing_else() -> None:
    found = {seed: wrong_in_long(seed) for seed in range(SEEDS // 2)}

    assert {seed: wrong for seed, (wrong, _) in found.items() if wrong} == {}
    assert sum(notes for _, notes in found.values()) > SEEDS // 2


def test_so_it_is_in_sql_with_titles_made_meanwhile() -> None:
    found: dict[int, list[str]] = {}
    for seed in range(SEEDS // 4):
        with closing(InlineStore()) as store:
            found[seed], _ = wrong_in_long(seed, store)

    assert {seed: wrong for seed, wrong in found.items() if wrong} == {}
