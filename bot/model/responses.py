"""OpenAI's Responses API, always stateless: the conversation is kept here, not there."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from bot.domain.completion import CompletionEvent, Delta, Finish, FinishReason, Usage
from bot.domain.context import Context
from bot.domain.errors import Fault, ModelBusy
from bot.model.extras import extras
from bot.model.faults import told
from bot.model.fields import Fields, count, fields, text
from bot.model.parts import content_for_responses
from bot.model.streaming import Events
from bot.model.wishes import wishes_for_responses


@dataclass(frozen=True, slots=True)
class Responses:
    """`POST /responses`.

    `salt` is for OpenAI itself (`bot.model.extras`); None means a server that is merely
    compatible and is sent only what all of them take.
    """

    max_output_tokens: int
    salt: str | None
    path: str = "/responses"

    def body(self, context: Context) -> Fields:
        """Return the request for `context`."""
        body = {
            "model": context.model,
            "instructions": context.instructions,
            "input": [
                {"role": m.role.value, "content": content_for_responses(m, context)}
                for m in context.messages
            ],
            "max_output_tokens": context.cap(self.max_output_tokens),
            "store": False,
            "stream": True,
            **wishes_for_responses(context),
        }
        if self.salt is None:
            return body
        # Obfuscation pads the events against eavesdroppers who guess words by their length.
        # It would cost half of the traffic.
        return {
            **body,
            **extras(context, self.salt),
            "stream_options": {"include_obfuscation": False},
        }

    async def read(self, events: Events) -> AsyncGenerator[CompletionEvent, None]:
        """Yield the answer that `events` tell; only an event that ends it ends this."""
        refused = False
        async for event in events:
            match event.get("type"):
                case "response.output_text.delta":
                    yield Delta(text(event.get("delta")))
                case "response.refusal.delta":
                    refused = True
                    yield Delta(text(event.get("delta")))
                case "response.completed" | "response.incomplete" as kind:
                    await events.tail()
                    response = fields(event.get("response"))
                    cut = kind == "response.incomplete"
                    yield self._finish(response, refused=refused, cut=cut)
                    return
                case "response.failed":
                    response = fields(event.get("response"))
                    raise told(response.get("error"), usage=_usage(response.get("usage")))
                case "error":
                    raise told(event)
        raise ModelBusy(Fault.TRUNCATED, "the stream ended before the answer did")

    def _finish(self, response: Fields, *, refused: bool, cut: bool) -> Finish:
        usage = _usage(response.get("usage"))
        if fields(response.get("incomplete_details")).get("reason") == "content_filter":
            return Finish(FinishReason.FILTER, usage)
        # llama.cpp calls an answer completed that its cap has cut off.
        if cut or (usage and usage.output_tokens >= self.max_output_tokens):
            return Finish(FinishReason.LENGTH, usage)
        return Finish(FinishReason.REFUSAL if refused else FinishReason.STOP, usage)


def _usage(value: object) -> Usage | None:
    usage = fields(value)
    if not usage:
        return None
    read = fields(usage.get("input_tokens_details"))
    written = fields(usage.get("output_tokens_details"))
    return Usage(
        input_tokens=count(usage.get("input_tokens")),
        output_tokens=count(usage.get("output_tokens")),
        cached_tokens=count(read.get("cached_tokens")),
        cache_write_tokens=count(read.get("cache_write_tokens")),
        reasoning_tokens=count(written.get("reasoning_tokens")),
    )
