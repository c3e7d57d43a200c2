"""The line to the model: passes everything on, until it is told to fail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web

HOST = "127.0.0.1"
LARGEST_REQUEST = 64 * 1024 * 1024  # bytes
CONNECT_SECONDS = 10.0
RETRY_AFTER = 2  # seconds that a busy model asks for

# They belong to one connection, or are made anew for the next.
# https://www.rfc-editor.org/rfc/rfc9110#name-connection
OF_ONE_CONNECTION = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade"}
    | {"host", "content-length"}
)

BUSY = json.dumps(
    {
        "error": {
            "message": "Rate limit reached (made to fail).",
            "type": "requests",
            "param": None,
            "code": "rate_limit_exceeded",
        }
    }
)


class Ailment(StrEnum):
    """What can be wrong with the line."""

    BUSY = "busy"  # every request is answered with a 429
    DEAD = "dead"  # every connection breaks


class Line:
    """A server on 127.0.0.1 in front of the model at `target`; `async with Line(…) as line: …`.

    Attributes:
        ailment: What is wrong with it at the moment.
        refused: How many requests were answered with a 429 for that.
    """

    def __init__(self, target: str) -> None:
        self.ailment: Ailment | None = None
        self.refused = 0
        self._target = target.rstrip("/")
        self._port = 0
        self._in_use: list[web.Request] = []
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        # An answer may take as long as it takes: the bot has its own patience.
        timeout = aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS)
        self._session = aiohttp.ClientSession(
            timeout=timeout,
            auto_decompress=False,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        )
        app = web.Application(client_max_size=LARGEST_REQUEST)
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        self._runner = web.AppRunner(
            app, handler_cancellation=True, access_log=None, shutdown_timeout=0
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, 0).start()
        self._port = int(self._runner.addresses[0][1])
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._runner:
            await self._runner.cleanup()
        if self._session:
            await self._session.close()

    @property
    def url(self) -> str:
        """What stands in for the model's base URL."""
        return f"http://{HOST}:{self._port}"

    def suffer(self, ailment: Ailment | None) -> None:
        """From now on this is wrong with the line, or nothing; a dead one breaks at once."""
        self.ailment = ailment
        if ailment is Ailment.DEAD:
            for request in self._in_use:
                _break(request)

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        match self.ailment:
            case Ailment.DEAD:
                _break(request)
                return web.Response(status=502)
            case Ailment.BUSY:
                self.refused += 1
                headers = {"Retry-After": str(RETRY_AFTER)}
                return web.Response(
                    status=429, text=BUSY, content_type="application/json", headers=headers
                )
        self._in_use.append(request)
        try:
            return await self._relay(request)
        except aiohttp.ClientError:
            _break(request)
            return web.Response(status=502)
        finally:
            self._in_use.remove(request)

    async def _relay(self, request: web.Request) -> web.StreamResponse:
        assert self._session, "requests come while the line is open"  # noqa: S101
        async with self._session.request(
            request.method,
            f"{self._target}/{request.match_info['path']}",
            params=request.query,
            headers=_passed(request.headers),
            data=await request.read(),
        ) as answer:
            response = web.StreamResponse(status=answer.status, headers=_passed(answer.headers))
            await response.prepare(request)
            async for piece in answer.content.iter_any():
                await response.write(piece)
            await response.write_eof()
            return response


def _passed(headers: Mapping[str, str]) -> dict[str, str]:
    return {k: v for k, v in headers.items() if k.lower() not in OF_ONE_CONNECTION}


def _break(request: web.Request) -> None:
    if request.transport:
        request.transport.abort()
