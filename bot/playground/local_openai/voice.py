"""Voice: how one answer sounds on the wire; each API has its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Protocol

from bot.playground.local_openai.metering import Bill
from bot.playground.local_openai.script import StopReason

Json = Mapping[str, object]


class Voice(Protocol):
    """Turns the steps of one answer into bytes to send, and remembers what it said."""

    def opening(self) -> bytes:
        """Return what comes before the first words."""
        ...

    def say(self, text: str) -> bytes:
        """Return a piece of the answer."""
        ...

    def refuse(self, text: str) -> bytes:
        """Return a piece of a refusal."""
        ...

    def think(self, text: str) -> bytes:
        """Return a piece of reasoning."""
        ...

    def collapse(self, error: Json) -> bytes:
        """Return the end of an answer that failed."""
        ...

    def closing(self, reason: StopReason, bill: Bill | None, *, details: bool) -> bytes:
        """Return the end of the answer and its bill."""
        ...

    def whole(self, reason: StopReason, bill: Bill) -> Json:
        """Return the answer as it is sent in one piece."""
        ...


def data(event: Json) -> bytes:
    """Return an event that has no name."""
    return f"data: {json.dumps(event)}\n\n".encode()


def named(event: Json) -> bytes:
    """Return an event under the name of its type."""
    return f"event: {event['type']}\n".encode() + data(event)
