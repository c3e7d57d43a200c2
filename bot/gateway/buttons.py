"""Buttons: stateless, so that one works after a restart and after years.

A button's custom id holds ids and nothing else. Whoever presses it is asked for anew
whether they may, so that a forged one opens nothing.
"""

from __future__ import annotations

from uuid import UUID

from bot.domain.errors import MessengerBusy, PlaceGone
from bot.domain.session import SessionId
from bot.engine.catching_up import CatchUp
from bot.engine.sessions import Change, Sessions
from bot.gateway import phrases, phrases_session, phrases_tree
from bot.gateway.address import parse, parse_missed, parse_version
from bot.gateway.entry_rules import Words
from bot.gateway.people import Request


class Buttons:
    """Does what buttons ask for."""

    def __init__(self, sessions: Sessions, catch_up: CatchUp) -> None:
        self._sessions = sessions
        self._catch_up = catch_up

    async def stop(self, request: Request) -> Words | None:
        """Stop the answer that the button is under; say nothing when it worked."""
        address = parse(request.custom_id)
        if address is None:
            return Words(phrases.UNKNOWN_COMMAND)
        _, mark = address
        if await self._sessions.stop_answer(request.place, request.actor, mark.anchor):
            return None
        return Words(phrases_session.ANSWER_IS_OVER)

    async def retry(self, request: Request) -> Words | None:
        """Give the answer that the button is under again; say nothing when it worked."""
        address = parse(request.custom_id)
        if address is None:
            return Words(phrases.UNKNOWN_COMMAND)
        _, mark = address
        came = await self._sessions.retry_answer(request.place, request.actor, mark.anchor)
        return None if came is Change.STARTED else Words(phrases_tree.retried(came))

    async def show_version(self, request: Request) -> Words | None:
        """Show another version of the answer that the button is under; silent when it worked."""
        address = parse_version(request.custom_id)
        if address is None:
            return Words(phrases.UNKNOWN_COMMAND)
        came = await self._sessions.show_version(request.place, request.actor, *address)
        return None if came is Change.STARTED else Words(phrases_tree.version_shown(came))

    async def delete(self, request: Request) -> Words:
        """Erase the session that was asked about."""
        try:
            session_id = SessionId(UUID(request.custom_id.partition(":")[2]))
        except ValueError:
            return Words(phrases.UNKNOWN_COMMAND)
        erased = await self._sessions.delete(request.place, request.actor, session_id)
        return Words(phrases_session.deleted(erased) if erased else phrases_session.UNKNOWN_SESSION)

    async def answer_missed(self, request: Request) -> Words | None:
        """Have answered what was said while the bot was away; say nothing when it worked."""
        span = parse_missed(request.custom_id)
        if span is None:
            return Words(phrases.UNKNOWN_COMMAND)
        try:
            is_answered = await self._catch_up.answer(request.place, request.actor, *span)
        except MessengerBusy:
            return Words(phrases.PAST_BUSY, keeps_button=True)
        except PlaceGone:
            return Words(phrases.PAST_HIDDEN, keeps_button=True)
        return None if is_answered else Words(phrases.NOTHING_MISSED)

    async def leave_missed(self, request: Request) -> Words | None:
        """Leave it; the question alone goes."""
        if parse_missed(request.custom_id) is None:
            return Words(phrases.UNKNOWN_COMMAND)
        return None
