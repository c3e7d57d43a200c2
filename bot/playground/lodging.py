"""Lodging: the bot beside the local Discord, in one process; killed and started again at will."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from types import TracebackType
from typing import Self

from bot.app import Bot, open_bot
from bot.domain.errors import BotError
from bot.settings import Settings

log = logging.getLogger(__name__)


class Lodger:
    """The real bot; use it as `async with Lodger(…) as lodger: …`.

    Attributes:
        bot: The running bot; None while there is none.
    """

    def __init__(
        self, settings: Settings, *, via: str | None, cut: Callable[[], None] = lambda: None
    ) -> None:
        """Have the bot ready to be started.

        Args:
            settings: what it is started with, each time.
            via: where its requests to the model are sent instead of to the model itself.
            cut: cuts its connections to Discord, as the end of a process does.
        """
        self.bot: Bot | None = None
        self._settings = settings
        self._via = via
        self._cut = cut
        self._stop = asyncio.Event()
        self._life: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it as SIGTERM does: answers in flight have their time of grace."""
        self._stop.set()
        if self._life:
            await asyncio.gather(self._life, return_exceptions=True)

    async def start(self) -> None:
        """Start the bot, and come back once it is wired; nothing if it runs.

        Raises:
            BotError: it cannot start; the words are for the operator.
        """
        if self._life and self._life.cancelling():  # it was killed, and is about to end
            await asyncio.gather(self._life, return_exceptions=True)
        if self._life and not self._life.done():
            return
        self._stop = asyncio.Event()
        opened = asyncio.Event()
        self._life = asyncio.create_task(self._live(self._stop, opened))
        waiting = asyncio.create_task(opened.wait())
        await asyncio.wait({self._life, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not self._life.done():
            self._life.add_done_callback(_tell_of_end)
        elif not self._life.cancelled():
            self._life.result()

    async def kill(self) -> None:
        """End it where it stands, as `kill -9` does; nothing if it does not run."""
        if self._life and not self._life.done():
            self._cut()
            self._life.cancel()
            await asyncio.gather(self._life, return_exceptions=True)

    async def _live(self, stop: asyncio.Event, opened: asyncio.Event) -> None:
        try:
            async with open_bot(self._settings, via=self._via) as self.bot:
                opened.set()
                await self.bot.run(stop)
        finally:
            self.bot = None


def _tell_of_end(life: asyncio.Task[None]) -> None:
    """Nobody waits for a life that ends by itself; whoever runs the playground is told."""
    error = None if life.cancelled() else life.exception()
    if isinstance(error, BotError):
        log.error("event=bot_ended reason=%s", error)
    elif error is not None:
        log.error("event=bot_failed", exc_info=error)
