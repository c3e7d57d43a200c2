"""What was said in a channel, in order of ids, found as quickly among many as among few."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class Numbered(Protocol):
    """What has an id of its own."""

    id: int


Said = TypeVar("Said", bound=Numbered)


class History(Generic[Said]):
    """The messages of one channel that are still there; iterates oldest first."""

    def __init__(self) -> None:
        self._by_id: dict[int, Said] = {}
        self._ids: list[int] = []

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[Said]:
        return (self._by_id[each] for each in self._ids)

    def __reversed__(self) -> Iterator[Said]:
        return (self._by_id[each] for each in reversed(self._ids))

    def get(self, message_id: int) -> Said | None:
        """The message with this id."""
        return self._by_id.get(message_id)

    def add(self, message: Said) -> None:
        """The message is there."""
        insort(self._ids, message.id)
        self._by_id[message.id] = message

    def remove(self, message: Said) -> None:
        """The message is not there; removing it twice is no error."""
        if self._by_id.pop(message.id, None):
            del self._ids[bisect_left(self._ids, message.id)]

    def before(self, message_id: int, most: int) -> list[Said]:
        """The last ones before that id, the newest first."""
        end = bisect_left(self._ids, message_id)
        return [self._by_id[each] for each in reversed(self._ids[max(0, end - most) : end])]

    def after(self, message_id: int, most: int) -> list[Said]:
        """The first ones after that id, the newest of them first."""
        begin = bisect_right(self._ids, message_id)
        return [self._by_id[each] for each in reversed(self._ids[begin : begin + most])]
