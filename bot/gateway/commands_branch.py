"""What “Continue from here” does: a thread of its own for a session that goes on from a message."""

from __future__ import annotations

from dataclasses import dataclass

import discord

from bot.domain.access import Action
from bot.domain.session import Session
from bot.domain.turn import Turn
from bot.engine.branching import Branches
from bot.engine.sessions import Change
from bot.gateway import phrases, phrases_tree
from bot.gateway.address import parse_branch
from bot.gateway.entry_rules import Words
from bot.gateway.opening import Opening, greet, open_thread
from bot.gateway.people import Request, actor_in_channel
from bot.gateway.targets import meant_in
from bot.gateway.threads import Threads


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

    @property
    def opening(self) -> str:
        """The branch's first message, which shows who goes on from where."""
        return phrases_tree.went_on(self.request.actor_name, self.link)


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
        channel = request.interaction.channel
        opening = Opening(
            request,
            Action.BRANCH,
            phrases_tree.branch_name(source),
            wish.opening,
            wish.nonce,
            # Nobody is to see it who did not see the place that it goes on from.
            is_private=isinstance(channel, discord.Thread) and channel.is_private(),
        )
        place = await open_thread(self._threads, opening)
        if place is None:
            return await self._right_here(wish, source, turn, channel)
        if await self._branches.open(source, turn, place, actor_in_channel(request)) is None:
            return Words(phrases_tree.not_branched(Change.NOTHING))
        greeting = phrases_tree.branch_greeting(wish.link, needs_mention=request.needs_mention)
        await greet(self._threads, request, place, greeting)
        return Words(phrases.here_it_is(place.channel_id))

    async def _right_here(self, wish: _Wish, source: Session, turn: Turn, channel: object) -> Words:
        """Go on where there are no threads, in place of what is open there."""
        request = wish.request
        branched = await self._branches.open(source, turn, request.place, request.actor)
        if branched is None:
            return Words(phrases_tree.not_branched(Change.NOTHING))
        if isinstance(channel, discord.abc.Messageable):
            await self._threads.say(channel, wish.opening, nonce=wish.nonce)
        return Words(phrases_tree.branched_here(branched), concerns_all=True)
