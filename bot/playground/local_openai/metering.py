"""Metering: what a request would be billed, plausibly.

Tokens are bytes by four. The cache works as OpenAI describes it for gpt-5.6 and later
(https://developers.openai.com/api/docs/guides/prompt-caching): each request marks the end
of its newest message; a later one with the same key is served from the cache up to the
longest such mark that its own bytes reach, from 1,024 tokens on.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256

from bot.playground.local_openai.asking import Asked, Said

BYTES_PER_TOKEN = 4
LEAST_CACHED = 1024  # tokens
MARKS_REMEMBERED = 80  # per key
KEYS_REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class Bill:
    """Tokens of one request."""

    input: int
    cached: int = 0
    written: int = 0
    output: int = 0  # reasoning included
    reasoning: int = 0


def tokens(text: str) -> int:
    """Return about how many tokens `text` is."""
    return -(-len(text.encode()) // BYTES_PER_TOKEN)


def prompt_tokens(asked: Asked) -> int:
    """Return about how many tokens a request shows the model."""
    return tokens(asked.instructions) + sum(tokens(said.text) for said in asked.messages)


class PromptCache:
    """Remembers which prompts were shown under which key."""

    def __init__(self) -> None:
        self._marks: OrderedDict[str, OrderedDict[bytes, None]] = OrderedDict()

    def bill(self, asked: Asked) -> Bill:
        """Return what the prompt costs, and remember it for the next one."""
        marks = self._marks.setdefault(asked.cache_key, OrderedDict())
        self._marks.move_to_end(asked.cache_key)
        digest = sha256(asked.model.encode())
        total = cached = 0
        for message in (Said("system", asked.instructions), *asked.messages):
            digest.update(f"\0{message.role}\0{message.text}".encode())
            total += tokens(message.text)
            if digest.digest() in marks and total >= LEAST_CACHED:
                cached = total
        marks[digest.digest()] = None
        if len(marks) > MARKS_REMEMBERED:
            marks.popitem(last=False)
        if len(self._marks) > KEYS_REMEMBERED:
            self._marks.popitem(last=False)
        return Bill(total, cached, total - cached if total >= LEAST_CACHED else 0)
