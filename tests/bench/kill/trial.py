"""A trial: people talk in one to three channels, and the process dies in the midst of it."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable
from itertools import islice

from bot.playground import Channel, Message, Person
from bot.playground.local_openai import Asked, Script
from bot.playground.rest.faults import Harm, Rule
from tests.bench.kill.words import POISON, Topic, script, text_about, topics_of
from tests.stories.home import Home
from tests.stories.process import BotProcess

PATIENCE = 60.0  # seconds
SHORT_BREAK = 1.0  # seconds
AIR = 0.3  # seconds; what was under way has arrived, some time before nonces are forgotten
LATEST = 15.0  # seconds until a request lands that is under way, at most
LONGEST_CONVERSATION = 3  # messages in one channel
LINES = (1, 12, 45)  # 45 are two pages


class Trial:
    """What is said and done in one trial; its channels are its own.

    Attributes:
        channels: Where people talk; the first is the one that is looked at.
        said: What they said at each, in order.
        expected: What the bot has to have said at each in the end.
        is_long_away: Whether each restart comes when Discord has forgotten all nonces.
        seconds: How long an answer takes.
        deaths: How often the process was killed.
        is_late: Whether something did not come in time, a moment or an answer.
    """

    def __init__(
        self, home: Home, bot: BotProcess, number: int, chance: random.Random, *, phase: str
    ) -> None:
        self.home = home
        self.number = number
        self.chance = chance
        self.phase = phase
        count = chance.randint(1, 3)
        self.channels = [
            home.discord.add_channel(home.guild, f"t{number}-{n}") for n in range(count)
        ]
        cleo = home.discord.add_person("Cleo", guilds=[home.guild])
        self._people: list[Person] = [home.ada, home.bob, cleo][: chance.randint(1, 3)]
        self.said: dict[Channel, list[Message]] = defaultdict(list)
        self.expected: dict[Channel, list[str]] = defaultdict(list)
        self.is_long_away = chance.random() < 0.5
        self.seconds = chance.uniform(0.5, 2.5)
        self.deaths = 0
        self.is_late = False
        self._bot = bot
        self._asked = 0  # topics so far
        self._begin_life()

    def answer(self, asked: Asked) -> Script:
        """Return what the model says in this trial."""
        return script(asked, seconds=self.seconds)

    @property
    def lead(self) -> Channel:
        """The channel that is looked at."""
        return self.channels[0]

    async def everybody_asks(self, *, lines: int | None = None) -> None:
        """Have one thing asked in each channel, in the first about so long an answer."""
        for channel in reversed(self.channels):
            await self.ask(channel, lines=lines if channel is self.lead else None)

    async def ask(self, channel: Channel, *, lines: int | None = None) -> Message:
        """Have somebody ask about something new."""
        self._asked += 1
        topic = Topic(self.number, self._asked, lines or self.chance.choice(LINES))
        self.expected[channel].append(text_about(topic.name))
        return await self._say(channel, topic.name)

    async def poison(self, channel: Channel, *, notice: str) -> Message:
        """Have somebody say what kills the process; all that comes of it is a notice."""
        self.expected[channel].append(notice)
        return await self._say(channel, POISON)

    async def _say(self, channel: Channel, words: str) -> Message:
        person = self.chance.choice(self._people)
        said = await person.say(channel, f"{self.home.mention} tell me about {words}")
        self.said[channel].append(said)
        return said

    def land_late(self, method: str, seconds: float, *, word: str = "", skip: int = 0) -> None:
        """Have a request about the first channel land only after so many seconds."""
        rule = Rule(
            Harm(delay_before=seconds),
            method,
            f"/channels/{self.lead.id}/messages*",
            skip=skip,
            where=lambda body: word in str(body),
        )
        self.home.discord.faults.add(rule)

    async def sleep(self, longest: float) -> None:
        """Let some time go by."""
        await asyncio.sleep(self.chance.uniform(0, longest))

    async def request(
        self, method: str, *, word: str = "", number: int = 1, one: bool = False
    ) -> None:
        """Wait until so many requests about the first channel, or one page there, came."""
        about = f"/channels/{self.lead.id}/messages{'/' * one}"

        def came() -> bool:
            return number <= sum(
                record.path.startswith(about)
                and method in {"*", record.method}
                and word in str(record.body)
                for record in islice(self.home.discord.requests, self._lived_since, None)
            )

        await self._until(came)

    async def reading(self) -> None:
        """Wait until the history of the first channel is asked for."""
        await self.request("GET")

    async def looking_after(self) -> None:
        """Wait until a page in the first channel is read back."""
        await self.request("GET", one=True)

    async def final_text(self) -> None:
        """Wait until an answer in the first channel shows its final text."""
        await self._until(
            lambda: any("Retry" in page.labels for page in self.home.answers(self.lead))
        )

    async def question(self, word: str | None = None) -> None:
        """Wait until the model was asked in this life: what was said last, or a certain word."""
        wanted = word or self.said[self.lead][-1].content.split()[-1]
        async with asyncio.timeout(PATIENCE):
            await self.home.openai.until(lambda: self._was_asked(wanted))

    async def connected(self) -> None:
        """Wait until the process is connected to Discord."""
        identified = self._identified
        gateway = self.home.discord.gateway
        await self._until(lambda: gateway.identifies > identified)
        await self.home.discord.bot_ready()

    async def die(self) -> None:
        """Kill the process."""
        await self._bot.kill()
        self.deaths += 1

    async def come_back(self) -> None:
        """Start it again when it was away for its time, in which people may go on talking."""
        for channel in self.channels:
            if self.chance.random() < 0.3 and len(self.said[channel]) < LONGEST_CONVERSATION:
                await self.ask(channel)
        await asyncio.sleep(SHORT_BREAK)
        if self.is_long_away:
            # A trial before this one may have left a request under way, too.
            await asyncio.sleep(LATEST + AIR - SHORT_BREAK)
            self.home.discord.forget_nonces()
        self._begin_life()
        await self._bot.launch()

    async def all_answered(self) -> None:
        """Wait until all that was said is answered."""
        await self._until(lambda: all(map(self._is_answered, self.channels)))

    def shown(self, channel: Channel) -> str:
        """Return all that the bot said in a channel."""
        return "\n".join(page.content for page in self.home.answers(channel))

    def made(self, channel: Channel) -> set[str]:
        """Return the ids of all messages that the bot ever made in a channel."""
        return {
            str(record.answer["id"])
            for record in self.home.discord.requests
            if (record.method, record.path) == ("POST", f"/channels/{channel.id}/messages")
            and isinstance(record.answer, dict)
            and "id" in record.answer
        }

    def _begin_life(self) -> None:
        self._lived_since = len(self.home.discord.requests)
        self._heard_since = len(self.home.openai.requests)
        self._identified = self.home.discord.gateway.identifies

    def _is_answered(self, channel: Channel) -> bool:
        pages = self.home.answers(channel)
        whole = "\n".join(self.expected[channel])
        return not whole or (self.shown(channel) == whole and "Retry" in pages[-1].labels)

    def _was_asked(self, word: str) -> bool:
        asked = self.home.openai.requests[self._heard_since :]
        return any(word in topics_of(each) for each in asked)

    async def _until(self, holds: Callable[[], bool]) -> None:
        await self.home.discord.until(holds, timeout=PATIENCE)
