"""Remote: a model on the other side of an HTTP connection."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Protocol

from openai import AsyncOpenAI

from bot.domain.completion import CompletionEvent
from bot.domain.context import Context
from bot.model.fields import Fields
from bot.model.labels import without_label
from bot.model.streaming import Events, open_events


class Dialect(Protocol):
    """What differs between the APIs: where a request goes, its words, and the answer's."""

    @property
    def path(self) -> str:
        """Where requests are posted, below the base URL."""
        ...

    def body(self, context: Context) -> Fields:
        """Return the request for `context`."""
        ...

    def read(self, events: Events) -> AsyncGenerator[CompletionEvent, None]:
        """Yield the answer that `events` tell; raise ModelError if they tell no whole one."""
        ...


class RemoteModel:
    """The Model port over one of the dialects."""

    def __init__(self, client: AsyncOpenAI, dialect: Dialect) -> None:
        self._client = client
        self._dialect = dialect

    @asynccontextmanager
    async def complete(self, context: Context) -> AsyncIterator[AsyncIterator[CompletionEvent]]:
        body = self._dialect.body(context)
        async with (
            open_events(self._client, self._dialect.path, body) as events,
            aclosing(self._dialect.read(events)) as said,
            aclosing(without_label(said)) as answer,
        ):
            yield answer
