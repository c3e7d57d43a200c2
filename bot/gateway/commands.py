"""The slash commands as Discord is told of them: names, options and what they teach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

from bot.domain.manner import LONGEST_MODEL
from bot.domain.persona import LONGEST_NAME

# https://discord.com/developers/docs/interactions/application-commands
LONGEST_CHOICE = 100  # characters in the name of a choice
MOST_CHOICES = 25  # of an option, and of a menu
LONGEST_PROMPT = 6000  # characters in an option, at most
LONGEST_TITLE = 100  # as many as the name of a thread may have

_CHAT_INPUT = 1
_MESSAGE = 3
_GUILD_INSTALL = 0
_IN_GUILD, _IN_BOT_DM = 0, 1

_WHERE: Mapping[str, object] = MappingProxyType(
    {"contexts": [_IN_GUILD, _IN_BOT_DM], "integration_types": [_GUILD_INSTALL]}
)


class OptionKind(IntEnum):
    """Discord's numbers for what an option is."""

    SUBCOMMAND = 1
    TEXT = 3
    YES_OR_NO = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values an option offers, and how it is shown."""

    name: str
    value: str

    def payload(self) -> dict[str, object]:
        """Return the choice as Discord reads it."""
        return {"name": self.name[:LONGEST_CHOICE], "value": self.value}


@dataclass(frozen=True, slots=True)
class Option:
    """What can be said after a command."""

    name: str
    description: str
    kind: OptionKind = OptionKind.TEXT
    longest: int | None = None
    choices: tuple[Choice, ...] = ()
    is_required: bool = False
    autocompletes: bool = False

    def payload(self) -> dict[str, object]:
        """Return the option as Discord reads it."""
        shown: dict[str, object] = {
            "type": int(self.kind),
            "name": self.name,
            "description": self.description,
        }
        if self.is_required:
            shown["required"] = True
        if self.longest is not None:
            shown |= {"min_length": 1, "max_length": self.longest}
        if self.choices:
            shown["choices"] = [choice.payload() for choice in self.choices]
        if self.autocompletes:
            shown["autocomplete"] = True
        return shown


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command, or one of its subcommands."""

    name: str
    description: str
    options: tuple[Option, ...] = ()
    subcommands: tuple[Command, ...] = ()

    def payload(self) -> dict[str, object]:
        """Return the command as Discord reads it: for servers and for the bot's own DMs."""
        return {
            "type": _CHAT_INPUT,
            **_WHERE,
            **self._described(),
        }

    def _described(self) -> dict[str, object]:
        below = [
            {"type": int(OptionKind.SUBCOMMAND), **sub._described()} for sub in self.subcommands
        ]
        return {
            "name": self.name,
            "description": self.description,
            "options": below or [option.payload() for option in self.options],
        }


_PERSONA = Option(
    "persona",
    "In which manner to answer",
    longest=LONGEST_NAME,
    autocompletes=True,
)
_OWN_PERSONA = Option(
    "persona",
    "One of this server's own personas",
    longest=LONGEST_NAME,
    is_required=True,
    autocompletes=True,
)
_MODEL = Option(
    "model",
    "Which model answers, by its name; leave it out for the usual one",
    longest=LONGEST_MODEL,
    autocompletes=True,
)
_SESSION = Option(
    "session",
    "One of the conversations of this place: type a word of its title and pick it",
    longest=LONGEST_TITLE,
    is_required=True,
    autocompletes=True,
)

USAGE_DAYS = ("7", "30", "90")
_DAYS = Option(
    "days",
    "How far to look back; 30 days without it",
    choices=tuple(Choice(f"{days} days", days) for days in USAGE_DAYS),
)

COMMANDS = (
    Command(
        "chat",
        "Open a thread with a fresh conversation and answer there",
        (
            Option(
                "prompt",
                "What you want to ask; without it the thread waits for your first message",
                longest=LONGEST_PROMPT,
            ),
            _PERSONA,
            _MODEL,
            Option(
                "private",
                "Only you, whom you invite and moderators see the thread",
                OptionKind.YES_OR_NO,
            ),
        ),
    ),
    Command(
        "new",
        "Start a fresh conversation right here; the one before is kept and can be resumed",
        (_PERSONA, _MODEL),
    ),
    Command("reset", "Start afresh here with the same persona and model; nothing is erased"),
    Command("stop", "Stop the answer in progress; what was said so far stays"),
    Command("retry", "Answer the last message again, in the same place"),
    Command("undo", "Take the last message and its answer out of the conversation"),
    Command(
        "session",
        "Look at the conversations of this place, go back to one, rename or delete it",
        subcommands=(
            Command("info", "Show the conversation that is open here: its size, persona and model"),
            Command("list", "List the conversations of this place, the open one first"),
            Command("resume", "Go back to an earlier conversation of this place", (_SESSION,)),
            Command(
                "rename",
                "Give a conversation of this place another title",
                (
                    _SESSION,
                    Option("title", "The new title", longest=LONGEST_TITLE, is_required=True),
                ),
            ),
            Command(
                "delete",
                "Erase a conversation of this place for good; you are asked once more",
                (_SESSION,),
            ),
        ),
    ),
    Command(
        "persona",
        "The personas that I can answer as; a server can have its own",
        subcommands=(
            Command("list", "List the personas that can be chosen here"),
            Command("create", "Add a persona to this server's own"),
            Command("edit", "Change one of this server's own personas", (_OWN_PERSONA,)),
            Command("delete", "Delete one of this server's own personas", (_OWN_PERSONA,)),
        ),
    ),
    Command("settings", "See and choose how I answer here: persona, model, language and more"),
    Command(
        "usage",
        "What was asked of models, and what it cost",
        subcommands=(
            Command("me", "What you used, wherever it was; only you see it", (_DAYS,)),
            Command("channel", "What was used in this channel or thread", (_DAYS,)),
            Command(
                "server",
                "What was used in this server, and by whom most; takes Manage Server",
                (_DAYS,),
            ),
        ),
    ),
    Command("context", "See what the model would be shown here, and pin or leave out parts of it"),
    Command("help", "How to talk with me here"),
)


CONTINUE = "Continue from here"
PIN, LEAVE_OUT = "Pin to context", "Leave out"
APPS = (CONTINUE, PIN, LEAVE_OUT)  # what the menu of a message offers


def payloads() -> list[dict[str, object]]:
    """Return all commands as Discord reads them."""
    apps = [{"type": _MESSAGE, "name": name, **_WHERE} for name in APPS]
    return [*(command.payload() for command in COMMANDS), *apps]


def leaves() -> Iterator[tuple[str, Command]]:
    """Yield every command that can be given, by its full name such as `session info`."""
    for command in COMMANDS:
        if not command.subcommands:
            yield command.name, command
        for sub in command.subcommands:
            yield f"{command.name} {sub.name}", sub
