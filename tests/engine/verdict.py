"""What must be so once all is quiet, whatever happened before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from bot.domain.hearing import is_heard
from bot.domain.manner import Listening
from bot.domain.message import Prompt
from bot.domain.reply import Mark, Page, Standing, standing
from bot.domain.session import Place, TurnId
from bot.domain.turn import Turn, TurnState
from bot.engine.layout import settled
from tests.engine.house import World
from tests.fakes.board import FIRST_ID, NONCE_WINDOW, Board
from tests.fakes.virtual_time import LoopClock

LONG_AFTER = 3


class Kind(StrEnum):
    """The ways in which it can be wrong."""

    LOST = "LOST"  # nobody answered what was said to the bot
    DUPLICATE = "DUPLICATE"  # a message is in two turns, or one page is shown twice
    ORDER = "ORDER"  # a session answers in another order than was said
    PHANTOM = "PHANTOM"  # a turn for what nobody said, or a post that belongs to no turn
    CONTENT = "CONTENT"  # Discord shows something else than the store holds
    STALE = "STALE"  # the newest answer is to other words than its question has
    UNSETTLED = "UNSETTLED"  # something is owed for ever
    KEPT = "KEPT"  # an answer that somebody deleted is in contexts still


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that is wrong."""

    kind: Kind
    what: str

    def __str__(self) -> str:
        return f"{self.kind} {self.what}"


class WatchedBoard(Board):
    """Notices a page that is shown twice, even for a moment."""

    def __init__(self, *, nonce_window: float = NONCE_WINDOW, first_id: int = FIRST_ID) -> None:
        super().__init__(LoopClock(), nonce_window=nonce_window, first_id=first_id)
        self.twice: list[Mark] = []
        self.taken_back: set[int] = set()  # anchors of answers of which the bot deleted pages
        self.tell: Callable[[Place, int], None] | None = None  # of a message that is deleted

    async def post(
        self, place: Place, page: Page, *, mark: Mark, nonce: str, reply_to: int | None
    ) -> int:
        is_shown = any(row.post.mark == mark for row in self.rows.values())
        before = len(self.created)
        post = await super().post(place, page, mark=mark, nonce=nonce, reply_to=reply_to)
        if is_shown and len(self.created) > before:
            self.twice.append(mark)
        return post

    async def delete(self, place: Place, post: int) -> None:
        if post in self.rows:
            self.taken_back.add(self.rows[post].post.mark.anchor)
        await super().delete(place, post)
        if self.tell is not None:
            self.tell(place, post)


@dataclass(frozen=True, slots=True)
class Excuses:
    """What people or Discord did, so that it is no fault of the bot."""

    torn: Mapping[int, int] = field(default_factory=dict)
    """The newest edition there was when a person deleted a post, by anchor."""
    withheld: Collection[int] = ()
    """Messages that arrived by no gateway session, so that later ones were answered before."""
    asked: Mapping[int, Sequence[str]] = field(default_factory=dict)
    """What the model was shown, by the number of the call, which its answer begins with."""
    edited: Collection[int] = ()
    """Newest questions of which an edit was taken in, and that nobody moved away from since."""
    looked_at: Collection[TurnId] = ()
    """Turns that were at rest when the history of their places was read for the last time."""
    is_forgetful: bool = False
    """The store forgot messages that were answered with others: those get a reply below."""


def violations(world: World, board: WatchedBoard, excuses: Excuses) -> list[Violation]:
    """Return all that is wrong in a world in which all is quiet."""
    return list(_Verdict(world, board, excuses).all())


class _Verdict:
    def __init__(self, world: World, board: WatchedBoard, excuses: Excuses) -> None:
        self._world = world
        self._board = board
        self._excuses = excuses
        self._said = {n: u for n, u in world.past.said.items() if is_heard(u, Listening.MENTIONS)}
        self._turns = world.turns()
        # The versions of an answer are one lineage: the same prompts in the same session.
        self._newest = {
            (turn.session_id, turn.anchor): turn
            for turn in sorted(self._turns, key=lambda turn: turn.edition)
        }

    def all(self) -> Iterator[Violation]:
        yield from self._heard()
        yield from self._shown()
        yield from self._ordered()
        for turn in self._turns:
            if not turn.is_settled:
                yield Violation(Kind.UNSETTLED, f"turn {turn.id} is {turn.state}")
        for turn in self._newest.values():
            yield from self._answered(turn)
        yield from self._answered_anew()
        yield from self._kept()

    def _kept(self) -> Iterator[Violation]:
        """Yield the answers of which posts are missing, and words are kept in any version."""
        worded = {turn.anchor for turn in self._turns if turn.reply and turn.reply.text}
        for turn in self._turns:
            missing = [post for post in turn.posts if post not in self._board.rows]
            if missing and turn.id in self._excuses.looked_at and turn.anchor in worded:
                yield Violation(Kind.KEPT, f"turn {turn.id} is kept without {missing}")

    def _answered_anew(self) -> Iterator[Violation]:
        """Yield the newest answers to which there is no version in the words of today.

        A branch goes on from an answer as it was: what is edited is answered in its own session.
        """
        sessions = self._world.store.sessions.values()
        heads = {(session.id, session.head) for session in sessions if session.is_open}
        for turn in self._turns:
            if (turn.session_id, turn.id) not in heads or turn.is_withdrawn:
                continue
            if not any(prompt.message_id in self._excuses.edited for prompt in turn.kept_prompts):
                continue
            texts = [t.reply.text for t in self._turns if t.anchor == turn.anchor and t.reply]
            calls = [
                int(text[7:].partition(":")[0]) for text in texts if text.startswith("answer ")
            ]
            if len(calls) < len(texts):
                continue  # one was stopped, or deleted
            words = [prompt.text for prompt in turn.kept_prompts]
            asked = [list(self._excuses.asked[call])[-len(words) :] for call in calls]
            if words not in asked:
                yield Violation(Kind.STALE, f"turn {turn.id} says {words}, and {asked} was asked")

    def _heard(self) -> Iterator[Violation]:
        lineages = defaultdict(set)
        for key, turn in self._newest.items():
            for prompt in turn.prompts:
                lineages[prompt.message_id].add(key)
        for number in self._said:
            if not lineages[number] and not self._is_offered(number):
                yield Violation(Kind.LOST, f"message {number}")
            if len(lineages[number]) > 1:
                yield Violation(Kind.DUPLICATE, f"message {number} is in two turns")
        for number in lineages.keys() - self._said.keys():
            yield Violation(Kind.PHANTOM, f"message {number} was not said to the bot")

    def _is_offered(self, number: int) -> bool:
        place = self._said[number].place
        return any(
            offer.place == place and offer.oldest <= number <= offer.newest
            for offer in self._world.past.offers
        )

    def _shown(self) -> Iterator[Violation]:
        for mark in self._board.twice:
            yield Violation(Kind.DUPLICATE, f"{mark} was posted while it was shown")
        posts = {post for turn in self._newest.values() for post in turn.posts}
        for number, row in self._board.rows.items():
            if number not in posts:
                yield Violation(Kind.PHANTOM, f"{row.post.mark} is shown for no turn")

    def _ordered(self) -> Iterator[Violation]:
        sessions: dict[object, list[Turn]] = defaultdict(list)
        for turn in self._turns:
            if not turn.edition and not any(map(self._came_late, turn.prompts)):
                sessions[turn.session_id].append(turn)
        for turns in sessions.values():
            numbers = [p.message_id for turn in turns for p in turn.prompts]
            firsts = [turn.posts[0] for turn in turns if turn.posts]
            if not _ascend(numbers):
                yield Violation(Kind.ORDER, f"messages are answered as {numbers}")
            if not _ascend(firsts) and not self._excuses.is_forgetful:
                yield Violation(Kind.ORDER, f"answers are shown as {firsts}")

    def _came_late(self, prompt: Prompt) -> bool:
        """Whether later messages may be answered before this one."""
        number = prompt.message_id
        is_said = number in self._said
        return number in self._excuses.withheld or (is_said and self._is_offered(number))

    def _answered(self, turn: Turn) -> Iterator[Violation]:
        """Yield what Discord shows of a turn otherwise than the store has it."""
        if turn.reply is None:
            if turn.state is not TurnState.CANCELLED:  # put away before anybody was asked for it
                yield Violation(Kind.LOST, f"turn {turn.id} is {turn.state} without an answer")
            return
        pages = (
            []
            if turn.is_retracted
            else settled(
                turn.reply,
                long_after=LONG_AFTER,
                is_undone=turn.is_undone,
                standing=self._standing(turn),
            )
        )
        rows = [self._board.rows.get(post) for post in turn.posts]
        shown = [
            (row.post.text, row.post.controls, row.post.standing) if row else None for row in rows
        ]
        wanted = [(page.text.strip(), page.controls, page.standing) for page in pages]
        # What somebody deleted comes again for another version, not to say that it is taken out.
        if self._excuses.torn.get(turn.anchor, -1) < turn.edition - turn.is_undone:
            is_right = shown == wanted
        else:
            is_right = all(s in {None, w} for s, w in zip(shown, wanted, strict=False))
        if not is_right or "-# " in turn.reply.text:
            yield Violation(Kind.CONTENT, f"turn {turn.id} shows {shown} instead of {wanted}")

    def _standing(self, turn: Turn) -> Standing | None:
        if turn.is_undone:
            return None
        answers = [
            t for t in self._turns if t.anchor == turn.anchor and t.reply and not t.is_retracted
        ]
        return standing(turn.version, sorted(t.version for t in answers if t.id != turn.id))


def _ascend(numbers: list[int]) -> bool:
    return all(one < other for one, other in pairwise(numbers))
