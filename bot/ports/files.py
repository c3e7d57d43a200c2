"""The doors through which files come: what Discord gives out, and what is kept of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from bot.domain.attachment import Attachment, Shown
from bot.domain.session import Place


class Files(Protocol):
    """The files that people attach, as Discord still has them."""

    async def fetch(
        self, place: Place, message: int, attachment: Attachment, *, most: int
    ) -> bytes:
        """Return the first `most` bytes of a file that came with a message at a place.

        Nothing is asked of anybody but Discord, and no more is read than that. It takes some
        seconds at most.

        Raises:
            FileGone: Discord does not give it out.
            MessengerBusy: it may do so later.
        """
        ...


class Attachments(Protocol):
    """What came with the prompts: they are kept, edited and erased with them."""

    async def keep_attachment(
        self, message: int, attachment: int, shown: Shown, content: bytes = b""
    ) -> None:
        """Keep for good how an attachment is shown; of an image, with its bytes.

        What was kept before stays, and nothing is kept of one that was erased meanwhile. A
        power cut may take it back, as `Ledger` says it; then the file is fetched again.
        """
        ...

    async def images(self, digests: Collection[str]) -> dict[str, bytes]:
        """Return the bytes of images by their hashes, but for those that were erased.

        Bytes are kept once, for as long as they came with a prompt that is kept.
        """
        ...
