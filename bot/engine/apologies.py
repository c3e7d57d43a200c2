"""Apologies: who is not heard because the store refuses is told so, once at a place.

That the words wait is known to nobody but this process, so it is said without the store.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque

from bot.domain.errors import BotError
from bot.domain.message import Prompt
from bot.domain.session import Place
from bot.engine.notices import NOT_RECORDED
from bot.ports import Messenger

log = logging.getLogger(__name__)

MOST_TOLD = 200  # places in one outage: a request each, while others want to be answered


class Apologies:
    """Speaks up where the bot would be silent for as long as an outage of the store lasts."""

    def __init__(self, messenger: Messenger) -> None:
        self._messenger = messenger
        self._known: set[Place] = set()
        self._due: deque[tuple[Place, Prompt]] = deque()
        self._is_outage = False
        self._wanted = asyncio.Event()

    def expect(self, place: Place, prompt: Prompt) -> None:
        """Know that something was said at a place that is not recorded yet."""
        if place not in self._known and len(self._known) < MOST_TOLD:
            self._known.add(place)
            self._due.append((place, prompt))
        if self._is_outage:
            self._wanted.set()

    def begin(self) -> None:
        """Have every place told that what was said there waits, each once."""
        self._is_outage = True
        self._wanted.set()

    def end(self) -> None:
        """Know that the store takes everything: nobody needs to be told of anything."""
        self._is_outage = False
        self._known.clear()
        self._due.clear()

    async def run(self) -> None:
        """Tell one place after the other when there is need, until cancelled."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            while self._is_outage and self._due:
                await self._tell(*self._due.popleft())

    async def _tell(self, place: Place, prompt: Prompt) -> None:
        try:
            await self._messenger.say(place, NOT_RECORDED, nonce=f"{prompt.message_id:x}.d")
        except BotError as error:
            log.info("event=not_apologized channel=%d reason=%s", place.channel_id, error)
