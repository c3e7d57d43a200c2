"""What `/chat` does: a thread of its own, a fresh session in it, and an answer owed there."""

from __future__ import annotations

from dataclasses import dataclass

import discord

from bot.domain.access import Action, Actor
from bot.domain.manner import Choices
from bot.domain.message import Prompt
from bot.domain.session import Place
from bot.domain.wording import title_from
from bot.engine.personas import Personas
from bot.engine.sessions import Sessions
from bot.gateway import phrases
from bot.gateway.commands_session import Unfit, choices_in
from bot.gateway.entry_rules import Words
from bot.gateway.names import by_name, names_in
from bot.gateway.opening import Opening, greet, open_thread
from bot.gateway.people import Ground, Request, actor_in_channel, ground_of
from bot.gateway.threads import Threads


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a `/chat` asks for, understood."""

    request: Request
    choices: Choices
    prompt: str | None  # as it was typed
    text: str  # the same as the model reads it
    is_private: bool

    @property
    def nonce(self) -> str:
        """The name under which Discord creates the conversation's first message once."""
        return f"{self.request.id:x}.s"

    @property
    def name(self) -> str:
        """What the thread is called."""
        if self.prompt is None:
            return phrases.thread_name_for(self.request.actor_name)
        return title_from(self.text)

    @property
    def opening(self) -> str:
        """The conversation's first message, which shows who asks and what."""
        if self.prompt is None:
            return phrases.opened_thread_for(self.request.actor_name)
        return phrases.asked(self.request.actor_name, self.prompt)


class ChatCommand:
    """Opens conversations in threads, where there are threads."""

    def __init__(self, sessions: Sessions, personas: Personas, threads: Threads) -> None:
        self._sessions = sessions
        self._personas = personas
        self._threads = threads

    async def chat(self, request: Request) -> Words:
        """Open a fresh session where it fits, and owe an answer there.

        An answer needs a place, so the thread comes first; right after it the prompt becomes
        durable. A crash in between leaves a thread that waits for a message.
        """
        wish = _wish_in(request, await choices_in(request, self._personas))
        opening = Opening(
            request, Action.CHAT, wish.name, wish.opening, wish.nonce, is_private=wish.is_private
        )
        place = await open_thread(self._threads, opening)
        if place is None:
            return await self._right_here(wish, request.interaction.channel)
        await self._begin(wish, place, actor_in_channel(request))
        if wish.prompt is None:
            greeting = phrases.greeting(needs_mention=request.needs_mention)
            await greet(self._threads, request, place, greeting)
        return Words(phrases.here_it_is(place.channel_id))

    async def _right_here(self, wish: _Wish, channel: object) -> Words:
        if wish.is_private and ground_of(channel) is not Ground.DIRECT:
            raise Unfit(phrases.PRIVATE_IMPOSSIBLE)
        if wish.prompt is not None and isinstance(channel, discord.abc.Messageable):
            await self._threads.say(channel, wish.opening, nonce=wish.nonce)
        await self._begin(wish, wish.request.place, wish.request.actor)
        return Words(phrases.right_here(is_asked=wish.prompt is not None))

    async def _begin(self, wish: _Wish, place: Place, actor: Actor) -> None:
        request = wish.request
        if wish.prompt is None:
            await self._sessions.start(place, actor, choices=wish.choices)
            return
        prompt = Prompt(
            message_id=request.id,
            author_id=actor.id,
            author_name=request.actor_name,
            text=wish.text,
            said_at=request.at,
            is_message=False,
        )
        await self._sessions.chat(place, actor, prompt, choices=wish.choices)


def _wish_in(request: Request, choices: Choices) -> _Wish:
    """Return what is wanted; a thread beside a private one is private unless told otherwise."""
    channel = request.interaction.channel
    is_hidden = isinstance(channel, discord.Thread) and channel.is_private()
    prompt = request.text("prompt")
    typed = prompt or ""
    text = by_name(typed, names_in(request.interaction, typed)).strip()
    return _Wish(
        request=request,
        choices=choices,
        prompt=prompt if text else None,  # nothing but our mention asks nothing
        text=text,
        is_private=request.options.get("private", is_hidden) is True,
    )
