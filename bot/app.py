"""Puts the house together: the only module that knows every concrete part."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from uuid import uuid4

from bot import __version__
from bot.clock import SystemClock
from bot.domain.errors import BotError, StoreBusy, StoreTaken
from bot.engine.engine import Doors, Engine, Terms, open_engine
from bot.engine.listenings import Listenings
from bot.engine.offers import Offers
from bot.engine.pacing import Governor
from bot.gateway.connection import Connection
from bot.gateway.entry import Entry
from bot.gateway.files import open_files
from bot.gateway.guide import DiscordGuide
from bot.gateway.invite import application_id_from, invite_url
from bot.gateway.past import DiscordPast
from bot.gateway.sync import CommandSync
from bot.model import Endpoint, RemoteCatalogue, open_model, warm_up
from bot.ports import Clock, Notebook, Prices, Store
from bot.prices import PriceList
from bot.settings import DiscordSettings, Settings
from bot.store import open_store

log = logging.getLogger(__name__)

LAST_WRITE_SECONDS = 1.0  # without it the attempts that are broken off count as failed
GUARD_EVERY = 5.0  # seconds after which an idle process notices that it was overtaken


@dataclass(frozen=True, slots=True)
class Bot:
    """The running bot: its parts, opened and wired."""

    settings: Settings
    store: Store
    clock: Clock
    connection: Connection
    engine: Engine
    entry: Entry
    sync: CommandSync
    offers: Offers

    async def run(self, stop: asyncio.Event) -> None:
        """Hear and answer until `stop` is set, then let answers in flight end.

        What is heard during the grace time is recorded, and answered after the next start.

        Raises:
            StoreTaken: the database is another process's by now.
            BotError: Discord does not want this bot; trying on would not help.
        """
        failures: list[BotError] = []
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self.engine.run()),
                    group.create_task(self.sync.run()),
                    group.create_task(self.offers.run()),
                    group.create_task(self.connection.run(self.engine.catch_up, self.entry)),
                    group.create_task(self._stand_guard()),
                ]
                await stop.wait()
                log.info("event=stopping grace=%.0f", self.settings.grace_seconds)
                await self._finish()
                for task in tasks:
                    task.cancel()
        except* BotError as group_of_errors:
            failures += _leaves(group_of_errors)
        if failures:
            with suppress(StoreBusy, StoreTaken):  # it is no answer's fault
                await self.store.forgive_attempts()
            raise failures[0]

    async def _stand_guard(self) -> None:
        """End everything soon after the store was taken by another; until then wait.

        Raises:
            StoreTaken: it was. Nothing was written or said since: each is refused by itself.
        """
        while True:
            await self.clock.sleep(GUARD_EVERY)
            with suppress(StoreBusy):  # those who need it see to that
                await self.store.confirm()

    async def _finish(self) -> None:
        try:
            async with asyncio.timeout(self.settings.grace_seconds):
                await self.engine.finish()
        except TimeoutError:
            log.warning("event=grace_over; what is unfinished is finished after the next start")
        try:
            async with asyncio.timeout(LAST_WRITE_SECONDS):
                await self.store.forgive_attempts()
        except (StoreBusy, TimeoutError) as error:
            log.warning("event=attempts_not_forgiven reason=%r", error)


def _leaves(group: BaseExceptionGroup[BotError]) -> Iterator[BotError]:
    """Yield the errors of a group, and of the groups of the tasks within it."""
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


@asynccontextmanager
async def open_bot(
    settings: Settings, *, via: str | None = None, clock: SystemClock | None = None
) -> AsyncIterator[Bot]:
    """Open every part and wire them; close them in the opposite order.

    The mouth is opened before the lanes and closed after them, so that replies in flight
    can still be finished. `via` is where requests to the model are sent, if not to the model.
    The `clock` is the machine's, unless another is given.

    Raises:
        StoreUnusable: the database cannot be used.
    """
    clock = clock or SystemClock()
    governor = Governor(clock)
    async with (
        open_store(settings.database_url) as store,
        open_model(
            replace(endpoint(settings), via=via),
            max_output_tokens=settings.max_output_tokens,
            stall_seconds=settings.stall_seconds,
            salt=await _salt(store),
        ) as model,
    ):
        connection = Connection(
            settings.discord_token.get_secret_value(),
            api_url=api_url(settings),
            clock=clock,
            governor=governor,
            fence=store.confirm,
            set_clock=clock.set_right,
        )
        prices = price_list(settings)
        own_limits = await store.own_limits()
        tell_unpriced(settings, prices, has_budgets=bool(settings.limits or own_limits))
        listenings = Listenings(await store.listenings())
        async with (
            open_files(connection.client, api_url=api_url(settings)) as files,
            open_engine(
                Doors(
                    store,
                    model,
                    connection.messenger,
                    DiscordPast(connection.client),
                    files,
                    DiscordGuide(connection.client),
                    prices,
                    clock,
                ),
                terms(settings),
                governor=governor,
                listenings=listenings,
                own_limits=own_limits,
            ) as engine,
        ):
            sync = CommandSync(notebook=store, clock=clock)
            offers = Offers(
                catalogue=RemoteCatalogue(replace(endpoint(settings), via=via)),
                prices=prices,
                clock=clock,
                configured=models(settings),
            )
            entry = Entry(
                engine,
                sync=sync,
                offers=offers,
                clock=clock,
                default_model=settings.openai_model,
            )
            yield Bot(settings, store, clock, connection, engine, entry, sync, offers)


async def run(settings: Settings) -> None:
    """Run the bot until a signal asks it to stop.

    Raises:
        BotError: it cannot start, or must not go on; the words are for the operator.
    """
    log.info("event=starting version=%s", __version__)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await warm_up()
    async with open_bot(settings) as bot:
        await bot.run(stop)
    log.info("event=stopped")


async def invitation(settings: DiscordSettings) -> str:
    """Return the link that adds the bot to a server, with the least permissions.

    Raises:
        BotError: the token names no application.
    """
    application_id = application_id_from(settings.discord_token.get_secret_value())
    if application_id is None:
        raise BotError("DISCORD_TOKEN does not look like a bot's token; copy it anew.")
    return invite_url(application_id)


def models(settings: Settings) -> tuple[str, ...]:
    """Return the models that the settings name to answer, the first one first."""
    return tuple(dict.fromkeys((settings.openai_model, *settings.fallback_models)))


def named_models(settings: Settings) -> dict[str, str]:
    """Return every model that the settings name, whatever for, and by which of them."""
    named = {settings.openai_model: "OPENAI_MODEL"}
    for model in settings.fallback_models:
        named.setdefault(model, "OPENAI_FALLBACK_MODELS")
    if settings.budget_model:
        named.setdefault(settings.budget_model, "BUDGET_MODEL")
    if settings.title_model and settings.names_sessions:
        named.setdefault(settings.title_model, "TITLE_MODEL")
    return named


def api_url(settings: Settings) -> str | None:
    """Return where Discord is, unless it is the real one."""
    return str(settings.discord_api_url) if settings.discord_api_url else None


def endpoint(settings: Settings) -> Endpoint:
    """Return where the model is, as the settings have it."""
    key, url = settings.openai_api_key, settings.openai_base_url
    return Endpoint(
        key.get_secret_value() if key else "", str(url) if url else None, settings.openai_api
    )


def terms(settings: Settings) -> Terms:
    """Return on which terms the settings have the bot answer."""
    return Terms(
        default_model=settings.openai_model,
        fallback_models=tuple(settings.fallback_models),
        context_tokens=settings.context_tokens,
        max_output_tokens=settings.max_output_tokens,
        long_answer_pages=settings.long_answer_pages,
        concurrent_answers=settings.concurrent_answers,
        catch_up_hours=settings.catch_up_hours,
        limits=settings.limits,
        budget_model=settings.budget_model or None,
        names_sessions=settings.names_sessions,
        title_model=settings.title_model or None,
        rates=settings.rates,
    )


def price_list(settings: Settings) -> PriceList:
    """Return what models cost where the settings say that they are."""
    url = settings.openai_base_url
    return PriceList(settings.own_prices, str(url) if url else None)


def unpriced_models(settings: Settings, prices: Prices) -> list[str]:
    """Return those models that a budget would keep from being asked: they have no known price."""
    return [each for each in named_models(settings) if not prices.offer(each).has_price]


def tell_unpriced(settings: Settings, prices: Prices, *, has_budgets: bool) -> None:
    """Log what a budget keeps from being asked, where there is one."""
    for model in unpriced_models(settings, prices) if has_budgets else ():
        log.warning(
            "event=unpriced model=%s; no budget can count it, so it is not asked: set MODEL_PRICES",
            model,
        )


async def _salt(notebook: Notebook) -> str:
    """Return this installation's own random words, the same after every restart."""
    salt = await notebook.recall("salt")
    if salt is None:
        salt = str(uuid4())
        await notebook.remember("salt", salt)
    return salt
