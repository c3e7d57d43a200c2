"""Holding: what arrives at a place that is not open waits until what was missed is known."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.domain.hearing import Utterance
from bot.domain.session import Place
from bot.domain.turn import MOST_TOGETHER

MOST_HELD = MOST_TOGETHER  # of a place; beyond that it is read once more
MOST_CHANGED = 1000  # messages of a place that were edited or deleted; likewise


@dataclass(slots=True)
class Changes:
    """What became of messages of a place while it was not open."""

    edited: dict[int, Utterance] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)


_NOTHING: Mapping[int, Utterance] = MappingProxyType({})


class Held:
    """What waits, by place and message."""

    def __init__(self) -> None:
        self._held: dict[Place, dict[int, Utterance]] = {}
        self._changes: dict[Place, Changes] = {}
        self.again: set[Place] = set()  # to be read once more

    def __iter__(self) -> Iterator[Place]:
        """Yield the places where something waits."""
        return iter(self._held)

    def keep(self, utterance: Utterance) -> None:
        """Hold a message, or know that its place is to be read once more."""
        held = self._held.setdefault(utterance.place, {})
        if len(held) < MOST_HELD:
            held[utterance.prompt.message_id] = utterance
        else:
            self.again.add(utterance.place)

    def edit(self, utterance: Utterance) -> None:
        """Know that a message says something else now, which may not have been heard yet."""
        changes = self._room_for(utterance.place, 1)
        if changes is not None:
            changes.edited[utterance.prompt.message_id] = utterance

    def erase(self, place: Place, messages: Collection[int]) -> None:
        """Know that messages were deleted, which may not have been heard yet."""
        changes = self._room_for(place, len(messages))
        if changes is not None:
            changes.deleted.update(messages)

    def at(self, place: Place) -> Mapping[int, Utterance]:
        """Return what waits at a place."""
        return self._held.get(place, _NOTHING)

    def amended(self, place: Place, said: Mapping[int, Utterance]) -> list[Utterance]:
        """Return what was said, oldest first, as it stands after all changes known so far."""
        changes = self._changes.get(place) or Changes()
        return [
            _newer(said[number], changes.edited.get(number, said[number]))
            for number in sorted(said.keys() - changes.deleted)
        ]

    def drop(self, place: Place, message: int) -> None:
        """Hold a message no longer."""
        self._held.get(place, {}).pop(message, None)

    def release(self, place: Place) -> tuple[list[Utterance], Changes]:
        """Hold nothing at a place any more; return what waited, oldest first, and what changed."""
        self.again.discard(place)
        waited = self.amended(place, self._held.pop(place, {}))
        return waited, self._changes.pop(place, Changes())

    def forget(self, place: Place) -> None:
        """Let go of what waits at a place that is gone."""
        self.release(place)

    def _room_for(self, place: Place, count: int) -> Changes | None:
        """Return where changes are kept, or know that the place is to be read once more."""
        changes = self._changes.setdefault(place, Changes())
        if len(changes.edited) + len(changes.deleted) + count <= MOST_CHANGED:
            return changes
        self.again.add(place)
        return None


def _newer(one: Utterance, other: Utterance) -> Utterance:
    before, after = one.prompt.edited_at, other.prompt.edited_at
    return one if before is not None and after is not None and before > after else other
