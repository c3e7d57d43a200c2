"""The gates that every request passes: log, token, limits, faults, handler, answer."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiohttp import web

from bot.playground.rest.body import parse, read_body
from bot.playground.rest.call import Answer, Call
from bot.playground.rest.faults import Asked, Faults, Harm
from bot.playground.rest.limits import (
    EDIT_CHANNEL,
    OLD_EDIT,
    PASS,
    RENAME_CHANNEL,
    VIA,
    Bucket,
    Limits,
    Verdict,
)
from bot.playground.rest.table import Route, Table
from bot.playground.world.refusal import MESSAGES, Code, Refused
from bot.playground.world.snowflake import time_of
from bot.playground.world.world import World

TOO_MANY, UNAUTHORIZED = 429, 401
UNKNOWN = "unknown"


@dataclass(slots=True)
class RequestRecord:
    """A request as it was heard, and how it was answered (0: not at all)."""

    method: str
    route: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: object
    files: tuple[str, ...]
    at: float = field(default_factory=time.monotonic)
    status: int = 0
    answer: object = None


class Door:
    """Answers HTTP requests to the API."""

    def __init__(
        self,
        *,
        world: World,
        limits: Limits,
        faults: Faults,
        token: str,
        on_change: Callable[[], None],
    ) -> None:
        self.requests: deque[RequestRecord] = deque(maxlen=world.rules.request_log)
        self.unknown_routes: list[str] = []
        self._world = world
        self._limits = limits
        self._faults = faults
        self.expect(token)
        self._table = Table()
        self._on_change = on_change

    def expect(self, token: str) -> None:
        """Let in who has this token, and nobody else."""
        self._authorization = f"Bot {token}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Let the request through all gates; whatever goes wrong is an answer too."""
        path = "/" + request.match_info["path"]
        raw, files = await read_body(request)
        body = _parsed(raw)
        found = self._table.find(request.method, path)
        record = RequestRecord(
            method=request.method,
            route=found[0].template if found else UNKNOWN,
            path=path,
            query=dict(request.query),
            headers={k: v for k, v in request.headers.items() if k != "Authorization"},
            body=body,
            files=tuple(upload.filename for upload in files.values()),
        )
        self.requests.append(record)
        self._on_change()
        if self._limits.is_banned:
            return self._shut_out(record)
        if found is None:
            self.unknown_routes.append(f"{request.method} {path}")
            return _finish(record, _error(Refused(Code.GENERAL, status=404)), PASS.headers)
        route, names = found
        call = Call(
            world=self._world,
            path=names,
            query=record.query,
            body=body,
            files=files,
            host=request.host,
        )
        try:
            return await self._pass(request, record, route, call)
        finally:
            self._on_change()

    async def _pass(
        self, request: web.Request, record: RequestRecord, route: Route, call: Call
    ) -> web.StreamResponse:
        asked = Asked(record.method, record.route, record.path, record.body)
        harms = self._faults.harms(asked)
        await _wait(sum(harm.delay_before for harm in harms))
        if any(harm.drop_before for harm in harms):
            return _drop(request)
        refusal = next((harm for harm in harms if harm.status is not None), None)
        if refusal:
            return self._refuse_on_purpose(record, refusal)
        answer, verdict = self._decide(request, route, call)
        self._limits.count(answer.status)
        await _wait(sum(harm.delay_after for harm in harms))
        if any(harm.drop_after for harm in harms):
            return _drop(request)
        return _finish(record, answer, {"Via": VIA, **verdict.headers})

    def _decide(self, request: web.Request, route: Route, call: Call) -> tuple[Answer, Verdict]:
        if not route.open_to_all:
            if request.headers.get("Authorization") != self._authorization:
                refused = Refused(Code.GENERAL, status=UNAUTHORIZED, message="401: Unauthorized")
                return _error(refused), PASS
            verdict = self._limits.check_global()
            if verdict.retry_after is not None:
                return _too_many(verdict), verdict
        verdict = self._check_bucket(route, call)
        if verdict.retry_after is not None:
            return _too_many(verdict), verdict
        try:
            return route.handler(call), verdict
        except Refused as refused:
            return _error(refused), verdict

    def _check_bucket(self, route: Route, call: Call) -> Verdict:
        if route.bucket is None:
            return PASS
        major = call.path.get(route.bucket.major, "")
        for rarer in self._rarer_buckets(route, call):
            verdict = self._limits.check(rarer, major)
            if verdict.retry_after is not None:
                return verdict
        return self._limits.check(route.bucket, major)

    def _rarer_buckets(self, route: Route, call: Call) -> Iterator[Bucket]:
        """What has a limit of its own beside that of its route."""
        if route.method == "PATCH" and self._is_old(call):
            yield OLD_EDIT
        if route.bucket is EDIT_CHANNEL and isinstance(call.body, dict) and "name" in call.body:
            yield RENAME_CHANNEL

    def _is_old(self, call: Call) -> bool:
        message_id = call.path.get("message_id", "")
        if not message_id.isdecimal():
            return False
        age = datetime.now(UTC) - time_of(int(message_id))
        return age.total_seconds() > self._world.rules.old_message

    def _shut_out(self, record: RequestRecord) -> web.Response:
        # What answers a banned address is no server of Discord's: neither JSON nor a Via header.
        self._limits.too_many["banned"] += 1
        record.status = TOO_MANY
        return web.Response(text="error code: 1015", status=TOO_MANY)

    def _refuse_on_purpose(self, record: RequestRecord, harm: Harm) -> web.Response:
        status = harm.status or 500
        if status == TOO_MANY:
            self._limits.too_many["made"] += 1
        self._limits.count(status)
        return _finish(record, Answer(harm.body, status), harm.headers)


def _error(refused: Refused) -> Answer:
    body: dict[str, object] = {"message": refused.message, "code": int(refused.code)}
    if refused.errors:
        body["errors"] = refused.errors
    if refused.retry_after is not None:
        body["retry_after"] = refused.retry_after
    return Answer(body, refused.status)


def _too_many(verdict: Verdict) -> Answer:
    code = verdict.code
    body: dict[str, object] = {
        "message": MESSAGES[code] if code else "You are being rate limited.",
        "retry_after": round(verdict.retry_after or 0.0, 3),
        "global": verdict.scope == "global",
    }
    if code:
        body["code"] = int(code)
    return Answer(body, TOO_MANY)


def _finish(record: RequestRecord, answer: Answer, extra: Mapping[str, str]) -> web.Response:
    record.status = answer.status
    record.answer = answer.body
    headers = dict(extra)
    if answer.body is None:
        return web.Response(status=answer.status, headers=headers)
    # Exactly this content type: discord.py compares it for equality.
    headers["Content-Type"] = "application/json"
    text = json.dumps(answer.body, separators=(",", ":"))
    return web.Response(body=text.encode(), status=answer.status, headers=headers)


async def _wait(seconds: float) -> None:
    if seconds:
        await asyncio.sleep(seconds)


def _drop(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response(status=500)


def _parsed(raw: bytes) -> object:
    if not raw:
        return None
    try:
        return parse(raw)
    except ValueError:
        return raw.decode(errors="replace")
