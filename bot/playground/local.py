"""The local Discord: a server on 127.0.0.1 with a Python side for tests and people."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import TypeVar
from urllib.parse import unquote

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.playground.gateway.gateway import Gateway
from bot.playground.gateway.protocol import serve
from bot.playground.guard import HARMLESS, guard
from bot.playground.people.realm import Realm
from bot.playground.rest.door import Door, RequestRecord
from bot.playground.rest.faults import Faults
from bot.playground.rest.limits import Limits
from bot.playground.world.files import opens
from bot.playground.world.rules import Rules
from bot.playground.world.waiting import DEFAULT_TIMEOUT, Watch
from bot.playground.world.world import World

HOST = "127.0.0.1"
LARGEST_REQUEST = 25 * 1024 * 1024
ASKING_ONLY = frozenset({"GET", "HEAD"})
Found = TypeVar("Found")


class LocalDiscord(Realm):
    """A Discord of one's own, up while its `async with` lasts.

    Attributes:
        gateway: The websocket side, with what it can be told to do wrong.
        faults: What the HTTP side can be told to do wrong.
        limits: Rate limits, and how often they were hit.
        elsewhere: Answers at every other path of the same address.
        kept: Comes back once all that has happened will not be forgotten. No request is
            answered before; what was acknowledged has to be there after a power cut.
    """

    def __init__(
        self,
        *,
        token: str = "local-token",  # noqa: S107 - it opens nothing but this
        port: int = 0,
        bot_name: str = "Parley",
        application_id: int | None = None,
        rules: Rules | None = None,
        seed: int = 0,
    ) -> None:
        self.token = token
        self.rules = rules or Rules()
        super().__init__(World(bot_name=bot_name, application_id=application_id, rules=self.rules))
        self.limits = Limits(self.rules)
        self.faults = Faults(seed)
        self.gateway = Gateway(self.world)
        self._door = Door(
            world=self.world,
            limits=self.limits,
            faults=self.faults,
            token=token,
            on_change=self._waiting.touch,
        )
        self.elsewhere: Handler = _nothing
        self.kept: Callable[[], Awaitable[None]] = _at_once
        self._port = port
        self._runner: web.AppRunner | None = None
        self.world.listen(self.gateway.hear)

    async def __aenter__(self) -> LocalDiscord:
        app = web.Application(
            client_max_size=LARGEST_REQUEST, middlewares=[guard, self._keep_first]
        )
        app.router.add_get("/gateway", self._serve_gateway)
        app.router.add_get("/attachments/{path:.*}", self._serve_file)
        app.router.add_route("*", "/api/v10/{path:.*}", self._door.answer)
        app.router.add_route("*", "/{path:.*}", self._serve_elsewhere)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self._port)
        await site.start()
        self._port = int(self._runner.addresses[0][1])
        self.world.files_url = self.base_url
        self.gateway.url = self.gateway_url
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.gateway.close()
        if self._runner:
            await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return f"http://{HOST}:{self._port}"

    @property
    def api_url(self) -> str:
        """What stands in for `https://discord.com/api/v10`."""
        return f"{self.base_url}/api/v10"

    @property
    def gateway_url(self) -> str:
        """What stands in for `wss://gateway.discord.gg`."""
        return f"ws://{HOST}:{self._port}/gateway"

    @property
    def requests(self) -> deque[RequestRecord]:
        """Every request to the API, oldest first."""
        return self._door.requests

    @property
    def unknown_routes(self) -> list[str]:
        """What was asked for that this server does not know."""
        return self._door.unknown_routes

    @property
    def too_many_requests(self) -> int:
        """How often a request was answered with 429."""
        return self.limits.too_many_requests

    @property
    def connected(self) -> bool:
        """Whether some shard of the bot is connected."""
        return bool(self.gateway.shards_up)

    def reset_token(self, token: str) -> None:
        """Only this token opens anything from now on; connections stay until they are dropped."""
        self.token = token
        self._door.expect(token)

    async def bot_ready(self, *, shards: int = 1, timeout: float = DEFAULT_TIMEOUT) -> None:  # noqa: ASYNC109
        """That many shards have been told READY and are connected."""
        await self.until(lambda: len(self.gateway.shards_up) >= shards, timeout=timeout)

    async def until(
        self,
        holds: Callable[[], Found | None],
        *,
        timeout: float = DEFAULT_TIMEOUT,  # noqa: ASYNC109
    ) -> Found:
        """Come back with what `holds` gives as soon as that is truthy.

        Raises:
            TimeoutError: if it is not within that many seconds.
        """
        return await self._waiting.until(holds, timeout=timeout)

    def watch(self) -> Watch:
        """Every event from now on, in order; close it when done, or use it as `with`."""
        return Watch(self.world)

    @web.middleware
    async def _keep_first(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        if request.method not in ASKING_ONLY:
            await self.kept()
        return answer

    async def _serve_gateway(self, request: web.Request) -> web.StreamResponse:
        return await serve(request, world=self.world, gateway=self.gateway, token=self.token)

    async def _serve_elsewhere(self, request: web.Request) -> web.StreamResponse:
        return await self.elsewhere(request)

    async def _serve_file(self, request: web.Request) -> web.StreamResponse:
        found = self.world.files.get(unquote(request.path))
        if found is None or not opens(found.location, request.query_string):
            return web.Response(status=404)
        return web.Response(
            body=found.data, headers={"Content-Type": found.content_type, **HARMLESS}
        )


async def _nothing(_: web.Request) -> web.StreamResponse:
    return web.Response(status=404)


async def _at_once() -> None:
    """Nothing is kept anywhere, and so there is nothing to wait for."""
