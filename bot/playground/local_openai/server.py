"""The server: OpenAI's API on 127.0.0.1, over real sockets, answering as it is told."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType, TracebackType
from typing import Self

from aiohttp import web

from bot.playground.local_openai.asking import CHAT_PATH, RESPONSES_PATH, Asked
from bot.playground.local_openai.metering import PromptCache, prompt_tokens
from bot.playground.local_openai.playing import Player, failure
from bot.playground.local_openai.script import Answer, Fail, Script
from bot.playground.local_openai.standin import stand_in

MODELS_PATH = "/v1/models"
LARGEST_REQUEST = 64 * 1024 * 1024  # bytes
LONGEST_WAIT = 30.0  # seconds

# What a server that is merely compatible can be expected to know.
COMMON_FIELDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        RESPONSES_PATH: frozenset(
            {"model", "instructions", "input", "max_output_tokens", "store", "stream"}
            | {"temperature", "top_p"}
        ),
        CHAT_PATH: frozenset(
            {"model", "messages", "max_tokens", "stream", "stream_options"}
            | {"temperature", "top_p", "stop", "seed", "n"}
        ),
    }
)

_WRONG_KEY = Fail(401, "invalid_api_key", message="Incorrect API key provided.")


class LocalOpenAI:
    """An OpenAI-compatible server; use it as `async with LocalOpenAI() as openai: …`.

    `answer` chooses the script for each request. `key` None takes any key; `models` None
    has every model; `lists_models` False has no list of them; `window` is the longest
    prompt in tokens; `strict` refuses the fields that only OpenAI itself knows.
    """

    def __init__(
        self,
        answer: Answer = stand_in,
        *,
        key: str | None = None,
        models: Collection[str] | None = None,
        lists_models: bool = True,
        window: int | None = None,
        strict: bool = False,
        port: int = 0,
    ) -> None:
        self.answer = answer
        self.requests: list[Asked] = []
        self._key = key
        self._models = models
        self._lists_models = lists_models
        self._window = window
        self._strict = strict
        self._port = port
        self._cache = PromptCache()
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The base URL, `/v1` included."""
        return f"http://127.0.0.1:{self._port}/v1"

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=LARGEST_REQUEST)
        app.router.add_post(RESPONSES_PATH, self._complete)
        app.router.add_post(CHAT_PATH, self._complete)
        if self._lists_models:
            app.router.add_get(MODELS_PATH, self._list_models)
        # With handler_cancellation a client that leaves is noticed at once, in a pause too.
        self._runner = web.AppRunner(
            app, handler_cancellation=True, access_log=None, shutdown_timeout=0
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def until(self, predicate: Callable[[], bool]) -> None:
        """Wait until `predicate` holds; it is asked whenever a request changes.

        Raises:
            TimeoutError: if it does not within `LONGEST_WAIT`.
        """
        async with asyncio.timeout(LONGEST_WAIT), self._changed:
            await self._changed.wait_for(predicate)

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        at = asyncio.get_running_loop().time()
        body: object = await request.json()
        headers = {
            name: value for name, value in request.headers.items() if name != "Authorization"
        }
        asked = Asked(
            request.path,
            body if isinstance(body, dict) else {},
            headers,
            at=at,
            number=len(self.requests) + 1,
            peer=_peer(request),
        )
        self.requests.append(asked)
        await self._tell()
        try:
            script = self._script(request, asked)
            return await Player(request, asked, self._cache).play(script)
        except (asyncio.CancelledError, ConnectionResetError):
            asked.left_early = request.transport is None or request.transport.is_closing()
            raise
        finally:
            asked.is_over = True
            await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _script(self, request: web.Request, asked: Asked) -> Script:
        objection = self._objection(request, asked)
        return self.answer(asked) if objection is None else [objection]

    def _objection(self, request: web.Request, asked: Asked) -> Fail | None:
        """Return what OpenAI itself would not take."""
        if not self._admits(request):
            return _WRONG_KEY
        unknown = sorted(set(asked.body) - COMMON_FIELDS[asked.path])
        if self._strict and unknown:
            name = unknown[0]
            message = f"Unknown parameter: '{name}'."
            return Fail(400, "unknown_parameter", param=name, message=message)
        if self._models is not None and asked.model not in self._models:
            message = f"The model '{asked.model}' does not exist or you do not have access to it."
            return Fail(404, "model_not_found", message=message)
        size = prompt_tokens(asked)
        if self._window is not None and size > self._window:
            message = f"Your input of {size} tokens exceeds the window of {self._window}."
            return Fail(400, "context_length_exceeded", param="input", message=message)
        return None

    def _admits(self, request: web.Request) -> bool:
        given = request.headers.get("Authorization", "")
        return self._key is None or hmac.compare_digest(given, f"Bearer {self._key}")

    async def _list_models(self, request: web.Request) -> web.Response:
        if not self._admits(request):
            return failure(_WRONG_KEY)
        models = [
            {"id": name, "object": "model", "created": 0, "owned_by": "playground"}
            for name in self._models or ("stand-in",)
        ]
        return web.json_response({"object": "list", "data": models})


def _peer(request: web.Request) -> str:
    name = request.transport and request.transport.get_extra_info("peername")
    return f"{name[0]}:{name[1]}" if name else ""
