"""What a store in memory holds, and the rules by which it changes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from bot.domain.attachment import Image, Shown, revised
from bot.domain.billing import (
    Call,
    CallKind,
    Daily,
    Payer,
    Scope,
    Spending,
    scopes_of,
    spending_on,
)
from bot.domain.budget import OWN_KINDS, Alert, Balance, LimitsByKind, Period
from bot.domain.context import said_in
from bot.domain.errors import TurnSettled
from bot.domain.hearing import Reading, Watermark
from bot.domain.manner import Choices, Layers, Level, Trait
from bot.domain.marks import REACH, UNMARKED, Marking, Marks, TurnMark
from bot.domain.message import Prompt
from bot.domain.persona import Persona
from bot.domain.reply import Ending, Reply, SummaryNote
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
from bot.domain.turn import Owed, Turn, TurnState, check_move, to_come
from bot.domain.wording import title_from

S = TurnState

_KEPT = (
    "sessions",
    "turns",
    "said_in",
    "outdated",
    "heard",
    "blobs",
    "notes",
    "calls",
    "warnings",
    "own_limits_of",
    "summaries",
    "covers",
    "choices",
    "personas_of",
    "common",
    "marks",
    "turn_marks",
    "marked_after",
    "lags_since",
    "_last_turn",
)


_ERASED: dict[str, Any] = {
    "text": "",
    "author_name": "",
    "is_erased": True,
    "attachments": (),
}
MOST_LOST = 5  # commits that a power cut takes at most


@dataclass(frozen=True, slots=True)
class _Commit:
    tables: dict[str, Any]  # as they were before it
    flushes: bool


class MemoryTables:
    """Sessions, turns and notes, to be looked at by tests."""

    def __init__(self) -> None:
        self.sessions: dict[SessionId, Session] = {}
        self.turns: dict[TurnId, Turn] = {}
        self.said_in: dict[TurnId, int] = {}  # channels, of turns that another session inherited
        self.outdated: set[TurnId] = set()  # whose words changed since they were taken up
        self.heard: set[int] = set()
        self.blobs: dict[str, bytes] = {}
        self.notes: dict[str, str] = {}
        self.calls: list[Call] = []
        self.warnings: set[Alert] = set()
        self.own_limits_of: dict[int, LimitsByKind] = {}
        self.summaries: dict[TurnId, Summary] = {}  # by the last turn they cover
        self.covers: dict[TurnId, frozenset[TurnId]] = {}  # the turns of each
        self.common: int | None = None
        self.marks: dict[int, Watermark] = {}
        self.turn_marks: dict[tuple[SessionId, TurnId], TurnMark] = {}
        self.marked_after: dict[SessionId, TurnId] = {}
        self.lags_since: dict[int, int] = {}  # of the places that lag, in which epoch
        self.choices: dict[tuple[Level, int | None], Choices] = {}
        self.personas_of: dict[tuple[int, str], Persona] = {}
        self._last_turn = 0
        self._commits: deque[_Commit] = deque(maxlen=MOST_LOST)

    def lose_power(self, commits: int, *, spares_flushed: bool) -> int:
        """Take back so many commits and return how many it were.

        With `spares_flushed` none that was flushed, or that came before one that was.
        """
        taken = 0
        while taken < commits and self._commits:
            if spares_flushed and self._commits[-1].flushes:
                break
            self._restore(self._commits.pop().tables)
            taken += 1
        self.flush()
        return taken

    def flush(self) -> None:
        """Have everything on the disk, as an operating system does it within seconds."""
        self._commits.clear()

    def _remember(self, before: dict[str, Any], *, flushes: bool) -> None:
        """Remember a commit, for the case that the power is lost."""
        self._commits.append(_Commit(before, flushes))

    def _tables(self) -> dict[str, Any]:
        """Return a copy of everything that is kept."""
        return {name: copy(vars(self)[name]) for name in _KEPT}

    def _restore(self, tables: dict[str, Any]) -> None:
        vars(self).update({name: copy(table) for name, table in tables.items()})

    def _hear(
        self, spare: Session, prompt: Prompt, may_join: Callable[[TurnId], bool]
    ) -> Turn | None:
        if prompt.is_message:
            self._hear_until(spare.place, prompt.message_id)
        session = self._open_at(spare.place)
        head = None if session is None else session.head
        if head is None or not may_join(head) or not self.turns[head].takes_in(prompt):
            return self._add(spare, [prompt])
        if prompt.message_id in self.heard:
            return None
        f"{prompt.author_name}{prompt.text}".encode()
        self.heard.add(prompt.message_id)
        self._learn_parent(self.turns[head].session_id, spare.place)
        self.turns[head] = self.turns[head].joined_by(prompt)
        return self.turns[head]

    def _hear_until(self, place: Place, until: int) -> None:
        mark = self.marks.get(place.channel_id)
        if mark is None or not mark.lags:
            until = max(until, mark.until if mark else 0)
            self.marks[place.channel_id] = Watermark(place, until)

    def _keep_up(self, place: Place, reading: Reading) -> None:
        mark = self.marks.get(place.channel_id)
        if mark and mark.lags and self.lags_since[place.channel_id] == reading.epoch:
            self.marks[place.channel_id] = Watermark(place, max(mark.until, reading.until))
            del self.lags_since[place.channel_id]

    def _fall_behind(self, place: Place, until: int, epoch: int) -> None:
        mark = self.marks.get(place.channel_id)
        if mark is None or not mark.lags:
            self.marks[place.channel_id] = Watermark(place, until, lags=True)
        self.lags_since[place.channel_id] = epoch

    def _stay_alive(self, until: int) -> None:
        common = self.common = max(until, self.common or 0)
        self.marks = {i: m for i, m in self.marks.items() if m.lags or m.until > common}

    def _add(self, spare: Session, prompts: Sequence[Prompt]) -> Turn | None:
        unheard = tuple(p for p in prompts if p.message_id not in self.heard)
        if not unheard:
            return None
        for prompt in unheard:
            f"{prompt.author_name}{prompt.text}{spare.title}".encode()
            self.heard.add(prompt.message_id)
        session = self._open_at(spare.place)
        if session is None:
            session = self._insert(spare)
        if session.title is None:
            self.sessions[session.id] = replace(session, title=spare.title)
        self._learn_parent(session.id, spare.place)
        parent = None if session.head is None else self.turns[session.head]
        return self._add_turn(session, unheard, parent)

    def _add_turn(
        self,
        session: Session,
        prompts: tuple[Prompt, ...],
        parent: Turn | None,
        version: int = 0,
    ) -> Turn:
        self._last_turn += 1
        turn = Turn(
            TurnId(self._last_turn),
            session.id,
            prompts,
            parent=None if parent is None else parent.id,
            depth=0 if parent is None else parent.depth + 1,
            version=version,
        )
        self.turns[turn.id] = turn
        self.sessions[session.id] = replace(self.sessions[session.id], head=turn.id)
        return turn

    def _versions(self, anchor: int) -> list[Turn]:
        turns = [turn for turn in self.turns.values() if turn.anchor == anchor]
        return sorted(turns, key=lambda turn: turn.version)

    def _version_shown(self, anchor: int) -> Turn | None:
        return max(self._versions(anchor), key=lambda turn: turn.edition, default=None)

    def _others(self, turn: Turn) -> tuple[int, ...]:
        versions = [
            one for one in self._versions(turn.anchor) if one.reply and not one.is_retracted
        ]
        return tuple(one.version for one in versions if one.id != turn.id)

    def _changeable_head(self, turn: Turn | None) -> Turn | None:
        session = None if turn is None else self.sessions.get(turn.session_id)
        if turn is None or session is None or not session.is_open or session.head != turn.id:
            return None
        return turn if turn.is_at_rest and not turn.is_inherited else None

    def _hand_over(self, turn: Turn, sibling: Turn) -> Turn:
        self.turns[sibling.id] = replace(sibling, posts=turn.posts, edition=turn.edition + 1)
        state = S.DELIVERED if turn.state is S.POSTED else turn.state
        self.turns[turn.id] = replace(turn, posts=(), state=state)
        if mark := self.turn_marks.pop((turn.session_id, turn.id), None):
            self._put_mark(turn.session_id, sibling.id, mark)
        return self.turns[sibling.id]

    def _add_version(self, turn_id: TurnId) -> Turn | None:
        turn = self._changeable_head(self.turns.get(turn_id))
        if turn is None or turn.is_withdrawn:
            return None
        session = self.sessions[turn.session_id]
        parent = None if turn.parent is None else self.turns[turn.parent]
        version = self._versions(turn.anchor)[-1].version + 1
        return self._hand_over(turn, self._add_turn(session, turn.prompts, parent, version))

    def _show_version(self, anchor: int, version: int) -> Turn | None:
        shown = self._changeable_head(self._version_shown(anchor))
        if shown is None or version not in self._others(shown):
            return None
        (wanted,) = (turn for turn in self._versions(anchor) if turn.version == version)
        session = self.sessions[shown.session_id]
        self.sessions[session.id] = replace(session, head=wanted.id)
        return self._hand_over(shown, replace(wanted, state=S.ANSWERED))

    def _undo(self, session_id: SessionId) -> Turn | None:
        undone: Turn | None = None
        while undone is None or undone.is_withdrawn:
            further = self._undo_one(session_id)
            if further is None:
                break
            undone = further
        return undone

    def _undo_one(self, session_id: SessionId) -> Turn | None:
        session = self.sessions.get(session_id)
        if session is None or not session.is_open or session.head is None:
            return None
        turn = self.turns[session.head]
        if not turn.is_at_rest:
            return None
        parent = turn.parent
        floor = 0 if parent is None else min(session.floor, self._floor_at(parent))
        self.sessions[session_id] = replace(session, head=parent, floor=floor)
        self.turn_marks.pop((session_id, turn.id), None)
        if turn.session_id == session_id and not turn.is_inherited:
            state = S.ANSWERED if turn.reply and turn.posts else turn.state
            edition = turn.edition + 1
            self.turns[turn.id] = replace(turn, is_undone=True, state=state, edition=edition)
        return self.turns[turn.id]

    def _floor_at(self, turn_id: TurnId) -> int:
        turn = self.turns[turn_id]
        for _ in range(49):
            if turn.floor is not None or turn.parent is None:
                break
            turn = self.turns[turn.parent]
        return turn.depth if turn.floor is None else turn.floor

    def _revise(self, prompt: Prompt, anew_since: datetime | None) -> Turn | None:
        prompt.text.encode()
        at, is_changed = prompt.edited_at, False
        for turn, old in self._saying(prompt.message_id):
            if at is None or (old.edited_at is not None and old.edited_at >= at):
                continue
            files = revised(old.attachments, prompt.attachments)
            self._put(turn, replace(old, text=prompt.text, edited_at=at, attachments=files))
            if (old.text, old.attachments) != (prompt.text, files):
                self._forget_summaries({turn.id})
            if old.text != prompt.text:
                self._retitle(turn, title_from(old.text), title_from(prompt.text))
                is_changed = anew_since is None or at >= anew_since
        return self._owe_anew(prompt.message_id) if is_changed else None

    def _owe_anew(self, message: int) -> Turn | None:
        heads = {(s.id, s.head) for s in self.sessions.values() if s.is_open}
        turns = [t for t, _ in self._saying(message) if (t.session_id, t.id) in heads]
        if not turns or turns[0].state is S.RECEIVED:
            return None
        if turns[0].is_at_rest:
            return self._add_version(turns[0].id)
        self.outdated.add(turns[0].id)
        return turns[0]

    def _erase(self, messages: Sequence[int]) -> list[Turn]:
        hit: set[TurnId] = set()
        for message in messages:
            for turn, old in self._saying(message):
                self._put(turn, replace(old, **_ERASED))
                self._retitle(turn, title_from(old.text), None)
                hit.add(turn.id)
        self._forget_summaries(hit)
        stopping = []
        for turn_id in sorted(hit):
            turn = self.turns[turn_id]
            if turn.is_withdrawn:
                self._forget_marks(turn_id)
            if turn.is_withdrawn and turn.state is S.RECEIVED:
                self.turns[turn_id] = replace(turn, state=S.CANCELLED)
            elif turn.is_withdrawn and turn.state is S.ANSWERING:
                self.turns[turn_id] = replace(turn, stop_requested=True)
                stopping.append(self.turns[turn_id])
        shown = [turn.id for turn in self.turns.values() if {*turn.posts} & {*messages}]
        retracted = [self._retract(turn_id, messages) for turn_id in shown]
        return stopping + [turn for turn in retracted if turn is not None]

    def _retract(self, turn_id: TurnId, deleted: Sequence[int]) -> Turn | None:
        versions = self._versions(self.turns[turn_id].anchor)
        self._forget_summaries({one.id for one in versions})
        for one in versions:
            if one.reply is not None:
                gone = replace(one.reply, text="")
                self.turns[one.id] = replace(one, reply=gone, is_retracted=True)
            self._take_back_title(one)
        turn = self.turns[turn_id]
        if turn.state is S.RECEIVED:
            return None
        if turn.state is S.ANSWERING:
            turn = replace(turn, is_retracted=True, stop_requested=True)
        elif turn.is_at_rest:
            left = tuple(post for post in turn.posts if post not in deleted)
            turn = self.turns[turn_id] = replace(turn, posts=left)
            if not left:
                return None
            reply = turn.reply or Reply("", Ending.STOPPED)
            turn = replace(turn, state=S.ANSWERED, reply=reply, is_retracted=True)
        self.turns[turn_id] = turn
        return turn

    def _keep_summary(self, summary: Summary, covered: Sequence[Turn]) -> Summary | None:
        summary.text.encode()
        if summary.until in self.summaries:
            return self.summaries[summary.until]
        now = [self.turns.get(turn.id) for turn in covered]
        if [one and said_in(one, direct=False) for one in now] != [
            said_in(turn, direct=False) for turn in covered
        ]:
            return None
        if summary.builds_on is not None and summary.builds_on not in self.summaries:
            return None
        if summary.until not in self.turns:
            return None
        is_occasion_known = summary.made_for is None or summary.made_for in self.turns
        summary = summary if is_occasion_known else replace(summary, made_for=None)
        self.summaries[summary.until] = summary
        self.covers[summary.until] = frozenset(turn.id for turn in covered)
        return summary

    def _forget_summaries(self, turns: Container[TurnId]) -> None:
        for until, covered in list(self.covers.items()):
            if any(turn in turns for turn in covered):
                self._drop_summary(until)

    def _drop_summary(self, until: TurnId) -> None:
        if self.summaries.pop(until, None) is not None:
            del self.covers[until]
        for later in [one for one in self.summaries.values() if one.builds_on == until]:
            self._drop_summary(later.until)

    def _note_of_summary(self, turn_id: TurnId) -> SummaryNote | None:
        costs = [one.cost for one in self.summaries.values() if one.made_for == turn_id]
        if not costs:
            return None
        return SummaryNote(None if None in costs else sum(cost or 0 for cost in costs))

    def _saying(self, message: int) -> list[tuple[Turn, Prompt]]:
        """Return a prompt that was not erased, with each of the turns that answer it."""
        return [
            (turn, prompt)
            for turn in self.turns.values()
            for prompt in turn.kept_prompts
            if prompt.message_id == message
        ]

    def _put(self, turn: Turn, new: Prompt) -> None:
        said = self.turns[turn.id].prompts
        prompts = tuple(new if p.message_id == new.message_id else p for p in said)
        self.turns[turn.id] = replace(self.turns[turn.id], prompts=prompts)

    def _keep_attachment(self, message: int, attachment: int, shown: Shown, content: bytes) -> None:
        for turn, old in self._saying(message):
            files = [
                replace(each, shown=shown, url="")
                if each.id == attachment and each.shown is None
                else each
                for each in old.attachments
            ]
            if tuple(files) != old.attachments and isinstance(shown, Image):
                self.blobs[shown.digest] = content
            self._put(turn, replace(old, attachments=tuple(files)))

    def _forget_bytes(self) -> None:
        if not self.blobs:
            return
        kept = {
            each.shown.digest
            for turn in self.turns.values()
            for prompt in turn.prompts
            for each in prompt.attachments
            if isinstance(each.shown, Image)
        }
        self.blobs = {digest: data for digest, data in self.blobs.items() if digest in kept}

    def _retitle(self, turn: Turn, old: str, new: str | None) -> None:
        session = self.sessions[turn.session_id]
        by = TitledBy.PROMPT
        if session.title == old:
            self.sessions[session.id] = replace(session, title=new, titled_by=by)
        self._take_back_title(turn)

    def _take_back_title(self, turn: Turn) -> None:
        session = self.sessions[turn.session_id]
        if session.titled_by is TitledBy.MODEL and turn.depth == 0:
            left = self.turns[turn.id].kept_prompts
            title = title_from(left[0].text) if left else None
            by = TitledBy.PROMPT
            self.sessions[session.id] = replace(session, title=title, titled_by=by)

    def _entitle(self, turn: Turn, title: str, calls: Sequence[Call]) -> bool:
        title.encode()
        self.calls += calls
        session, now = self.sessions.get(turn.session_id), self.turns.get(turn.id)
        if session is None or session.titled_by is not TitledBy.PROMPT:
            return False
        if now is None or now.prompts != turn.prompts or now.is_retracted:
            return False
        by = TitledBy.MODEL
        self.sessions[session.id] = replace(session, title=title, titled_by=by)
        return True

    def _owed(self, turn_id: TurnId) -> Turn:
        turn = self.turns.get(turn_id)
        if turn is None or turn.is_settled:
            raise TurnSettled(f"nothing is owed for turn {turn_id}")
        return turn

    def _move(self, turn_id: TurnId, state: TurnState, *, attempts: int | None = None) -> Turn:
        turn = self._owed(turn_id)
        check_move(turn.state, state)
        attempt = turn.attempt if attempts is None else attempts
        self.turns[turn_id] = replace(turn, state=state, attempt=attempt)
        return self.turns[turn_id]

    def _take_over(self) -> None:
        for turn in list(self.turns.values()):
            if turn.state is S.RECEIVED:
                self.turns[turn.id] = replace(turn, state=S.ANSWERING)

    def _forgive_attempts(self) -> None:
        for turn in list(self.turns.values()):
            if turn.state is S.ANSWERING:
                self.turns[turn.id] = replace(turn, attempt=max(turn.attempt - 1, 0))

    def _turns_of(self, session_id: SessionId) -> list[Turn]:
        turns = [turn for turn in self.turns.values() if turn.session_id == session_id]
        return sorted(turns, key=lambda turn: (turn.depth, turn.id))

    def _oldest(self, session_id: SessionId, *states: TurnState) -> Turn | None:
        return next((t for t in self._turns_of(session_id) if t.state in states), None)

    def _take_up(self, session_id: SessionId) -> Owed | None:
        session = self.sessions.get(session_id)
        turn = self._oldest(session_id, S.ANSWERED)
        turn = turn or self._oldest(session_id, S.RECEIVED, S.ANSWERING)
        turn = turn or self._oldest(session_id, S.POSTED)
        if session is None or turn is None:
            return None
        if turn.state in {S.RECEIVED, S.ANSWERING}:
            turn = self._move(turn.id, S.ANSWERING, attempts=turn.attempt + 1)
            self.outdated.discard(turn.id)
        owed = Owed(turn, session, (), self._layers(session.place, session), self._others(turn))
        return owed if turn.state is S.POSTED else self._with_way(owed, session.floor)

    def _foresee(self, place: Place) -> Owed | None:
        session = self._open_at(place)
        if session is None:
            return None
        head = None if session.head is None else self.turns[session.head]
        owed = Owed(to_come(session, head), session, (), self._layers(place, session))
        return self._with_way(owed, session.floor)

    def _retrace(self, turn_id: TurnId) -> Owed | None:
        turn = self.turns.get(turn_id)
        if turn is None:
            return None
        session = self.sessions[turn.session_id]
        owed = Owed(turn, session, (), self._layers(session.place, session), self._others(turn))
        return self._with_way(owed, session.floor if turn.floor is None else turn.floor)

    def _with_way(self, owed: Owed, floor: int) -> Owed:
        history = self._way_to(owed.turn.parent, floor)
        marks, pins = self._marks_of(owed.session, history, floor)
        summary = self._summary_before(owed.session, history[0] if history else owed.turn)
        return replace(owed, history=history, marks=marks, pins=pins, summary=summary)

    def _summary_before(self, session: Session, turn: Turn) -> Summary | None:
        return self._if_it_may_be_told(session.id, self.summaries.get(turn.parent or TurnId(0)))

    def _if_it_may_be_told(self, session_id: SessionId, summary: Summary | None) -> Summary | None:
        """Return a summary, unless it tells of what is left out in a session."""
        told: set[TurnId] = set()
        base = summary
        while base is not None:
            told |= self.covers[base.until]
            base = self.summaries.get(base.builds_on or TurnId(0))
        marks = {self.turn_marks.get((session_id, turn_id)) for turn_id in told}
        return None if TurnMark.LEFT_OUT in marks else summary

    def _way_to(self, turn_id: TurnId | None, floor: int = 0) -> tuple[Turn, ...]:
        way: list[Turn] = []
        while turn_id is not None and self.turns[turn_id].depth >= floor:
            way.insert(0, self.turns[turn_id])
            turn_id = self.turns[turn_id].parent
        return tuple(way)

    def _marks_of(
        self, session: Session, history: Sequence[Turn], floor: int
    ) -> tuple[Marks, tuple[Turn, ...]]:
        if session.id not in self.marked_after:
            return UNMARKED, ()
        on = {turn: mark for (owner, turn), mark in self.turn_marks.items() if owner == session.id}
        pinned = [self.turns[turn] for turn, mark in on.items() if mark is TurnMark.PINNED]
        below = [turn for turn in pinned if turn.depth < floor]
        shown = [turn.id for turn in history]
        marks = Marks(
            frozenset(turn.id for turn in pinned if turn in below or turn.id in shown),
            frozenset(turn for turn in shown if on.get(turn) is TurnMark.LEFT_OUT),
            self.marked_after[session.id],
        )
        return marks, tuple(sorted(below, key=lambda turn: turn.depth))

    def _mark(
        self, session_id: SessionId, turn_id: TurnId, mark: TurnMark | None, most_pins: int
    ) -> Marking:
        if turn_id not in [turn.id for turn in self._to_mark(session_id)]:
            return Marking.NOT_THERE
        if mark is self.turn_marks.get((session_id, turn_id)):
            return Marking.DONE
        pins = [1 for (o, _), m in self.turn_marks.items() if (o, m) == (session_id, "pinned")]
        if mark is TurnMark.PINNED and len(pins) >= most_pins:
            return Marking.FULL
        self._put_mark(session_id, turn_id, mark)
        return Marking.DONE

    def _to_mark(self, session_id: SessionId) -> list[Turn]:
        session = self.sessions.get(session_id)
        way = () if session is None else self._way_to(session.head)
        near = {turn.id for turn in way[-REACH:]}
        near |= {t.id for t in way if t.session_id == session_id and not t.is_inherited}
        return [turn for turn in way if turn.id in near and not turn.is_withdrawn]

    def _put_mark(self, session_id: SessionId, turn_id: TurnId, mark: TurnMark | None) -> None:
        self.turn_marks.pop((session_id, turn_id), None)
        if mark is not None:
            self.turn_marks[session_id, turn_id] = mark
        self.marked_after[session_id] = max(self.turns)

    def _forget_marks(self, turn_id: TurnId) -> None:
        for owner, turn in list(self.turn_marks):
            if turn == turn_id:
                self._put_mark(owner, turn, None)

    def _learn_parent(self, session_id: SessionId, place: Place) -> None:
        session = self.sessions[session_id]
        if session.place.parent_id is None:
            self.sessions[session_id] = replace(session, place=place)

    def _layers(self, place: Place, session: Session | None) -> Layers:
        nothing: Choices = {}
        return Layers(
            self.choices.get((Level.SERVER, place.guild_id), nothing),
            self.choices.get((Level.CHANNEL, place.parent_id or place.channel_id), nothing),
            session.choices if session else nothing,
        )

    def _choose(self, place: Place, level: Level, trait: Trait, value: str | None) -> bool:
        if level is Level.SESSION:
            session = self._open_at(place)
            if session is None:
                return False
            choices = _with(session.choices, trait, value)
            wording = None if trait is Trait.PERSONA else session.wording
            self.sessions[session.id] = replace(session, choices=choices, wording=wording)
            return True
        owner = place.guild_id if level is Level.SERVER else place.parent_id or place.channel_id
        self.choices[level, owner] = _with(self.choices.get((level, owner), {}), trait, value)
        return True

    def _open_at(self, place: Place) -> Session | None:
        here = (s for s in self.sessions.values() if is_at(s, place) and s.is_open)
        return next(here, None)

    def _insert(self, session: Session) -> Session:
        assert session.id not in self.sessions
        self.sessions[session.id] = replace(session, closed_at=None)
        return self.sessions[session.id]

    def _close_at(self, place: Place, at: datetime) -> PutAway | None:
        session = self._open_at(place)
        if session is None:
            return None
        unanswered = 0
        for turn in self._turns_of(session.id):
            if turn.state is S.RECEIVED:
                unanswered += len(turn.prompts)
                cancelled = replace(self.turns[turn.id], state=S.CANCELLED)
                self.turns[turn.id] = cancelled
                if turn.version:
                    session = self._give_back(session, cancelled)
            elif turn.state is S.ANSWERING:
                self.turns[turn.id] = replace(turn, stop_requested=True)
        self.sessions[session.id] = replace(session, closed_at=at)
        return PutAway(self.sessions[session.id], unanswered)

    def _give_back(self, session: Session, turn: Turn) -> Session:
        """Put the version that is shown in the place of one that nobody began with."""
        others = [other for other in self._versions(turn.anchor) if other.id != turn.id]
        before = max(others, key=lambda other: other.edition)
        state = S.ANSWERED if before.is_retracted else before.state
        shown = self._hand_over(turn, replace(before, state=state)).id
        for child in [each for each in self.turns.values() if each.parent == turn.id]:
            self.turns[child.id] = replace(child, parent=shown)
        return replace(session, head=shown) if session.head == turn.id else session

    def _branch(self, session: Session, turn_id: TurnId) -> Branched | None:
        if session.id in self.sessions:
            return Branched(self.sessions[session.id], None)
        turn = self.turns.get(turn_id)
        if turn is None or turn.state in {S.RECEIVED, S.ANSWERING}:
            return None
        before = self._close_at(session.place, session.opened_at)
        branched = replace(session, head=turn_id, floor=self._floor_at(turn_id))
        if turn.session_id in self.marked_after:
            self.marked_after[session.id] = max(self.turns)
        return Branched(self._insert(branched), before)

    def _hand_down(self, session: Session) -> None:
        heads = {(s.head, s.id) for s in self.sessions.values() if s.head and s.id != session.id}
        parents = {(t.parent, t.session_id) for t in self.turns.values() if t.parent}
        for turn_id, heir in sorted((t, h) for t, h in heads | parents if h != session.id and t):
            shared: TurnId | None = turn_id
            while shared is not None and self.turns[shared].session_id == session.id:
                self._inherit(self.turns[shared], self.sessions[heir], session.place.channel_id)
                shared = self.turns[shared].parent

    def _inherit(self, turn: Turn, heir: Session, channel: int) -> None:
        states = {S.ANSWERED: S.DELIVERED, S.POSTED: S.DELIVERED}
        states |= {S.RECEIVED: S.CANCELLED, S.ANSWERING: S.CANCELLED}
        state = states.get(turn.state, turn.state)
        self.said_in.setdefault(turn.id, channel)
        self.outdated.discard(turn.id)
        self.turns[turn.id] = replace(
            turn, session_id=heir.id, state=state, posts=(), is_inherited=True
        )

    def _is_said_at(self, turn: Turn, place: Place) -> bool:
        channel = self.sessions[turn.session_id].place.channel_id
        return self.said_in.get(turn.id, channel) == place.channel_id

    def _delete(self, session_id: SessionId) -> None:
        if session_id in self.sessions:
            self._hand_down(self.sessions[session_id])
        self.sessions.pop(session_id, None)
        self._forget_summaries({turn.id for turn in self._turns_of(session_id)})
        self.turns = {i: t for i, t in self.turns.items() if t.session_id != session_id}
        self.turn_marks = {
            (owner, turn): mark
            for (owner, turn), mark in self.turn_marks.items()
            if owner != session_id and turn in self.turns
        }
        self.marked_after.pop(session_id, None)

    def _spending(self, scope: Scope, since: date) -> list[Daily]:
        sums: dict[tuple[date, str], Spending] = {}
        for call in self._calls_of(lambda payer: scope in scopes_of(payer), since):
            key = (call.at.date(), call.model)
            sums[key] = sums.get(key, Spending()) + spending_on(call)
        return [Daily(day, model, spent) for (day, model), spent in sorted(sums.items())]

    def _members(self, guild_id: int, since: date) -> list[tuple[int, Spending]]:
        sums: dict[int, Spending] = {}
        for call in self._calls_of(lambda payer: payer.place.guild_id == guild_id, since):
            user = call.payer.user_id
            sums[user] = sums.get(user, Spending()) + spending_on(call)
        return sorted(sums.items(), key=_dearest_first)

    def _balance(self, scope: Scope, today: date) -> Balance:
        month = self._calls_of(lambda p: scope in scopes_of(p), Period.MONTH.first_day(today))
        alerts = [Alert(scope, period, period.first_day(today)) for period in Period]
        return Balance(
            scope,
            sum(call.cost or 0 for call in month if call.at.date() == today),
            sum(call.cost or 0 for call in month if call.at.date() <= today),
            frozenset(alert.period for alert in alerts if alert in self.warnings),
        )

    def _answers(self, user_id: int, since: datetime) -> list[tuple[TurnId, datetime]]:
        found: dict[TurnId, datetime] = {}
        for call in self.calls:
            turn_id, is_answer = call.payer.turn_id, call.kind is CallKind.ANSWER
            if call.payer.user_id == user_id and is_answer and turn_id and call.at > since:
                found[turn_id] = max(call.at, found.get(turn_id, call.at))
        return sorted(found.items(), key=lambda one: (one[1], one[0]), reverse=True)

    def _set_own_limits(self, guild_id: int, limits: LimitsByKind) -> None:
        before = self.own_limits_of.pop(guild_id, {})
        if limits:
            self.own_limits_of[guild_id] = dict(limits)
        changed = {kind for kind in OWN_KINDS if before.get(kind) != limits.get(kind)}
        self.warnings = {
            alert
            for alert in self.warnings
            if alert.scope.guild_id != guild_id or alert.scope.kind not in changed
        }

    def _calls_of(self, is_meant: Callable[[Payer], bool], since: date) -> list[Call]:
        return [c for c in self.calls if is_meant(c.payer) and c.at.date() >= since]

    def _summary(self, session: Session) -> SessionSummary:
        turns = self._turns_of(session.id)
        return SessionSummary(
            session,
            0 if session.head is None else self.turns[session.head].depth + 1,
            max((p.said_at for t in turns for p in t.prompts), default=None),
            sum(t.usage.input_tokens for t in turns if t.usage),
            sum(t.usage.output_tokens for t in turns if t.usage),
        )


def _with(choices: Choices, trait: Trait, value: str | None) -> Choices:
    others = {each: chosen for each, chosen in choices.items() if each is not trait}
    return others if value is None else {**others, trait: value}


def _dearest_first(one: tuple[int, Spending]) -> tuple[int, int, int]:
    usage = one[1].usage
    return (-one[1].cost, -usage.input_tokens - usage.output_tokens, one[0])


def is_at(session: Session, place: Place) -> bool:
    return session.place.channel_id == place.channel_id
