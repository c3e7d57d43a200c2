"""Window: which messages the model is shown for one turn.

Append-only, with a floor. While the history fits its budget nothing moves, so that each
context begins with the bytes of the one before and the provider's cache serves them at a
tenth of the price. When it no longer fits, the floor moves up in one hop to half the
budget and stays there for many turns; a window that slides a little each turn would cost
four to seven times as much.

People may mark turns. What is left out is passed over; what is pinned and below the floor
comes first. A change of marks changes the prefix: it costs one miss of the cache.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.domain.context import MOST_IMAGE_BYTES, estimate, said_in, size_of
from bot.domain.marks import UNMARKED, Marks
from bot.domain.message import Message, Role
from bot.domain.turn import Turn

# Tokens by which an estimate may be too low before the far side finds a context too long.
_RESERVE = 256

PINS_SHARE = 4  # what is pinned below the floor has one part in so many of the budget
# Nobody can speak so: the first line of what people say is ours, and says who speaks and when.
PINS_BEGIN = Message(Role.USER, "[Pinned, from earlier in this conversation:]")
PINS_END = Message(Role.USER, "[That was pinned. The conversation goes on here:]")


@dataclass(frozen=True, slots=True)
class Pins:
    """What is pinned below the floor: what of it is shown, and what does not fit."""

    shown: tuple[Turn, ...] = ()
    unfit: tuple[Turn, ...] = ()
    messages: tuple[Message, ...] = ()

    @property
    def size(self) -> int:
        """About how many tokens it costs."""
        return size_of(self.messages)


NO_PINS = Pins()


@dataclass(frozen=True, slots=True)
class Window:
    """The messages shown, and the depth of the oldest turn among them that is not just pinned."""

    messages: tuple[Message, ...]
    floor: int
    turns: tuple[Turn, ...] = ()  # of the history, from the floor on; those left out too
    pins: Pins = NO_PINS
    size: int = 0  # tokens, with the instructions
    is_measured: bool = False  # the size, but for what was said since; otherwise estimated


def window(
    history: Sequence[Turn],
    turn: Turn,
    *,
    instructions: str,
    budget: int,
    direct: bool,
    hop: bool = False,
    marks: Marks = UNMARKED,
    pins: Sequence[Turn] = (),
    sees_images: bool = True,
    before: Message | None = None,
    spare: int = 0,
    may_hop: bool = True,
) -> Window:
    """Return what of `history` is shown before the prompts of `turn`.

    `history` is the way to the turn from the session's floor, oldest first, and `pins` are the
    turns below it that are pinned. All of it is shown when it fits `budget` tokens; otherwise,
    or when `hop` is asked for because the far side found it too long, only the newest turns that
    fit half of that, and never all; so it is when their images are more than a request may hold.
    The prompts themselves are always shown: the model, not the bot, refuses what is too long. A
    model that sees no images is told of them. `before` stands before all of the history and
    nothing less; after a hop so many tokens are left to `spare` for what will stand there.
    Unless it `may_hop` all of the history is shown, whatever it costs: it was once.
    """

    def said_then(one: Turn) -> tuple[Message, ...]:
        return said_in(one, direct=direct, sees_images=sees_images)

    own = said_then(turn)
    said = [() if t.id in marks.left_out else said_then(t) for t in history]
    costs, loads = _costs(history, said, marks), [_load(one) for one in said]
    fixed = estimate(instructions) + size_of(own)
    head = () if before is None else (before,)

    def pinned_before(first: int) -> Pins:
        cut = (t for t in history[:first] if t.id in marks.pinned)
        return _fitted((*pins, *cut), budget // PINS_SHARE, said_then)

    first, pinned = 0, pinned_before(0)
    measured = _measured(history, costs, marks)
    total = fixed + size_of(head) + pinned.size + sum(costs)
    if measured is not None:
        total = measured + size_of(own)
    load = sum(loads) + _load(pinned.messages) + _load(own)
    if may_hop and (total > budget or hop or load > MOST_IMAGE_BYTES):
        room = (min(budget, total) if hop else budget) // 2 - fixed - spare
        light = MOST_IMAGE_BYTES // 2 - _load(own)
        first, pinned = _hopped(costs, loads, room, light, pinned_before)
        head, left = ((), spare) if first else (head, size_of(head))
        total, measured = fixed + left + pinned.size + sum(costs[first:]), None
    messages = (*head, *pinned.messages, *(m for one in said[first:] for m in one), *own)
    floor = history[first].depth if first < len(history) else turn.depth
    return Window(
        messages, floor, tuple(history[first:]), pinned, total, is_measured=measured is not None
    )


def budget_for(model_window: int | None, *, most: int, output: int) -> int:
    """Return how many tokens of context a model can be shown, of `most`.

    What it can read at once (None: not known) has to hold its answer of `output` tokens too.
    Where that would leave next to nothing, half of it is for the context.
    """
    if model_window is None:
        return most
    return min(most, max(model_window - output - _RESERVE, model_window // 2))


def _hopped(
    costs: Sequence[int],
    loads: Sequence[int],
    room: int,
    light: int,
    pinned_before: Callable[[int], Pins],
) -> tuple[int, Pins]:
    """Return the first of the newest turns that fit, beside what is pinned before them.

    They cost at most `room` tokens, and their images are at most `light` bytes.
    """
    kept = max(len(costs) - 1, 0)
    while True:
        pinned = pinned_before(len(costs) - kept)
        fits = _newest_within(costs, room - pinned.size)
        # What weighs nothing may stay, however much else there is.
        fits = min(fits, _newest_within(loads, max(light - _load(pinned.messages), 0)))
        if fits >= kept:
            return len(costs) - kept, pinned
        kept = fits


def _fitted(
    turns: Sequence[Turn], room: int, said_then: Callable[[Turn], tuple[Message, ...]]
) -> Pins:
    """Return as many pinned turns as fit, the newest before the others, in their order."""
    room -= size_of((PINS_BEGIN, PINS_END))
    light = MOST_IMAGE_BYTES // PINS_SHARE
    shown: list[Turn] = []
    for turn in reversed(turns):
        said = said_then(turn)
        if size_of(said) <= room and _load(said) <= light:
            shown.insert(0, turn)
            room -= size_of(said)
            light -= _load(said)
    if not shown:
        return Pins(unfit=tuple(turns))
    unfit = tuple(turn for turn in turns if turn not in shown)
    messages = (message for turn in shown for message in said_then(turn))
    return Pins(tuple(shown), unfit, (PINS_BEGIN, *messages, PINS_END))


def _measured(history: Sequence[Turn], costs: Sequence[int], marks: Marks) -> int | None:
    """What the context before the new prompts costs: measured as late as it was, then estimated.

    None when it never was since the marks changed. Some servers report a usage of nothing;
    that measures nothing.
    """
    for number, turn in reversed(list(enumerate(history))):
        is_same = turn.floor == history[0].depth and turn.id > marks.changed_after
        if is_same and turn.usage and turn.usage.input_tokens:
            measured = turn.usage.input_tokens + turn.usage.visible_tokens
            return measured + sum(costs[number + 1 :])
    return None


def _costs(history: Sequence[Turn], said: Sequence[Sequence[Message]], marks: Marks) -> list[int]:
    """What each turn adds to a context, as billed where that is known.

    Of two turns that were shown from the same floor by the same marks, the later one's billed
    input less the earlier one's is what the earlier turn and the later prompts cost together.
    """
    costs = [size_of(one) for one in said]
    for i, (earlier, later) in enumerate(pairwise(history)):
        is_same = earlier.floor is not None and earlier.floor == later.floor
        is_same = is_same and earlier.id > marks.changed_after
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
