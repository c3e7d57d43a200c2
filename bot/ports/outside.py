"""The doors to the world outside: models, Discord, and time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from bot.domain.completion import CompletionEvent, Usage
from bot.domain.context import Context
from bot.domain.hearing import Passage, Sight
from bot.domain.offer import Offer
from bot.domain.reply import Mark, Page, Post
from bot.domain.session import Names, Place


class Model(Protocol):
    """A language model that answers a context."""

    def complete(
        self, context: Context
    ) -> AbstractAsyncContextManager[AsyncIterator[CompletionEvent]]:
        """Stream an answer: any number of Delta, then exactly one Finish.

        The connection is closed however the block is left.

        Raises:
            ModelError: before or during the stream; also when it ends without Finish.
        """
        ...


class Catalogue(Protocol):
    """The models that there are."""

    async def models(self) -> Sequence[str]:
        """Return the names of those that answer in words, sorted; none where there is no list.

        Raises:
            ModelError: nobody said.
        """
        ...


class Prices(Protocol):
    """What models cost."""

    def cost(self, model: str, usage: Usage) -> int | None:
        """Return nano-dollars, or None where the price of the model is not known."""
        ...

    def offer(self, model: str) -> Offer:
        """Return what is known about a model, whether it is there or not."""
        ...


class Messenger(Protocol):
    """Speaks at a place. Nobody is ever pinged by it, whatever the text.

    Its requests leave no faster than Discord's limits allow, new posts before all else.

    Every method but `typing` may raise PlaceGone, and MessengerBusy when the request may
    or may not have taken effect. A post's text counts as equal to a page's when they
    differ in white space at either end: Discord strips it.
    """

    async def post(
        self, place: Place, page: Page, *, mark: Mark, nonce: str, reply_to: int | None
    ) -> int:
        """Post a page and return the id of its post.

        The same nonce posts only once within a few minutes, not for ever. When the message
        to reply to is gone the page is posted without a reference.

        Raises:
            Silenced: it is a place where just posting is not allowed.
            PostGone: the same nonce posted a message that was deleted since.
            PostRefused: Discord will not take this page.
        """
        ...

    async def edit(
        self, place: Place, post: int, page: Page, *, mark: Mark, is_passing: bool = False
    ) -> None:
        """Make a post show another page, in all its parts; editing twice is harmless.

        With `is_passing` another edit will follow, so that this one may be left out.

        Raises:
            NoRoom: it was left out, for requests that are more important.
            PostGone: the post was deleted.
            PostRefused: Discord will not take this page.
        """
        ...

    async def delete(self, place: Place, post: int) -> None:
        """Take a post back; one that is gone already is no error."""
        ...

    async def find(self, place: Place, *anchors: int) -> list[Post]:
        """Return our posts after the first of some messages that carry a mark of one of them.

        The oldest post comes first.
        """
        ...

    async def read(self, place: Place, post: int) -> Post | None:
        """Return a post as Discord shows it now; None when it is gone."""
        ...

    async def nod(self, place: Place, message: int) -> None:
        """Show at somebody's message that it was heard; doing so twice is harmless.

        Raises:
            NoRoom: it was left out, for requests that are more important.
            PostGone: the message was deleted.
            PostRefused: Discord does not take a sign from us at this message.
        """
        ...

    async def say(self, place: Place, words: str, *, nonce: str) -> None:
        """Say something in the bot's own name that is no page of any reply.

        Raises:
            PostRefused: Discord will not take it.
        """
        ...

    async def rename(self, place: Place, *, old: str, new: str) -> None:
        """Have a thread that we opened be called `new`, if it is still called `old`.

        Nothing changes elsewhere, nor where the thread was put away.

        Raises:
            NoRoom: it was left out, for requests that are more important.
        """
        ...

    async def typing(self, place: Place) -> bool:
        """Show for some seconds that the bot is typing; a failure is nobody's concern.

        False when it was left out, for requests that are more important.
        """
        ...


class Past(Protocol):
    """What was said at a place before, as Discord still has it.

    Every method may raise PlaceGone, and MessengerBusy.
    """

    async def read(
        self, place: Place, *, after: int, before: int | None = None, most: int
    ) -> Passage:
        """Return the newest messages between two ids, oldest first, meant for us or not.

        What is before `after` and came along is in it too. Empty where we may not read what
        was said before.
        """
        ...

    async def unseen(self, guild_id: int) -> list[Sight]:
        """Return the places of a server where something was said that never arrived here."""
        ...

    async def offer(self, place: Place, *, count: int, oldest: int, newest: int) -> None:
        """Ask at a place whether so many messages between two are still to be answered.

        Asking twice within a few minutes asks once. A refusal is nobody's concern.
        """
        ...


class Guide(Protocol):
    """Knows its way around."""

    def names(self, place: Place) -> Names:
        """Return what a place is called now; some words where that is not known."""
        ...


class Clock(Protocol):
    """Time, so that tests can own it."""

    def now(self) -> datetime:
        """Return the present moment, in UTC and aware of it."""
        ...

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start, never running backwards."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...
