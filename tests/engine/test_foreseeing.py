"""What `/context` tells is what the model is shown next, and begins with what it was shown before.

Random lives with images, files, pins, cuts, summaries, versions and restarts.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from bot.domain.attachment import Attachment
from bot.domain.billing import CallKind
from bot.domain.completion import CompletionEvent, Delta, Finish, FinishReason, Usage
from bot.domain.context import Context
from bot.domain.hearing import Utterance
from bot.domain.marks import TurnMark
from bot.domain.message import Message
from bot.domain.session import SessionId
from bot.domain.titling import INSTRUCTIONS
from bot.engine.sessions import Change
from tests.engine.house import House, World
from tests.samples import ADA, CHANNEL, MORNING, OTHER_CHANNEL, PNG, attachment

SEEDS = 24
LIVES, DEEDS = 3, 12


class Voice:
    """A model that answers, sums up and gives titles; it counts tokens or does not."""

    def __init__(self, *, counts: bool) -> None:
        self.asked: list[Context] = []  # for answers
        self.calls: Counter[CallKind] = Counter()
        self._counts = counts

    @asynccontextmanager
    async def complete(self, context: Context) -> AsyncIterator[AsyncIterator[CompletionEvent]]:
        kind = _kind_of(context)
        self.calls[kind] += 1
        if kind is CallKind.ANSWER:
            self.asked.append(context)
        yield self._said(f"{kind} {self.calls[kind]} {'so ' * 60}", context)

    async def _said(self, text: str, context: Context) -> AsyncIterator[CompletionEvent]:
        yield Delta(text)
        shown = sum(len(m.text) // 4 + 700 * len(m.pictures) for m in context.messages)
        yield Finish(FinishReason.STOP, Usage(shown, len(text) // 4) if self._counts else None)


def _kind_of(context: Context) -> CallKind:
    if context.instructions == INSTRUCTIONS:
        return CallKind.TITLE
    return CallKind.ANSWER if context.most_tokens is None else CallKind.SUMMARY


class Story:
    """Does things at random, and looks at the context before each question."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)  # noqa: S311  # a dice, not a key
        self.voice = Voice(counts=self._dice.random() < 0.5)
        self.world = World(budget=self._dice.choice([1200, 2400, 4000]), names_sessions=True)
        self.world.asked = self.voice
        self.world.files.contents = {1: PNG, 2: b"one\ntwo\n"}
        self.wrong: list[str] = []
        self.tally: Counter[str] = Counter()
        self._said = 0
        self._changes = 0
        # What was shown last, of sessions where only questions were asked since.
        self._before: dict[SessionId, tuple[Message, ...]] = {}

    def run(self) -> None:
        for _ in range(LIVES):
            self.world.live(self._live)

    async def _live(self, house: House) -> None:
        changes: list[Callable[[House], Awaitable[object]]] = [
            self._edit,
            self._delete,
            self._delete_answer,
            self._undo,
            self._retry,
            self._mark,
            self._mark,
            self._branch,
        ]
        for _ in range(DEEDS):
            if not self._said or self._dice.random() < 0.6:
                await self._ask(house)
            else:
                self._before.clear()
                self._changes += 1
                await self._dice.choice(changes)(house)
            await house.settled()

    async def _ask(self, house: House) -> None:
        place = self._dice.choice([CHANNEL, CHANNEL, OTHER_CHANNEL])
        view = await house.engine.contexts.look(place, ADA)
        self._said += 1
        words = f"question {self._said} {'x' * self._dice.choice([10, 300, 600])}"
        house.say(1000 + self._said, words, place, files=self._files())
        await house.settled()
        shown = self.voice.asked[-1].messages
        session = self.world.store.sessions[self.voice.asked[-1].session_id]
        if view is not None and view.session.floor == session.floor:
            self._check("foreseen", shown[:-1] == view.window.messages)
            if (before := self._before.get(session.id)) is not None:
                self._check("begun with what was shown before", shown[: len(before)] == before)
        self.tally["hop"] += view is not None and view.session.floor != session.floor
        self._before[session.id] = shown

    def _check(self, what: str, is_so: bool) -> None:  # noqa: FBT001  # what is checked
        self.tally[what] += 1
        if not is_so:
            self.wrong.append(f"question {self._said} was not {what}")

    def _files(self) -> list[Attachment]:
        cat, notes = attachment(1, "cat.png"), attachment(2, "notes.txt", "text/plain", 8)
        return self._dice.choice([[], [], [cat], [notes, cat]])

    def _any_question(self) -> int:
        return 1000 + self._dice.randint(1, self._said)

    async def _edit(self, house: House) -> None:
        number = self._any_question()
        prompts = [p for t in self.world.turns() for p in t.kept_prompts if p.message_id == number]
        for prompt in prompts[:1]:
            at = MORNING + timedelta(seconds=self._changes)
            new = replace(prompt, text=f"{prompt.text}!", edited_at=at)
            house.engine.catch_up.edit(Utterance(CHANNEL, new, ADA))

    async def _delete(self, house: House) -> None:
        house.catch_up.erase(CHANNEL, [self._any_question()])

    async def _delete_answer(self, house: House) -> None:
        if rows := list(self.world.board.rows):
            post = self._dice.choice(rows)
            house.delete_posts(post, place=self.world.board.rows[post].place)

    async def _undo(self, house: House) -> None:
        await house.sessions.undo(CHANNEL, ADA)

    async def _retry(self, house: House) -> None:
        await house.sessions.retry(CHANNEL, ADA)

    async def _mark(self, house: House) -> None:
        mark = self._dice.choice(list(TurnMark))
        await house.engine.contexts.toggle(CHANNEL, ADA, self._any_question(), mark)

    async def _branch(self, house: House) -> None:
        turn = self._dice.choice(self.world.turns())
        place = self.world.store.sessions[turn.session_id].place
        found = await house.engine.branches.at(place, ADA, turn.anchor)
        if not isinstance(found, Change):
            await house.engine.branches.open(*found, OTHER_CHANNEL, ADA)


def test_what_is_foreseen_is_shown_and_begins_with_what_was_shown_before() -> None:
    tally: Counter[str] = Counter()
    for seed in range(SEEDS):
        story = Story(seed)

        story.run()

        assert story.wrong == [], seed
        bill = Counter(call.kind for call in story.world.store.calls)
        assert bill == story.voice.calls, seed
        tally += story.tally + Counter({str(kind): count for kind, count in bill.items()})
    often = {what for what, times in tally.items() if times >= SEEDS}
    assert often == {
        *("foreseen", "begun with what was shown before", "hop"),
        *("answer", "summary", "title"),
    }, tally
