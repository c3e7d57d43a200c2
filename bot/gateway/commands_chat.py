"""What `/chat` does: a thread of its own, a fresh session in it, and an answer owed there."""

from __future__ import annotations

from dataclasses import dataclass

import discord

from bot.domain.access import Action, Actor, demand
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
from bot.gateway.people import Ground, Request, actor_in_channel, ground_of
from bot.gateway.threads import FORUM_POST, PRIVATE, PUBLIC, Threads, demand_permissions


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
        match request.interaction.channel:
            case discord.Thread(parent=discord.ForumChannel() as forum) as post:
                thread_id = await self._open_post(wish, forum, post)
            case discord.Thread(parent=discord.TextChannel() as parent):
                thread_id = await self._open_thread(wish, parent)
            case discord.TextChannel() as parent:
                thread_id = await self._open_thread(wish, parent)
            case discord.Thread():
                raise Unfit(phrases.PARENT_UNKNOWN)
            case channel:
                return await self._right_here(wish, channel)
        place = Place(thread_id, request.place.guild_id, request.place.channel)
        await self._begin(wish, place, actor_in_channel(request))
        if wish.prompt is None:
            thread = request.interaction.client.get_partial_messageable(thread_id)
            greeting = phrases.greeting(needs_mention=request.needs_mention)
            await self._threads.say(thread, greeting, nonce=f"{request.id:x}.g")
        return Words(phrases.here_it_is(thread_id))

    async def _open_thread(self, wish: _Wish, parent: discord.TextChannel) -> int:
        _demand_chat(wish, parent)
        granted = wish.request.interaction.app_permissions
        if not wish.is_private:
            demand_permissions(granted, PUBLIC)
            return await self._threads.open_public(
                parent, name=wish.name, opening=wish.opening, nonce=wish.nonce
            )
        if parent.is_news():
            raise Unfit(phrases.PRIVATE_IMPOSSIBLE)
        demand_permissions(granted, PRIVATE)
        return await self._threads.open_private(
            parent,
            name=wish.name,
            opening=wish.opening,
            nonce=wish.nonce,
            person=wish.request.interaction.user,
        )

    async def _open_post(
        self, wish: _Wish, forum: discord.ForumChannel, post: discord.Thread
    ) -> int:
        if wish.is_private:
            raise Unfit(phrases.PRIVATE_IMPOSSIBLE)
        _demand_chat(wish, forum)
        demand_permissions(wish.request.interaction.app_permissions, FORUM_POST)
        return await self._threads.open_post(forum, name=wish.name, opening=wish.opening, like=post)

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


def _demand_chat(wish: _Wish, parent: discord.TextChannel | discord.ForumChannel) -> None:
    """Return only when the person may write where the thread is going to be seen.

    Raises:
        Denied: they may not.
    """
    place = Place(parent.id, parent.guild.id)
    demand(actor_in_channel(wish.request), Action.CHAT, place)
