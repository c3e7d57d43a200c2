"""Context: what the model is shown for one turn.

Append-only, with a floor. While the history fits its budget nothing moves, so that each
context begins with the bytes of the one before and the provider's cache serves them at a
tenth of the price. When it no longer fits, the floor moves up in one hop to half the
budget and stays there for many turns; a window that slides a little each turn would cost
four to seven times as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.domain.manner import Effort, Length
from bot.domain.message import Message, Role, render
from bot.domain.session import SessionId
from bot.domain.turn import Turn

PER_MESSAGE = 4  # tokens a message costs beside its text
BYTES_PER_TOKEN = 3  # errs on the dear side for English, is fair for code, CJK and emoji


@dataclass(frozen=True, slots=True)
class Context:
    """Instructions, the newest whole turns that fit, and the prompts to be answered."""

    session_id: SessionId  # the same in every turn: names the prefix to the provider's cache
    speaker_id: int  # who is answered, for the provider's abuse reports; sent hashed
    model: str
    instructions: str
    messages: tuple[Message, ...]
    # Wishes about the answer; models that do not have one of them are not told of it.
    effort: Effort | None = None
    temperature: float | None = None
    length: Length = Length.NORMAL
    most_tokens: int | None = None  # of the answer, where fewer than usual will do

    def cap(self, usual: int) -> int:
        """Return how many tokens the answer may have, reasoning included."""
        return usual if self.most_tokens is None else min(usual, self.most_tokens)


@dataclass(frozen=True, slots=True)
class Window:
    """The messages shown, and the depth of the oldest turn among them."""

    messages: tuple[Message, ...]
    floor: int


def estimate(text: str) -> int:
    """Return about how many tokens `text` costs as a message, without a tokenizer."""
    return -(-len(text.encode()) // BYTES_PER_TOKEN) + PER_MESSAGE


def said_in(turn: Turn, *, direct: bool) -> tuple[Message, ...]:
    """Return what was said in a turn: its prompts and, if the model spoke, its reply.

    Nothing where every prompt was taken back: the reply may say what they said.
    """
    prompts = tuple(render(prompt, direct=direct) for prompt in turn.kept_prompts)
    if turn.is_withdrawn or turn.reply is None or turn.reply.is_notice:
        return prompts
    return (*prompts, Message(Role.ASSISTANT, turn.reply.text))


def window(
    history: Sequence[Turn],
    turn: Turn,
    *,
    instructions: str,
    budget: int,
    direct: bool,
    hop: bool = False,
) -> Window:
    """Return what of `history` is shown before the prompts of `turn`.

    `history` is the way to the turn from the session's floor, oldest first. All of it is
    shown when it fits `budget` tokens; otherwise, or when `hop` is asked for because the
    far side found it too long, only the newest turns that fit half of that, and never all.
    The prompts themselves are always shown: the model, not the bot, refuses what is too long.
    """
    own = said_in(turn, direct=direct)
    said = [said_in(t, direct=direct) for t in history]
    costs = _costs(history, said)
    new = sum(estimate(m.text) for m in own)
    total = _size(history, costs, instructions) + new
    kept = len(history)
    if total > budget or hop:
        fixed = estimate(instructions) + new
        within = _newest_within(costs, min(budget, total) // 2 - fixed)
        kept = min(within, max(len(history) - 1, 0))
    first = len(history) - kept
    messages = [m for one in said[first:] for m in one]
    return Window((*messages, *own), history[first].depth if kept else turn.depth)


def _size(history: Sequence[Turn], costs: Sequence[int], instructions: str) -> int:
    """What the context before the new prompts costs: measured as late as it was, then estimated.

    Some servers report a usage of nothing; that measures nothing.
    """
    for number, turn in reversed(list(enumerate(history))):
        if turn.usage and turn.usage.input_tokens and turn.floor == history[0].depth:
            measured = turn.usage.input_tokens + turn.usage.visible_tokens
            return measured + sum(costs[number + 1 :])
    return estimate(instructions) + sum(costs)


def _costs(history: Sequence[Turn], said: Sequence[Sequence[Message]]) -> list[int]:
    """What each turn adds to a context, as billed where that is known.

    Of two turns that were shown from the same floor, the later one's billed input less
    the earlier one's is what the earlier turn and the later prompts cost together.
    """
    costs = [sum(estimate(m.text) for m in one) for one in said]
    for i, (earlier, later) in enumerate(pairwise(history)):
        is_same = earlier.floor is not None and earlier.floor == later.floor
        if is_same and earlier.usage and later.usage:
            billed = later.usage.input_tokens - earlier.usage.input_tokens
            if billed > 0:
                costs[i] = billed
    return costs


def _newest_within(costs: Sequence[int], budget: int) -> int:
    kept = 0
    for cost in reversed(costs):
        budget -= cost
        if budget < 0:
            break
        kept += 1
    return kept
