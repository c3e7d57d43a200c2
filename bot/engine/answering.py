"""Answering: one turn, step by step, from its prompts to its delivered reply."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Container
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.domain.errors import BotError, ModelDown, PlaceGone, PostRefused, Silenced, TurnSettled
from bot.domain.reply import Ending, Page, Reply, Standing
from bot.domain.session import SessionId, TurnId
from bot.domain.turn import Owed, Turn, TurnState
from bot.engine.billing import Billing, Tab
from bot.engine.checking import LateCheck
from bot.engine.completing import Answer, Completer
from bot.engine.fetching import Fetcher
from bot.engine.layout import settled, without_file
from bot.engine.notices import IN_LINE, waiting
from bot.engine.outages import Circuits
from bot.engine.pacing import Governor
from bot.engine.patience import insist
from bot.engine.publishing import Screen
from bot.engine.rates import Rates
from bot.engine.room import Room
from bot.engine.titling import Titling
from bot.engine.unfinished import Unfinished
from bot.ports import Clock, Ledger, Messenger

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3  # a turn that comes to nothing this often is answered with a notice
# A request that left us may take effect for so long: about 20 s for what is in flight, and
# some more. Must be shorter than the minutes for which Discord remembers a nonce.
LATE_CHECK_AFTER = 25.0  # seconds

# A turn that waits for a model to be back looks so often whether it may try. Who tried in
# vain lets all others look first: it may be its own prompt that the model fails at.
LOOK_AGAIN = 5.0  # seconds
LONGEST_OUTAGE = timedelta(hours=6)  # after which a prompt is answered with a notice

# Who waits longer than this for a place among those who are answered is told so.
TOLD_IN_LINE_AFTER = 4.0  # seconds; it costs no request: the answer takes that post over

_SILENCED = "the bot may not post there: see its permissions, or whether the thread is locked"


class Answerer:
    """Does the next piece of work that a session owes.

    Every step starts from what the store holds and ends by writing to it, so a step that
    is cancelled or cut off by a crash is simply done again: recovery is the normal path.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        fetcher: Fetcher,
        completer: Completer,
        billing: Billing,
        rates: Rates,
        circuits: Circuits,
        messenger: Messenger,
        clock: Clock,
        governor: Governor,
        room: Room,
        titling: Titling,
        long_after: int,
    ) -> None:
        self.unfinished = Unfinished(clock)
        self._ledger = ledger
        self._fetcher = fetcher
        self._completer = completer
        self._billing = billing
        self._rates = rates
        self._circuits = circuits
        self._messenger = messenger
        self._clock = clock
        self._governor = governor
        self._room = room
        self._titling = titling
        self._long_after = long_after
        self._fresh: set[TurnId] = set()
        self._busy: set[SessionId] = set()
        self._halts: dict[SessionId, asyncio.Event] = {}
        self._asking: dict[TurnId, Screen] = {}
        self._checks: dict[TurnId, float] = {}
        self._waiting: dict[SessionId, ModelDown] = {}
        self._told: set[TurnId] = set()  # by this process, that their answer waits
        self._last_try = asyncio.Lock()
        self._started = clock.monotonic()

    def expect(self, turn_id: TurnId) -> None:
        """Know that this very process heard the turn's prompts: nobody tried it before us."""
        self._fresh.add(turn_id)

    @property
    def fresh(self) -> Container[TurnId]:
        """The turns that this process heard and did not try yet."""
        return self._fresh

    def is_busy(self, session_id: SessionId) -> bool:
        """Whether what is heard for the session now has to wait for a reply before it."""
        return session_id in self._busy or session_id in self._waiting

    def halt(self, session_id: SessionId) -> None:
        """Break off the answer that the session is at, if any; the store knows already why.

        One that waits for the model is to be taken up again for that.
        """
        self._waiting.pop(session_id, None)
        self._room.let_by(session_id)
        if halt := self._halts.get(session_id):
            halt.set()

    def begin_anew(self, turn_id: TurnId) -> None:
        """Ask again for a turn whose words changed, unless the answer has begun.

        What was said already is paid for, and somebody may read it: it is finished first.
        """
        screen = self._asking.get(turn_id)
        if screen is not None and not screen.text.strip():
            screen.interrupted.set()

    async def step(self, session_id: SessionId) -> float | None:
        """Do one piece of work; return the seconds until there may be more, None for never."""
        if (down := self._waiting.get(session_id)) is not None:
            after = LOOK_AGAIN if down.was_tried else 0.0
            if not self._circuits.admits(down.models, after=after):
                return LOOK_AGAIN
        if (rest := self.unfinished.waits(session_id)) is not None:
            place, seconds = rest
            await self._messenger.typing(place)
            return seconds
        self._waiting.pop(session_id, None)
        # Before the turn is taken up: who stops it from then on must find somebody to tell.
        halt = self._halts[session_id] = asyncio.Event()
        try:
            await self._stand_in_line(session_id, halt)
            return None if self._room.is_closed else await self._do_next(session_id, halt)
        finally:
            self._room.leave(session_id)
            self._busy.discard(session_id)
            del self._halts[session_id]

    async def _stand_in_line(self, session_id: SessionId, halt: asyncio.Event) -> None:
        """Wait for a place among those who are answered; who waits for long is told so."""
        going_on = self._room.enter(session_id)
        if going_on.done():
            return
        self._busy.add(session_id)
        await asyncio.wait({going_on}, timeout=TOLD_IN_LINE_AFTER)
        if not going_on.done():
            await self._tell_in_line(session_id, halt)
        await going_on

    async def _tell_in_line(self, session_id: SessionId, halt: asyncio.Event) -> None:
        owed = await self._ledger.take_up(session_id)
        if owed is None or owed.turn.state is not TurnState.ANSWERING:
            return
        turn = owed.turn
        screen = self._screen(owed, halt)
        try:
            await insist(self._clock, partial(self._ledger.put_off, turn.id))
            if turn.stop_requested:
                self._room.let_by(session_id)
                return
            await self._tell(turn, screen)
        except TurnSettled as error:
            log.info("%s event=settled_meanwhile reason=%s", _name(turn), error)

    async def _tell(self, turn: Turn, screen: Screen) -> None:
        log.info("%s event=in_line", _name(turn))
        try:
            await screen.tell(IN_LINE)
        except PlaceGone as error:
            await self._abandon(turn, screen, error)
        else:
            if not screen.owes_check:  # its post is known, so that nobody need look for it
                self._fresh.add(turn.id)

    async def _do_next(self, session_id: SessionId, halt: asyncio.Event) -> float | None:
        owed = await self._ledger.take_up(session_id)
        if owed is None:
            return None
        if owed.turn.state is TurnState.POSTED:
            return await self._check(owed)
        self._busy.add(session_id)
        return await self._work(owed, halt)

    async def _work(self, owed: Owed, halt: asyncio.Event) -> float:
        turn = owed.turn
        screen = self._screen(owed, halt)
        try:
            if _asks_for_the_last_time(turn):
                return await self._try_alone(owed, screen)
            return await self._see_through(owed, screen)
        except TurnSettled as error:
            log.info("%s event=settled_meanwhile reason=%s", _name(turn), error)
            return 0.0

    async def _try_alone(self, owed: Owed, screen: Screen) -> float:
        """Try a turn for the last time while no other such turn is tried.

        It may be what killed the process each time, or a turn that was under way beside that
        one. Who waits fails no attempt, so that the guilty turn takes no innocent one with it.
        """
        if self._last_try.locked():
            await insist(self._clock, partial(self._ledger.put_off, owed.turn.id))
            return LOOK_AGAIN
        async with self._last_try:
            return await self._see_through(owed, screen)

    async def _see_through(self, owed: Owed, screen: Screen) -> float:
        turn = owed.turn
        try:
            if turn.state is TurnState.ANSWERING:
                turn = await self._answer(owed, screen)
            if turn.reply is None:
                return LOOK_AGAIN
            await self._deliver(turn, owed.standing, screen)
        except PlaceGone as error:
            await self._abandon(turn, screen, error)
        else:
            if owed.turn.state is TurnState.ANSWERING:  # and not shown again
                # With the words that were answered: some may have been taken back meanwhile.
                self._titling.suggest(replace(turn, prompts=owed.turn.prompts))
        return 0.0

    async def _abandon(self, turn: Turn, screen: Screen, error: PlaceGone) -> None:
        """Leave a turn whose answer cannot be shown, or not to its end; keep what was said."""
        is_silenced = isinstance(error, Silenced)
        if is_silenced:  # which somebody may want to mend
            log.warning("%s event=abandoned reason=%s; %s", _name(turn), error, _SILENCED)
        else:
            log.info("%s event=abandoned reason=%s", _name(turn), error)
        self._told.discard(turn.id)
        if turn.reply is None and screen.text.strip():
            turn = await self._keep(turn, Answer(Reply(screen.text, Ending.STOPPED)))
        if is_silenced and turn.reply is not None:
            await screen.break_off(self._pages(turn, turn.reply))
        await self._ledger.settle_turn(turn.id, TurnState.ABANDONED)

    async def _answer(self, owed: Owed, screen: Screen) -> Turn:
        """Have a turn answered and return it so; as it is if it is to be taken up again."""
        tab = self._billing.tab(owed)
        try:
            return await self._answer_on(tab, owed, screen)
        finally:
            self._rates.leave(tab.payer)

    async def _answer_on(self, tab: Tab, owed: Owed, screen: Screen) -> Turn:
        turn = owed.turn
        answer: Answer | None
        if turn.attempt > 1:
            log.info("%s event=answering_again attempt=%d", _name(turn), turn.attempt)
        if turn.stop_requested:
            answer = Answer(Reply(await screen.said_so_far(), Ending.STOPPED))
        elif turn.attempt > MAX_ATTEMPTS:
            answer = Answer(Reply("", Ending.GAVE_UP))
        else:
            try:
                answer = await self._ask(owed, screen, tab)
            except ModelDown as down:
                if self._clock.now() - turn.prompts[-1].said_at <= LONGEST_OUTAGE:
                    await self._billing.settle(tab)
                    await self._wait(turn, screen, down)
                    return turn
                answer = Answer(Reply("", Ending.BROKEN, down.fault))
            except BotError:
                await self._billing.settle(tab)
                raise
        if answer is None:
            await self._billing.settle(tab)
            return turn
        self._told.discard(turn.id)
        return await self._keep(turn, answer, tab)

    async def _wait(self, turn: Turn, screen: Screen, down: ModelDown) -> None:
        """Have a turn wait until the model is back, and the person know that it does."""
        await insist(self._clock, partial(self._ledger.put_off, turn.id), about=_name(turn))
        if turn.id not in self._told:
            log.info("%s event=waiting_for_model fault=%s", _name(turn), down.fault)
            await screen.tell(waiting(down.fault))
            self._told.add(turn.id)
        if not screen.interrupted.is_set():
            self._waiting[turn.session_id] = down

    async def _ask(self, owed: Owed, screen: Screen, tab: Tab) -> Answer | None:
        """Return the answer, or what there is of it when it is broken off; None: to begin anew."""
        self._asking[owed.turn.id] = screen
        try:
            answer = await self._stream(owed, screen, tab)
        finally:
            del self._asking[owed.turn.id]
        begin_anew = partial(self._ledger.begin_anew, owed.turn.id)
        if answer.reply.ending is Ending.STOPPED and await insist(self._clock, begin_anew):
            log.info("%s event=begun_anew", _name(owed.turn))
            if not screen.owes_check:  # what was shown of it, if anything, is known
                self._fresh.add(owed.turn.id)
            return None
        return answer

    async def _stream(self, owed: Owed, screen: Screen, tab: Tab) -> Answer:
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(self._complete(owed, screen, tab))
            shown = [group.create_task(screen.paint()), group.create_task(screen.type())]
            halted = group.create_task(screen.interrupted.wait())
            await asyncio.wait({asked, halted}, return_when=asyncio.FIRST_COMPLETED)
            asked.cancel()
            halted.cancel()
            async with screen.at_rest():
                for task in shown:
                    task.cancel()
        if screen.failure:
            raise screen.failure
        if asked.cancelled():
            return Answer(Reply(screen.text, Ending.STOPPED))
        if isinstance(answer := asked.result(), BotError):
            raise answer
        return answer

    async def _complete(self, owed: Owed, screen: Screen, tab: Tab) -> Answer | BotError:
        """Ask, and return an error rather than raise it: a task group would wrap it up."""
        try:
            whole = await self._fetcher.fetched(owed)
            return await self._completer.complete(whole, screen.show, tab)
        except BotError as error:
            return error

    async def _keep(self, turn: Turn, answer: Answer, tab: Tab | None = None) -> Turn:
        """Record the reply, whatever it takes, and with it what is on the tab for it, if any."""
        record = partial(
            self._ledger.record_reply,
            turn.id,
            answer.reply,
            usage=answer.usage,
            floor=answer.floor if answer.usage else None,
            calls=tuple(tab.calls) if tab else (),
            warning=answer.warning,
        )
        try:
            turn = await insist(self._clock, record, about=_name(turn))
        except TurnSettled:  # deleted meanwhile: its words are gone, its bill is not
            if tab:
                await self._billing.settle(tab)
            raise
        log.info(
            "%s event=answered ending=%s usage=%s", _name(turn), answer.reply.ending, answer.usage
        )
        return turn

    async def _deliver(self, turn: Turn, standing: Standing | None, screen: Screen) -> None:
        assert turn.reply is not None, "an answered turn has a reply"  # noqa: S101
        try:
            await screen.finish(self._pages(turn, turn.reply, standing))
        except PostRefused:
            pages = without_file(
                turn.reply,
                is_withdrawn=turn.is_withdrawn,
                is_undone=turn.is_undone,
                standing=standing,
            )
            await screen.finish(pages)
        if screen.owes_check:
            self._checks[turn.id] = self._clock.monotonic() + LATE_CHECK_AFTER
            await self._ledger.settle_turn(turn.id, TurnState.POSTED)
        else:
            await self._ledger.settle_turn(turn.id, _final_state(turn.reply))
        log.info("%s event=delivered check_owed=%s", _name(turn), screen.owes_check)

    async def _check(self, owed: Owed) -> float:
        """Do the late check of a posted turn when its time has come."""
        turn = owed.turn
        assert turn.reply is not None, "a posted turn has a reply"  # noqa: S101
        due = self._checks.get(turn.id, self._started + LATE_CHECK_AFTER)
        if (wait := due - self._clock.monotonic()) > 0:
            return wait
        state = _final_state(turn.reply)
        pages = self._pages(turn, turn.reply, owed.standing)
        try:
            await self._late_check(owed).repair(pages)
        except PlaceGone:
            state = TurnState.ABANDONED
        self._checks.pop(turn.id, None)
        try:
            await self._ledger.settle_turn(turn.id, state)
        except TurnSettled as error:
            log.info("%s event=settled_meanwhile reason=%s", _name(turn), error)
        else:
            log.info("%s event=checked state=%s", _name(turn), state)
        return 0.0

    def _pages(self, turn: Turn, reply: Reply, standing: Standing | None = None) -> list[Page]:
        if turn.is_retracted:
            return []
        return settled(
            reply,
            long_after=self._long_after,
            is_withdrawn=turn.is_withdrawn,
            is_undone=turn.is_undone,
            standing=standing,
        )

    def _late_check(self, owed: Owed) -> LateCheck:
        return LateCheck(
            owed.turn, owed.session.place, messenger=self._messenger, clock=self._clock
        )

    def _screen(self, owed: Owed, halt: asyncio.Event) -> Screen:
        turn = owed.turn
        is_fresh = turn.id in self._fresh and turn.attempt == 1
        self._fresh.discard(turn.id)
        return Screen(
            turn,
            owed.session.place,
            interrupted=halt,
            is_recovered=not is_fresh,
            long_after=self._long_after,
            ledger=self._ledger,
            messenger=self._messenger,
            clock=self._clock,
            governor=self._governor,
        )


def _asks_for_the_last_time(turn: Turn) -> bool:
    is_last = turn.state is TurnState.ANSWERING and turn.attempt == MAX_ATTEMPTS
    return is_last and not turn.stop_requested


def _final_state(reply: Reply) -> TurnState:
    return TurnState.CANCELLED if reply.ending is Ending.STOPPED else TurnState.DELIVERED


def _name(turn: Turn) -> str:
    return f"session={turn.session_id} turn={turn.id}"
