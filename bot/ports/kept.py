"""The doors to what is kept: sessions, choices and accounts; and to all of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.domain.billing import Call, Daily, Scope, Spending
from bot.domain.budget import Balance, LimitsByKind
from bot.domain.manner import Layers, Level, Listening, Trait
from bot.domain.marks import Marking, TurnMark
from bot.domain.persona import Persona
from bot.domain.session import Branched, Place, PutAway, Session, SessionId, SessionSummary, TurnId
from bot.domain.turn import Owed, Turn
from bot.ports.files import Attachments
from bot.ports.owed import Amendments, Attendance, Inbox, Ledger


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
        """Give a session the title that a person chose."""
        ...

    async def entitle(self, turn: Turn, title: str, *, calls: Sequence[Call] = ()) -> bool:
        """Give a session the title that a model made of `turn`, its first, and say if it has it.

        It has not, when a person gave it one, or a model did, or when anything in the turn was
        edited or erased since. Once it has, the title goes when that happens. The calls that
        it took are recorded in any case, as `Accounts.record_calls` does it.
        """
        ...

    async def delete_session(self, session_id: SessionId) -> None:
        """Erase a session and every word said in it; deleting twice is harmless.

        Turns that other sessions lead over are kept: they belong to one of those from then
        on, as they are for good, and go with the last of them.
        """
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

    async def retrace(self, turn_id: TurnId) -> Owed | None:
        """Return a turn with all that its context is made of; None when there is no such turn.

        Its history begins where the model was shown it from, or for one that was not answered
        at the session's floor. Words, marks and choices are as they are now.
        """
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

    async def turn_with(self, message: int) -> Turn | None:
        """Return the turn that answers a message, in the version that is shown."""
        ...

    async def turn_before(self, place: Place, message: int) -> Turn | None:
        """Return the newest turn that was said at a place before a message, and not undone.

        The cost depends on how many sessions the place had, not on how long they are.
        """
        ...

    async def branch(self, session: Session, turn_id: TurnId) -> Branched | None:
        """Open `session` with a turn of another as its head, in place of the one open there.

        The way to the turn is shared; its floor is where the model was shown that way from.
        None, and nothing changes, when the turn has no answer yet, or was deleted. A session
        that there is already is returned as it is.
        """
        ...

    async def undo(self, session_id: SessionId) -> Turn | None:
        """Take the head out of an open session, whose parent is the head then; return it.

        If it is the session's own and has posts it is ANSWERED until they say so. With it go
        those before it whose prompts were all taken back. The floor is where the model was
        shown the way to the new head from, or below. None, and nothing changes, unless the
        head is POSTED, DELIVERED, CANCELLED or ABANDONED.
        """
        ...

    async def request_stop(self, session_id: SessionId) -> Turn | None:
        """Ask the turn that is being answered to stop, and return it; None if there is none."""
        ...


class Margin(Protocol):
    """What people noted beside the turns of a session, about showing them to the model.

    A mark goes with its session, and with the turn or the last of its prompts; by an undo too.
    Where another version of an answer becomes the head, it has the mark.
    """

    async def mark(
        self, session_id: SessionId, turn_id: TurnId, mark: TurnMark | None, *, most_pins: int
    ) -> Marking:
        """Have a turn bear a mark in a session, in place of the one it had; or None.

        NOT_THERE, and nothing changes, unless it is on the way from the head to the root and
        something is left of its prompts. Of a turn that is not the session's own nobody looks
        further than `REACH` turns from the head.
        """
        ...

    async def mark_on(self, session_id: SessionId, turn_id: TurnId) -> TurnMark | None:
        """Return the mark that a turn bears in a session."""
        ...

    async def turn_to_mark(self, session_id: SessionId, message: int) -> Turn | None:
        """Return the turn of a message that could be marked in a session, in whatever version."""
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

    async def answers(
        self, user_id: int, *, since: datetime, limit: int
    ) -> list[tuple[TurnId, datetime]]:
        """Return the turns for which a person's answers were paid after then, newest first.

        With each is when its last call was over. The cost depends on how many calls there
        were since then, not on how many there ever were.
        """
        ...

    async def own_limits(self) -> Mapping[int, LimitsByKind]:
        """Return the budgets that servers set for themselves, by the server's id."""
        ...

    async def set_own_limits(self, guild_id: int, limits: LimitsByKind) -> None:
        """Have a server's own budgets be these, for some of OWN_KINDS, and no others.

        Of those that are others than before it is warned anew.
        """
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
    Attachments,
    Amendments,
    Ledger,
    Archive,
    Margin,
    Customs,
    Accounts,
    Notebook,
    Ownership,
    Protocol,
):
    """Everything that is kept."""
