"""A cabinet of files, as Discord keeps them: some are gone, some are not to be had just now."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from bot.domain.attachment import Attachment
from bot.domain.errors import FileGone, MessengerBusy
from bot.domain.session import Place


@dataclass
class Cabinet:
    """The `Files` port. What is not in it is gone; it takes its time, as Discord does."""

    contents: dict[int, bytes] = field(default_factory=dict)  # by the ids of attachments
    gone: set[Place] = field(default_factory=set)
    failures: int = 0  # how many fetches fail yet
    asked: list[tuple[int, int]] = field(default_factory=list)  # for messages and attachments
    gate: asyncio.Event | None = None  # a fetch waits at it

    async def fetch(
        self, place: Place, message: int, attachment: Attachment, *, most: int
    ) -> bytes:
        self.asked.append((message, attachment.id))
        await asyncio.sleep(0.05)
        if self.gate is not None:
            await self.gate.wait()
        if self.failures > 0:
            self.failures -= 1
            raise MessengerBusy("503")
        if place in self.gone or attachment.id not in self.contents:
            raise FileGone("404")
        return self.contents[attachment.id][:most]
