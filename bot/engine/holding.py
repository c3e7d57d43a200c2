"""Holding: what arrives at a place that is not open waits until what was missed is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from bot.domain.hearing import Utterance
from bot.domain.session import Place
from bot.domain.turn import MOST_TOGETHER

MOST_HELD = MOST_TOGETHER  # of a place; beyond that it is read once more

_NOTHING: Mapping[int, Utterance] = MappingProxyType({})


class Held:
    """What waits, by place and message."""

    def __init__(self) -> None:
        self._held: dict[Place, dict[int, Utterance]] = {}
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

    def at(self, place: Place) -> Mapping[int, Utterance]:
        """Return what waits at a place."""
        return self._held.get(place, _NOTHING)

    def drop(self, place: Place, message: int) -> None:
        """Hold a message no longer."""
        self._held.get(place, {}).pop(message, None)

    def release(self, place: Place) -> list[Utterance]:
        """Hold nothing at a place any more; return what waited, oldest first."""
        self.again.discard(place)
        held = self._held.pop(place, {})
        return [held[number] for number in sorted(held)]
