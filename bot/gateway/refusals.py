"""Refusals: what Discord's no means for the whole bot, beyond the request that it answers."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from http import HTTPStatus

from bot.engine.pacing import Governor

log = logging.getLogger(__name__)

# https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans:
# 10,000 of these within ten minutes, and the address is shut out. Others may share it.
MOST_INVALID = 8000
INVALID_WINDOW = 600.0  # seconds
_INVALID = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})

# Who is shut out is told so by something in front of Discord, and seldom for how long.
SHUT_OUT = 30.0  # seconds until one looks whether it is over
LONGEST_HOLD = 600.0


class Refusals:
    """Has the governor hold everything where that is asked for, or where a ban is near."""

    def __init__(self, governor: Governor, *, on_unauthorized: Callable[[], None]) -> None:
        self._governor = governor
        self._on_unauthorized = on_unauthorized
        self._invalid_at: deque[float] = deque(maxlen=MOST_INVALID)

    def hear(self, status: int, headers: Mapping[str, str], *, is_counted: bool) -> None:
        """Know how a request was answered; `is_counted` if it had the bot's token."""
        if status in _INVALID and headers.get("X-RateLimit-Scope") != "shared":
            self._count()
        if not is_counted:
            return
        if status == HTTPStatus.UNAUTHORIZED:
            self._on_unauthorized()
        if status == HTTPStatus.TOO_MANY_REQUESTS and _is_for_all(headers):
            wait = _wait_of(headers)
            log.warning("event=too_many_requests seconds=%.0f", wait)
            self._governor.hold(wait)

    def _count(self) -> None:
        now = asyncio.get_running_loop().time()
        self._invalid_at.append(now)
        left = self._invalid_at[0] + INVALID_WINDOW - now
        if len(self._invalid_at) == MOST_INVALID and left > 0:
            log.error(
                "event=too_many_refusals count=%d seconds=%.0f; Discord would shut this address "
                "out; look for permissions that the bot lacks",
                MOST_INVALID,
                left,
            )
            self._governor.hold(left)


def _is_for_all(headers: Mapping[str, str]) -> bool:
    """Whether we are told to wait with everything: by Discord, or by what stands before it."""
    return "X-RateLimit-Global" in headers or "Via" not in headers


def _wait_of(headers: Mapping[str, str]) -> float:
    """Return the seconds to wait, which Discord rounds up."""
    named = headers.get("Retry-After", "")
    return min(float(named), LONGEST_HOLD) if named.isdecimal() else SHUT_OUT
