"""Branching: a session goes on from a turn of another, at a place of its own.

Every method asks first whether the actor may do this here, and raises Denied if not.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from uuid import uuid4

from bot.domain.access import Action, Actor, demand
from bot.domain.session import Branched, Place, Session, SessionId, TitledBy
from bot.domain.turn import Turn, TurnState
from bot.engine.sessions import Change, Sessions
from bot.ports import Archive, Clock

log = logging.getLogger(__name__)


class Branches:
    """Finds the turn that a message belongs to, and opens sessions that go on from there."""

    def __init__(self, *, archive: Archive, sessions: Sessions, clock: Clock) -> None:
        self._archive = archive
        self._sessions = sessions
        self._clock = clock

    async def at(self, place: Place, actor: Actor, message: int) -> tuple[Session, Turn] | Change:
        """Return where to go on as if everything up to a message and its answer had been said.

        From a message that was not said to the bot it is what was said before. Why not is
        NOTHING where there is no conversation, WITHDRAWN where the words were erased, and BUSY
        until what was asked is answered.
        """
        demand(actor, Action.BRANCH, place)
        turn, session = await self._with_session(await self._archive.turn_with(message))
        if turn is None or (turn.is_inherited and session and session.place != place):
            # It was never said to the bot, or is erased here: only a branch has it still.
            before = await self._archive.turn_before(place, message)
            turn, session = await self._with_session(before)
        if turn is None or session is None:
            return Change.NOTHING
        demand(actor, Action.BRANCH, place, session)
        if turn.is_withdrawn and message in turn.anchors:
            return Change.WITHDRAWN
        if turn.state in {TurnState.RECEIVED, TurnState.ANSWERING}:
            return Change.BUSY
        return session, turn

    async def open(
        self, source: Session, turn: Turn, place: Place, actor: Actor
    ) -> Branched | None:
        """Open a session at `place` that goes on from a turn of `source`, with its settings.

        None when the turn was deleted meanwhile. The title comes with the first message: that
        of `source` is made of words that may be erased there.
        """
        demand(actor, Action.BRANCH, place)
        fresh = replace(
            source,
            id=SessionId(uuid4()),
            place=place,
            opened_by=actor.id,
            opened_at=self._clock.now(),
            title=None,
            titled_by=TitledBy.PROMPT,
            closed_at=None,
        )
        branched = await self._archive.branch(fresh, turn.id)
        if branched is not None:
            log.info("session=%s event=branched of=%s turn=%s", fresh.id, source.id, turn.id)
            self._sessions.put_away(branched.before)
        return branched

    async def _with_session(self, turn: Turn | None) -> tuple[Turn | None, Session | None]:
        session = None if turn is None else await self._archive.session(turn.session_id)
        return turn, session
