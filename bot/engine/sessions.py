"""Sessions: what commands and buttons do.

Every method asks first whether the actor may do this here, and raises Denied if not.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from uuid import uuid4

from bot.domain.access import Action, Actor, demand
from bot.domain.manner import NOTHING, Choices, Trait
from bot.domain.message import Prompt
from bot.domain.persona import DEFAULT_PERSONA
from bot.domain.session import Place, PutAway, Session, SessionId, SessionSummary
from bot.domain.turn import Turn, TurnState
from bot.domain.wording import title_from
from bot.engine.answering import Answerer
from bot.engine.intake import Intake
from bot.engine.lanes import Lanes
from bot.ports import Archive, Clock

log = logging.getLogger(__name__)

SHOWN_WITHIN = 5.0  # seconds for an answer that is safe to be on Discord
MARKED_WITHIN = 10.0  # seconds for an answer that is stopped to say so


class Change(StrEnum):
    """What came of asking to change the newest answer."""

    STARTED = "started"
    NOTHING = "nothing"  # there is no such answer
    BUSY = "busy"  # the newest answer is still being written
    WITHDRAWN = "withdrawn"  # its question was deleted
    NOT_NEWEST = "not_newest"  # the conversation has gone on since, or was put away


class Sessions:
    """Starts, stops, resumes, names and deletes sessions."""

    def __init__(
        self, *, archive: Archive, intake: Intake, answerer: Answerer, lanes: Lanes, clock: Clock
    ) -> None:
        self._archive = archive
        self._intake = intake
        self._answerer = answerer
        self._lanes = lanes
        self._clock = clock

    async def chat(
        self, place: Place, actor: Actor, prompt: Prompt, *, choices: Choices = NOTHING
    ) -> Turn | None:
        """Open a fresh session at `place` and owe an answer to `prompt` there.

        None when the same prompt was heard before.
        """
        demand(actor, Action.CHAT, place)
        session = replace(
            self._intake.fresh_session(place, prompt), persona=_persona_in(choices), choices=choices
        )
        if await self._archive.session_at(place) is not None:
            await self._open(session)
        return await self._intake.say(session, prompt)

    async def start(
        self,
        place: Place,
        actor: Actor,
        *,
        choices: Choices = NOTHING,
        title: str | None = None,
    ) -> PutAway | None:
        """Put a fresh session in place of the open one; return that one, which is kept."""
        demand(actor, Action.START, place)
        return await self._open(self._new(place, actor, choices, title))

    async def reset(self, place: Place, actor: Actor) -> PutAway | None:
        """Start afresh with the settings of the open session; return that one, which is kept."""
        demand(actor, Action.START, place)
        before = await self._archive.session_at(place)
        if before is None:
            return None
        return await self._open(self._new(place, actor, before.choices, None))

    async def stop(self, place: Place, actor: Actor) -> bool:
        """Stop the answer in progress, keeping what was said; False when there is none."""
        demand(actor, Action.STOP, place)
        session = await self._archive.session_at(place)
        return session is not None and await self._stop(session.id)

    async def stop_answer(self, place: Place, actor: Actor, anchor: int) -> bool:
        """Stop the answer to the message `anchor`; False when it is not in progress."""
        demand(actor, Action.STOP, place)
        turn = await self._archive.version_shown(anchor)
        if turn is None or turn.state is not TurnState.ANSWERING:
            return False
        demand(actor, Action.STOP, place, await self._archive.session(turn.session_id))
        return await self._stop(turn.session_id)

    async def retry(self, place: Place, actor: Actor) -> Change:
        """Answer the newest prompt of the place again, in the same posts."""
        demand(actor, Action.RETRY, place)
        session = await self._archive.session_at(place)
        if session is None or session.head is None:
            return Change.NOTHING
        turn = await self._archive.turn(session.head)
        if turn is None or turn.session_id != session.id or turn.is_inherited:
            return Change.NOTHING  # it is shown elsewhere, if at all
        return await self._retry(turn)

    async def retry_answer(self, place: Place, actor: Actor, anchor: int) -> Change:
        """Answer the message `anchor` again, if its answer is the newest one."""
        demand(actor, Action.RETRY, place)
        turn = await self._archive.version_shown(anchor)
        if turn is None or turn.is_inherited:  # erased here, if a branch has it still
            return Change.NOTHING
        demand(actor, Action.RETRY, place, await self._archive.session(turn.session_id))
        return await self._retry(turn)

    async def show_version(self, place: Place, actor: Actor, anchor: int, version: int) -> Change:
        """Show another version of the answer to `anchor`, if that is the newest one.

        Wanting the one that is shown changes nothing: somebody else was faster.
        """
        demand(actor, Action.VERSION, place)
        shown = await self._archive.version_shown(anchor)
        if shown is None or shown.is_inherited:  # erased here, if a branch has it still
            return Change.NOTHING
        demand(actor, Action.VERSION, place, await self._archive.session(shown.session_id))
        if shown.version == version:
            return Change.STARTED
        await self._until_shown(shown)
        turn = await self._archive.show_version(anchor, version)
        if turn is None:
            return await self._not_shown(anchor, version)
        log.info("session=%s turn=%s event=shown_again", turn.session_id, turn.id)
        self._lanes.wake(turn.session_id)
        return Change.STARTED

    async def undo(self, place: Place, actor: Actor) -> Change:
        """Take the newest turn out of the open session; its posts stay and say so."""
        demand(actor, Action.UNDO, place)
        session = await self._archive.session_at(place)
        head = None if session is None else session.head
        turn = None if head is None else await self._archive.turn(head)
        if session is None or turn is None:
            return Change.NOTHING
        await self._until_shown(turn)
        undone = await self._archive.undo(session.id)
        if undone is None:
            return Change.BUSY
        log.info("session=%s turn=%s event=undone", session.id, undone.id)
        self._lanes.wake(session.id)
        return Change.STARTED

    async def all(self, place: Place, actor: Actor) -> list[SessionSummary]:
        """Return the sessions of a place, the open one first, then the newest."""
        demand(actor, Action.SEE, place)
        return await self._archive.sessions_at(place)

    async def titled(
        self, place: Place, actor: Actor, words: str, *, limit: int
    ) -> list[SessionSummary]:
        """Return the sessions of a place with `words` in their title, in the same order."""
        demand(actor, Action.SEE, place)
        return await self._archive.sessions_at(place, limit=limit, titled=words)

    async def resume(
        self, place: Place, actor: Actor, session_id: SessionId
    ) -> tuple[Session, PutAway | None] | None:
        """Open an old session of this place again; return it and the one that it took over from.

        None when there is none.
        """
        session = await self._archive.session(session_id)
        demand(actor, Action.RESUME, place, session)
        if session is None:
            return None
        before = await self._archive.resume_session(session_id, self._clock.now())
        self.put_away(before)
        log.info("session=%s event=resumed", session_id)
        return session, before

    async def rename(
        self, place: Place, actor: Actor, session_id: SessionId, title: str
    ) -> Session | None:
        """Give a session of this place another title; return it, or None when there is none."""
        session = await self._archive.session(session_id)
        demand(actor, Action.RENAME, place, session)
        if session is None:
            return None
        title = title_from(title)
        await self._archive.rename_session(session_id, title)
        log.info("session=%s event=renamed", session_id)
        return replace(session, title=title)

    async def to_delete(self, place: Place, actor: Actor, session_id: SessionId) -> Session | None:
        """Return a session of this place that the actor may erase, or None when there is none."""
        session = await self._archive.session(session_id)
        demand(actor, Action.DELETE, place, session)
        if await self._archive.speakers(session_id) - {actor.id}:
            demand(actor, Action.DELETE_SHARED, place, session)
        return session

    async def delete(self, place: Place, actor: Actor, session_id: SessionId) -> PutAway | None:
        """Erase a session of this place with all its words; return what it was, if it was.

        It is closed first: an answer in progress is stopped, so that it does not speak into
        the void, and what still waits for one gets none.
        """
        session = await self.to_delete(place, actor, session_id)
        if session is None:
            return None
        closed = await self._archive.close_session(session_id, self._clock.now())
        self.break_off(session_id)
        # While Discord is away the answer cannot be marked; the words go all the same.
        with suppress(TimeoutError):
            async with asyncio.timeout(MARKED_WITHIN):
                await self._lanes.idle(session_id)
        await self._archive.delete_session(session_id)
        log.info("session=%s event=deleted", session_id)
        return closed or PutAway(session, unanswered=0)

    def _new(self, place: Place, actor: Actor, choices: Choices, title: str | None) -> Session:
        persona, now = _persona_in(choices), self._clock.now()
        return Session(SessionId(uuid4()), place, persona, actor.id, now, choices, title)

    async def _open(self, session: Session) -> PutAway | None:
        before = await self._archive.open_session(session)
        log.info("session=%s event=opened", session.id)
        self.put_away(before)
        return before

    def put_away(self, before: PutAway | None) -> None:
        """Break off the answer of a session that was just put away."""
        if before is not None:
            session_id = before.session.id
            log.info("session=%s event=put_away unanswered=%d", session_id, before.unanswered)
            self.break_off(session_id)

    async def _stop(self, session_id: SessionId) -> bool:
        turn = await self._archive.request_stop(session_id)
        if turn is None:
            return False
        log.info("session=%s turn=%s event=stopping", session_id, turn.id)
        self.break_off(session_id)
        return True

    def break_off(self, session_id: SessionId) -> None:
        """Have the answer end that the session is at, or that waits for the model there."""
        self._answerer.halt(session_id)
        self._lanes.wake(session_id)

    async def _retry(self, turn: Turn) -> Change:
        if turn.is_withdrawn:
            return Change.WITHDRAWN
        await self._until_shown(turn)
        version = await self._archive.add_version(turn.id)
        if version is None:
            return await self._unchanged(turn)
        log.info("session=%s turn=%s event=retrying", version.session_id, version.id)
        self._lanes.wake(version.session_id)
        return Change.STARTED

    async def _not_shown(self, anchor: int, version: int) -> Change:
        """Return why another version is not shown, unless somebody else was faster."""
        shown = await self._archive.version_shown(anchor)
        if shown is None:
            return Change.NOTHING
        if shown.version == version:
            return Change.STARTED
        came = await self._unchanged(shown)
        return Change.NOTHING if came is Change.BUSY and shown.is_at_rest else came

    async def _until_shown(self, turn: Turn) -> None:
        """Wait a moment for an answer whose buttons may be seen before it is known here."""
        if turn.state is TurnState.ANSWERED:
            with suppress(TimeoutError):
                async with asyncio.timeout(SHOWN_WITHIN):
                    await self._lanes.idle(turn.session_id)

    async def _unchanged(self, turn: Turn) -> Change:
        """Return why an answer was not changed."""
        session = await self._archive.session(turn.session_id)
        if session is not None and session.is_open and session.head == turn.id:
            return Change.BUSY
        return Change.NOT_NEWEST


def _persona_in(choices: Choices) -> str:
    return choices.get(Trait.PERSONA, DEFAULT_PERSONA)
