"""Turns: prompts and the reply owed for them, and the moves a turn may make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from bot.domain.completion import Usage
from bot.domain.errors import IllegalMove, TurnSettled
from bot.domain.manner import NOWHERE, Layers
from bot.domain.marks import UNMARKED, Marks
from bot.domain.message import Prompt
from bot.domain.reply import Mark, Reply, Standing, standing
from bot.domain.session import Session, SessionId, TurnId
from bot.domain.summary import Summary


class TurnState(StrEnum):
    """Where a turn stands. The store keeps it; nothing else needs to remember it."""

    RECEIVED = "received"  # recorded; nobody was asked yet
    ANSWERING = "answering"  # the model was asked; its words are not safe yet
    ANSWERED = "answered"  # the reply is safe in the store, not all of it on Discord
    POSTED = "posted"  # all of it is on Discord, but a late check is owed
    DELIVERED = "delivered"  # all of it is on Discord and known to be right
    ABANDONED = "abandoned"  # there is no place left to answer at
    CANCELLED = "cancelled"  # stopped, or its session was reset or ended


MOST_TOGETHER = 50  # prompts that one reply answers; beyond that it answers none of them well

_S = TurnState
MOVES: Mapping[TurnState, frozenset[TurnState]] = MappingProxyType(
    {
        # Another prompt may join a turn that nobody took up yet.
        _S.RECEIVED: frozenset({_S.RECEIVED, _S.ANSWERING, _S.CANCELLED}),
        # A crash while answering is followed by another attempt.
        _S.ANSWERING: frozenset({_S.ANSWERING, _S.ANSWERED, _S.ABANDONED, _S.CANCELLED}),
        _S.ANSWERED: frozenset({_S.POSTED, _S.DELIVERED, _S.ABANDONED, _S.CANCELLED}),
        _S.POSTED: frozenset({_S.DELIVERED, _S.ABANDONED, _S.CANCELLED}),
        _S.DELIVERED: frozenset(),
        _S.ABANDONED: frozenset(),
        _S.CANCELLED: frozenset(),
    }
)


# Nothing more is owed for these. A settled answer may be owed anew all the same: when it is
# shown again, which no move of the table does.
SETTLED = frozenset({_S.DELIVERED, _S.ABANDONED, _S.CANCELLED})


def check_move(old: TurnState, new: TurnState) -> None:
    """Raise unless a turn may go from `old` to `new`.

    Raises:
        TurnSettled: `old` is final.
        IllegalMove: any other move the table does not list.
    """
    if old in SETTLED:
        raise TurnSettled(f"the turn is {old}")
    if new not in MOVES[old]:
        raise IllegalMove(f"a turn cannot go from {old} to {new}")


@dataclass(frozen=True, slots=True)
class Turn:
    """One or more prompts, the reply owed for them, and the posts that show it.

    Turns form a tree: `parent` is the turn before, siblings (`version` 0, 1, …) are
    answers to the same prompts, of which that of the greatest `edition` is shown. A
    session's history is the way from its head to the root.
    """

    id: TurnId
    session_id: SessionId
    prompts: tuple[Prompt, ...]
    parent: TurnId | None = None
    depth: int = 0  # turns between this one and the root
    version: int = 0
    edition: int = 0  # how often the posts had changed hands when this version got them
    state: TurnState = TurnState.RECEIVED
    attempt: int = 0
    is_undone: bool = False  # it was taken out of its session, and its posts say so
    is_inherited: bool = False  # from a session that was deleted: it stays as it is, shown nowhere
    is_retracted: bool = False  # somebody deleted the answer: it has no words, and no posts soon
    stop_requested: bool = False  # somebody pressed Stop; true also after a restart
    reply: Reply | None = None
    posts: tuple[int, ...] = ()  # page by page, the Discord message that shows it
    usage: Usage | None = None
    floor: int | None = None  # depth of the oldest turn shown when `usage` was measured

    @property
    def anchor(self) -> int:
        """The id that names this turn on Discord, for all its versions alike.

        It is the newest prompt's: the posts come after that one, however much was said
        between the first prompt and it. That stays so when the prompt is erased.
        """
        return self.prompts[-1].message_id

    def takes_in(self, prompt: Prompt) -> bool:
        """Whether the reply to this turn may answer one more prompt.

        Nobody may have begun with it: the newest prompt names its posts. What is no message
        has a reply that names it alone.
        """
        return (
            self.state is TurnState.RECEIVED
            and self.version == 0
            and len(self.prompts) < MOST_TOGETHER
            and all(one.is_message for one in (*self.prompts, prompt))
        )

    def joined_by(self, prompt: Prompt) -> Turn:
        """Return the turn with one more prompt, in the order of the ids."""
        prompts = sorted((*self.prompts, prompt), key=lambda one: one.message_id)
        return replace(self, prompts=tuple(prompts))

    @property
    def kept_prompts(self) -> tuple[Prompt, ...]:
        """The prompts that nobody took back."""
        return tuple(prompt for prompt in self.prompts if not prompt.is_erased)

    @property
    def is_withdrawn(self) -> bool:
        """Whether all was taken back that was to be answered."""
        return not self.kept_prompts

    @property
    def anchors(self) -> tuple[int, ...]:
        """Every id that may have named this turn.

        It was a turn of fewer prompts before others joined it, or in what the store has
        forgotten since.
        """
        return tuple(prompt.message_id for prompt in self.prompts)

    @property
    def name(self) -> str:
        """What every line of the log calls it."""
        return f"session={self.session_id} turn={self.id}"

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is owed."""
        return self.state in SETTLED

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing of it is on its way to Discord, so that another may take its posts."""
        return self.is_settled or self.state is TurnState.POSTED

    def mark(self, page: int) -> Mark:
        """Return the mark that Discord keeps with the post of a page."""
        return Mark(self.anchor, page)

    def nonce(self, page: int) -> str:
        """Return the name under which Discord creates a page's post at most once.

        A pure function of message id, edition and page, so that it survives even a
        database thrown back by a power cut. At most 25 characters, Discord's limit
        (https://discord.com/developers/docs/resources/message): 16 + 1 + 3 + 1 + 3.
        """
        return f"{self.anchor:x}.{self.edition:x}.{page:x}"


@dataclass(frozen=True, slots=True)
class Owed:
    """The next thing a session owes, with all that it takes to do it."""

    turn: Turn
    session: Session
    # The way to the turn from the session's floor on, oldest first; none for a posted turn.
    history: tuple[Turn, ...]
    layers: Layers = NOWHERE  # what is chosen about how the session is answered
    others: tuple[int, ...] = ()  # versions of its answer that can be shown in its place
    marks: Marks = UNMARKED
    pins: tuple[Turn, ...] = ()  # the pinned turns below the floor, oldest first
    summary: Summary | None = None  # of what was said before that history

    @property
    def standing(self) -> Standing | None:
        """Where the turn stands among the versions of its answer; None for the only one."""
        if self.turn.is_undone:
            return None
        return standing(self.turn.version, self.others)

    @property
    def floor(self) -> int:
        """The depth of the oldest turn that is shown as long as all of the history is."""
        return self.history[0].depth if self.history else self.turn.depth

    def above(self, floor: int) -> Owed:
        """Return what is owed with no more of its history than is above another floor."""
        cut = tuple(turn for turn in self.history if turn.depth < floor)
        pins = (*self.pins, *(turn for turn in cut if turn.id in self.marks.pinned))
        return replace(self, history=self.history[len(cut) :], pins=pins)


def to_come(session: Session, head: Turn | None) -> Turn:
    """Return the turn that what is said next would be, before anything is said."""
    parent, depth = (None, 0) if head is None else (head.id, head.depth + 1)
    return Turn(TurnId(0), session.id, (), parent=parent, depth=depth)
