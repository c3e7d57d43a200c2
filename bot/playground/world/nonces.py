"""The memory of nonces: one message for one nonce, for a few minutes.

https://docs.discord.com/developers/resources/message#create-message
"""

from __future__ import annotations

import time
from collections import OrderedDict

from bot.playground.world.accounts import User
from bot.playground.world.parts import Draft
from bot.playground.world.places import Message


class Nonces:
    """Remembers which message was made for which author's nonce."""

    def __init__(self, window: float) -> None:
        self._window = window
        self._made: OrderedDict[tuple[int, str], tuple[float, Message]] = OrderedDict()

    def message_for(self, author: User, nonce: str | int) -> Message | None:
        """The message that this nonce has already made, deleted or not."""
        self._forget_old()
        found = self._made.get((author.id, str(nonce)))
        return found[1] if found else None

    def remember(self, message: Message, draft: Draft) -> None:
        """From now on, for the window's time, the draft's nonce stands for the message."""
        if draft.nonce is None:
            return
        key = (message.author.id, str(draft.nonce))
        self._made[key] = (time.monotonic(), message)
        self._made.move_to_end(key)

    def forget(self) -> None:
        """Nothing is remembered any more."""
        self._made.clear()

    def _forget_old(self) -> None:
        too_old = time.monotonic() - self._window
        while self._made:
            key, (made_at, _) = next(iter(self._made.items()))
            if made_at > too_old:
                return
            del self._made[key]
