"""What “Continue from here” does: a thread of its own for a session that goes on from a message."""

from __future__ import annotations

from dataclasses import dataclass

import discord

from bot.domain.access import Action, demand
from bot.domain.session import Place, Session
from bot.domain.turn import Turn
from bot.engine.branching import Branches
from bot.engine.sessions import Change
from bot.gateway import phrases, phrases_tree
from bot.gateway.address import parse_branch
from bot.gateway.commands_session import Unfit
from bot.gateway.entry_rules import Words
from bot.gateway.people import Request, actor_in_channel
from bot.gateway.targets import meant_in
from bot.gateway.threads import FORUM_POST, PRIVATE, PUBLIC, Threads, demand_permissions


@dataclass(frozen=True, slots=True)
class _Wish:
    """From where somebody wants to go on."""

    request: Request
    message: int  # that was said to the bot
    pressed: int  # the message that it was asked for at

    @property
    def nonce(self) -> str:
        """The name under which Discord creates the branch's first message once."""
        return f"{self.request.id:x}.b"

    @property
    def link(self) -> str:
        """Where it goes on from, for a click."""
        place = self.request.place
        where = f"{place.guild_id or '@me'}/{place.channel_id}"
        return f"https://discord.com/channels/{where}/{self.pressed}"


class BranchCommand:
    """Opens branches in threads, where there are threads."""

    def __init__(self, branches: Branches, threads: Threads) -> None:
        self._branches = branches
        self._threads = threads

    async def button(self, request: Request) -> Words:
        """Go on from the answer that the button is under."""
        message = parse_branch(request.custom_id)
        pressed = request.interaction.message
        if message is None or pressed is None:
            return Words(phrases.UNKNOWN_COMMAND)
        return await self._go_on(_Wish(request, message, pressed.id))

    async def app(self, request: Request) -> Words:
        """Go on from the message whose menu it was used from."""
        message = meant_in(request)
        if message is None or request.target is None:
            return Words(phrases.UNKNOWN_COMMAND)
        return await self._go_on(_Wish(request, message, int(str(request.target["id"]))))

    async def _go_on(self, wish: _Wish) -> Words:
        """Open the branch. As with `/chat` the thread comes first, and then the session.

        A crash in between leaves a thread that does not say that it goes on from somewhere.
        """
        request = wish.request
        found = await self._branches.at(request.place, request.actor, wish.message)
        if isinstance(found, Change):
            return Words(phrases_tree.not_branched(found))
        source, turn = found
        match request.interaction.channel:
            case discord.Thread(parent=discord.ForumChannel() as parent) as post:
                thread_id = await self._open_post(wish, source, parent, post)
            case discord.Thread(parent=discord.TextChannel() as parent) as thread:
                is_private = thread.is_private()
                thread_id = await self._open_thread(wish, source, parent, is_private=is_private)
            case discord.TextChannel() as parent:
                thread_id = await self._open_thread(wish, source, parent, is_private=False)
            case discord.Thread():
                raise Unfit(phrases.PARENT_UNKNOWN)
            case channel:
                return await self._right_here(wish, source, turn, channel)
        place = Place(thread_id, request.place.guild_id, request.place.channel)
        if await self._branches.open(source, turn, place, actor_in_channel(request)) is None:
            return Words(phrases_tree.not_branched(Change.NOTHING))
        thread_there = request.interaction.client.get_partial_messageable(thread_id)
        greeting = phrases_tree.branch_greeting(wish.link, needs_mention=request.needs_mention)
        await self._threads.say(thread_there, greeting, nonce=f"{request.id:x}.g")
        return Words(phrases.here_it_is(thread_id))

    async def _open_thread(
        self, wish: _Wish, source: Session, parent: discord.TextChannel, *, is_private: bool
    ) -> int:
        """Open a thread that nobody sees who did not see the place it goes on from."""
        request = wish.request
        _demand_branch(request, parent)
        name, opening = phrases_tree.branch_name(source), _opening(wish)
        if is_private:
            demand_permissions(request.interaction.app_permissions, PRIVATE)
            return await self._threads.open_private(
                parent,
                name=name,
                opening=opening,
                nonce=wish.nonce,
                person=request.interaction.user,
            )
        demand_permissions(request.interaction.app_permissions, PUBLIC)
        return await self._threads.open_public(parent, name=name, opening=opening, nonce=wish.nonce)

    async def _open_post(
        self, wish: _Wish, source: Session, forum: discord.ForumChannel, post: discord.Thread
    ) -> int:
        request = wish.request
        _demand_branch(request, forum)
        demand_permissions(request.interaction.app_permissions, FORUM_POST)
        name = phrases_tree.branch_name(source)
        return await self._threads.open_post(forum, name=name, opening=_opening(wish), like=post)

    async def _right_here(self, wish: _Wish, source: Session, turn: Turn, channel: object) -> Words:
        """Go on where there are no threads, in place of what is open there."""
        request = wish.request
        branched = await self._branches.open(source, turn, request.place, request.actor)
        if branched is None:
            return Words(phrases_tree.not_branched(Change.NOTHING))
        if isinstance(channel, discord.abc.Messageable):
            await self._threads.say(channel, _opening(wish), nonce=wish.nonce)
        return Words(phrases_tree.branched_here(branched), concerns_all=True)


def _opening(wish: _Wish) -> str:
    return phrases_tree.went_on(wish.request.actor_name, wish.link)


def _demand_branch(request: Request, parent: discord.TextChannel | discord.ForumChannel) -> None:
    """Return only when the person may write where the thread is going to be seen.

    Raises:
        Denied: they may not.
    """
    place = Place(parent.id, request.place.guild_id)
    demand(actor_in_channel(request), Action.BRANCH, place)
