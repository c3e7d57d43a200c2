"""Connecting: one client for the whole process, and which API is spoken through it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

import httpx2
from openai import AsyncOpenAI, DefaultAioHttpClient

from bot.model.chat import Chat
from bot.model.remote import Dialect
from bot.model.responses import Responses

OPENAI_HOST = "api.openai.com"  # https://developers.openai.com/api/reference/overview
OPENAI_URL = f"https://{OPENAI_HOST}/v1"
NO_KEY = "none"  # the library insists on a key; servers that want none ignore it

CONNECT_SECONDS = 10.0
# The library's own limit, said here because it decides how many answers can stream at
# once: one more waits for a connection, and gives up like a failure to connect. Discord's
# fifty requests a second let far fewer stream usefully.
MAX_CONNECTIONS = 1000
KEPT_CONNECTIONS = 100
# A conversation has pauses, and to connect anew costs each turn two or three round trips.
# Routers on the way forget an idle connection after some minutes, without a word to us; a
# server that closes one earlier is noticed.
KEPT_SECONDS = 60.0


Api = Literal["responses", "chat"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the model is reached, with which key, and how it is spoken to.

    `base_url` None is OpenAI. `api` None chooses Responses there and Chat elsewhere. `via` is
    where requests are sent instead, if something stands in between and passes them on.
    """

    api_key: str = field(repr=False)
    base_url: str | None = None
    api: Api | None = None
    via: str | None = None

    @property
    def target(self) -> str:
        """The URL of the model itself."""
        return self.base_url or OPENAI_URL

    @property
    def url(self) -> str:
        """The URL that paths are added to."""
        return self.via or self.target

    @property
    def is_openai(self) -> bool:
        """Whether this is OpenAI itself, in whatever region."""
        host = urlsplit(self.target).hostname or ""
        return host == OPENAI_HOST or host.endswith(f".{OPENAI_HOST}")

    def dialect(self, *, max_output_tokens: int, salt: str) -> Dialect:
        """Return the API to speak; `salt` goes into what OpenAI is told of speakers."""
        spoken = self.api or ("chat" if self.base_url else "responses")
        kind = Chat if spoken == "chat" else Responses
        return kind(max_output_tokens, salt if self.is_openai else None)


@asynccontextmanager
async def open_client(
    endpoint: Endpoint, *, stall_seconds: float, transport: httpx2.AsyncBaseTransport | None = None
) -> AsyncIterator[AsyncOpenAI]:
    """Open a client that never retries by itself, and close it at the end.

    `stall_seconds` is the longest silence between two pieces of an answer, the wait for
    the first included. Settings given here win over the library's own environment
    variables. `transport` takes the place of the network.
    """
    timeout = httpx2.Timeout(stall_seconds, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS)
    limits = httpx2.Limits(
        max_connections=MAX_CONNECTIONS,
        max_keepalive_connections=KEPT_CONNECTIONS,
        keepalive_expiry=KEPT_SECONDS,
    )
    async with AsyncOpenAI(
        api_key=endpoint.api_key or NO_KEY,
        base_url=endpoint.url,
        timeout=timeout,
        max_retries=0,
        http_client=DefaultAioHttpClient(timeout=timeout, limits=limits, transport=transport),
    ) as client:
        yield client
