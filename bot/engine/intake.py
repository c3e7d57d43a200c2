"""Intake: a message that arrived becomes a turn that is owed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar
from uuid import uuid4

from bot.domain.errors import StoreBusy
from bot.domain.hearing import Reading, Utterance
from bot.domain.message import Prompt
from bot.domain.persona import DEFAULT_PERSONA
from bot.domain.session import Place, Session, SessionId
from bot.domain.turn import Turn
from bot.domain.wording import title_from
from bot.engine.answering import Answerer
from bot.engine.apologies import Apologies
from bot.engine.lanes import Lanes
from bot.engine.nods import Nods
from bot.engine.patience import insist, pauses
from bot.engine.screens import Screens
from bot.ports import Clock, Inbox, Ledger, Messenger

log = logging.getLogger(__name__)

T = TypeVar("T")

BATCH = 64  # prompts committed together at most
HICCUPS = 1  # commits that fail before people are told: the next one may well succeed


Act = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class _Heard:
    session: Session
    prompt: Prompt
    turn: asyncio.Future[Turn | None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Intake:
    """The one ordered inbox: prompts become durable in the order in which they arrived.

    A commit that fails is tried again and never overtaken by a later one. Nothing of a
    turn is visible before its prompt is committed.
    """

    def __init__(
        self,
        *,
        inbox: Inbox,
        ledger: Ledger,
        messenger: Messenger,
        lanes: Lanes,
        answerer: Answerer,
        screens: Screens,
        nods: Nods,
        clock: Clock,
    ) -> None:
        self._inbox = inbox
        self._ledger = ledger
        self._lanes = lanes
        self._clock = clock
        self._answerer = answerer
        self._screens = screens
        self._nods = nods
        self._apologies = Apologies(messenger)
        self._refusals = 0  # of the store, in a row
        self._has_taken_over = False  # what a process before left behind
        self._waiting: asyncio.Queue[_Heard | Act] = asyncio.Queue()

    def hear(self, utterance: Utterance) -> None:
        """Take in a message that is meant for the bot.

        Returns at once, so that arrival order is kept; its turn becomes durable soon after.
        That is the turn which waits at the place, if there is one: one reply answers both.
        """
        prompt = utterance.prompt
        self._waiting.put_nowait(_Heard(self.fresh_session(utterance.place, prompt), prompt))
        self._apologies.expect(utterance.place, prompt)

    def then(self, act: Act) -> None:
        """Have something done once all that was heard so far is durable, and before the rest."""
        self._waiting.put_nowait(act)

    async def say(self, session: Session, prompt: Prompt) -> Turn | None:
        """Take in a prompt for `session`, or for the one open at its place.

        Return its turn once it is durable; None when the same prompt was heard before.
        """
        heard = _Heard(session, prompt)
        self._waiting.put_nowait(heard)
        return await heard.turn

    async def hear_together(
        self,
        place: Place,
        prompts: Sequence[Prompt],
        *,
        reading: Reading | None,
        is_live: bool = False,
    ) -> Turn | None:
        """Take in prompts that one reply answers, and move the watermark with them.

        Return their turn once it is durable; None when all were heard before. They do not
        wait behind what arrives meanwhile. Unless it `is_live`, said to this very process, it
        may have been answered already by one whose store was thrown back since, so that its
        posts are looked for.
        """
        session = self.fresh_session(place, prompts[0])
        record = partial(self._inbox.hear_together, session, prompts, reading=reading)
        turn = await self._insist([(session, prompts[-1])], record)
        if turn is not None:
            _log_heard(turn)
            if is_live:
                self._screens.expect(turn)
            self._lanes.wake(turn.session_id)
        return turn

    def fresh_session(self, place: Place, prompt: Prompt) -> Session:
        """Return a session to open at `place` in case there is none."""
        return Session(
            SessionId(uuid4()),
            place,
            DEFAULT_PERSONA,
            prompt.author_id,
            self._clock.now(),
            title=title_from(prompt.text),
        )

    async def resume(self, *, but: Collection[SessionId] = ()) -> int:
        """Wake every session that was left owing something, but for some; return how many.

        There is no second path for recovery: a restart looks like a message.
        """
        if not self._has_taken_over:
            await insist(self._clock, self._ledger.take_over)
            self._has_taken_over = True
        owing = await insist(self._clock, self._ledger.owing)
        woken = [session_id for session_id in owing if session_id not in but]
        for session_id in woken:
            self._lanes.wake(session_id)
        return len(woken)

    async def caught_up(self) -> None:
        """Wait until everything that was heard so far is durable."""
        await self._waiting.join()

    async def run(self) -> None:
        """Commit what arrives, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._apologies.run())
            await self._commit_all()

    async def _commit_all(self) -> None:
        while True:
            batch, act = await self._arrived()
            if batch:
                await self._commit(batch)
            if act is not None:
                await act()
                self._waiting.task_done()

    async def _arrived(self) -> tuple[list[_Heard], Act | None]:
        """Wait for something; return what was heard, up to what is to be done after it."""
        batch: list[_Heard] = []
        arrived = await self._waiting.get()
        while isinstance(arrived, _Heard):
            batch.append(arrived)
            if len(batch) == BATCH or self._waiting.empty():
                return batch, None
            arrived = self._waiting.get_nowait()
        return batch, arrived

    async def _commit(self, batch: Sequence[_Heard]) -> None:
        prompts = [(heard.session, heard.prompt) for heard in batch]
        hear = partial(self._inbox.hear, prompts, joinable=self._screens.fresh)
        turns = await self._insist(prompts, hear)
        for heard, turn in zip(batch, turns, strict=True):
            if turn is not None:
                self._take_in(heard, turn)
            if not heard.turn.done():
                heard.turn.set_result(turn)
            self._waiting.task_done()

    async def _insist(
        self, heard: Sequence[tuple[Session, Prompt]], commit: Callable[[], Awaitable[T]]
    ) -> T:
        """Commit what was heard, whatever it takes, and tell those who have to wait for it."""
        for pause in pauses():
            try:
                result = await commit()
            except StoreBusy as error:
                log.debug("event=not_recorded prompts=%d reason=%s", len(heard), error)
                self._refusals += 1
            else:
                self._refusals = 0
                self._apologies.end()
                return result
            for session, prompt in heard:
                self._apologies.expect(session.place, prompt)
            if self._refusals > HICCUPS:
                self._apologies.begin()
            await self._clock.sleep(pause)
        raise AssertionError("pauses never end")

    def _take_in(self, heard: _Heard, turn: Turn) -> None:
        self._screens.expect(turn)
        _log_heard(turn)
        place, prompt = heard.session.place, heard.prompt
        self._answerer.unfinished.hear(turn.session_id, place, prompt)
        if prompt.is_message and self._answerer.is_busy(turn.session_id):
            self._nods.nod(place, prompt.message_id)
        self._lanes.wake(turn.session_id)


def _log_heard(turn: Turn) -> None:
    log.info(
        "session=%s turn=%s event=heard prompts=%d", turn.session_id, turn.id, len(turn.prompts)
    )
