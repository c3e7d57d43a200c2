"""Playing: a script becomes an HTTP response."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from aiohttp import web

from bot.playground.local_openai.asking import Asked
from bot.playground.local_openai.chat_voice import ChatVoice
from bot.playground.local_openai.metering import BYTES_PER_TOKEN, Bill, PromptCache, tokens
from bot.playground.local_openai.responses_voice import ResponsesVoice
from bot.playground.local_openai.script import (
    Begin,
    Collapse,
    Complain,
    Drop,
    End,
    Fail,
    Garble,
    Hold,
    Pause,
    Refuse,
    Say,
    Step,
    Stop,
    Think,
)
from bot.playground.local_openai.voice import Json, Voice, data, named

Ending = Fail | Drop | End | Complain | Collapse | Stop


class Player:
    """Plays one script for one request."""

    def __init__(self, request: web.Request, asked: Asked, cache: PromptCache) -> None:
        self._request = request
        self._asked = asked
        self._voice: Voice = ChatVoice(asked) if asked.is_chat else ResponsesVoice(asked)
        self._bill: Bill | None = None  # until something is sent
        self._cache = cache
        self._response: web.StreamResponse | None = None
        self._said = 0  # bytes of the answer
        self._thought = 0  # tokens of reasoning

    async def play(self, script: Sequence[Step]) -> web.StreamResponse:
        """Play the script to its end, or until the answer has all the tokens it may have."""
        for step in script:
            if isinstance(step, Ending):
                return await self._end(step)
            await self._go_on(step)
            if self._is_full:
                return await self._end(Stop("length"))
        return await self._end(Stop())

    async def _go_on(self, step: Say | Refuse | Think | Begin | Pause | Hold | Garble) -> None:
        match step:
            case Say():
                await self._say(step)
            case Refuse():
                await self._send(lambda: self._voice.refuse(self._capped(step.text)))
            case Think():
                self._thought += tokens(step.text)
                await self._send(lambda: self._voice.think(step.text))
            case Begin():
                await self._send(bytes)
            case Pause():
                await asyncio.sleep(step.seconds)
            case Hold():
                await (step.gate or asyncio.Event()).wait()
            case Garble():
                await self._send(lambda: b'data: {"type": "response.output_te\n\n')

    async def _say(self, step: Say) -> None:
        for piece in step.pieces():
            if step.delay:
                await asyncio.sleep(step.delay)
            await self._send(partial(self._word, piece))
            if self._is_full:
                return

    def _word(self, piece: str) -> bytes:
        return self._voice.say(self._capped(piece))

    async def _end(self, step: Ending) -> web.StreamResponse:
        match step:
            case Fail():
                return failure(step, self._asked)
            case Drop():
                if self._request.transport is not None:
                    self._request.transport.close()
            case End():
                await self._send(bytes)
            case Complain():
                await self._send(lambda: self._complaint(step))
            case Collapse():
                await self._send(lambda: self._voice.collapse(_error(step.code)))
            case Stop():
                return await self._stop(step)
        return self._response or web.Response(status=500)

    async def _stop(self, step: Stop) -> web.StreamResponse:
        await self._send(bytes)
        output = -(-self._said // BYTES_PER_TOKEN) + self._thought
        bill = replace(self._bill or Bill(0), output=output, reasoning=self._thought)
        if self._response is None:
            return web.json_response(self._voice.whole(step.reason, bill))
        shown = None if step.usage == "none" else bill
        details = step.usage == "full"
        await self._send(lambda: self._voice.closing(step.reason, shown, details=details))
        await asyncio.sleep(step.linger)
        return self._response

    async def _send(self, speak: Callable[[], bytes]) -> None:
        """Send what the voice says, after the headers and the opening if it is the first."""
        opening = b""
        if self._response is None:
            self._bill = self._bill or self._cache.bill(self._asked)
            if self._asked.streams:
                headers = {"Content-Type": "text/event-stream", **_identity(self._asked)}
                self._response = web.StreamResponse(headers=headers)
                await self._response.prepare(self._request)
                opening = self._voice.opening()
        words = opening + speak()
        if self._response is not None and words:
            await self._response.write(words)

    def _complaint(self, step: Complain) -> bytes:
        error = {**_error(step.code), "type": step.type}
        if self._asked.is_chat:
            return data({"error": error})
        if step.nested:
            return named({"type": "error", "error": error, "sequence_number": 9})
        return named({**error, "type": "error", "sequence_number": 9})

    def _capped(self, text: str) -> str:
        """Return as much of `text` as the answer may still have."""
        if self._asked.cap is not None:
            left = max(self._asked.cap * BYTES_PER_TOKEN - self._said, 0)
            text = text.encode()[:left].decode(errors="ignore")
        self._said += len(text.encode())
        return text

    @property
    def _is_full(self) -> bool:
        cap = self._asked.cap
        return cap is not None and self._said + BYTES_PER_TOKEN > cap * BYTES_PER_TOKEN


def failure(step: Fail, asked: Asked | None = None) -> web.Response:
    """Return an error as OpenAI words it."""
    error = {
        "message": step.message,
        "type": step.type,
        "param": step.param,
        "code": step.code,
    }
    headers = {**(_identity(asked) if asked else {}), **step.headers}
    return web.json_response({"error": error}, status=step.status, headers=headers)


def _identity(asked: Asked) -> dict[str, str]:
    return {"x-request-id": f"req_{asked.number}"}


def _error(code: str | int | None) -> Json:
    return {"code": code, "message": "The script says so.", "param": None}
