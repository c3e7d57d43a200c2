"""Marks: what people said about how a session's contexts are to treat some of its turns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.session import TurnId

MOST_PINS = 20  # of a session: each of them is read for each of its contexts
# Of a way that other sessions share, so many turns are looked through for one to be marked.
REACH = 500
_NEVER = TurnId(0)


class TurnMark(StrEnum):
    """What can be said of a turn. It holds for one session, whoever shares the turn."""

    PINNED = "pinned"  # shown however old it is
    LEFT_OUT = "left_out"  # not shown


class Marking(StrEnum):
    """What came of marking a turn."""

    DONE = "done"
    NOT_THERE = "not_there"  # the session does not lead over it, or nothing is left of it
    FULL = "full"  # there are as many pins as a session can have


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks on those turns that a context is made of."""

    pinned: frozenset[TurnId] = frozenset()
    left_out: frozenset[TurnId] = frozenset()
    # The newest turn when they changed last: what was measured up to it says nothing any more.
    changed_after: TurnId = _NEVER

    def on(self, turn_id: TurnId) -> TurnMark | None:
        """Return the mark on a turn."""
        if turn_id in self.left_out:
            return TurnMark.LEFT_OUT
        return TurnMark.PINNED if turn_id in self.pinned else None


UNMARKED = Marks()
