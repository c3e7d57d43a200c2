"""The voice of the Responses API.

https://developers.openai.com/api/reference/resources/responses
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from bot.playground.local_openai.asking import Asked
from bot.playground.local_openai.metering import Bill
from bot.playground.local_openai.script import StopReason
from bot.playground.local_openai.voice import Json, named

_INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}


@dataclass(frozen=True, slots=True)
class _Kind:
    """A sort of output: its part, the field of it that grows, and its events."""

    part: str
    grows: str
    event: str
    more: Json = field(default_factory=dict)  # in every event about its text


_TEXT = _Kind("output_text", "text", "response.output_text", {"logprobs": []})
_REFUSAL = _Kind("refusal", "refusal", "response.refusal")
_REASONING = _Kind("reasoning_text", "text", "response.reasoning_text")


class ResponsesVoice:
    """Speaks in numbered events about items and their parts; each item has one part."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._created = int(time.time())
        self._events = 0
        self._items: list[Json] = []  # those that are finished
        self._open: _Kind | None = None
        self._text = ""  # of the open item
        self._obfuscates = asked.streaming("include_obfuscation") is not False

    def opening(self) -> bytes:
        response = self._response("in_progress")
        return self._event("response.created", response=response) + self._event(
            "response.in_progress", response=response
        )

    def say(self, text: str) -> bytes:
        return self._grow(_TEXT, text)

    def refuse(self, text: str) -> bytes:
        return self._grow(_REFUSAL, text)

    def think(self, text: str) -> bytes:
        return self._grow(_REASONING, text)

    def collapse(self, error: Json) -> bytes:
        failed = {**self._response("failed"), "error": error}
        return self._event("response.failed", response=failed)

    def closing(self, reason: StopReason, bill: Bill | None, *, details: bool) -> bytes:
        closed = self._close("completed" if reason == "stop" else "incomplete")
        response = self._ended(reason, _usage(bill, details=details) if bill else None)
        return closed + self._event(f"response.{response['status']}", response=response)

    def whole(self, reason: StopReason, bill: Bill) -> Json:
        self._close("completed" if reason == "stop" else "incomplete")
        return self._ended(reason, _usage(bill, details=True))

    def _ended(self, reason: StopReason, usage: Json | None) -> Json:
        status = "completed" if reason == "stop" else "incomplete"
        why = {"reason": _INCOMPLETE[reason]} if reason in _INCOMPLETE else None
        return {**self._response(status), "incomplete_details": why, "usage": usage}

    def _grow(self, kind: _Kind, text: str) -> bytes:
        begun = b"" if self._open is kind else self._close("completed") + self._begin(kind)
        self._text += text
        more = {"obfuscation": "x" * (-len(text) % 16)} if self._obfuscates else {}
        where = self._where()
        return begun + self._event(f"{kind.event}.delta", **where, delta=text, **kind.more, **more)

    def _begin(self, kind: _Kind) -> bytes:
        self._open, self._text = kind, ""
        item = {**self._item("in_progress"), "content": []}
        added = self._event("response.output_item.added", output_index=self._index, item=item)
        return added + self._event(
            "response.content_part.added", **self._where(), part=self._part()
        )

    def _close(self, status: str) -> bytes:
        """End the open item, if any."""
        if (kind := self._open) is None:
            return b""
        said = {kind.grows: self._text, **kind.more}
        where, item = self._where(), self._item(status)
        done = (
            self._event(f"{kind.event}.done", **where, **said)
            + self._event("response.content_part.done", **where, part=self._part())
            + self._event("response.output_item.done", output_index=self._index, item=item)
        )
        self._items.append(item)
        self._open = None
        return done

    @property
    def _index(self) -> int:
        return len(self._items)

    def _where(self) -> Json:
        return {"item_id": self._id(), "output_index": self._index, "content_index": 0}

    def _id(self) -> str:
        prefix = "rs" if self._open is _REASONING else "msg"
        return f"{prefix}_{self._asked.number}_{self._index}"

    def _part(self) -> Json:
        kind = self._open or _TEXT
        part = {"type": kind.part, kind.grows: self._text}
        return {**part, "annotations": [], "logprobs": []} if kind is _TEXT else part

    def _item(self, status: str) -> Json:
        item = {"id": self._id(), "status": status, "content": [self._part()]}
        if self._open is _REASONING:
            return {**item, "type": "reasoning", "summary": []}
        return {**item, "type": "message", "role": "assistant"}

    def _event(self, kind: str, **rest: object) -> bytes:
        event = {"type": kind, "sequence_number": self._events, **rest}
        self._events += 1
        return named(event)

    def _response(self, status: str) -> Json:
        echoed = ("instructions", "max_output_tokens", "prompt_cache_key", "safety_identifier")
        return {
            "id": f"resp_{self._asked.number}",
            "object": "response",
            "created_at": self._created,
            "status": status,
            "background": False,
            "error": None,
            "incomplete_details": None,
            "model": self._asked.model,
            "output": self._items[:],
            "parallel_tool_calls": True,
            "previous_response_id": None,
            "reasoning": {"effort": None, "summary": None},
            "store": self._asked.body.get("store", True),
            "temperature": 1.0,
            "text": {"format": {"type": "text"}, "verbosity": "medium"},
            "tool_choice": "auto",
            "tools": [],
            "top_p": 1.0,
            "truncation": "disabled",
            "usage": None,
            "user": None,
            "metadata": {},
            **{name: self._asked.body.get(name) for name in echoed},
        }


def _usage(bill: Bill, *, details: bool) -> Json:
    usage: dict[str, object] = {
        "input_tokens": bill.input,
        "output_tokens": bill.output,
        "total_tokens": bill.input + bill.output,
    }
    if details:
        usage["input_tokens_details"] = {
            "cached_tokens": bill.cached,
            "cache_write_tokens": bill.written,
        }
        usage["output_tokens_details"] = {"reasoning_tokens": bill.reasoning}
    return usage
