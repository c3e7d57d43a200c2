"""Completions: what a model says, piece by piece."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FinishReason(StrEnum):
    """Why the model stopped."""

    STOP = "stop"  # it had said what it wanted to say
    LENGTH = "length"  # it reached the cap on its output
    FILTER = "filter"  # the far side's content filter cut it off
    REFUSAL = "refusal"  # it declined; the text, if any, is its refusal


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens the far side billed for one completion."""

    input_tokens: int
    output_tokens: int  # reasoning included
    cached_tokens: int = 0  # of the input, read from the provider's cache
    cache_write_tokens: int = 0  # of the input, written to it
    reasoning_tokens: int = 0  # of the output, never shown

    def __add__(self, other: Usage) -> Usage:
        """Return what two completions cost together."""
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cached_tokens + other.cached_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
        )

    @property
    def visible_tokens(self) -> int:
        """What the answer itself adds to the next context."""
        return max(self.output_tokens - self.reasoning_tokens, 0)


@dataclass(frozen=True, slots=True)
class Delta:
    """The next piece of text."""

    text: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The last event of a completion; `usage` is None where the far side reports none."""

    reason: FinishReason
    usage: Usage | None = None


CompletionEvent = Delta | Finish
