"""Messages: what was said, by whom, and the one form in which the model reads it."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from bot.domain.attachment import Attachment, Picture, pictures_of, written


class Role(StrEnum):
    """Who speaks."""

    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    """One utterance of a context: its text, and after it the images that came with it."""

    role: Role
    text: str
    pictures: tuple[Picture, ...] = ()

    @property
    def digests(self) -> frozenset[str]:
        """The hashes of its images."""
        return frozenset(picture.image.digest for picture in self.pictures)

    @property
    def captioned(self) -> str:
        """The text as it stands before the images."""
        return "\n".join([self.text, *(picture.caption for picture in self.pictures)])

    def without(self, hidden: Container[str]) -> Message:
        """Return the message with words in place of the images of which these are the hashes."""
        gone = [each for each in self.pictures if each.image.digest in hidden]
        text = "\n".join([self.text, *(picture.apology for picture in gone)])
        return replace(self, text=text, pictures=tuple(p for p in self.pictures if p not in gone))


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a person said.

    `message_id` is the Discord message it stands in, or the interaction that carried it;
    either way it is heard once. `text` has mentions as names; `author_name` is clean. One
    that was erased has neither, and no attachments: what is left is that it was said, and
    names its turn.
    """

    message_id: int
    author_id: int
    author_name: str
    text: str
    said_at: datetime
    is_message: bool = True  # False: an interaction, which nothing can reply to
    edited_at: datetime | None = None  # when the text became what it is, if it was another
    is_erased: bool = False
    attachments: tuple[Attachment, ...] = ()


def render(prompt: Prompt, *, direct: bool) -> Message:
    """Return the prompt as the model reads it: the same bytes today and in a year.

    The first line is written by us and by nobody else: a display name cannot hold a
    line break or a bracket, and whatever people write starts on the second line. Below
    their words stand their files, in the order in which they came, and the images last.
    """
    stamp = f"{prompt.said_at.astimezone(UTC):%Y-%m-%d %H:%M}Z"
    speaker = "" if direct else f"{prompt.author_name} #{prompt.author_id} \N{MIDDLE DOT} "
    files = (written(each) for each in prompt.attachments)
    said = [part for part in (prompt.text, *files) if part]
    return Message(
        Role.USER,
        "\n".join([f"[{speaker}{stamp}]", *said]),
        pictures_of(prompt.attachments),
    )
