"""Patience: how long to wait before something is tried again."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from bot.domain.errors import MessengerBusy, StoreBusy
from bot.ports import Clock

log = logging.getLogger(__name__)

T = TypeVar("T")

FIRST_PAUSE = 0.5  # seconds
LONGEST_PAUSE = 30.0


def pauses() -> Iterator[float]:
    """Yield seconds to wait, doubling up to a limit, for ever."""
    pause = FIRST_PAUSE
    while True:
        yield pause
        pause = min(pause * 2, LONGEST_PAUSE)


async def insist(clock: Clock, call: Callable[[], Awaitable[T]], *, about: str = "") -> T:
    """Make a call until it gets through: outages of the disk and of Discord end, and we can wait.

    The call must bear being made twice, for it may have taken effect without an answer.
    `about` tells the operator whom it is made for.
    """
    name = f"{about} " if about else ""
    for pause in pauses():
        try:
            return await call()
        except (StoreBusy, MessengerBusy) as error:
            # The store says itself what is wrong with it, once.
            level = logging.DEBUG if isinstance(error, StoreBusy) else logging.WARNING
            log.log(level, "%sevent=waiting seconds=%.1f reason=%s", name, pause, error)
            await clock.sleep(pause)
    raise AssertionError("pauses never end")
