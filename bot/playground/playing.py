"""Playing: the local Discord, the bot in it, and the page, until somebody has had enough."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import sys
import webbrowser
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from platformdirs import user_data_path

from bot.app import endpoint
from bot.domain.errors import BotError
from bot.logs import set_up_logs
from bot.playground.choosing import ChosenModel, ModelChoice, choose_model
from bot.playground.hometown import Hometown, find, found
from bot.playground.keeping.keeper import Keeper, open_keeper
from bot.playground.line import Line
from bot.playground.local import LocalDiscord
from bot.playground.lodging import Lodger
from bot.playground.page.server import Page
from bot.playground.troubles import Trouble, Troubles
from bot.playground.world.rules import Rules
from bot.settings import Settings

DEFAULT_PORT = 8484
FOLDER_NAME = "playground"
LONGEST_START = 60.0  # seconds until the bot is connected
MOST_REQUESTS = 200  # of the bot that are remembered
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")


class CannotPlay(BotError):
    """The playground cannot start, and why."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks for.

    Attributes:
        folder: Where everything is kept; None for the place that this system has for it.
        port: Where the page is served; 0 for any that is free.
        troubles: What is wrong from the beginning.
        shows_page: Whether a browser is opened, where there is one.
    """

    folder: Path | None = None
    port: int = DEFAULT_PORT
    troubles: Sequence[Trouble] = field(default_factory=tuple)
    shows_page: bool = True


@dataclass(frozen=True, slots=True)
class Playground:
    """What is there while one plays; `model` says who answers."""

    model: str
    discord: LocalDiscord
    town: Hometown
    line: Line
    lodger: Lodger
    troubles: Troubles


async def play(
    wishes: Wishes, *, model: ModelChoice | None = None, out: TextIO = sys.stdout
) -> int:
    """Serve the page until Ctrl-C or SIGTERM; return the exit code.

    `model` is as for `choose_model`.

    Raises:
        BotError: it cannot start; the words are for the person who typed the command.
    """
    stop = asyncio.Event()
    folder = wishes.folder or user_data_path("parley", appauthor=False) / FOLDER_NAME
    async with choose_model(model) as chosen, open_playground(wishes, folder, chosen) as playground:
        _stop_on_signals(stop)
        url = playground.discord.base_url
        print(playground.model, file=out)
        print(f"Conversations are kept in {folder}.", file=out)
        print(f"Parley is at {url} - Ctrl-C ends it.", file=out, flush=True)
        if wishes.shows_page and _has_screen():
            await asyncio.to_thread(webbrowser.open, url)
        await stop.wait()
        print("Answers that are being written may come to their end …", file=out, flush=True)
    return 0


@asynccontextmanager
async def open_playground(
    wishes: Wishes, folder: Path, chosen: ChosenModel
) -> AsyncIterator[Playground]:
    """Open everything, with the bot in it and the page at its address; then stop it all.

    Raises:
        BotError: it cannot be opened, and why.
    """
    _make(folder)
    async with AsyncExitStack() as stack:
        keeper = stack.enter_context(open_keeper(folder / "discord.db"))
        discord = await stack.enter_async_context(_discord(wishes.port, keeper))
        town = find(discord) if keeper.restore(discord.world) else found(discord)
        await stack.enter_async_context(keeper.keep(discord.world))
        discord.kept = keeper.written
        settings = chosen.settings(
            discord_token=discord.token,
            discord_api_url=discord.api_url,
            database_url=f"sqlite:///{folder / 'bot.db'}",
        )
        _set_up_logs(settings)
        line = await stack.enter_async_context(Line(endpoint(settings).target))
        lodger = Lodger(settings, via=line.url, cut=discord.gateway.drop)
        await stack.enter_async_context(lodger)
        troubles = Troubles(discord, line, lodger)
        words = chosen.words(settings)
        page = Page(
            discord, people=town.people, lodger=lodger, troubles=troubles, model_words=words
        )
        discord.elsewhere = page.answer
        await lodger.start()
        await discord.bot_ready(timeout=LONGEST_START)
        for trouble in wishes.troubles:
            await troubles.set(trouble)
        yield Playground(words, discord, town, line, lodger, troubles)


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)


def _set_up_logs(settings: Settings) -> None:
    """Only what went wrong, unless more is asked for: the page shows the rest."""
    asked = "log_level" in settings.model_fields_set
    set_up_logs(settings.log_level if asked else "WARNING", secrets=settings.secrets)


def _make(folder: Path) -> None:
    if "?" in str(folder):
        raise CannotPlay(f"{folder} has a ? in it, which no place of a database may have.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotPlay(f"{folder} cannot be made: {error.strerror}.") from error


@asynccontextmanager
async def _discord(port: int, keeper: Keeper) -> AsyncIterator[LocalDiscord]:
    # A bot that was killed is to be back at once, not after the five seconds of real life. A
    # request holds an answer as it was at that moment, and a day of streaming has a million.
    rules = Rules(identify_every=0.0, request_log=MOST_REQUESTS)
    try:
        opening = LocalDiscord(port=port, application_id=keeper.bot_id(), rules=rules)
        discord = await opening.__aenter__()
    except OSError as error:
        is_taken = error.errno == errno.EADDRINUSE
        why = "is taken, perhaps by another playground" if is_taken else "is not to be had"
        raise CannotPlay(f"Port {port} {why}; choose another with --port.") from error
    try:
        yield discord
    finally:
        await discord.__aexit__(None, None, None)


def _has_screen() -> bool:
    """Whether a browser could show itself; a text browser in this terminal would be no help."""
    return sys.platform in {"darwin", "win32"} or any(os.environ.get(name) for name in DISPLAYS)
