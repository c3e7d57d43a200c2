"""A server, two people and the real bot, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.app import Bot, open_bot
from bot.clock import SystemClock
from bot.playground import Channel, Guild, LocalDiscord, Message, Person, Rules, Thread
from bot.playground.local_openai import LocalOpenAI
from bot.playground.world.commands import CommandKind
from bot.settings import Settings, read_settings


@dataclass(frozen=True, slots=True)
class Home:
    """What is there whether the bot lives or not."""

    discord: LocalDiscord
    openai: LocalOpenAI
    guild: Guild
    general: Channel
    ada: Person
    bob: Person
    folder: Path
    ending: AsyncExitStack  # what is done at the end of the home, whatever came of the story

    def settings(self, **given: Any) -> Settings:
        """Return the settings with which the bot lives here."""
        return read_settings(
            self.folder / "no.env",
            **{
                "discord_token": self.discord.token,
                "discord_api_url": self.discord.api_url,
                "openai_base_url": self.openai.url,
                "openai_api_key": "local-key",
                "openai_model": "some-model",
                "database_url": f"sqlite:///{self.folder / 'bot.db'}",
                "grace_seconds": 0,
                "title_model": "off",  # what is asked of the model is counted by the stories
                **given,
            },
        )

    @asynccontextmanager
    async def bot(self, clock: SystemClock | None = None, **given: Any) -> AsyncIterator[Bot]:
        """Have the bot live here for the length of the block."""
        stop = asyncio.Event()
        opened = open_bot(self.settings(**given), clock=clock)
        async with opened as bot, asyncio.TaskGroup() as group:
            group.create_task(bot.run(stop))
            try:
                await self.discord.bot_ready()
                await self.discord.until(self.has_commands)
                yield bot
            finally:
                stop.set()

    @property
    def mention(self) -> str:
        """What people write to call the bot."""
        return f"<@{self.discord.world.bot.id}>"

    async def ask(self, person: Person, channel: Channel | Thread, text: str) -> Message:
        """Say something to the bot and return the message in which its answer ends."""
        said = await person.say(channel, f"{self.mention} {text}")
        return await self.answer_after(channel, said)

    async def answer_after(
        self,
        channel: Channel | Thread,
        said: Message,
        *,
        timeout: float = 20,  # noqa: ASYNC109
    ) -> Message:
        """Return the message in which the answer to `said` ends, once it is whole."""
        return await self.discord.until(lambda: self._end_of_answer(channel, said), timeout=timeout)

    def answers(self, channel: Channel | Thread) -> list[Message]:
        """Return all that the bot said at a place, oldest first."""
        us = self.discord.world.bot.id
        return [m for m in channel.messages if m.author.id == us and not m.ephemeral_to]

    def has_commands(self) -> bool:
        """Whether Discord was told of the bot's commands."""
        known = self.discord.world.commands
        return known.available(self.guild, CommandKind.SLASH, "help") is not None

    def _end_of_answer(self, channel: Channel | Thread, said: Message) -> Message | None:
        own = [m for m in self.answers(channel) if m.id > said.id and "Retry" in m.labels]
        return own[0] if own else None


@asynccontextmanager
async def open_home(folder: Path, openai: LocalOpenAI, **rules: Any) -> AsyncIterator[Home]:
    """Open a server called Home with a channel, Ada who owns it, and Bob."""
    discord = LocalDiscord(rules=Rules(identify_every=0.0, **rules))
    async with discord, openai, AsyncExitStack() as ending:
        guild = discord.add_guild("Home")
        general = discord.add_channel(guild, "general")
        ada = discord.add_person("Ada", guilds=[guild])
        bob = discord.add_person("Bob", guilds=[guild])
        yield Home(discord, openai, guild, general, ada, bob, folder, ending)
