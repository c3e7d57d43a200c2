"""A playground on this machine, and a page that somebody looks at it through."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any

import aiohttp

from bot.playground import Person, Upload
from bot.playground.choosing import ChosenModel
from bot.playground.local_openai import LocalOpenAI
from bot.playground.playing import Playground, Wishes, open_playground
from bot.playground.world.commands import EVERYWHERE

OURS = {"X-Playground": "1"}
PATIENCE = 10.0  # seconds
Frame = dict[str, Any]


class Window:
    """What the page does, without a browser."""

    def __init__(self, url: str, session: aiohttp.ClientSession, who: str = "") -> None:
        self.ready: Frame = {}
        self._url = url
        self._session = session
        self._who = who
        self._feed: aiohttp.ClientWebSocketResponse | None = None

    async def look(self) -> None:
        """Open the feed and read its first frame; whoever is nobody yet is the first."""
        self._feed = await self._session.ws_connect(f"{self._url}/page/feed?as={self._who}")
        self.ready = (await self.next())["d"]
        self._who = self.ready["me"]["id"]

    @property
    def dm(self) -> str:
        """The id of the direct messages with the bot."""
        (channel,) = self.ready["places"]["dms"]
        return str(channel["id"])

    async def next(self) -> Frame:
        """Return the next frame."""
        assert self._feed is not None
        async with asyncio.timeout(PATIENCE):
            frame: Frame = await self._feed.receive_json()
        return frame

    async def until(self, holds: Callable[[Frame], object]) -> list[Frame]:
        """Return the frames up to the first for which this holds."""
        seen = [await self.next()]
        while not holds(seen[-1]):
            seen.append(await self.next())
        return seen

    async def do(self, verb: str, **given: Any) -> Frame:
        """Do something that is allowed, and return what comes back."""
        body = await self.tried(verb, **given)
        assert "error" not in body, body
        return body

    async def tried(self, verb: str, *, files: Sequence[Upload] = (), **given: object) -> Frame:
        """Do something that may be refused, and return what comes back."""
        body: dict[str, object] = {"as": self._who, "do": verb, **given}
        data: object = json.dumps(body)
        if files:
            form = aiohttp.FormData(quote_fields=False)  # as browsers do it
            form.add_field("payload_json", json.dumps(body))
            for number, file in enumerate(files):
                form.add_field(f"files[{number}]", BytesIO(file.data), filename=file.filename)
            data = form
        return await self._answered("POST", "/page/do", data=data, headers=OURS)

    async def asked(self, what: str, **query: object) -> Frame:
        """Ask for something, and return what comes back."""
        params: dict[str, object] = {"as": self._who} | query
        return await self._answered(
            "GET", f"/page/{what}", params={k: str(v) for k, v in params.items()}
        )

    async def _answered(self, method: str, path: str, **given: Any) -> Frame:
        async with self._session.request(method, f"{self._url}{path}", **given) as answer:
            assert answer.status == 200
            body: Frame = json.loads(await answer.read())
        return body


class Looker(Window):
    """The page of somebody who lives in this process."""

    def __init__(self, url: str, person: Person, session: aiohttp.ClientSession) -> None:
        super().__init__(url, session, str(person.id))
        self.person = person


@asynccontextmanager
async def open_town(
    folder: Path,
    openai: LocalOpenAI,
    *,
    port: int = 0,
    given: Mapping[str, str] = MappingProxyType({}),
    **wishes: Any,
) -> AsyncIterator[Playground]:
    """Open a playground at a port of its own, whose bot asks `openai`, which is up.

    Settings are those that are `given`, before any others.
    """
    settings = {
        "openai_base_url": openai.url,
        "openai_model": "some-model",
        "title_model": "off",  # the script is of answers
        "grace_seconds": "0",
        **given,
    }
    chosen = ChosenModel("A script answers.", settings)
    async with open_playground(Wishes(port=port, **wishes), folder, chosen) as playground:
        yield playground


async def know_commands(playground: Playground) -> None:
    """Come back once the bot has told its commands, a moment after it is up."""
    discord = playground.discord
    await discord.until(lambda: discord.world.commands.of(EVERYWHERE))


@asynccontextmanager
async def looking(playground: Playground, *people: Person) -> AsyncIterator[list[Looker]]:
    """Have these people look at their pages."""
    async with aiohttp.ClientSession() as session:
        lookers = [Looker(playground.discord.base_url, person, session) for person in people]
        for looker in lookers:
            await looker.look()
        yield lookers


def ends_answer(frame: Frame) -> bool:
    """Whether a frame shows an answer that is whole."""
    if frame["t"] not in {"MESSAGE_CREATE", "MESSAGE_UPDATE"}:
        return False
    rows = frame["d"]["components"]
    return any(part.get("label") == "Retry" for row in rows for part in row["components"])
