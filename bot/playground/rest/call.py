"""One request, as a handler sees it, and its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.playground.rest.forms import Complaints, Form
from bot.playground.world.accounts import User
from bot.playground.world.parts import Upload
from bot.playground.world.permission import NONE, Permission, demand
from bot.playground.world.places import Channel, Guild, Message, Thread
from bot.playground.world.refusal import Code, Refused
from bot.playground.world.world import World


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and the JSON that goes with it; `None` is an empty body."""

    body: object = None
    status: int = 200


NOTHING = Answer(status=204)
"""Done, and there is nothing to say about it."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request of the bot that came through all the gates."""

    world: World
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: object
    files: Mapping[str, Upload]
    host: str
    complaints: Complaints = field(default_factory=Complaints)

    @property
    def bot(self) -> User:
        """Who asks."""
        return self.world.bot

    @property
    def form(self) -> Form:
        """The body, to be read field by field.

        Raises:
            Refused: if it is no JSON object.
        """
        if self.body is None:
            return Form({}, self.complaints)
        if not isinstance(self.body, dict):
            raise Refused(Code.INVALID_JSON)
        return Form(self.body, self.complaints)

    def id(self, name: str) -> int:
        """An id in the path.

        Raises:
            Refused: with INVALID_FORM, for what is no snowflake.
        """
        value = self.path[name]
        if not value.isdecimal():
            self.complaints.add((name,), "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
            self.complaints.settle()
        return int(value)

    def asked(self, name: str) -> int | None:
        """A number in the query."""
        value = self.query.get(name)
        return int(value) if value and value.isdecimal() else None

    def channel(self, needed: Permission = NONE) -> Channel:
        """The channel in the path, in which the bot may do `needed`.

        Raises:
            Refused: if there is none or it may not.
        """
        channel = self.world.channel(self.id("channel_id"))
        demand(channel, self.bot, needed)
        return channel

    def thread(self) -> Thread:
        """The thread in the path, which the bot can see.

        Raises:
            Refused: if there is none.
        """
        channel = self.channel()
        if not isinstance(channel, Thread):
            raise Refused(Code.WRONG_CHANNEL_TYPE)
        return channel

    def message(self, needed: Permission = NONE) -> Message:
        """The message in the path.

        Raises:
            Refused: if there is none, or the bot may not do `needed` in its channel.
        """
        return self.world.message(self.channel(needed), self.id("message_id"))

    def guild(self) -> Guild:
        """The guild in the path, which the bot is in.

        Raises:
            Refused: if there is none.
        """
        guild = self.world.guilds.get(self.id("guild_id"))
        if guild is None:
            raise Refused(Code.UNKNOWN_GUILD)
        if self.bot.id not in guild.members:
            raise Refused(Code.MISSING_ACCESS)
        return guild


Handler = Callable[[Call], Answer]
