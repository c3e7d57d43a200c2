from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.playground import Channel, Guild, LocalDiscord, Person, Rules
from bot.playground.gateway.protocol import ACK_AFTER
from tests.playground.conftest import Rest

PLAIN_INTENTS = 1 | 1 << 9 | 1 << 15


class Wire:
    """A gateway client that says exactly what a test tells it to."""

    def __init__(self, session: aiohttp.ClientSession, local: LocalDiscord) -> None:
        self.session = session
        self.local = local

    async def open(self, query: str = "") -> aiohttp.ClientWebSocketResponse:
        """Connect and read HELLO."""
        socket = await self.session.ws_connect(f"{self.local.gateway_url}?v=10{query}")
        if not query:
            hello = await socket.receive_json()
            assert hello["op"] == 10
        return socket

    async def identify(self, **changes: object) -> aiohttp.ClientWebSocketResponse:
        """Connect and identify."""
        socket = await self.open()
        asked = {"token": self.local.token, "intents": PLAIN_INTENTS, "properties": {}, **changes}
        await socket.send_json({"op": 2, "d": asked})
        return socket

    async def resume(self, session: str, sequence: int) -> aiohttp.ClientWebSocketResponse:
        """Connect and ask for what a session has missed."""
        socket = await self.open()
        asked = {"token": self.local.token, "session_id": session, "seq": sequence}
        await socket.send_json({"op": 6, "d": asked})
        return socket


@pytest.fixture
async def wire(local: LocalDiscord) -> AsyncIterator[Wire]:
    async with aiohttp.ClientSession() as session:
        yield Wire(session, local)


async def closed_with(socket: aiohttp.ClientWebSocketResponse) -> int | None:
    while not socket.closed:
        await socket.receive(timeout=5)
    return socket.close_code


async def heard_until(socket: aiohttp.ClientWebSocketResponse, text: str) -> int:
    """Read on until this was said, and return the number of that event."""
    while True:
        frame = await socket.receive_json()
        if frame["t"] == "MESSAGE_CREATE" and frame["d"]["content"] == text:
            return int(frame["s"])


@pytest.mark.usefixtures("client")
async def test_frames_are_compressed_when_asked_for(local: LocalDiscord, wire: Wire) -> None:
    (connection,) = local.gateway.connections
    socket = await wire.open("&compress=zlib-stream")
    frame = await socket.receive_bytes()

    assert connection.compressed
    assert frame.endswith(b"\x00\x00\xff\xff")
    assert json.loads(zlib.decompressobj().decompress(frame))["op"] == 10


class TestWithSlowIdentifies:
    @pytest.fixture
    def rules(self) -> Rules:
        return Rules(identify_every=60.0)

    async def test_identifying_too_fast_makes_the_session_invalid(self, wire: Wire) -> None:
        first = await wire.identify()
        assert (await first.receive_json())["t"] == "READY"

        second = await wire.identify()

        assert await second.receive_json() == {"op": 9, "d": False}


async def test_after_an_invalid_session_another_can_be_begun_on_the_same_socket(
    local: LocalDiscord, wire: Wire
) -> None:
    socket = await wire.identify()
    first = await socket.receive_json()

    local.gateway.invalidate(resumable=False)
    assert await socket.receive_json() == {"op": 9, "d": False}
    await socket.send_json({"op": 2, "d": {"token": local.token, "intents": 1, "properties": {}}})

    second = await socket.receive_json()
    assert second["t"] == "READY"
    assert second["d"]["session_id"] != first["d"]["session_id"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"token": "another"}, 4004),
        ({"intents": 1 << 30}, 4013),
        ({"intents": None}, 4013),
        ({"shard": [2, 2]}, 4010),
    ],
)
async def test_a_bad_identify_closes(wire: Wire, changes: dict[str, object], code: int) -> None:
    socket = await wire.identify(**changes)

    assert await closed_with(socket) == code


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('{"op":99,"d":{}}', 4001),
        ("not json", 4002),
        ('{"op":1,"d":"' + "x" * 4096 + '"}', 4002),
        ('{"op":8,"d":{}}', 4003),
        ('{"op":6,"d":{"token":"local-token","session_id":"x","seq":null}}', 4007),
    ],
)
async def test_a_bad_frame_closes(wire: Wire, frame: str, code: int) -> None:
    socket = await wire.open()

    await socket.send_str(frame)

    assert await closed_with(socket) == code


async def test_too_many_frames_close(wire: Wire) -> None:
    socket = await wire.open()

    for _ in range(121):
        await socket.send_json({"op": 1, "d": None})

    assert await closed_with(socket) == 4008


async def test_heartbeats_are_acknowledged_unless_silent(local: LocalDiscord, wire: Wire) -> None:
    socket = await wire.open()
    await socket.send_json({"op": 1, "d": None})
    assert (await socket.receive_json())["op"] == 11

    local.gateway.go_silent()
    await socket.send_json({"op": 1, "d": None})

    with pytest.raises(asyncio.TimeoutError):
        await socket.receive(timeout=0.1)


async def test_a_heartbeat_is_not_answered_before_its_sender_knows_that_it_is_sent(
    wire: Wire,
) -> None:
    loop = asyncio.get_running_loop()
    socket = await wire.open()

    before = loop.time()
    await socket.send_json({"op": 1, "d": None})
    await socket.receive_json()

    assert loop.time() - before >= ACK_AFTER > 0.01


async def test_the_server_can_ask_for_a_heartbeat(local: LocalDiscord, wire: Wire) -> None:
    socket = await wire.open()

    local.gateway.ask_for_heartbeat()

    assert await socket.receive_json() == {"op": 1, "d": None}


async def test_a_resume_tells_what_came_after_and_nothing_twice(
    local: LocalDiscord, wire: Wire, general: Channel, ada: Person
) -> None:
    socket = await wire.identify()
    ready = await socket.receive_json()
    for text in ("one", "two"):
        await ada.say(general, text)
    heard = await heard_until(socket, "one")
    await socket.send_json({"op": 1, "d": heard})
    await heard_until(socket, "two")
    local.gateway.drop()

    again = await wire.resume(ready["d"]["session_id"], heard)

    (missed, end) = (await again.receive_json(), await again.receive_json())
    assert (missed["s"], missed["d"]["content"]) == (heard + 1, "two")
    assert end["t"] == "RESUMED"


@pytest.mark.parametrize("distance", [-1, 1])
async def test_a_resume_from_where_nobody_was_is_an_invalid_session(
    local: LocalDiscord, wire: Wire, general: Channel, ada: Person, distance: int
) -> None:
    socket = await wire.identify()
    ready = await socket.receive_json()
    await ada.say(general, "last")
    last = await heard_until(socket, "last")
    await socket.send_json({"op": 1, "d": last})
    assert (await socket.receive_json())["op"] == 11
    local.gateway.drop()

    again = await wire.resume(ready["d"]["session_id"], last + distance)

    assert await again.receive_json() == {"op": 9, "d": False}


class TestWithQuickHeartbeats:
    @pytest.fixture
    def rules(self) -> Rules:
        return Rules(identify_every=0.0, heartbeat_interval=0.05)

    async def test_a_client_without_a_heartbeat_is_given_up(self, wire: Wire) -> None:
        socket = await wire.open()

        assert await closed_with(socket) == 4009

    async def test_other_frames_are_no_heartbeat(self, wire: Wire) -> None:
        socket = await wire.identify()

        while not socket.closed:
            try:
                await socket.receive(timeout=0.01)
            except TimeoutError:
                await socket.send_json({"op": 3, "d": {"status": "online"}})

        assert socket.close_code == 4009


async def test_the_nonce_comes_with_the_event(wire: Wire, rest: Rest, general: Channel) -> None:
    socket = await wire.identify()
    body = {"content": "one", "nonce": "12.0", "enforce_nonce": True}
    await rest("POST", f"/channels/{general.id}/messages", body)

    told = [await socket.receive_json() for _ in range(3)]

    assert [each["t"] for each in told] == ["READY", "GUILD_CREATE", "MESSAGE_CREATE"]
    assert told[-1]["d"]["nonce"] == "12.0"


async def test_all_members_are_told_only_to_who_may_hear_of_them(
    wire: Wire, home: Guild, ada: Person
) -> None:
    socket = await wire.identify(intents=1)
    assert [(await socket.receive_json())["t"] for _ in range(2)] == ["READY", "GUILD_CREATE"]

    await socket.send_json({"op": 8, "d": {"guild_id": str(home.id), "query": "", "limit": 0}})
    await socket.send_json({"op": 8, "d": {"guild_id": str(home.id), "user_ids": [str(ada.id)]}})

    chunk = await socket.receive_json()
    assert chunk["t"] == "GUILD_MEMBERS_CHUNK"
    assert [member["user"]["id"] for member in chunk["d"]["members"]] == [str(ada.id)]


async def test_a_session_closed_by_its_client_is_over(local: LocalDiscord, wire: Wire) -> None:
    socket = await wire.identify()
    await socket.receive_json()

    await socket.close(code=1000)

    await local.until(lambda: not local.gateway.connections)
    assert local.gateway.sessions == {}


async def test_a_session_left_in_another_way_waits(local: LocalDiscord, wire: Wire) -> None:
    socket = await wire.identify()
    await socket.receive_json()

    await socket.close(code=4000)

    await local.until(lambda: not local.gateway.connections)
    assert len(local.gateway.sessions) == 1


class TestWithoutPrivilegedIntents:
    @pytest.fixture
    def rules(self) -> Rules:
        return Rules(identify_every=0.0, message_content=False)

    async def test_asking_for_one_closes(self, wire: Wire) -> None:
        socket = await wire.identify()

        assert await closed_with(socket) == 4014
