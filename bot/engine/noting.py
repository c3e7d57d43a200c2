"""Noting: what only this process knows of turns that are owed.

Nothing is lost with it but time. Of a session that owes nothing nothing is known, so that there
is never more of it than is owed, whatever became of the turns.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from bot.domain.session import SessionId, TurnId
from bot.domain.turn import Turn

T = TypeVar("T")


class Notes(Generic[T]):
    """One note on each of some turns, until it is dropped or its session owes nothing."""

    def __init__(self) -> None:
        self._notes: dict[TurnId, T] = {}
        self._turns: dict[SessionId, set[TurnId]] = {}  # that have one

    def __contains__(self, turn_id: object) -> bool:
        return turn_id in self._notes

    def __len__(self) -> int:
        return len(self._notes)

    def put(self, turn: Turn, note: T) -> None:
        """Note something on a turn, in place of what was noted."""
        self._notes[turn.id] = note
        self._turns.setdefault(turn.session_id, set()).add(turn.id)

    def of(self, turn: Turn, otherwise: T) -> T:
        """Return what is noted on a turn; `otherwise` if nothing is."""
        return self._notes.get(turn.id, otherwise)

    def drop(self, turn: Turn) -> None:
        """Forget what was noted on a turn, if anything was."""
        self._notes.pop(turn.id, None)
        turns = self._turns.get(turn.session_id, set())
        turns.discard(turn.id)
        if not turns:
            self._turns.pop(turn.session_id, None)

    def forget(self, session_id: SessionId) -> None:
        """Forget what was noted on turns of a session."""
        for turn_id in self._turns.pop(session_id, ()):
            del self._notes[turn_id]
