"""Amending: what people edit or take back is changed or erased where it was heard."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.domain.hearing import Utterance
from bot.domain.message import Prompt
from bot.domain.session import Place, SessionId, TurnId
from bot.domain.turn import TurnState
from bot.engine.intake import Intake
from bot.engine.patience import insist
from bot.ports import Amendments, Clock

log = logging.getLogger(__name__)

# Who forgot to mention the bot puts it in within minutes. Whoever edits what was said long
# ago, and was left or never meant for the bot, does not ask for an answer.
HEARD_WITHIN = timedelta(minutes=15)


class Amender:
    """Takes in edits and deletions in the order in which they arrived among the messages."""

    def __init__(
        self,
        *,
        amendments: Amendments,
        intake: Intake,
        clock: Clock,
        break_off: Callable[[SessionId], None],
        begin_anew: Callable[[TurnId], None],
        wake: Callable[[SessionId], None],
    ) -> None:
        self._amendments = amendments
        self._intake = intake
        self._clock = clock
        self._break_off = break_off
        self._begin_anew = begin_anew
        self._wake = wake

    def edit(self, utterance: Utterance, *, is_meant: bool) -> None:
        """Know that a message says something else now.

        It is heard if it is meant for the bot only now, unless it is old.
        """
        self.revise(utterance)
        is_young = utterance.prompt.said_at >= self._clock.now() - HEARD_WITHIN
        if is_young and is_meant:
            self._intake.hear(utterance)

    def revise(self, utterance: Utterance) -> None:
        """Know that a message says something else now, if it was heard."""
        self._intake.then(partial(self.take_in, [utterance.prompt], ()))

    def erase(self, messages: Collection[int]) -> None:
        """Know that messages were deleted."""
        self._intake.then(partial(self.take_in, (), tuple(messages)))

    def forget(self, place: Place) -> None:
        """Know that a place was deleted with all that was said there."""
        self._intake.then(partial(self._erase_place, place))

    async def take_in(
        self,
        edited: Sequence[Prompt],
        deleted: Iterable[int],
        *,
        anew_since: datetime | None = None,
    ) -> None:
        """Change and erase words now.

        The newest question of a conversation is answered anew if it was edited since
        `anew_since` (None: whenever); answers end to which nothing is left to be answered, or
        that were deleted themselves, and what is left of these is taken away.
        """
        if edited:
            revise = partial(self._amendments.revise, edited, anew_since=anew_since)
            for turn in await insist(self._clock, revise):
                log.info("session=%s turn=%s event=edited", turn.session_id, turn.id)
                self._begin_anew(turn.id)
                self._wake(turn.session_id)
        messages = sorted(deleted)
        if not messages:
            return
        for turn in await insist(self._clock, partial(self._amendments.erase, messages)):
            log.info("session=%s turn=%s event=withdrawn", turn.session_id, turn.id)
            if turn.state is TurnState.ANSWERING:
                self._break_off(turn.session_id)
            else:
                self._wake(turn.session_id)

    async def _erase_place(self, place: Place) -> None:
        erase = partial(self._amendments.erase_place, place)
        for session_id in await insist(self._clock, erase):
            log.info("session=%s event=deleted reason='its place was deleted'", session_id)
            self._break_off(session_id)
