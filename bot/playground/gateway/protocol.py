"""The conversation on a gateway websocket, from HELLO to the close code.

https://docs.discord.com/developers/events/gateway
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable
from enum import IntEnum

from aiohttp import WSMsgType, web

from bot.playground.gateway.connection import Connection
from bot.playground.gateway.gateway import INVALID_SESSION, Gateway
from bot.playground.gateway.intents import KNOWN, PRIVILEGED, Intent, allowed_privileged
from bot.playground.gateway.members import chunks
from bot.playground.gateway.session import Session, encode
from bot.playground.world.parts import Json
from bot.playground.world.world import World

MOST_FRAMES, FRAME_WINDOW, LONGEST_FRAME = 120, 60.0, 4096
"""https://docs.discord.com/developers/events/gateway#rate-limiting"""

DEAD_AFTER = 2.0
"""Heartbeat intervals without a heartbeat after which the server gives a client up."""


class Op(IntEnum):
    """What a client may send."""

    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    VOICE_STATE = 4
    RESUME = 6
    REQUEST_MEMBERS = 8


HELLO, ACK = 10, 11
# As a net takes its time: what comes at once is taken by discord.py for the answer to the
# heartbeat before, which says in its log that it cannot keep up.
ACK_AFTER = 0.02  # seconds


class CloseCode(IntEnum):
    """https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway."""

    UNKNOWN_OP = 4001
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    AUTHENTICATION_FAILED = 4004
    ALREADY_AUTHENTICATED = 4005
    INVALID_SEQUENCE = 4007
    RATE_LIMITED = 4008
    TIMED_OUT = 4009
    INVALID_SHARD = 4010
    INVALID_INTENTS = 4013
    DISALLOWED_INTENTS = 4014


class Hangup(Exception):
    """The client has done something that ends the connection."""

    def __init__(self, code: CloseCode) -> None:
        self.code = code
        super().__init__(code.name)


class Conversation:
    """Answers one client until it goes or must go.

    Attributes:
        left_with: The code with which the client closed, if it did.
    """

    def __init__(
        self, *, world: World, gateway: Gateway, connection: Connection, token: str
    ) -> None:
        self.left_with: int | None = None
        self._world = world
        self._gateway = gateway
        self._connection = connection
        self._token = token
        self._session: Session | None = None
        self._frames: deque[float] = deque()
        self._beat_at = time.monotonic()
        self._answers: dict[int, Callable[[object], None]] = {
            Op.HEARTBEAT: self._heartbeat,
            Op.IDENTIFY: self._identify,
            Op.RESUME: self._resume,
            Op.PRESENCE: self._ignore,
            Op.VOICE_STATE: self._ignore,
            Op.REQUEST_MEMBERS: self._request_members,
        }

    async def hold(self, socket: web.WebSocketResponse) -> bool:
        """Say HELLO and answer everything until the end; whether it was we who ended it."""
        interval = self._world.rules.heartbeat_interval
        hello = {"heartbeat_interval": int(interval * 1000), "_trace": ["local"]}
        self._connection.send(encode({"op": HELLO, "d": hello, "s": None, "t": None}))
        try:
            return await self._answer_all(socket, interval * DEAD_AFTER)
        except Hangup as hangup:
            self._connection.close(hangup.code)
            return True
        except TimeoutError:
            self._connection.close(CloseCode.TIMED_OUT)
            return True

    async def _answer_all(self, socket: web.WebSocketResponse, patience: float) -> bool:
        while True:
            frame = await socket.receive(timeout=self._left_of(patience))
            if frame.type not in {WSMsgType.TEXT, WSMsgType.BINARY}:
                if frame.type is WSMsgType.CLOSE:
                    self.left_with = frame.data
                return frame.type is WSMsgType.CLOSING
            self._count(len(frame.data))
            self._answer(frame.data)

    def _left_of(self, patience: float) -> float:
        left = self._beat_at + patience - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _answer(self, data: str | bytes) -> None:
        try:
            said = json.loads(data)
            op, body = said["op"], said.get("d")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Hangup(CloseCode.DECODE_ERROR) from None
        answer = self._answers.get(op)
        if answer is None:
            raise Hangup(CloseCode.UNKNOWN_OP)
        answer(body)

    def _count(self, length: int) -> None:
        if length > LONGEST_FRAME:
            raise Hangup(CloseCode.DECODE_ERROR)
        now = time.monotonic()
        self._frames.append(now)
        while self._frames[0] < now - FRAME_WINDOW:
            self._frames.popleft()
        if len(self._frames) > MOST_FRAMES:
            raise Hangup(CloseCode.RATE_LIMITED)

    def _heartbeat(self, body: object) -> None:
        self._beat_at = time.monotonic()
        if self._session and isinstance(body, int):
            self._session.heard_until(body)
        answer = encode({"op": ACK, "d": None})
        asyncio.get_running_loop().call_later(ACK_AFTER, self._connection.send, answer)

    def _identify(self, body: object) -> None:
        if self._session and self._session.id in self._gateway.sessions:
            raise Hangup(CloseCode.ALREADY_AUTHENTICATED)
        asked = _object(body)
        self._check_token(asked)
        shard = _shard(asked.get("shard"))
        intents = self._intents(asked.get("intents"))
        if self._gateway.identifies_too_fast(shard):
            self._connection.send(encode({"op": INVALID_SESSION, "d": False}))
            return
        self._session = self._gateway.identify(self._connection, shard, intents)

    def _resume(self, body: object) -> None:
        if self._session:
            raise Hangup(CloseCode.ALREADY_AUTHENTICATED)
        asked = _object(body)
        self._check_token(asked)
        sequence = asked.get("seq")
        if not isinstance(sequence, int):
            raise Hangup(CloseCode.INVALID_SEQUENCE)
        session_id = str(asked.get("session_id"))
        self._session = self._gateway.resume(self._connection, session_id, sequence)
        if self._session is None:
            self._connection.send(encode({"op": INVALID_SESSION, "d": False}))

    def _request_members(self, body: object) -> None:
        session = self._demand_session()
        asked = _object(body)
        whole = not asked.get("query") and asked.get("user_ids") is None
        if whole and Intent.GUILD_MEMBERS not in session.intents:
            return
        for chunk in chunks(self._world, asked):
            session.tell("GUILD_MEMBERS_CHUNK", encode(chunk))

    def _ignore(self, _: object) -> None:
        self._demand_session()

    def _demand_session(self) -> Session:
        if self._session is None:
            raise Hangup(CloseCode.NOT_AUTHENTICATED)
        return self._session

    def _check_token(self, asked: Json) -> None:
        if str(asked.get("token")).removeprefix("Bot ") != self._token:
            raise Hangup(CloseCode.AUTHENTICATION_FAILED)

    def _intents(self, value: object) -> Intent:
        if not isinstance(value, int) or value & ~KNOWN:
            raise Hangup(CloseCode.INVALID_INTENTS)
        intents = Intent(value)
        if intents & PRIVILEGED & ~allowed_privileged(self._world.rules):
            raise Hangup(CloseCode.DISALLOWED_INTENTS)
        return intents


async def serve(
    request: web.Request, *, world: World, gateway: Gateway, token: str
) -> web.StreamResponse:
    """Hold one websocket from its upgrade to its end."""
    if gateway.is_refusing:
        return web.Response(status=503)
    socket = web.WebSocketResponse(max_msg_size=0, compress=False)
    await socket.prepare(request)
    connection = Connection(socket, request)
    gateway.connections[connection] = None
    talk = Conversation(world=world, gateway=gateway, connection=connection, token=token)
    writer = asyncio.create_task(connection.write())
    try:
        if await talk.hold(socket):
            await writer
    finally:
        gateway.left(connection, talk.left_with)
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)
    return socket


def _object(body: object) -> Json:
    if not isinstance(body, dict):
        raise Hangup(CloseCode.DECODE_ERROR)
    return body


def _shard(value: object) -> tuple[int, int]:
    match value:
        case None:
            return 0, 1
        case [int(index), int(count)] if 0 <= index < count:
            return index, count
    raise Hangup(CloseCode.INVALID_SHARD)
