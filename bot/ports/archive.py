"""The doors to the sessions that were held, and to what was noted beside their turns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.billing import Call
from bot.domain.marks import Marking, TurnMark
from bot.domain.session import Branched, Place, PutAway, Session, SessionId, SessionSummary, TurnId
from bot.domain.turn import Owed, Turn


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

    async def close_session(self, session_id: SessionId, at: datetime) -> PutAway | None:
        """Close a session, with its unsettled turns as when another is opened in its place.

        Return it as it is now. Closing one that is closed, or deleted, changes nothing, and
        returns None.
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
