"""Attachments: files that came with a message, and the one form in which the model reads them.

How a file is shown is decided once, when its bytes were fetched, and stays so for ever: its
address is none that lasts, and a context begins with the bytes of the one before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Unshown(StrEnum):
    """Why a file is only named to the model."""

    KIND = "kind"  # it is neither an image nor text
    NOT_TEXT = "not_text"  # it is called a text, and is none
    SIZE = "size"  # it is too large an image
    ROOM = "room"  # the files before it took all the room that there is
    FETCH = "fetch"  # Discord did not give it out


_WHY = {
    Unshown.KIND: "",
    Unshown.NOT_TEXT: ": it is no UTF-8 text",
    Unshown.SIZE: ": it is too large",
    Unshown.ROOM: ": there are too many files",
    Unshown.FETCH: ": it could not be fetched",
}
_BLIND = ": you cannot look at it"


@dataclass(frozen=True, slots=True)
class Image:
    """A file that is shown as an image; its bytes are kept under their hash."""

    digest: str  # SHA-256, in hexadecimal
    kind: str  # the media type that its bytes begin like
    size: int  # of the bytes that are kept, which may be a smaller rendering


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A file that is shown as text, from its beginning."""

    text: str
    is_whole: bool = True


Shown = Image | Excerpt | Unshown
"""How a file is shown."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message.

    `name` and `kind` are clean. The `url` is for fetching only, and known for as long as
    `shown` is not; it is in no context.
    """

    id: int
    name: str
    kind: str  # the media type that Discord says
    size: int  # bytes, as Discord says
    url: str = ""
    shown: Shown | None = None  # None: nobody fetched it yet


@dataclass(frozen=True, slots=True)
class Picture:
    """An image of a message, as the model is shown it or told of it."""

    image: Image
    name: str
    size: int  # of the file, in bytes

    @property
    def caption(self) -> str:
        """The line that names it to who looks at it."""
        return f"[image: {self.name}]"

    @property
    def apology(self) -> str:
        """The line that takes its place before who cannot look at it."""
        return _not_shown(self.name, self.image.kind, self.size, _BLIND)


def pictures_of(attachments: Iterable[Attachment]) -> tuple[Picture, ...]:
    """Return what of these files is shown as images."""
    return tuple(
        Picture(each.shown, each.name, each.size)
        for each in attachments
        if isinstance(each.shown, Image)
    )


def written(attachment: Attachment) -> str | None:
    """Return a file as the text that the model reads; None for an image."""
    match attachment.shown:
        case Image():
            return None
        case Excerpt() as excerpt:
            return _fenced(attachment, excerpt)
        case why:
            reason = "" if why is None else _WHY[why]
            return _not_shown(attachment.name, attachment.kind, attachment.size, reason)


def revised(old: Iterable[Attachment], new: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """Return the files of a message that was edited: those known already are shown as before."""
    known = {each.id: each for each in old}
    return tuple(known.get(each.id, each) for each in new)


def _not_shown(name: str, kind: str, size: int, reason: str) -> str:
    return f"[file not shown to you: {name}, {kind}, {size} bytes{reason}]"


def _fenced(attachment: Attachment, excerpt: Excerpt) -> str:
    """Return a text between fences that are longer than any in it."""
    cut = ""
    if not excerpt.is_whole:
        cut = f", only its first {len(excerpt.text)} characters of {attachment.size} bytes"
    ticks = max((len(run) for run in re.findall("`+", excerpt.text)), default=0)
    fence = "`" * max(3, ticks + 1)
    end = "" if excerpt.text.endswith("\n") or not excerpt.text else "\n"
    return f"[file: {attachment.name}{cut}]\n{fence}\n{excerpt.text}{end}{fence}"
