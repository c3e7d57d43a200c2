"""Wire: every request to Discord that counts passes the governor, whoever makes it.

The library makes requests of its own accord: to log in, and again what failed. So they are
counted where they leave, beneath the library, and not where they are asked for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from http import HTTPStatus
from types import SimpleNamespace

import aiohttp
import yarl
from discord.http import Route

from bot.engine.pacing import Governor, Urgency

log = logging.getLogger(__name__)

# Long enough for a bucket of Discord's to fill again, shorter than the library's own
# pauses after a 5xx add up to: we have better pauses, and a nonce.
REQUEST_SECONDS = 15.0

# https://discord.com/developers/docs/topics/rate-limits#global-rate-limit
_UNCOUNTED = ("/interactions/", "/webhooks/")


@dataclass(frozen=True, slots=True)
class _Errand:
    urgency: Urgency
    limit: asyncio.Timeout


_ERRAND: ContextVar[_Errand | None] = ContextVar("errand", default=None)


@asynccontextmanager
async def errand(urgency: Urgency) -> AsyncIterator[None]:
    """Give the requests within the block their urgency, and limit them in time.

    To wait for the governor does not count. Without an errand a request is one that must
    be made, for as long as it takes.

    Raises:
        NoRoom: what may be left out was left out.
        TimeoutError: they took too long; what was asked for may be done or not.
    """
    async with asyncio.timeout(REQUEST_SECONDS) as limit:
        token = _ERRAND.set(_Errand(urgency, limit))
        try:
            yield
        finally:
            _ERRAND.reset(token)


def metered(governor: Governor) -> aiohttp.TraceConfig:
    """Return what makes the requests of a session pass the governor."""
    trace = aiohttp.TraceConfig()

    async def start(
        _session: aiohttp.ClientSession,
        request: SimpleNamespace,
        params: aiohttp.TraceRequestStartParams,
    ) -> None:
        request.is_counted = _is_counted(params.url)
        if request.is_counted:
            await _enter(governor)

    async def end(
        _session: aiohttp.ClientSession,
        request: SimpleNamespace,
        params: aiohttp.TraceRequestEndParams,
    ) -> None:
        if not request.is_counted:
            return
        request.is_counted = False  # an error may follow the end
        governor.leave()
        if _is_for_all(params.response):
            wait = _wait_of(params.response)
            log.warning("event=too_many_requests seconds=%.0f", wait)
            governor.hold(wait)

    async def fail(
        _session: aiohttp.ClientSession,
        request: SimpleNamespace,
        _params: aiohttp.TraceRequestExceptionParams,
    ) -> None:
        if request.is_counted:
            governor.leave()

    trace.on_request_start.append(start)
    trace.on_request_end.append(end)
    trace.on_request_exception.append(fail)
    return trace


async def _enter(governor: Governor) -> None:
    errand = _ERRAND.get()
    if errand is None:
        await governor.enter(Urgency.MUST)
        return
    loop, limit = asyncio.get_running_loop(), errand.limit
    until = limit.when()
    left = REQUEST_SECONDS if until is None else until - loop.time()
    limit.reschedule(None)
    try:
        await governor.enter(errand.urgency)
    finally:
        limit.reschedule(loop.time() + left)


def _is_counted(url: yarl.URL) -> bool:
    text = str(url)
    if not text.startswith(Route.BASE):
        return False  # the gateway, or a file
    return not text.removeprefix(Route.BASE).startswith(_UNCOUNTED)


def _is_for_all(response: aiohttp.ClientResponse) -> bool:
    """Whether we are told to wait with everything: by Discord, or by what stands before it."""
    if response.status != HTTPStatus.TOO_MANY_REQUESTS:
        return False
    return "X-RateLimit-Global" in response.headers or "Via" not in response.headers


def _wait_of(response: aiohttp.ClientResponse) -> float:
    """Return the seconds to wait, which Discord rounds up; one where it is not said."""
    named = response.headers.get("Retry-After", "")
    return float(named) if named.isdecimal() else 1.0
