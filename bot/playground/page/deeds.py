"""Deeds: what a person does on the page, from its JSON to what happens in the world.

Each class is one verb; its fields are what the page sends. What a person may not do is
refused by the world itself, with Discord's own code.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from bot.playground.page.hand import Hand, OptionValue
from bot.playground.world.commands import CommandKind, Option
from bot.playground.world.parts import Json
from bot.playground.world.places import Channel, Thread
from bot.playground.world.refusal import Code, Refused


class Deed(BaseModel, ABC):
    """One thing that a person does."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @abstractmethod
    async def done(self, hand: Hand) -> Json:
        """Do it, and return what the page is told.

        Raises:
            Refused, NotOffered: it may not be done.
        """


class Say(Deed):
    """Say something new, with whatever files come along."""

    do: Literal["say"]
    channel: int
    text: str = ""
    reply_to: int | None = None
    ping: bool = True

    async def done(self, hand: Hand) -> Json:
        target = hand.message(self.channel, self.reply_to) if self.reply_to else None
        said = await hand.person.say(
            hand.channel(self.channel),
            self.text,
            reply_to=target,
            ping=self.ping,
            files=hand.files,
        )
        return {"id": str(said.id)}


class Edit(Deed):
    """Say something else in an old message."""

    do: Literal["edit"]
    channel: int
    message: int
    text: str

    async def done(self, hand: Hand) -> Json:
        await hand.person.edit(hand.message(self.channel, self.message), self.text)
        return {}


class Delete(Deed):
    """Take a message back; one that only this person sees is put out of sight."""

    do: Literal["delete"]
    channel: int
    message: int

    async def done(self, hand: Hand) -> Json:
        message = hand.message(self.channel, self.message)
        if message.is_ephemeral:
            hand.feed.ephemeral.pop(message.id, None)
        else:
            await hand.person.delete(message)
        return {}


class React(Deed):
    """Put an emoji under a message, or take it away."""

    do: Literal["react"]
    channel: int
    message: int
    emoji: Annotated[str, Field(min_length=1, max_length=64)]
    on: bool

    async def done(self, hand: Hand) -> Json:
        message = hand.message(self.channel, self.message)
        change = hand.person.react if self.on else hand.person.unreact
        await change(message, self.emoji)
        return {}


class Type(Deed):
    """Be seen typing."""

    do: Literal["typing"]
    channel: int

    async def done(self, hand: Hand) -> Json:
        await hand.person.typing(hand.channel(self.channel))
        return {}


class OpenThread(Deed):
    """Open a thread, under a message or not."""

    do: Literal["thread"]
    channel: int
    name: Annotated[str, Field(min_length=1, max_length=100)]
    message: int | None = None
    private: bool = False

    async def done(self, hand: Hand) -> Json:
        message = hand.message(self.channel, self.message) if self.message else None
        thread = await hand.person.open_thread(
            hand.channel(self.channel), self.name, message=message, private=self.private
        )
        return {"id": str(thread.id)}


class OpenPost(Deed):
    """Open a post in a forum."""

    do: Literal["post"]
    channel: int
    title: Annotated[str, Field(min_length=1, max_length=100)]
    text: str

    async def done(self, hand: Hand) -> Json:
        thread = await hand.person.open_forum_post(
            hand.channel(self.channel), self.title, self.text, files=hand.files
        )
        return {"id": str(thread.id)}


class Archive(Deed):
    """Put a thread away, or bring it back."""

    do: Literal["archive"]
    channel: int
    on: bool

    async def done(self, hand: Hand) -> Json:
        thread = hand.channel(self.channel)
        if not isinstance(thread, Thread):
            raise Refused(Code.WRONG_CHANNEL_TYPE)
        await (hand.person.archive if self.on else hand.person.unarchive)(thread)
        return {}


class UseCommand(Deed):
    """Use a slash command: `session resume` with its options."""

    do: Literal["command"]
    channel: int
    name: Annotated[str, Field(min_length=1)]
    options: dict[str, OptionValue] = {}

    async def done(self, hand: Hand) -> Json:
        channel = hand.channel(self.channel)
        known = _options_of(hand, channel, self.name)
        values = {
            name: hand.thing(known[name], value) if name in known else value
            for name, value in self.options.items()
        }
        return hand.began(hand.person.start_slash(channel, self.name, **values))


class Complete(Deed):
    """Ask what could be meant by what is typed so far."""

    do: Literal["autocomplete"]
    channel: int
    name: Annotated[str, Field(min_length=1)]
    option: str
    typed: str = ""
    options: dict[str, OptionValue] = {}

    async def done(self, hand: Hand) -> Json:
        others = {name: value for name, value in self.options.items() if name != self.option}
        choices = await hand.person.autocomplete(
            hand.channel(self.channel), self.name, option=self.option, typed=self.typed, **others
        )
        return {"choices": [{"name": each.name, "value": each.value} for each in choices]}


class UseOnMessage(Deed):
    """Use a command from the Apps menu of a message."""

    do: Literal["use"]
    channel: int
    message: int
    name: str

    async def done(self, hand: Hand) -> Json:
        target = hand.message(self.channel, self.message)
        return hand.began(hand.person.start_use_on(target, self.name))


class Press(Deed):
    """Press a button."""

    do: Literal["press"]
    channel: int
    message: int
    custom_id: str

    async def done(self, hand: Hand) -> Json:
        message = hand.message(self.channel, self.message)
        return hand.began(hand.person.start_press(message, custom_id=self.custom_id))


class Select(Deed):
    """Pick from a menu."""

    do: Literal["select"]
    channel: int
    message: int
    custom_id: str
    values: list[str]

    async def done(self, hand: Hand) -> Json:
        message = hand.message(self.channel, self.message)
        outcome = hand.person.start_select(message, *self.values, custom_id=self.custom_id)
        return hand.began(outcome)


class Submit(Deed):
    """Send a form that was filled in."""

    do: Literal["submit"]
    interaction: int
    values: dict[str, str | list[str]]

    async def done(self, hand: Hand) -> Json:
        asked = hand.outcomes.get(self.interaction)
        if asked is None or asked.interaction.user is not hand.person.user:
            raise Refused(Code.UNKNOWN_INTERACTION)
        return hand.began(hand.person.start_submit(asked, **self.values))


AnyDeed = Annotated[
    Say
    | Edit
    | Delete
    | React
    | Type
    | OpenThread
    | OpenPost
    | Archive
    | UseCommand
    | Complete
    | UseOnMessage
    | Press
    | Select
    | Submit,
    Field(discriminator="do"),
]
_DEEDS: TypeAdapter[Deed] = TypeAdapter(AnyDeed)


def deed_from(body: Mapping[str, object]) -> Deed:
    """Return the deed that the page asks for.

    Raises:
        pydantic.ValidationError: there is no such verb, or something about it is wrong.
    """
    return _DEEDS.validate_python(body)


def _options_of(hand: Hand, channel: Channel, line: str) -> dict[str, Option]:
    """The options of the innermost subcommand, by name; none for an unknown command."""
    first, *rest = line.split() or [""]
    command = hand.realm.world.commands.available(channel.guild, CommandKind.SLASH, first)
    options = command.options if command else ()
    for word in rest:
        options = next((each.options for each in options if each.name == word), ())
    return {option.name: option for option in options}
