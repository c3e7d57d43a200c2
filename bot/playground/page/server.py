"""The server behind the page: static files, the feed, what one asks for, what one does.

Nobody else's page may use it: `bot.playground.guard` refuses other hosts and origins, and
whatever changes something must carry a header that a foreign page cannot send.
"""

from __future__ import annotations

import asyncio
import mimetypes
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from types import MappingProxyType

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import ValidationError

from bot.domain.errors import BotError
from bot.playground.interactions.values import NotOffered
from bot.playground.local import LocalDiscord
from bot.playground.lodging import Lodger
from bot.playground.page.deeds import deed_from
from bot.playground.page.feed import Feed, Subscriber
from bot.playground.page.hand import Hand
from bot.playground.page.inspecting import inspection
from bot.playground.page.view import commands_view, message_view, places_view, sees
from bot.playground.people.outcome import DidNotRespond, Outcome
from bot.playground.people.person import Person
from bot.playground.rest.body import parse, read_body
from bot.playground.troubles import Troubles, UnknownTrouble
from bot.playground.wire.accounts import user_json
from bot.playground.world.parts import Json, Upload
from bot.playground.world.permission import Permission, may_see, permissions_in
from bot.playground.world.refusal import Code, Refused

ASKING = "X-Playground"
"""The header of whatever changes something; a browser sends it to its own server only."""

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self' blob:; media-src 'self' blob:; connect-src 'self'; form-action 'none'; "
        "base-uri 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-cache",
    }
)
ID = re.compile(r"[0-9]{1,20}")  # 64 bits
MOST_MESSAGES = 100
NEWEST = (1 << 63) - 1  # above every id
HEARTBEAT = 20.0  # seconds between pings, so that a page that is gone is noticed
KEPT_OUTCOMES = 500  # things asked of the bot that a form can still be sent for

NOT_RUNNING = "The bot is not running; start it to look behind its messages."
NO_TURN = "No turn of the bot belongs to this message: it was not meant for the bot."
NO_ANSWER = "The application did not respond."
ONLY_OURS = "This address is for the playground's own page."
NO_FILE = "There is no such file."


class Page:
    """Serves the page to the people who may be seen through it.

    Its `answer` is what a local Discord answers elsewhere.
    """

    def __init__(
        self,
        discord: LocalDiscord,
        *,
        people: Sequence[Person],
        lodger: Lodger,
        troubles: Troubles,
        model_words: str,
    ) -> None:
        self._discord = discord
        self._first = people[0]  # who one is before one chooses
        self._people = {person.id: person for person in people}
        self._lodger = lodger
        self._troubles = troubles
        self._model_words = model_words
        self._outcomes: dict[int, Outcome] = {}
        self._feed = Feed(discord.world, bot_is_up=lambda: discord.connected)
        self._static = {
            path.name: path.read_bytes() for path in files(__package__).joinpath("static").iterdir()
        }

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer whatever the page asks; what may not be done is answered in words for a person.

        Such a refusal is an answer like any other, with status 200: a browser would log
        everything else as a fault of the page.
        """
        try:
            return await self._answerer(request)(request)
        except Refused as refused:
            return _json({"error": refused.message, "code": int(refused.code)})
        except (NotOffered, UnknownTrouble, BotError) as error:
            return _json({"error": _sentence(str(error))})
        except DidNotRespond:
            return _json({"error": NO_ANSWER})
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            return _json({"error": _sentence(f"{where}: {first['msg']}")})

    def _answerer(self, request: web.Request) -> Handler:
        match request.method, request.path:
            case "GET", "/page/feed":
                return self._follow
            case "GET", "/page/messages":
                return self._messages
            case "GET", "/page/inspect":
                return self._inspect
            case "POST", "/page/do":
                return self._do
            case _:
                return self._file

    async def _file(self, request: web.Request) -> web.Response:
        name = "index.html" if request.path == "/" else request.path.removeprefix("/static/")
        body = self._static.get(name) if request.method == "GET" else None
        if body is None:
            return _json({"error": NO_FILE}, 404)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        charset = "utf-8" if kind.startswith("text/") else None
        return web.Response(body=body, content_type=kind, charset=charset, headers=HEADERS)

    async def _follow(self, request: web.Request) -> web.StreamResponse:
        person = self._people.get(_id(request.query.get("as", ""))) or self._first
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT)
        await socket.prepare(request)
        subscriber = self._feed.subscribe(person.user)
        subscriber.tell("READY", self._ready(person))
        try:
            async with asyncio.TaskGroup() as group:
                telling = group.create_task(_tell(socket, subscriber))
                async for _ in socket:
                    pass  # the page only listens; this ends when it is gone
                telling.cancel()
        finally:
            self._feed.unsubscribe(subscriber)
        return socket

    def _ready(self, person: Person) -> Json:
        world = self._discord.world
        return {
            "me": user_json(person.user),
            "people": [user_json(each.user) for each in self._people.values()],
            "bot": user_json(world.bot),
            "bot_up": self._discord.connected,
            "model": self._model_words,
            "places": places_view(world, person.user),
            "commands": commands_view(world, person.user),
            "faults": self._troubles.shown(),
        }

    async def _messages(self, request: web.Request) -> web.Response:
        person, world = self._viewer(request), self._discord.world
        channel = world.channel(_number(request, "channel"))
        granted = permissions_in(channel, person.user)
        if not may_see(channel, person.user) or Permission.READ_MESSAGE_HISTORY not in granted:
            raise Refused(Code.MISSING_ACCESS)
        limit = min(_number(request, "limit", 50), MOST_MESSAGES)
        found = channel.history.before(_number(request, "before", NEWEST), limit + 1)
        shown = [message_view(world, each, person.user) for each in reversed(found[:limit])]
        return _json({"messages": shown, "more": len(found) > limit})

    async def _inspect(self, request: web.Request) -> web.Response:
        hand = self._hand(self._viewer(request), ())
        message = hand.message(_number(request, "channel"), _number(request, "message"))
        if not sees(hand.person.user, message):
            raise Refused(Code.MISSING_ACCESS)
        bot = self._lodger.bot
        if bot is None:
            return _json({"error": NOT_RUNNING})
        found = await inspection(bot, message, self._discord.bot)
        return _json({"error": NO_TURN} if found is None else found)

    async def _do(self, request: web.Request) -> web.Response:
        if ASKING not in request.headers:
            return _json({"error": ONLY_OURS}, 403)
        raw, files = await read_body(request)
        body = _object(raw)
        person = self._person(str(body.pop("as", "")))
        return _json(await self._done(body, self._hand(person, [*files.values()])))

    async def _done(self, body: dict[str, object], hand: Hand) -> Json:
        match body:
            case {"do": "fault", "name": str(name), "on": bool(on)}:
                await self._troubles.set(name, on=on)
                self._feed.tell_all("FAULTS", self._troubles.shown())
                return {}
            case {"do": "bot", "up": bool(up)}:
                await (self._lodger.start() if up else self._lodger.kill())
                return {}
            case _:
                return await deed_from(body).done(hand)

    def _hand(self, person: Person, uploads: Sequence[Upload]) -> Hand:
        while len(self._outcomes) > KEPT_OUTCOMES:
            del self._outcomes[next(iter(self._outcomes))]
        return Hand(self._discord, self._feed, person, uploads, self._outcomes)

    def _viewer(self, request: web.Request) -> Person:
        return self._person(request.query.get("as", ""))

    def _person(self, name: str) -> Person:
        found = self._people.get(_id(name))
        if found is None:
            raise Refused(Code.UNKNOWN_USER)
        return found


async def _tell(socket: web.WebSocketResponse, subscriber: Subscriber) -> None:
    """Send what there is to tell; a page that is too far behind is made to begin anew."""
    while (frame := await subscriber.frames.get()) is not None:
        try:
            await socket.send_str(frame)
        except ConnectionError:
            return
    await socket.close()


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _json(body: object, status: int = 200) -> web.Response:
    return web.json_response(body, status=status, headers=HEADERS)


def _id(text: str) -> int:
    return int(text) if ID.fullmatch(text) else 0


def _number(request: web.Request, name: str, default: int | None = None) -> int:
    text = request.query.get(name, "" if default is None else str(default))
    if not ID.fullmatch(text):
        raise Refused(Code.INVALID_FORM, message=f"{name} must be a number")
    return int(text)


def _object(raw: bytes) -> dict[str, object]:
    try:
        parsed = parse(raw)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise Refused(Code.INVALID_JSON)
    return parsed
