"""Context: what the model is shown for one turn.

Append-only, with a floor. While the history fits its budget nothing moves, so that each
context begins with the bytes of the one before and the provider's cache serves them at a
tenth of the price. When it no longer fits, the floor moves up in one hop to half the
budget and stays there for many turns; a window that slides a little each turn would cost
four to seven times as much.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bot.domain.manner import Effort, Length
from bot.domain.message import Message, Role, render
from bot.domain.session import SessionId
from bot.domain.turn import Turn

PER_MESSAGE = 4  # tokens a message costs beside its text
BYTES_PER_TOKEN = 3  # errs on the dear side for English, is fair for code, CJK and emoji
# An image is billed by patches of 32 by 32 pixels, and shown with at most 1024 by 1024:
# https://developers.openai.com/api/docs/guides/images-vision. What a model multiplies them by
# is known from the usage of the turn that showed it.
IMAGE_TOKENS = 1024
# In one context. A request may have 50 MB there, but it is made in one go, and nobody else is
# heard meanwhile: a tenth of a second for so many.
MOST_IMAGE_BYTES = 8 * 2**20


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
    # The bytes of the images of its messages, by their hashes.
    images: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def digests(self) -> frozenset[str]:
        """The hashes of all images of its messages."""
        return frozenset(digest for message in self.messages for digest in message.digests)


@dataclass(frozen=True, slots=True)
class Window:
    """The messages shown, and the depth of the oldest turn among them."""

    messages: tuple[Message, ...]
    floor: int


def estimate(text: str) -> int:
    """Return about how many tokens `text` costs as a message, without a tokenizer."""
    return -(-len(text.encode()) // BYTES_PER_TOKEN) + PER_MESSAGE


def cost_of(message: Message) -> int:
    """Return about how many tokens a message costs with its images."""
    return estimate(message.captioned) + IMAGE_TOKENS * len(message.pictures)


def said_in(turn: Turn, *, direct: bool, sees_images: bool = True) -> tuple[Message, ...]:
    """Return what was said in a turn: its prompts and, if the model spoke, its reply.

    Nothing where every prompt was taken back: the reply may say what they said.
    """
    prompts = tuple(render(prompt, direct=direct) for prompt in turn.kept_prompts)
    if not sees_images:
        prompts = tuple(prompt.without(prompt.digests) for prompt in prompts)
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
    sees_images: bool = True,
) -> Window:
    """Return what of `history` is shown before the prompts of `turn`.

    `history` is the way to the turn from the session's floor, oldest first. All of it is
    shown when it fits `budget` tokens; otherwise, or when `hop` is asked for because the
    far side found it too long, only the newest turns that fit half of that, and never all;
    so it is when their images are more than a request may hold. The prompts themselves are
    always shown: the model, not the bot, refuses what is too long. A model that sees no
    images is told of them.
    """
    own = said_in(turn, direct=direct, sees_images=sees_images)
    said = [said_in(t, direct=direct, sees_images=sees_images) for t in history]
    costs, loads = _costs(history, said), [_load(one) for one in said]
    new = sum(map(cost_of, own))
    total = _size(history, costs, instructions) + new
    kept = len(history)
    if total > budget or hop or sum(loads) + _load(own) > MOST_IMAGE_BYTES:
        room = (min(budget, total) if hop else budget) // 2 - estimate(instructions) - new
        images = _newest_within(loads, MOST_IMAGE_BYTES // 2 - _load(own))
        kept = min(_newest_within(costs, room), images, max(len(history) - 1, 0))
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
    costs = [sum(map(cost_of, one)) for one in said]
    for i, (earlier, later) in enumerate(pairwise(history)):
        is_same = earlier.floor is not None and earlier.floor == later.floor
        if is_same and earlier.usage and later.usage:
            billed = later.usage.input_tokens - earlier.usage.input_tokens
            if billed > 0:
                costs[i] = billed
    return costs


def _load(messages: Sequence[Message]) -> int:
    """How many bytes of images come with messages."""
    return sum(picture.image.size for message in messages for picture in message.pictures)


def _newest_within(costs: Sequence[int], budget: int) -> int:
    kept = 0
    for cost in reversed(costs):
        budget -= cost
        if budget < 0:
            break
        kept += 1
    return kept
