"""Messages: what was said, by whom, and the one form in which the model reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class Role(StrEnum):
    """Who speaks."""

    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    """One utterance of a context."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a person said.

    `message_id` is the Discord message it stands in, or the interaction that carried it;
    either way it is heard once. `text` has mentions as names; `author_name` is clean. One
    that was erased has neither: what is left is that it was said, and names its turn.
    """

    message_id: int
    author_id: int
    author_name: str
    text: str
    said_at: datetime
    is_message: bool = True  # False: an interaction, which nothing can reply to
    edited_at: datetime | None = None  # when the text became what it is, if it was another
    is_erased: bool = False


def render(prompt: Prompt, *, direct: bool) -> Message:
    """Return the prompt as the model reads it: the same bytes today and in a year.

    The first line is written by us and by nobody else: a display name cannot hold a
    line break or a bracket, and whatever people write starts on the second line.
    """
    stamp = f"{prompt.said_at.astimezone(UTC):%Y-%m-%d %H:%M}Z"
    speaker = "" if direct else f"{prompt.author_name} #{prompt.author_id} \N{MIDDLE DOT} "
    return Message(Role.USER, f"[{speaker}{stamp}]\n{prompt.text}")
