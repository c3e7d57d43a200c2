"""Files are fetched from Discord and from nobody else, and never more of one than was asked for."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import aiohttp
import pytest
from aiohttp import web

from bot.domain.attachment import Attachment
from bot.domain.errors import FileGone, MessengerBusy
from bot.domain.session import Place
from bot.gateway.attachments import attachments_of
from bot.gateway.files import DiscordFiles, open_files
from bot.playground import Channel, LocalDiscord, Message, Person, Upload
from tests.gateway.listeners import Ears, Hands, listening
from tests.samples import attachment

NOTES = b"one two three"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Desk:
    """A message with a file in a channel, and what fetches it."""

    local: LocalDiscord
    general: Channel
    ada: Person
    said: Message
    file: Attachment
    files: DiscordFiles
    ears: Ears
    asked: list[str] = field(default_factory=list)  # of whoever is not to be asked

    async def fetch(self, address: str | None = None, most: int = 1000) -> bytes:
        guild = self.general.guild
        file = self.file if address is None else replace(self.file, url=address)
        place = Place(self.general.id, guild.id if guild else None)
        return await self.files.fetch(place, self.said.id, file, most=most)

    async def lose_message(self) -> None:
        """Have the message deleted, and the bot told so."""
        await self.ada.delete(self.said)
        await self.ears.until(lambda: bool(self.ears.erased))

    def answering(self, answer: Answer) -> str:
        """Have Discord's own host answer so at an address, and return that."""
        self.local.elsewhere = answer
        return f"{self.local.base_url}/a/file"


@pytest.fixture
async def desk(local: LocalDiscord) -> AsyncIterator[Desk]:
    guild = local.add_guild("Home")
    general = local.add_channel(guild, "general")
    ada = local.add_person("Ada", guilds=[guild])
    ears, hands = Ears(), Hands()
    async with listening(local, ears, hands):
        await ears.until(lambda: bool(ears.seen))
        client = hands.clients[-1]
        async with open_files(lambda: client, api_url=local.api_url) as files:
            upload = Upload("notes.txt", NOTES)
            said = await ada.say(general, "look", files=[upload])
            await ears.have_heard(1)
            channel = client.get_partial_messageable(general.id)
            (file,) = attachments_of(await channel.fetch_message(said.id))
            yield Desk(local, general, ada, said, file, files, ears)


@asynccontextmanager
async def stranger(desk: Desk) -> AsyncIterator[str]:
    """Yield the address of a server that nobody is to ask for anything."""

    async def note(request: web.Request) -> web.StreamResponse:
        desk.asked.append(str(request.url))
        return web.Response(body=b"a secret of this machine")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", note)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_as_much_is_fetched_as_is_wanted(desk: Desk) -> None:
    assert await desk.fetch() == NOTES
    assert await desk.fetch(most=7) == b"one two"


@pytest.mark.parametrize("query", ["ex=0&hm=0", ""])
async def test_a_link_that_ended_is_asked_for_anew(desk: Desk, query: str) -> None:
    ended = f"{desk.file.url.partition('?')[0]}?{query}"

    assert await desk.fetch(ended) == NOTES
    assert await desk.fetch("") == NOTES


async def test_a_file_whose_message_is_gone_is_gone(desk: Desk) -> None:
    await desk.lose_message()

    with pytest.raises(FileGone):
        await desk.fetch("")


async def test_a_file_that_its_message_does_not_have_is_gone(desk: Desk) -> None:
    desk.file = attachment(5, "another.txt")

    with pytest.raises(FileGone):
        await desk.fetch("")


@pytest.mark.parametrize(
    "address",
    [
        "http://{0}/file",
        "https://{0}/file",
        "http://cdn.discordapp.com@{0}/file",
        "http://media.discordapp.net:secret@{0}/file",
        "http://localhost:{1}/file",
        "http://2130706433:{1}/file",
        "http://[::1]:{1}/file",
        "http://169.254.169.254/latest/meta-data",
        "http://cdn.discordapp.com/file",
        "https://cdn.discordapp.com.example.org/file",
        "https://cdn.discordapp.com:8443/file",
        "file:///etc/passwd",
        "//{0}/file",
        "https://cdn.discordapp.com\\@{0}/file",
        "http://[",
        "",
    ],
)
async def test_nobody_but_discord_is_asked(desk: Desk, address: str) -> None:
    await desk.lose_message()

    async with stranger(desk) as host:
        with pytest.raises(FileGone):
            await desk.fetch(address.format(host, host.rpartition(":")[2]))

    assert desk.asked == []


async def test_no_redirect_is_followed(desk: Desk) -> None:
    async with stranger(desk) as host:

        async def redirect(_: web.Request) -> web.StreamResponse:
            raise web.HTTPFound(f"http://{host}/latest/meta-data")

        await desk.lose_message()
        with pytest.raises(FileGone):
            await desk.fetch(desk.answering(redirect))

    assert desk.asked == []


async def test_nothing_is_unpacked(desk: Desk) -> None:
    packed = gzip.compress(b"0" * 10_000_000)

    async def bomb(request: web.Request) -> web.StreamResponse:
        assert request.headers["Accept-Encoding"] == "identity"
        return web.Response(body=packed, headers={"Content-Encoding": "gzip"})

    assert await desk.fetch(desk.answering(bomb), most=1_000_000) == packed


async def test_a_file_without_an_end_is_left_when_there_is_enough_of_it(desk: Desk) -> None:
    left = asyncio.Event()

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(2**40)})
        await response.prepare(request)
        try:
            while True:
                await response.write(b"0" * 65_536)
        finally:
            left.set()

    assert await desk.fetch(desk.answering(endless), most=1_000_000) == b"0" * 1_000_000
    async with asyncio.timeout(5):
        await left.wait()


async def test_no_token_and_no_cookie_goes_along(desk: Desk) -> None:
    told: list[str] = []

    async def curious(request: web.Request) -> web.StreamResponse:
        told.extend(str(request.headers).lower().split())
        return web.Response(body=NOTES, headers={"Set-Cookie": "a=b"})

    # Of an address that is a number no cookie would be kept anyway.
    address = desk.answering(curious).replace("127.0.0.1", "localhost")
    by_name = desk.local.api_url.replace("127.0.0.1", "localhost")
    async with open_files(lambda: pytest.fail("not asked"), api_url=by_name) as desk.files:
        for _ in range(2):
            assert await desk.fetch(address) == NOTES

    assert not any(word in " ".join(told) for word in ("authorization", "cookie", "local-token"))


@pytest.mark.parametrize("status", [408, 429, 500, 503])
async def test_what_may_be_better_later_is_no_answer(desk: Desk, status: int) -> None:
    async def refuse(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status)

    with pytest.raises(MessengerBusy):
        await desk.fetch(desk.answering(refuse))


async def test_silence_and_a_line_that_breaks_are_no_answer(desk: Desk) -> None:
    over = asyncio.Event()

    async def hang(_: web.Request) -> web.StreamResponse:
        await over.wait()
        return web.Response()

    async def break_off(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with aiohttp.ClientSession() as session:
        files = DiscordFiles(
            lambda: pytest.fail("not asked"), session, api_url=desk.local.api_url, seconds=0.05
        )
        desk.files = files
        for answer in (hang, break_off):
            with pytest.raises(MessengerBusy):
                await desk.fetch(desk.answering(answer))
            over.set()
