"""What the commands about sessions do: start afresh, look, go back, rename, erase."""

from __future__ import annotations

from uuid import UUID

import discord

from bot.domain.manner import Choices, Trait, fitted
from bot.domain.session import SessionId, SessionSummary
from bot.domain.wording import title_in
from bot.engine.manners import Manners
from bot.engine.offers import Offers
from bot.engine.personas import Personas
from bot.engine.sessions import Sessions
from bot.gateway import phrases_session as phrases
from bot.gateway import phrases_tree
from bot.gateway.commands import MOST_CHOICES, Choice
from bot.gateway.confirming import confirmation
from bot.gateway.entry_rules import Words
from bot.gateway.people import Request, ground_of
from bot.gateway.phrases import WRONG_MODEL, WRONG_PERSONA, help_for, offer

LISTED = 10  # sessions in one message


class Unfit(Exception):
    """An option holds what cannot be meant; its text says so to the person."""


async def choices_in(request: Request, personas: Personas) -> Choices:
    """Return the persona and the model asked for, as far as they are.

    Raises:
        Unfit: there is no such persona, or it cannot be the name of a model.
    """
    persona, model = request.text("persona"), request.text("model")
    chosen: dict[Trait, str] = {}
    if persona is not None:
        known = await personas.all(request.place, request.actor)
        if all(persona != each.name for each in known):
            raise Unfit(WRONG_PERSONA)
        chosen[Trait.PERSONA] = persona
    if model is not None:
        fit = fitted(Trait.MODEL, model)
        if fit is None:
            raise Unfit(WRONG_MODEL)
        chosen[Trait.MODEL] = fit
    return chosen


def session_in(request: Request) -> SessionId | None:
    """Return the session asked for, or None when it is no session's id."""
    try:
        return SessionId(UUID(request.text("session") or ""))
    except ValueError:
        return None


class SessionCommands:
    """Does what commands about the sessions of a place ask for."""

    def __init__(
        self,
        sessions: Sessions,
        manners: Manners,
        personas: Personas,
        offers: Offers,
        *,
        default_model: str,
    ) -> None:
        self._sessions = sessions
        self._manners = manners
        self._personas = personas
        self._offers = offers
        self._default_model = default_model

    async def new(self, request: Request) -> Words:
        """Start a fresh session here."""
        place, actor = request.place, request.actor
        choices = await choices_in(request, self._personas)
        before = await self._sessions.start(place, actor, choices=choices)
        manner = (await self._manners.look(place, actor)).manner
        words = phrases.started_afresh(before, manner)
        return Words(words, concerns_all=True)

    async def reset(self, request: Request) -> Words:
        """Start a fresh session here with the settings of the open one."""
        before = await self._sessions.reset(request.place, request.actor)
        return Words(phrases.reset(before), concerns_all=before is not None)

    async def stop(self, request: Request) -> Words:
        """Stop the answer in progress."""
        was_running = await self._sessions.stop(request.place, request.actor)
        return Words(phrases.STOPPING if was_running else phrases.NOTHING_TO_STOP)

    async def retry(self, request: Request) -> Words:
        """Answer the newest prompt again."""
        return Words(phrases_tree.retried(await self._sessions.retry(request.place, request.actor)))

    async def undo(self, request: Request) -> Words:
        """Take the newest prompt and its answer out of the conversation."""
        return Words(phrases_tree.undone(await self._sessions.undo(request.place, request.actor)))

    async def info(self, request: Request) -> Words:
        """Show the open session."""
        for summary in await self._sessions.all(request.place, request.actor):
            if summary.session.is_open:
                manner = (await self._manners.look(request.place, request.actor)).manner
                return Words(phrases.info(summary, manner, default_model=self._default_model))
        return Words(phrases.NO_SESSION_YET)

    async def list(self, request: Request) -> Words:
        """List the sessions of this place."""
        summaries = await self._sessions.all(request.place, request.actor)
        return Words(phrases.listing(summaries, limit=LISTED))

    async def resume(self, request: Request) -> Words:
        """Open an earlier session again."""
        session_id = session_in(request)
        if session_id is None:
            return Words(phrases.UNKNOWN_SESSION)
        resumed = await self._sessions.resume(request.place, request.actor, session_id)
        if resumed is None:
            return Words(phrases.UNKNOWN_SESSION)
        return Words(phrases.resumed(*resumed), concerns_all=True)

    async def rename(self, request: Request) -> Words:
        """Give a session another title."""
        session_id, title = session_in(request), request.text("title") or ""
        if title_in(title) is None:
            return Words(phrases.EMPTY_TITLE)
        if session_id is None:
            return Words(phrases.UNKNOWN_SESSION)
        session = await self._sessions.rename(request.place, request.actor, session_id, title)
        return Words(phrases.renamed(session) if session else phrases.UNKNOWN_SESSION)

    async def ask_to_delete(self, request: Request) -> Words:
        """Ask once more before a session is erased by those who may; the button does it."""
        session_id, place, actor = session_in(request), request.place, request.actor
        if session_id is None or await self._sessions.to_delete(place, actor, session_id) is None:
            return Words(phrases.UNKNOWN_SESSION)
        for summary in await self._sessions.all(place, actor):
            if summary.session.id == session_id:
                return Words(phrases.confirm_deletion(summary), view=confirmation(session_id))
        return Words(phrases.UNKNOWN_SESSION)

    async def help(self, request: Request) -> Words:
        """Say how to talk with the bot here."""
        channel = request.interaction.channel
        us = request.interaction.client.user
        is_ours = isinstance(channel, discord.Thread) and us and channel.owner_id == us.id
        words = help_for(
            ground_of(channel),
            self._manners.listening_at(request.place),
            in_thread_of_ours=bool(is_ours),
            needs_mention=request.needs_mention,
        )
        return Words(words)

    async def sessions_like(self, request: Request) -> tuple[Choice, ...]:
        """Offer the sessions of this place whose title holds what was typed."""
        typed = request.focused.strip()
        found = await self._sessions.titled(request.place, request.actor, typed, limit=MOST_CHOICES)
        return tuple(map(_choice, found))

    async def models_like(self, request: Request) -> tuple[Choice, ...]:
        """Offer what was typed, then the models that there are, the operator's own first."""
        typed = request.focused.strip()
        found = [Choice(offer(each), each.model) for each in self._offers.like(typed)]
        own = [Choice(typed, typed)] if typed and all(c.value != typed for c in found) else []
        return tuple([*own, *found][:MOST_CHOICES])


def _choice(summary: SessionSummary) -> Choice:
    return Choice(phrases.choice(summary), str(summary.session.id))
