"""The voice of Chat Completions.

https://developers.openai.com/api/reference/resources/chat
"""

from __future__ import annotations

import time

from bot.playground.local_openai.asking import Asked
from bot.playground.local_openai.metering import Bill
from bot.playground.local_openai.script import StopReason
from bot.playground.local_openai.voice import Json, data

DONE = b"data: [DONE]\n\n"


class ChatVoice:
    """Speaks in chunks with one choice each; the usage has a chunk of its own."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._created = int(time.time())
        self._said = ""
        self._refusal = ""
        self._counts = asked.streaming("include_usage") is True

    def opening(self) -> bytes:
        return self._chunk({"role": "assistant", "content": "", "refusal": None})

    def say(self, text: str) -> bytes:
        self._said += text
        return self._chunk({"content": text})

    def refuse(self, text: str) -> bytes:
        self._refusal += text
        return self._chunk({"refusal": text})

    def think(self, text: str) -> bytes:
        return self._chunk({"reasoning_content": text})

    def collapse(self, error: Json) -> bytes:
        return data({**self._frame(), "choices": [], "error": error}) + DONE

    def closing(self, reason: StopReason, bill: Bill | None, *, details: bool) -> bytes:
        end = self._chunk({}, reason)
        if self._counts and bill is not None:
            usage = {"choices": [], "usage": _usage(bill, details=details)}
            end += data({**self._frame(), **usage})
        return end + DONE

    def whole(self, reason: StopReason, bill: Bill) -> Json:
        message: Json = {
            "role": "assistant",
            "content": self._said,
            "refusal": self._refusal or None,
            "annotations": [],
        }
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reason}
        return {
            **self._frame(),
            "object": "chat.completion",
            "choices": [choice],
            "usage": _usage(bill, details=True),
        }

    def _frame(self) -> Json:
        return {
            "id": f"chatcmpl-{self._asked.number}",
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": self._asked.model,
            "service_tier": "default",
            "system_fingerprint": None,
        }

    def _chunk(self, delta: Json, reason: StopReason | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        usage = {"usage": None} if self._counts else {}
        return data({**self._frame(), "choices": [choice], **usage})


def _usage(bill: Bill, *, details: bool) -> Json:
    usage: dict[str, object] = {
        "prompt_tokens": bill.input,
        "completion_tokens": bill.output,
        "total_tokens": bill.input + bill.output,
    }
    if details:
        usage["prompt_tokens_details"] = {
            "cached_tokens": bill.cached,
            "cache_write_tokens": bill.written,
            "audio_tokens": 0,
        }
        usage["completion_tokens_details"] = {
            "reasoning_tokens": bill.reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        }
    return usage
