"""Wire: every request to Discord that counts passes the governor, whoever makes it.

The library makes requests of its own accord: to log in, and again what failed. So they are
counted where they leave, beneath the library, and not where they are asked for.

There it is also learned what time it is at Discord, whose ids carry the time: a watermark
that was made by the machine's clock would hide what is said while that is ahead.

There the fence stands as well. A process that was paused, and overtaken by another, may wake
up in the midst of anything: whatever changes something is asked about as the last thing
before it leaves.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from types import SimpleNamespace

import aiohttp
import yarl
from discord.http import Route

from bot.domain.errors import MessengerBusy, StoreBusy
from bot.engine.pacing import Governor, Urgency
from bot.gateway.refusals import Refusals

# Long enough for a bucket of Discord's to fill again, shorter than the library's own
# pauses after a 5xx add up to: we have better pauses, and a nonce.
REQUEST_SECONDS = 15.0

# https://discord.com/developers/docs/topics/rate-limits#global-rate-limit
_UNCOUNTED = ("/interactions/", "/webhooks/")


Fence = Callable[[], Awaitable[None]]
"""Return if what we ask of Discord is ours to ask for; raise otherwise."""


SetClock = Callable[[datetime], None]
"""Know what time it is."""


@dataclass(frozen=True, slots=True)
class _Errand:
    urgency: Urgency
    limit: asyncio.Timeout


_ERRAND: ContextVar[_Errand | None] = ContextVar("errand", default=None)


@asynccontextmanager
async def errand(urgency: Urgency) -> AsyncIterator[None]:
    """Give the requests within the block their urgency, and limit them in time.

    To wait for the governor, or for a route, does not count. Without an errand a request is
    one that must be made, for as long as it takes.

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


async def no_fence() -> None:
    """Let everything pass."""


def no_time(_: datetime) -> None:
    """Let it be any time."""


def metered(
    governor: Governor,
    fence: Fence = no_fence,
    set_clock: SetClock = no_time,
    *,
    on_unauthorized: Callable[[], None] = lambda: None,
) -> aiohttp.TraceConfig:
    """Return what makes the requests of a session pass the governor, and then the fence.

    `set_clock` is told the time of each answer of Discord's, which is a second late at most.
    What `fence` raises ends the request before it has left; StoreBusy does so as MessengerBusy.
    `on_unauthorized` is called when one was answered as if the token were not valid.
    """
    trace = aiohttp.TraceConfig()
    refusals = Refusals(governor, on_unauthorized=on_unauthorized)

    async def start(
        _session: aiohttp.ClientSession,
        request: SimpleNamespace,
        params: aiohttp.TraceRequestStartParams,
    ) -> None:
        request.is_counted = _is_counted(params.url)
        request.route = _route(params.method, params.url)
        if request.is_counted:
            await _enter(governor, refusals, request.route)
            await _pass(fence, params.method, governor)

    async def end(
        _session: aiohttp.ClientSession,
        request: SimpleNamespace,
        params: aiohttp.TraceRequestEndParams,
    ) -> None:
        if request.is_counted:
            governor.leave()
        if _is_discords(params.url):
            answer = params.response
            refusals.hear(
                request.route, answer.status, answer.headers, is_counted=request.is_counted
            )
            _tell_time(answer, set_clock)
        request.is_counted = False  # an error may follow the end

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


async def _pass(fence: Fence, method: str, governor: Governor) -> None:
    is_through = method == "GET"
    if is_through:
        return
    try:
        await fence()
        is_through = True
    except StoreBusy as error:
        raise MessengerBusy(f"whose turn it is cannot be read: {error}") from error
    finally:
        if not is_through:  # nobody else is told of a request that never left
            governor.leave()


async def _enter(governor: Governor, refusals: Refusals, route: str) -> None:
    errand = _ERRAND.get()
    if errand is None:
        await refusals.admit(route, Urgency.MUST)
        await governor.enter(Urgency.MUST)
        return
    loop, limit = asyncio.get_running_loop(), errand.limit
    until = limit.when()
    left = REQUEST_SECONDS if until is None else until - loop.time()
    limit.reschedule(None)
    try:
        await refusals.admit(route, errand.urgency)
        await governor.enter(errand.urgency)
    finally:
        limit.reschedule(loop.time() + left)


def _is_discords(url: yarl.URL) -> bool:
    """Whether it is neither the gateway nor a file."""
    return str(url).startswith(Route.BASE)


def _is_counted(url: yarl.URL) -> bool:
    path = str(url).removeprefix(Route.BASE)
    return _is_discords(url) and not path.startswith(_UNCOUNTED)


def _route(method: str, url: yarl.URL) -> str:
    """Return what has a limit of its own: a method on a path within a channel or server."""
    _, *parts = str(url.with_query(None)).removeprefix(Route.BASE).split("/")
    named = ["*" if place > 1 and part.isdecimal() else part for place, part in enumerate(parts)]
    return f"{method} /{'/'.join(named)}"


def _tell_time(response: aiohttp.ClientResponse, set_clock: SetClock) -> None:
    """Believe the date of an answer that was given: an error may come from something between."""
    if not response.ok:
        return
    try:
        moment = parsedate_to_datetime(response.headers.get("Date", ""))
    except ValueError:
        return
    if moment.tzinfo is not None:
        set_clock(moment)
