"""What the commands about sessions do: start afresh, look, go back, rename, erase."""

from __future__ import annotations

from uuid import UUID

import discord

from bot.domain.persona import DEFAULT_PERSONA, PERSONAS
from bot.domain.session import SessionId, SessionSummary
from bot.domain.wording import title_in
from bot.engine.sessions import Sessions
from bot.gateway import phrases
from bot.gateway.commands import LONGEST_MODEL, Choice
from bot.gateway.entry_rules import Words
from bot.gateway.people import Request, ground_of

# https://discord.com/developers/docs/interactions/application-commands: choices of an option
MOST_CHOICES = 25
LISTED = 10  # sessions in one message


class Unfit(Exception):
    """An option holds what cannot be meant; its text says so to the person."""


def persona_in(request: Request) -> str:
    """Return the persona asked for, or the default one.

    Raises:
        Unfit: there is no such persona.
    """
    persona = request.text("persona") or DEFAULT_PERSONA
    if persona not in PERSONAS:
        raise Unfit(phrases.WRONG_PERSONA)
    return persona


def model_in(request: Request) -> str | None:
    """Return the model asked for, or None for the usual one.

    Raises:
        Unfit: it cannot be the name of a model.
    """
    model = request.text("model")
    if model is not None and (len(model) > LONGEST_MODEL or len(model.split()) != 1):
        raise Unfit(phrases.WRONG_MODEL)
    return model and model.strip()


def session_in(request: Request) -> SessionId | None:
    """Return the session asked for, or None when it is no session's id."""
    try:
        return SessionId(UUID(request.text("session") or ""))
    except ValueError:
        return None


class SessionCommands:
    """Does what commands about the sessions of a place ask for."""

    def __init__(self, sessions: Sessions, *, default_model: str) -> None:
        self._sessions = sessions
        self._default_model = default_model

    async def new(self, request: Request) -> Words:
        """Start a fresh session here."""
        persona, model = persona_in(request), model_in(request)
        before = await self._sessions.start(
            request.place, request.actor, persona=persona, model=model
        )
        words = phrases.started_afresh(before, persona=persona, model=model)
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
        return Words(phrases.retried(await self._sessions.retry(request.place, request.actor)))

    async def info(self, request: Request) -> Words:
        """Show the open session."""
        for summary in await self._sessions.all(request.place, request.actor):
            if summary.session.is_open:
                return Words(phrases.info(summary, default_model=self._default_model))
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
        """Ask once more before a session is erased; the button does it."""
        session_id = session_in(request)
        for summary in await self._sessions.all(request.place, request.actor):
            if summary.session.id == session_id:
                return Words(phrases.confirm_deletion(summary), confirms=session_id)
        return Words(phrases.UNKNOWN_SESSION)

    async def help(self, request: Request) -> Words:
        """Say how to talk with the bot here."""
        channel = request.interaction.channel
        us = request.interaction.client.user
        is_ours = isinstance(channel, discord.Thread) and us and channel.owner_id == us.id
        words = phrases.help_for(
            ground_of(channel),
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
        """Offer what was typed, then the models this bot is set up with."""
        typed = request.focused.strip()
        known = [self._default_model, *(p.model for p in PERSONAS.values() if p.model)]
        names = [typed, *(name for name in known if typed.casefold() in name.casefold())]
        return tuple(Choice(name, name) for name in dict.fromkeys(names) if name)[:MOST_CHOICES]


def _choice(summary: SessionSummary) -> Choice:
    return Choice(phrases.choice(summary), str(summary.session.id))
