"""The Chat Completions API, which nearly every model server speaks."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from bot.domain.completion import CompletionEvent, Delta, Finish, FinishReason, Usage
from bot.domain.context import Context
from bot.domain.errors import Fault, ModelBusy
from bot.model.extras import extras
from bot.model.faults import told
from bot.model.fields import Fields, count, fields, first, text
from bot.model.parts import content_for_chat
from bot.model.streaming import Events
from bot.model.wishes import wishes_for_chat

_REASONS = {"length": FinishReason.LENGTH, "content_filter": FinishReason.FILTER}
# What vLLM and gateways call an event that tells of an error; also the finish reason with
# which OpenRouter ends an answer that its provider could not finish.
_ERROR = "error"


@dataclass(frozen=True, slots=True)
class Chat:
    """`POST /chat/completions`.

    `salt` is for OpenAI itself (`bot.model.extras`); None means a server that is merely
    compatible and is sent only what all of them take.
    """

    max_output_tokens: int
    salt: str | None
    path: str = "/chat/completions"

    def body(self, context: Context) -> Fields:
        """Return the request for `context`."""
        said = [
            {"role": m.role.value, "content": content_for_chat(m, context)}
            for m in context.messages
        ]
        body = {
            "model": context.model,
            # Not `developer`: older servers fail on a role they do not know.
            "messages": [{"role": "system", "content": context.instructions}, *said],
            "stream": True,
            **wishes_for_chat(context),
        }
        if self.salt is None:
            return {
                **body,
                "max_tokens": context.cap(self.max_output_tokens),
                "stream_options": {"include_usage": True},
            }
        return {
            **body,
            **extras(context, self.salt),
            "max_completion_tokens": context.cap(self.max_output_tokens),
            "store": False,
            "stream_options": {"include_usage": True, "include_obfuscation": False},
        }

    async def read(self, events: Events) -> AsyncGenerator[CompletionEvent, None]:
        """Yield the answer that `events` tell; only a finish reason ends it."""
        refused = False
        async for event in events:
            if _ERROR in (event.get("object"), event.get("type")):
                raise told(event)
            choice = first(event.get("choices"))
            delta = fields(choice.get("delta"))
            refused = refused or bool(text(delta.get("refusal")))
            yield Delta(text(delta.get("content")) or text(delta.get("refusal")))
            if reason := text(choice.get("finish_reason")):
                # The usage comes after it, from servers that report one.
                usages = [_usage(last.get("usage")) for last in (event, *await events.tail())]
                known = [usage for usage in usages if usage is not None]
                usage = known[-1] if known else None
                if reason == _ERROR:
                    raise ModelBusy(Fault.SERVER, "the answer ended in an error", usage=usage)
                yield Finish(_reason(reason, refused=refused), usage)
                return
        raise ModelBusy(Fault.TRUNCATED, "the stream ended before the answer did")


def _reason(said: str, *, refused: bool) -> FinishReason:
    otherwise = FinishReason.REFUSAL if refused else FinishReason.STOP
    return _REASONS.get(said, otherwise)


def _usage(value: object) -> Usage | None:
    usage = fields(value)
    if not usage:
        return None
    read = fields(usage.get("prompt_tokens_details"))
    written = fields(usage.get("completion_tokens_details"))
    return Usage(
        input_tokens=count(usage.get("prompt_tokens")),
        output_tokens=count(usage.get("completion_tokens")),
        cached_tokens=count(read.get("cached_tokens")),
        cache_write_tokens=count(read.get("cache_write_tokens")),
        reasoning_tokens=count(written.get("reasoning_tokens")),
    )
