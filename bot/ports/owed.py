"""The doors to what was heard, and to what is owed for it."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.billing import Call
from bot.domain.budget import Alert
from bot.domain.completion import Usage
from bot.domain.hearing import Reading, Watermarks
from bot.domain.message import Prompt
from bot.domain.persona import Persona
from bot.domain.reply import Reply
from bot.domain.session import Place, Session, SessionId, TurnId
from bot.domain.summary import Summary
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

    async def revise(
        self, prompts: Sequence[Prompt], *, anew_since: datetime | None = None
    ) -> list[Turn]:
        """Put the words of these prompts, which were edited, in the place of those they had.

        With their attachments: what is still there is shown as before. Of several edits of a
        message the newest counts, in whatever order they come. Nothing changes for a message
        that was not heard, or was erased. Summaries that cover what they said are erased.

        What was edited since `anew_since` (None: whenever) and says something else is to be
        answered anew, where the head of an open session answers it. Another version is owed
        as by `add_version`; of a head that is not at rest only once `settle_turn` has it so,
        unless it is taken up again before. Return these versions and heads.
        """
        ...

    async def erase(self, messages: Sequence[int]) -> list[Turn]:
        """Erase every word and file of these messages.

        What was heard stays so, and keeps its turn's name.

        Summaries that cover them are erased too, with those that build on these.
        Of the turns in which nothing is left to answer, those nobody was asked for yet are
        cancelled; those being answered are asked to stop, and returned.

        Posts of an answer are messages too: with any of them the answer goes as a whole, in
        all its versions, and if it is being written it is asked to stop. Its turn keeps the
        prompts. It is returned, and owed until `forget_posts`, if other posts of it are left.
        """
        ...

    async def erase_place(self, place: Place) -> list[SessionId]:
        """Delete all sessions of a place that is gone, with every word; return which."""
        ...

    async def heard_at(self, place: Place, *, since: int) -> set[int]:
        """Return the messages heard at a place from one on, but for those erased."""
        ...

    async def shown_at(self, place: Place, *, since: int) -> list[tuple[int, ...]]:
        """Return the posts of each answer at rest, of those to what was heard as `heard_at` says.

        The oldest answer comes first. None that was deleted, though posts of it may be left.
        """
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

        That is its oldest turn that is answered, for its words are there already; or else its
        oldest that is received or answering, which is moved to ANSWERING and the attempt is
        counted, before anything else can be done about it. Failing those, it is the oldest
        turn that is posted, whose check is owed. The cost depends on how many turns there are
        above the session's floor, not on how long the session is.
        """
        ...

    async def foresee(self, place: Place) -> Owed | None:
        """Return what the open session of a place would owe for a message that is said next.

        Its turn has no prompts and no id, for there is none yet; None without such a session.
        It costs as much as `take_up`, and changes nothing.
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

    async def begin_anew(self, turn_id: TurnId) -> bool:
        """Take back the attempt of a turn that is answering, unless somebody asked it to stop.

        Say whether that is so.
        """
        ...

    async def move_floor(
        self,
        session_id: SessionId,
        floor: int,
        *,
        summary: Summary | None = None,
        covered: Sequence[Turn] = (),
        calls: Sequence[Call] = (),
    ) -> Summary | None:
        """Remember the depth of the oldest turn that the session's contexts show.

        With it a summary is kept of what they show no more, and returned; or the one that is
        there already until the same turn. None, and it is not kept, where one of the turns
        that it covers says something else by now than it did, or the summary that it builds on
        is gone; None as well where what is kept covers what is left out in the session. The
        calls that it took are recorded in any case.
        """
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

        One that was deleted while it was written has no words. With it the calls are recorded
        that it took, as `Accounts.record_calls` does it. Of a warning that was given before
        there is no note in the reply. Of the summaries that were made for the turn there is
        one, whatever process made them.
        """
        ...

    async def settle_turn(self, turn_id: TurnId, state: TurnState) -> None:
        """Move a turn on to POSTED or to a final state.

        Nothing changes for an answer that was deleted, but has posts, unless it is ABANDONED.
        If it is still the head, but its words are others than it was taken up with, another
        version is owed from then on, and no power cut takes that back.
        """
        ...
