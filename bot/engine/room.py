"""Room: so many answers are written at a time, and who waits for a place is in a fair line.

A session has at most one place, and goes to the end of the line for its next answer: a busy
one cannot keep the others waiting.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from bot.domain.session import SessionId


class Room:
    """A bound on the answers that are written at a time."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._inside: set[SessionId] = set()
        self._line: OrderedDict[SessionId, asyncio.Future[None]] = OrderedDict()
        self.is_closed = False

    @property
    def is_crowded(self) -> bool:
        """Whether somebody waits for a place."""
        return bool(self._line)

    def enter(self, session_id: SessionId) -> asyncio.Future[None]:
        """Have a session stand in line; return what is done once it may go on.

        It is to leave afterwards, whether it got so far or not. See `is_closed` as well.
        """
        going_on: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line[session_id] = going_on
        self._let_in()
        return going_on

    def leave(self, session_id: SessionId) -> None:
        """Give back the place that a session has, or the one that it has in the line."""
        if session_id in self._inside:
            self._inside.remove(session_id)
            self._free += 1
            self._let_in()
        self._line.pop(session_id, None)

    def let_by(self, session_id: SessionId) -> None:
        """Let a session that stands in line go on without a place: it is to write no answer."""
        if going_on := self._line.pop(session_id, None):
            _go_on(going_on)

    def close(self) -> None:
        """Let nobody in any more; who stands in line goes on to find that it is closed."""
        self.is_closed = True
        for session_id in list(self._line):
            self.let_by(session_id)

    def _let_in(self) -> None:
        while self._line and (self._free or self.is_closed):
            session_id, going_on = self._line.popitem(last=False)
            if going_on.done():  # its task was cancelled
                continue
            self._free -= 1
            self._inside.add(session_id)
            _go_on(going_on)


def _go_on(going_on: asyncio.Future[None]) -> None:
    if not going_on.done():
        going_on.set_result(None)
