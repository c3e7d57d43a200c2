"""Saying: the real bot on a local Discord, asked from a terminal."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TextIO

from bot.app import Bot, open_bot
from bot.domain.reply import Ending, Reply
from bot.domain.turn import Turn
from bot.logs import set_up_logs
from bot.playground.choosing import ModelChoice, choose_model
from bot.playground.local import LocalDiscord
from bot.playground.people.person import Person
from bot.playground.world.events import Event, MessageCreated, MessageDeleted, MessageEdited
from bot.playground.world.places import Channel, Message

LONGEST_ANSWER = 600.0  # seconds
RETRY = "Retry"


async def say(
    texts: Sequence[str], *, model: ModelChoice | None = None, out: TextIO = sys.stdout
) -> int:
    """Say `texts` to the bot, one after the other; print the conversation as it streams.

    `model` is as for `choose_model`. Return 0 when every answer came whole, 1 otherwise.

    Raises:
        NoLocalModel: the local model was chosen and cannot be had.
    """
    async with LocalDiscord() as discord, choose_model(model) as chosen:
        home = discord.add_guild("Home")
        ada = discord.add_person("Ada", guilds=[home])
        place = discord.dm(ada)
        with tempfile.TemporaryDirectory(prefix="parley-") as folder:
            settings = chosen.settings(
                discord_token=discord.token,
                discord_api_url=discord.api_url,
                database_url=f"sqlite:///{Path(folder) / 'playground.db'}",
            )
            set_up_logs("WARNING", secrets=settings.secrets)
            print(chosen.words(settings), file=out, flush=True)
            with discord.watch() as events:
                async with open_bot(settings) as bot, asyncio.TaskGroup() as group:
                    stop = asyncio.Event()
                    group.create_task(bot.run(stop))
                    printing = group.create_task(_print(events, place, out))
                    await discord.bot_ready()
                    talk = _Talk(discord, place, ada, bot)
                    replies = [await talk.ask(text) for text in texts]
                    printing.cancel()
                    stop.set()
    print(file=out)
    return 0 if all(reply is not None and reply.ending is Ending.WHOLE for reply in replies) else 1


class _Talk:
    def __init__(self, discord: LocalDiscord, channel: Channel, person: Person, bot: Bot) -> None:
        self._discord = discord
        self._channel = channel
        self._person = person
        self._bot = bot

    async def ask(self, text: str) -> Reply | None:
        """Say one text and return the reply once all of it is to be seen; None if it never is."""
        said = await self._person.say(self._channel, text)
        try:
            await self._discord.until(
                lambda: any(m.id > said.id and RETRY in m.labels for m in self._channel.messages),
                timeout=LONGEST_ANSWER,
            )
        except TimeoutError:
            return None
        turn: Turn | None = await self._bot.store.newest_version(said.id)
        return turn.reply if turn else None


async def _print(events: AsyncIterator[Event], channel: Channel, out: TextIO) -> None:
    """Print what is said in the channel while it is said, until cancelled."""
    async for event in events:
        match event:
            case MessageCreated(message, content) if message.channel is channel:
                out.write(f"\n\n{_speaker(message)}: {content}")
            case MessageEdited(message, before, content) if message.channel is channel:
                out.write(_grown(before, content))
            case MessageDeleted(message) if message.channel is channel:
                out.write("\n[a message was taken back]")
            case _:
                continue
        out.flush()


def _speaker(message: Message) -> str:
    return message.author.global_name or message.author.name


def _grown(before: str, content: str) -> str:
    """Return what to print after `before`, so that `content` has been printed."""
    return content.removeprefix(before) if content.startswith(before) else f"\n{content}"
