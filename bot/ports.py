"""The doors of the engine. What stands behind each is chosen in `bot.app`.

The store has one Protocol for each part that uses it, so that a part is given the few
verbs it needs; one class implements them all.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Container, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Protocol

from bot.domain.billing import Call, Daily, Scope, Spending
from bot.domain.budget import Alert, Balance, Limits
from bot.domain.completion import CompletionEvent, Usage
from bot.domain.context import Context
from bot.domain.hearing import Passage, Reading, Sight, Watermarks
from bot.domain.manner import Layers, Level, Listening, Trait
from bot.domain.message import Prompt
from bot.domain.offer import Offer
from bot.domain.persona import Persona
from bot.domain.reply import Mark, Page, Post, Reply
from bot.domain.session import Names, Place, PutAway, Session, SessionId, SessionSummary, TurnId
from bot.domain.turn import Owed, Turn, TurnState


class Inbox(Protocol):
    """Where what was heard becomes durable.

    Every method of the store is one transaction: once it returns, its change survives the
    death of the process, and a power cut too unless it says otherwise; when it raises
    StoreBusy, nothing has changed. A power cut takes the newest changes and no others.
    """

    async def hear(
        self, heard: Sequence[tuple[Session, Prompt]], *, joinable: Container[TurnId] | None = None
    ) -> list[Turn | None]:
        """Record prompts, in this order, each in a turn owed by its place's session.

        Each prompt comes with a session to open at its place in case none is open there;
        otherwise it joins the open one, whatever its id. There it is a new turn, and the
        head; or, with `joinable`, it joins the head if that takes it in and is one of those,
        or came by the same call. The answer holds the turn of each prompt, and None for one
        whose message was heard before. A message moves the watermark of its place, unless
        that lags.
        """
        ...

    async def hear_together(
        self, session: Session, prompts: Sequence[Prompt], *, reading: Reading | None
    ) -> Turn | None:
        """Record those of the prompts that were not heard before, in this order, as a new turn.

        Otherwise as `hear`; None when there is nothing to answer. With what the prompts were
        found in the watermark of the place moves as `keep_up` does it.
        """
        ...


class Attendance(Protocol):
    """How far the places were heard."""

    async def watermarks(self) -> Watermarks:
        """Return the watermarks."""
        ...

    async def fall_behind(self, places: Sequence[tuple[Place, int]], *, epoch: int) -> None:
        """Remember that places lag since an epoch, each from that message on.

        One that lags already stays where it is, and waits for a reading of this epoch.
        """
        ...

    async def keep_up(self, place: Place, reading: Reading) -> None:
        """Remember that a place was read, and lags no more; nothing if the epoch is another."""
        ...

    async def stay_alive(self, until: int) -> None:
        """Move the watermark that all places share, but for those that lag; never back."""
        ...

    async def unheard(self, messages: Sequence[int]) -> set[int]:
        """Return those of the messages that were not heard."""
        ...

    async def places_since(self, moment: datetime, *, limit: int) -> list[Place]:
        """Return the places whose sessions were spoken in since then, the latest first."""
        ...


class Amendments(Protocol):
    """What people changed of what they had said, and what they took back."""

    async def revise(self, prompts: Sequence[Prompt]) -> None:
        """Put the words of these prompts, which were edited, in the place of those they had.

        Of several edits of a message the newest counts, in whatever order they come. Nothing
        changes for a message that was not heard, or was erased.
        """
        ...

    async def erase(self, messages: Sequence[int]) -> list[Turn]:
        """Erase every word of these messages; they stay heard, and keep their turn's name.

        Of the turns in which nothing is left to answer, those nobody was asked for yet are
        cancelled; those being answered are asked to stop, and returned.
        """
        ...

    async def erase_place(self, place: Place) -> list[SessionId]:
        """Delete all sessions of a place that is gone, with every word; return which."""
        ...

    async def heard_at(self, place: Place, *, since: int) -> set[int]:
        """Return the messages heard at a place from one on, but for those erased."""
        ...

    async def unanswered(self) -> list[tuple[SessionId, Place]]:
        """Return the sessions in which a prompt waits for its answer to be written."""
        ...


class Ledger(Protocol):
    """The turns and what is owed for them.

    Methods that change a turn raise TurnSettled when nothing is owed for it any more, or
    when it was deleted with its session.

    A power cut may take back what `take_up`, `keep_wording`, `record_post` and `settle_turn`
    changed since the last change of another kind: a session is then worded anew, of which no
    reply was kept; a turn that was heard is answered, or one that was answered delivered, as
    after any crash, and its posts are found by their marks.
    """

    async def owing(self) -> list[SessionId]:
        """Return the sessions, open or closed, with a turn that is not settled."""
        ...

    async def take_up(self, session_id: SessionId) -> Owed | None:
        """Take up what a session owes next; None when it owes nothing, or was deleted.

        That is its oldest turn that is received, answering or answered. One that is not
        answered yet is moved to ANSWERING and the attempt is counted, before anything else
        can be done about it. Failing those, it is the oldest turn that is posted, whose
        check is owed. The cost depends on how many turns there are above the session's
        floor, not on how long the session is.
        """
        ...

    async def take_over(self) -> None:
        """Move every turn that is received to ANSWERING, with no attempt counted.

        For the beginning of a process: one before it may have tried them, and a power cut
        have taken back that it did. Who closes their session stops them, so that what they
        show is looked for.
        """
        ...

    async def forgive_attempts(self) -> None:
        """Take back the attempt of every turn that is answering: a planned stop is no failure."""
        ...

    async def put_off(self, turn_id: TurnId) -> None:
        """Take back the attempt of a turn that is answering: it waits, and has not failed."""
        ...

    async def move_floor(self, session_id: SessionId, floor: int) -> None:
        """Remember the depth of the oldest turn that the session's contexts show."""
        ...

    async def keep_wording(self, session_id: SessionId, *, persona: str, wording: str) -> None:
        """Remember as whom a session is answered, and in which wording."""
        ...

    async def persona(self, guild_id: int, name: str) -> Persona | None:
        """Return a persona of a server's own."""
        ...

    async def record_post(self, turn_id: TurnId, page: int, post: int) -> None:
        """Remember the Discord message that shows a page; again for a page replaces it."""
        ...

    async def forget_posts(self, turn_id: TurnId, *, since: int) -> None:
        """Forget the posts of the pages from number `since` on; they are gone."""
        ...

    async def record_reply(
        self,
        turn_id: TurnId,
        reply: Reply,
        *,
        usage: Usage | None,
        floor: int | None,
        calls: Sequence[Call] = (),
        warning: Alert | None = None,
    ) -> Turn:
        """Move a turn to ANSWERED: from here on the reply cannot be lost.

        With it the calls are recorded that it took, as `Accounts.record_calls` does it. Of a
        warning that was given before there is no note in the reply.
        """
        ...

    async def settle_turn(self, turn_id: TurnId, state: TurnState) -> None:
        """Move a turn on to POSTED or to a final state."""
        ...


class Archive(Protocol):
    """The sessions of all places, open and closed."""

    async def session(self, session_id: SessionId) -> Session | None:
        """Return a session by id, open or closed; None when there is none."""
        ...

    async def session_at(self, place: Place) -> Session | None:
        """Return the open session at `place`."""
        ...

    async def open_session(self, session: Session) -> PutAway | None:
        """Open `session` in place of the one open there, and return that one.

        The old one keeps its head and can be resumed. Of its unsettled turns, those nobody
        was asked for yet are cancelled; one being answered is asked to stop.
        """
        ...

    async def close_session(self, session_id: SessionId, at: datetime) -> None:
        """Close a session, with its unsettled turns as when another is opened in its place.

        Closing one that is closed, or deleted, changes nothing.
        """
        ...

    async def resume_session(self, session_id: SessionId, at: datetime) -> PutAway | None:
        """Open a closed session again at its place; the one open there is closed alike.

        Return the one that was closed. Resuming an open session changes nothing.
        """
        ...

    async def sessions_at(
        self, place: Place, *, limit: int | None = None, titled: str = ""
    ) -> list[SessionSummary]:
        """Return the sessions of a place, the open one first, then the newest.

        With `titled`, only those with that in their title, whatever its case.
        """
        ...

    async def rename_session(self, session_id: SessionId, title: str) -> None:
        """Give a session another title."""
        ...

    async def delete_session(self, session_id: SessionId) -> None:
        """Erase a session and every word said in it; deleting twice is harmless."""
        ...

    async def speakers(self, session_id: SessionId) -> set[int]:
        """Return the ids of the people who opened the session or said something in it."""
        ...

    async def version_shown(self, anchor: int) -> Turn | None:
        """Return the turn whose answer to the message `anchor` is shown, or will be."""
        ...

    async def turn(self, turn_id: TurnId) -> Turn | None:
        """Return a turn by id."""
        ...

    async def add_version(self, turn_id: TurnId) -> Turn | None:
        """Owe another answer to the same prompts: a sibling, which becomes the head.

        It takes over the posts of the turn. None, and nothing changes, unless the turn is
        the head of an open session, POSTED, DELIVERED, CANCELLED or ABANDONED, and something
        is left of its prompts.
        """
        ...

    async def show_version(self, anchor: int, version: int) -> Turn | None:
        """Make another answer to the message `anchor` the head again, and return it.

        It takes over the posts of the one that is shown, and is ANSWERED until they show its
        words. None, and nothing changes, unless it is another one that has a reply, and the
        one that is shown might get another version.
        """
        ...

    async def request_stop(self, session_id: SessionId) -> Turn | None:
        """Ask the turn that is being answered to stop, and return it; None if there is none."""
        ...


class Customs(Protocol):
    """What people chose about how conversations are held."""

    async def customs_at(self, place: Place) -> tuple[Session | None, Layers]:
        """Return the open session of a place, if there is one, and what is chosen there."""
        ...

    async def choose(self, place: Place, level: Level, trait: Trait, value: str | None) -> bool:
        """Have a level at a place hold a value, or none of its own.

        At the level of the session it is the one open there; False when there is none. One
        for which a persona is chosen is worded anew.
        """
        ...

    async def listenings(self) -> dict[tuple[Level, int], Listening]:
        """Return what is listened to, wherever that was chosen."""
        ...

    async def personas(self, guild_id: int) -> list[Persona]:
        """Return the personas of a server's own, by name."""
        ...

    async def add_persona(self, guild_id: int, persona: Persona, *, most: int) -> bool:
        """Add a persona; False when one is called so, or the server has that many."""
        ...

    async def change_persona(self, guild_id: int, persona: Persona) -> bool:
        """Change the persona that is called so; False when none is."""
        ...

    async def drop_persona(self, guild_id: int, name: str) -> bool:
        """Delete a persona; False when none is called so."""
        ...


class Accounts(Protocol):
    """What was asked of models, and what it cost. It outlives the sessions it was for."""

    async def record_calls(self, calls: Sequence[Call]) -> None:
        """Record calls, and count each for all of its scopes; again counts them again."""
        ...

    async def spending(self, scope: Scope, *, since: date) -> list[Daily]:
        """Return what was spent from that day on, by day and then by model.

        The cost depends on how many days and models there are, not on how many calls.
        """
        ...

    async def members(
        self, guild_id: int, *, since: date, limit: int
    ) -> list[tuple[int, Spending]]:
        """Return what people spent in a server from that day on, the dearest first."""
        ...

    async def balances(self, scopes: Sequence[Scope], *, today: date) -> list[Balance]:
        """Return what was spent today and this month in some scopes, all at one moment."""
        ...

    async def set_budget(self, scope: Scope, limits: Limits) -> None:
        """Set what may be spent in a server or in one of its channels; for a member: in each."""
        ...


class Notebook(Protocol):
    """A few remembered facts about the outside, such as which commands Discord knows."""

    async def recall(self, key: str) -> str | None:
        """Return what was remembered under `key`."""
        ...

    async def remember(self, key: str, value: str) -> None:
        """Remember `value` under `key`, in place of what was there."""
        ...


class Ownership(Protocol):
    """The right to the store: of all processes that ever opened it, the last one has it.

    Every change that another process asks for raises StoreTaken, and changes nothing.
    """

    async def confirm(self) -> None:
        """Return if the store is still ours.

        Raises:
            StoreTaken: another process opened it after us.
        """
        ...


class Store(
    Inbox,
    Attendance,
    Amendments,
    Ledger,
    Archive,
    Customs,
    Accounts,
    Notebook,
    Ownership,
    Protocol,
):
    """Everything that is kept."""


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

    async def models(self) -> Sequence[Offer]:
        """Return those that answer in words, by name; none where there is no list.

        Raises:
            ModelError: nobody said.
        """
        ...

    def offer(self, model: str) -> Offer:
        """Return what is known about a model, whether it is there or not."""
        ...


class Prices(Protocol):
    """What models cost."""

    def cost(self, model: str, usage: Usage) -> int | None:
        """Return nano-dollars, or None where the price of the model is not known."""
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
