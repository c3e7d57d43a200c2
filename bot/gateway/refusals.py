"""Refusals: what Discord's no means for the whole bot, beyond the request that it answers."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from http import HTTPStatus

from bot.domain.errors import NoRoom
from bot.engine.pacing import Governor, Urgency

log = logging.getLogger(__name__)

# https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans:
# 10,000 of these within ten minutes, and the address is shut out. Others may share it.
MOST_INVALID = 8000
INVALID_WINDOW = 600.0  # seconds
_INVALID = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})

# Who is shut out is told so by something in front of Discord, and seldom for how long.
SHUT_OUT = 30.0  # seconds until one looks whether it is over
LONGEST_HOLD = 600.0

_MOST_CLOSED = 1000  # routes that are kept before those that are open again are forgotten


class Refusals:
    """Has the governor hold everything where that is asked for, or where a ban is near.

    A route that has its own limit is closed for as long as Discord says. The library waits
    for that in the request it hit, but sends others, and forgets it when that one is given up.
    """

    def __init__(self, governor: Governor, *, on_unauthorized: Callable[[], None]) -> None:
        self._governor = governor
        self._on_unauthorized = on_unauthorized
        self._invalid_at: deque[float] = deque(maxlen=MOST_INVALID)
        self._closed: dict[str, float] = {}  # routes, and until when

    async def admit(self, route: str, urgency: Urgency) -> None:
        """Wait until a route is open.

        Raises:
            NoRoom: it is not, and what is asked for may be left out.
        """
        loop = asyncio.get_running_loop()
        while (left := self._closed.get(route, 0.0) - loop.time()) > 0:
            if urgency is Urgency.SPARE:
                raise NoRoom("its route is closed just now")
            await asyncio.sleep(left)

    def hear(
        self, route: str, status: int, headers: Mapping[str, str], *, is_counted: bool
    ) -> None:
        """Know how a request was answered; `is_counted` if it had the bot's token."""
        if status in _INVALID and headers.get("X-RateLimit-Scope") != "shared":
            self._count()
        if not is_counted:
            return
        if status == HTTPStatus.UNAUTHORIZED:
            self._on_unauthorized()
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            self._wait(route, headers)

    def _wait(self, route: str, headers: Mapping[str, str]) -> None:
        wait = _wait_of(headers)
        if _is_for_all(headers):
            log.warning("event=too_many_requests seconds=%.0f", wait)
            self._governor.hold(wait)
        else:
            log.info("event=route_closed seconds=%.0f route=%s", wait, route)
            self._close(route, wait)

    def _close(self, route: str, seconds: float) -> None:
        now = asyncio.get_running_loop().time()
        if len(self._closed) >= _MOST_CLOSED:
            self._closed = {name: until for name, until in self._closed.items() if until > now}
        self._closed[route] = now + seconds

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
