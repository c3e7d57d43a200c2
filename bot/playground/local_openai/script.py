"""Scripts: what the local server does with one request, step by step.

A script is a sequence of steps, played in order. One that does not say how it ends, ends
well, with a full account of its usage.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.playground.local_openai.asking import Asked

StopReason = Literal["stop", "length", "content_filter"]


@dataclass(frozen=True, slots=True)
class Say:
    """Say a text in pieces of `size` characters, or word by word; `delay` precedes each."""

    text: str
    size: int | None = None
    delay: float = 0.0  # seconds

    def pieces(self) -> list[str]:
        """Return the text in pieces, not one character lost."""
        if self.size is None:
            return re.findall(r"\S+\s*|\s+", self.text)
        return [self.text[i : i + self.size] for i in range(0, len(self.text), self.size)]


@dataclass(frozen=True, slots=True)
class Refuse:
    """Say a text as a refusal."""

    text: str


@dataclass(frozen=True, slots=True)
class Think:
    """Reason aloud: text that is not part of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Begin:
    """Send the headers and the first events now; otherwise they come with the first words."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Send nothing for a while."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Hold:
    """Send nothing until the gate is opened; without a gate until the client leaves."""

    gate: asyncio.Event | None = None


@dataclass(frozen=True, slots=True)
class Fail:
    """Answer with a status and an error; only as the first step that sends anything."""

    status: int
    code: str | int | None = None
    type: str | None = "invalid_request_error"
    param: str | None = None
    message: str = "The script says so."
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drop:
    """Break the connection; as the first step before any header was sent."""


@dataclass(frozen=True, slots=True)
class End:
    """End the stream cleanly, but without the event that says that the answer is over."""


@dataclass(frozen=True, slots=True)
class Garble:
    """Send an event that is no JSON."""


@dataclass(frozen=True, slots=True)
class Complain:
    """Send an error event into the stream, its details flat in it or nested under `error`."""

    code: str | int | None
    type: str | None = None
    nested: bool = True


@dataclass(frozen=True, slots=True)
class Collapse:
    """End the answer as failed: `response.failed`, or a chunk that carries an error."""

    code: str


@dataclass(frozen=True, slots=True)
class Stop:
    """End the answer, and say what it cost: in full, without details, or not at all.

    The stream itself ends `linger` seconds after its last event.
    """

    reason: StopReason = "stop"
    usage: Literal["full", "bare", "none"] = "full"
    linger: float = 0.0


Step = (
    Say
    | Refuse
    | Think
    | Begin
    | Pause
    | Hold
    | Fail
    | Drop
    | End
    | Garble
    | Complain
    | Collapse
    | Stop
)
Script = Sequence[Step]
Answer = Callable[[Asked], Script]


def in_turn(*scripts: Script) -> Answer:
    """Return an answer that plays one script per request; the last one again and again."""
    left = list(scripts)

    def answer(_: Asked) -> Script:
        return left.pop(0) if len(left) > 1 else left[0]

    return answer
