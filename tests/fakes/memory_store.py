"""A store in memory, which survives the crash of the bot around it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Container, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar

from bot.domain.attachment import Shown
from bot.domain.billing import Call, Daily, Scope, Spending
from bot.domain.budget import Alert, Balance, LimitsByKind
from bot.domain.completion import Usage
from bot.domain.errors import IllegalMove, StoreBusy, StoreTaken
from bot.domain.hearing import Reading, Watermarks
from bot.domain.manner import Layers, Level, Listening, Trait
from bot.domain.marks import Marking, TurnMark
from bot.domain.message import Prompt
from bot.domain.persona import Persona
from bot.domain.reply import Ending, Reply
from bot.domain.session import (
    Branched,
    Place,
    PutAway,
    Session,
    SessionId,
    SessionSummary,
    TitledBy,
    TurnId,
)
from bot.domain.summary import Summary
from bot.domain.turn import Owed, Turn, TurnState, check_move
from tests.fakes.memory_tables import MemoryTables, is_at

T = TypeVar("T")
S = TurnState


class MemoryStore(MemoryTables):
    """The `Store` port. While `full` is set, every change is refused and changes nothing.

    Once `is_taken` is set it is another's, for good.

    As in life, a call gives way to others before it returns, and the change of a caller
    that is cancelled meanwhile is made all the same. Power that is lost takes the newest
    commits with it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.full = False
        self.is_taken = False

    # Inbox

    async def hear(
        self, heard: Sequence[tuple[Session, Prompt]], *, joinable: Container[TurnId] | None = None
    ) -> list[Turn | None]:
        def hear() -> list[Turn | None]:
            before = self._last_turn
            return [
                self._hear(
                    spare,
                    prompt,
                    lambda turn: joinable is not None and (turn in joinable or turn > before),
                )
                for spare, prompt in heard
            ]

        return await self._write(hear)

    async def hear_together(
        self, session: Session, prompts: Sequence[Prompt], *, reading: Reading | None
    ) -> Turn | None:
        def hear() -> Turn | None:
            if reading is not None:
                self._keep_up(session.place, reading)
            return self._add(session, prompts)

        return await self._write(hear)

    # Attendance

    async def watermarks(self) -> Watermarks:
        return await self._read(lambda: Watermarks(self.common, dict(self.marks)))

    async def fall_behind(self, places: Sequence[tuple[Place, int]], *, epoch: int) -> None:
        def fall_behind() -> None:
            for place, until in places:
                self._fall_behind(place, until, epoch)

        await self._write(fall_behind)

    async def keep_up(self, place: Place, reading: Reading) -> None:
        await self._write(lambda: self._keep_up(place, reading))

    async def stay_alive(self, until: int) -> None:
        await self._write(lambda: self._stay_alive(until))

    async def unheard(self, messages: Sequence[int]) -> set[int]:
        return await self._read(lambda: set(messages) - self.heard)

    async def places_since(self, moment: datetime, *, limit: int) -> list[Place]:
        def places() -> list[Place]:
            spoken = [(self._summary(s).last_said_at, s.place) for s in self.sessions.values()]
            latest: dict[Place, datetime] = {}
            for said_at, place in spoken:
                if said_at is not None and said_at >= moment:
                    latest[place] = max(said_at, latest.get(place, said_at))
            return sorted(latest, key=lambda p: (-latest[p].timestamp(), p.channel_id))[:limit]

        return await self._read(places)

    # Attachments

    async def keep_attachment(
        self, message: int, attachment: int, shown: Shown, content: bytes = b""
    ) -> None:
        await self._write(
            lambda: self._keep_attachment(message, attachment, shown, content), flushes=False
        )

    async def images(self, digests: Collection[str]) -> dict[str, bytes]:
        return await self._read(
            lambda: {one: self.blobs[one] for one in digests if one in self.blobs}
        )

    # Amendments

    async def revise(
        self, prompts: Sequence[Prompt], *, anew_since: datetime | None = None
    ) -> list[Turn]:
        def revise() -> list[Turn]:
            turns = [self._revise(prompt, anew_since) for prompt in prompts]
            return [turn for turn in turns if turn is not None]

        return await self._write(revise)

    async def erase(self, messages: Sequence[int]) -> list[Turn]:
        return await self._write(lambda: self._erase(messages))

    async def erase_place(self, place: Place) -> list[SessionId]:
        def erase() -> list[SessionId]:
            gone = [session.id for session in self.sessions.values() if is_at(session, place)]
            for session_id in gone:
                self._delete(session_id)
            return gone

        return await self._write(erase)

    async def heard_at(self, place: Place, *, since: int) -> set[int]:
        return await self._read(
            lambda: {
                prompt.message_id
                for turn in self.turns.values()
                for prompt in turn.kept_prompts
                if self._is_said_at(turn, place)
                and prompt.is_message
                and prompt.message_id >= since
            }
        )

    async def shown_at(self, place: Place, *, since: int) -> list[tuple[int, ...]]:
        def shown() -> list[tuple[int, ...]]:
            here = [t for t in self.turns.values() if t.posts and self._is_said_at(t, place)]
            there = [t for t in here if t.is_at_rest and not t.is_retracted and t.anchor >= since]
            return [turn.posts for turn in sorted(there, key=lambda turn: turn.anchor)]

        return await self._read(shown)

    async def unanswered(self) -> list[tuple[SessionId, Place]]:
        def waiting() -> list[tuple[SessionId, Place]]:
            owed = {
                t.session_id for t in self.turns.values() if t.state in {S.RECEIVED, S.ANSWERING}
            }
            return [(one, self.sessions[one].place) for one in sorted(owed)]

        return await self._read(waiting)

    # Ledger

    async def owing(self) -> list[SessionId]:
        return await self._read(
            lambda: sorted({t.session_id for t in self.turns.values() if not t.is_settled})
        )

    async def session(self, session_id: SessionId) -> Session | None:
        return await self._read(lambda: self.sessions.get(session_id))

    async def take_up(self, session_id: SessionId) -> Owed | None:
        return await self._write(lambda: self._take_up(session_id), flushes=False)

    async def foresee(self, place: Place) -> Owed | None:
        return await self._read(lambda: self._foresee(place))

    async def take_over(self) -> None:
        await self._write(self._take_over)

    async def forgive_attempts(self) -> None:
        await self._write(self._forgive_attempts)

    async def put_off(self, turn_id: TurnId) -> None:
        def put_off() -> None:
            turn = self._owed(turn_id)
            check_move(turn.state, S.ANSWERING)
            self.turns[turn_id] = replace(turn, attempt=max(turn.attempt - 1, 0))

        await self._write(put_off)

    async def begin_anew(self, turn_id: TurnId) -> bool:
        def begin_anew() -> bool:
            turn = self._owed(turn_id)
            if not turn.stop_requested:
                check_move(turn.state, S.ANSWERING)
                self.turns[turn_id] = replace(turn, attempt=max(turn.attempt - 1, 0))
            return not turn.stop_requested

        return await self._write(begin_anew)

    async def move_floor(
        self,
        session_id: SessionId,
        floor: int,
        *,
        summary: Summary | None = None,
        covered: Sequence[Turn] = (),
        calls: Sequence[Call] = (),
    ) -> Summary | None:
        def move() -> Summary | None:
            if session := self.sessions.get(session_id):
                self.sessions[session_id] = replace(session, floor=floor)
            self.calls += calls
            kept = None if summary is None else self._keep_summary(summary, covered)
            return self._if_it_may_be_told(session_id, kept)

        return await self._write(move)

    async def keep_wording(self, session_id: SessionId, *, persona: str, wording: str) -> None:
        def keep() -> None:
            if session := self.sessions.get(session_id):
                self.sessions[session_id] = replace(session, persona=persona, wording=wording)

        await self._write(keep)

    async def persona(self, guild_id: int, name: str) -> Persona | None:
        return await self._read(lambda: self.personas_of.get((guild_id, name)))

    async def record_post(self, turn_id: TurnId, page: int, post: int) -> None:
        def record() -> None:
            turn = self._owed(turn_id)
            if page > len(turn.posts):
                raise IllegalMove(f"page {page} cannot be the next")
            posts = (*turn.posts[:page], post, *turn.posts[page + 1 :])
            self.turns[turn_id] = replace(turn, posts=posts)

        await self._write(record, flushes=False)

    async def forget_posts(self, turn_id: TurnId, *, since: int) -> None:
        def forget() -> None:
            turn = self._owed(turn_id)
            self.turns[turn_id] = replace(turn, posts=turn.posts[:since])

        await self._write(forget)

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
        def record() -> Turn:
            reply.text.encode()
            assert (reply.ending is Ending.BROKEN) == (reply.fault is not None)
            turn = self._move(turn_id, S.ANSWERED)
            is_told = warning is None or warning not in self.warnings
            kept = replace(reply, summary=self._note_of_summary(turn_id))
            kept = kept if is_told else replace(kept, budget=None)
            kept = replace(kept, text="") if turn.is_retracted else kept
            if warning is not None:
                self.warnings.add(warning)
            self.turns[turn_id] = replace(turn, reply=kept, usage=usage, floor=floor)
            self.calls += calls
            return self.turns[turn_id]

        return await self._write(record)

    async def settle_turn(self, turn_id: TurnId, state: TurnState) -> None:
        def settle() -> None:
            check_move(self._owed(turn_id).state, state)
            if state in {S.RECEIVED, S.ANSWERING, S.ANSWERED}:
                raise IllegalMove(f"a turn is not settled by being {state}")
            turn = self.turns[turn_id]
            if turn.is_retracted and turn.posts and state is not S.ABANDONED:
                return
            self._move(turn_id, state)
            if turn_id in self.outdated:
                self.outdated.remove(turn_id)
                self._add_version(turn_id)

        await self._write(settle, flushes=turn_id in self.outdated)

    # Margin

    async def mark(
        self, session_id: SessionId, turn_id: TurnId, mark: TurnMark | None, *, most_pins: int
    ) -> Marking:
        return await self._write(lambda: self._mark(session_id, turn_id, mark, most_pins))

    async def mark_on(self, session_id: SessionId, turn_id: TurnId) -> TurnMark | None:
        return await self._read(lambda: self.turn_marks.get((session_id, turn_id)))

    async def turn_to_mark(self, session_id: SessionId, message: int) -> Turn | None:
        def found() -> Turn | None:
            turns = self._to_mark(session_id)
            said = (t for t in turns if message in [p.message_id for p in t.prompts])
            return next(said, None)

        return await self._read(found)

    # Archive

    async def session_at(self, place: Place) -> Session | None:
        return await self._read(lambda: self._open_at(place))

    async def open_session(self, session: Session) -> PutAway | None:
        def open_() -> PutAway | None:
            present = self._open_at(session.place)
            if present is not None and present.id == session.id:
                return None
            closed = self._close_at(session.place, session.opened_at)
            self._insert(session)
            return closed

        return await self._write(open_)

    async def close_session(self, session_id: SessionId, at: datetime) -> PutAway | None:
        def close() -> PutAway | None:
            session = self.sessions.get(session_id)
            if session is None or not session.is_open:
                return None
            return self._close_at(session.place, at)

        return await self._write(close)

    async def resume_session(self, session_id: SessionId, at: datetime) -> PutAway | None:
        def resume() -> PutAway | None:
            session = self.sessions.get(session_id)
            if session is None or session.is_open:
                return None
            closed = self._close_at(session.place, at)
            self.sessions[session_id] = replace(session, closed_at=None)
            return closed

        return await self._write(resume)

    async def sessions_at(
        self, place: Place, *, limit: int | None = None, titled: str = ""
    ) -> list[SessionSummary]:
        def listed() -> list[SessionSummary]:
            here = [s for s in self.sessions.values() if is_at(s, place)]
            here = [s for s in here if titled.casefold() in (s.title or "").casefold()]
            here.sort(key=lambda s: str(s.id))
            here.sort(key=lambda s: s.opened_at, reverse=True)
            here.sort(key=lambda s: not s.is_open)
            return [self._summary(session) for session in here[:limit]]

        return await self._read(listed)

    async def rename_session(self, session_id: SessionId, title: str) -> None:
        def rename() -> None:
            title.encode()
            if session := self.sessions.get(session_id):
                by = TitledBy.PERSON
                self.sessions[session_id] = replace(session, title=title, titled_by=by)

        await self._write(rename)

    async def entitle(self, turn: Turn, title: str, *, calls: Sequence[Call] = ()) -> bool:
        return await self._write(lambda: self._entitle(turn, title, calls))

    async def delete_session(self, session_id: SessionId) -> None:
        await self._write(lambda: self._delete(session_id))

    async def speakers(self, session_id: SessionId) -> set[int]:
        def people() -> set[int]:
            session = self.sessions.get(session_id)
            said = {p.author_id for t in self._turns_of(session_id) for p in t.prompts}
            return said | ({session.opened_by} if session else set())

        return await self._read(people)

    async def version_shown(self, anchor: int) -> Turn | None:
        return await self._read(lambda: self._version_shown(anchor))

    async def turn(self, turn_id: TurnId) -> Turn | None:
        return await self._read(lambda: self.turns.get(turn_id))

    async def retrace(self, turn_id: TurnId) -> Owed | None:
        return await self._read(lambda: self._retrace(turn_id))

    async def add_version(self, turn_id: TurnId) -> Turn | None:
        return await self._write(lambda: self._add_version(turn_id))

    async def show_version(self, anchor: int, version: int) -> Turn | None:
        return await self._write(lambda: self._show_version(anchor, version))

    async def turn_with(self, message: int) -> Turn | None:
        def shown() -> Turn | None:
            turns = [t for t in self.turns.values() if message in t.anchors]
            return max(turns, key=lambda turn: turn.edition, default=None)

        return await self._read(shown)

    async def turn_before(self, place: Place, message: int) -> Turn | None:
        def newest() -> Turn | None:
            here = {s.id for s in self.sessions.values() if is_at(s, place)}
            turns = [
                t
                for t in self.turns.values()
                if t.session_id in here
                and t.anchor < message
                and not (t.is_undone or t.is_inherited)
                and t.edition == max(other.edition for other in self._versions(t.anchor))
            ]
            return max(turns, key=lambda turn: turn.anchor, default=None)

        return await self._read(newest)

    async def branch(self, session: Session, turn_id: TurnId) -> Branched | None:
        return await self._write(lambda: self._branch(session, turn_id))

    async def undo(self, session_id: SessionId) -> Turn | None:
        return await self._write(lambda: self._undo(session_id))

    async def request_stop(self, session_id: SessionId) -> Turn | None:
        def ask() -> Turn | None:
            turn = self._oldest(session_id, S.ANSWERING)
            if turn is None:
                return None
            self.turns[turn.id] = replace(turn, stop_requested=True)
            return self.turns[turn.id]

        return await self._write(ask)

    # Customs

    async def customs_at(self, place: Place) -> tuple[Session | None, Layers]:
        def look() -> tuple[Session | None, Layers]:
            session = self._open_at(place)
            return session, self._layers(place, session)

        return await self._read(look)

    async def choose(self, place: Place, level: Level, trait: Trait, value: str | None) -> bool:
        return await self._write(lambda: self._choose(place, level, trait, value))

    async def listenings(self) -> dict[tuple[Level, int], Listening]:
        def listenings() -> dict[tuple[Level, int], Listening]:
            chosen = {key: c.get(Trait.LISTENING) for key, c in self.choices.items()}
            return {
                (level, owner): Listening(value)
                for (level, owner), value in chosen.items()
                if value is not None and owner is not None
            }

        return await self._read(listenings)

    async def personas(self, guild_id: int) -> list[Persona]:
        return await self._read(
            lambda: [
                self.personas_of[key] for key in sorted(self.personas_of) if key[0] == guild_id
            ]
        )

    async def add_persona(self, guild_id: int, persona: Persona, *, most: int) -> bool:
        def add() -> bool:
            own = [name for server, name in self.personas_of if server == guild_id]
            if persona.name in own or len(own) >= most:
                return False
            self.personas_of[guild_id, persona.name] = persona
            return True

        return await self._write(add)

    async def change_persona(self, guild_id: int, persona: Persona) -> bool:
        def change() -> bool:
            if (guild_id, persona.name) not in self.personas_of:
                return False
            self.personas_of[guild_id, persona.name] = persona
            return True

        return await self._write(change)

    async def drop_persona(self, guild_id: int, name: str) -> bool:
        return await self._write(lambda: self.personas_of.pop((guild_id, name), None) is not None)

    # Accounts

    async def record_calls(self, calls: Sequence[Call]) -> None:
        await self._write(lambda: self.calls.extend(calls))

    async def spending(self, scope: Scope, *, since: date) -> list[Daily]:
        return await self._read(lambda: self._spending(scope, since))

    async def members(
        self, guild_id: int, *, since: date, limit: int
    ) -> list[tuple[int, Spending]]:
        return await self._read(lambda: self._members(guild_id, since)[:limit])

    async def balances(self, scopes: Sequence[Scope], *, today: date) -> list[Balance]:
        return await self._read(lambda: [self._balance(scope, today) for scope in scopes])

    async def answers(
        self, user_id: int, *, since: datetime, limit: int
    ) -> list[tuple[TurnId, datetime]]:
        return await self._read(lambda: self._answers(user_id, since)[:limit])

    async def own_limits(self) -> dict[int, LimitsByKind]:
        return await self._read(lambda: dict(self.own_limits_of))

    async def set_own_limits(self, guild_id: int, limits: LimitsByKind) -> None:
        await self._write(lambda: self._set_own_limits(guild_id, limits))

    # Notebook

    async def recall(self, key: str) -> str | None:
        return await self._read(lambda: self.notes.get(key))

    async def remember(self, key: str, value: str) -> None:
        await self._write(lambda: self.notes.update({key: value}))

    # Ownership

    async def confirm(self) -> None:
        await self._read(self._confirm)

    # One transaction each

    async def _read(self, query: Callable[[], T]) -> T:
        result = query()
        await asyncio.sleep(0)
        return result

    async def _write(self, change: Callable[[], T], *, flushes: bool = True) -> T:
        """Make a change whole or not at all, and give way only then."""
        before = self._tables()
        try:
            self._confirm()
            self._refuse_when_full()
            result = change()
            self._forget_bytes()
        except BaseException:
            self._restore(before)
            raise
        else:
            if before != self._tables():
                self._remember(before, flushes=flushes)
            return result
        finally:
            await asyncio.sleep(0)

    def _confirm(self) -> None:
        if self.is_taken:
            raise StoreTaken("opened by another")

    def _refuse_when_full(self) -> None:
        if self.full:
            raise StoreBusy("SQLITE_FULL: database or disk is full")
