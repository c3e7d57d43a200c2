"""Looking: a model is shown the images of a context, unless it does not look at any.

Few models say what they see, and a server refuses a request as a whole for one image that it
does not take. So a model whose name does not tell is tried; where it refuses, the same turn is
asked at once without the images that it never took, and words stand in their place. What is
learned so holds until the process ends: the next contexts begin with the same bytes.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial

from bot.domain.abilities import sees_images
from bot.domain.completion import CompletionEvent
from bot.domain.context import Context
from bot.domain.errors import Fault, ModelBusy, ModelRefused
from bot.engine.patience import insist
from bot.ports import Attachments, Clock, Model

log = logging.getLogger(__name__)

MOST_REMEMBERED = 10_000  # images that were taken or refused; who is forgotten is tried again

# How servers refuse images of models that see none, beside a 400: a router has no such model
# for them, llama.cpp without a projector fails.
_SAID_AS = frozenset({Fault.MODEL, Fault.SERVER})


class Looking:
    """The Model port on another model, which is sent the bytes of images, or words for them."""

    def __init__(self, model: Model, *, attachments: Attachments, clock: Clock) -> None:
        self._model = model
        self._attachments = attachments
        self._clock = clock
        self._seers: set[str] = set()  # models that took an image
        self._blind: set[str] = set()  # models that refused images and never took one
        self._taken: dict[tuple[str, str], None] = {}  # models and images, the oldest first
        self._refused: dict[tuple[str, str], None] = {}

    @asynccontextmanager
    async def complete(self, context: Context) -> AsyncIterator[AsyncIterator[CompletionEvent]]:
        if not context.digests:
            async with self._model.complete(context) as events:
                yield events
            return
        async with AsyncExitStack() as stack:
            yield await self._opened(stack, await self._shown(context))

    async def _opened(
        self, stack: AsyncExitStack, context: Context
    ) -> AsyncIterator[CompletionEvent]:
        """Open a completion with the images of a context, or else without."""
        try:
            events = await stack.enter_async_context(self._model.complete(context))
        except (ModelRefused, ModelBusy) as error:
            if not self._may_be_about_images(context, error):
                raise
            is_clear = error.fault is not Fault.SERVER
            log.warning(
                "session=%s event=images_refused model=%s images=%d reason=%s",
                context.session_id,
                context.model,
                len(context.digests),
                error,
            )
        else:
            self._note(self._taken, context.model, context.digests)
            if context.digests:
                self._seers.add(context.model)
            return events
        doubtful = {each for each in context.digests if (context.model, each) not in self._taken}
        less = _without(context, doubtful or context.digests)
        events = await stack.enter_async_context(self._model.complete(less))
        if is_clear:  # otherwise it may have been a failure like any other
            self._learn(context, less)
        return events

    async def _shown(self, context: Context) -> Context:
        """Return a context with the bytes of what is shown, and words in place of the rest."""
        digests = context.digests
        if context.model in self._blind or sees_images(context.model) is False:
            return _without(context, digests)
        wanted = {each for each in digests if (context.model, each) not in self._refused}
        images = await insist(self._clock, partial(self._attachments.images, wanted))
        return replace(_without(context, digests - images.keys()), images=images)

    def _may_be_about_images(self, context: Context, error: ModelRefused | ModelBusy) -> bool:
        """Whether a failure may come from images, in whatever way a server says so."""
        if not context.digests:
            return False
        has_looked = self._has_looked(context.model)
        return error.fault is Fault.REQUEST or (not has_looked and error.fault in _SAID_AS)

    def _has_looked(self, model: str) -> bool:
        return bool(sees_images(model)) or model in self._seers

    def _learn(self, context: Context, less: Context) -> None:
        """Know what was refused, since the same was answered without it."""
        self._note(self._refused, context.model, context.digests - less.digests)
        if not self._has_looked(context.model):
            self._blind.add(context.model)

    def _note(
        self, images: dict[tuple[str, str], None], model: str, digests: Collection[str]
    ) -> None:
        images.update(dict.fromkeys((model, each) for each in digests))
        while len(images) > MOST_REMEMBERED:
            del images[next(iter(images))]


def _without(context: Context, hidden: Collection[str]) -> Context:
    if not hidden:
        return context
    messages = tuple(message.without(hidden) for message in context.messages)
    return replace(context, messages=messages)
