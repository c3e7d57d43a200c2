"""The application commands that the bot has registered.

https://docs.discord.com/developers/interactions/application-commands
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from bot.playground.world.parts import Json
from bot.playground.world.places import Guild

EVERYWHERE = 0
"""The scope of global commands, beside the ids of guilds."""


class CommandKind(IntEnum):
    """Where a command is found: by typing, on a user, on a message."""

    SLASH = 1
    USER = 2
    MESSAGE = 3


class OptionKind(IntEnum):
    """What an option takes."""

    SUBCOMMAND = 1
    GROUP = 2
    STRING = 3
    INTEGER = 4
    BOOLEAN = 5
    USER = 6
    CHANNEL = 7
    ROLE = 8
    MENTIONABLE = 9
    NUMBER = 10
    ATTACHMENT = 11


@dataclass(frozen=True, slots=True)
class Option:
    """A parameter, a subcommand, or a group of subcommands."""

    kind: OptionKind
    name: str
    required: bool
    autocomplete: bool
    choices: Mapping[str, object]
    bounds: tuple[float | None, float | None]
    options: tuple[Option, ...]
    channel_kinds: frozenset[int]


@dataclass(frozen=True, slots=True)
class Command:
    """A registered command; `body` is what was registered, as Discord tells it back."""

    id: int
    kind: CommandKind
    name: str
    guild_id: int | None
    options: tuple[Option, ...]
    permissions: int | None
    contexts: frozenset[int] | None
    body: Json


class Commands:
    """All registered commands, by scope."""

    def __init__(self) -> None:
        self._by_scope: dict[int, dict[int, Command]] = {}

    def of(self, scope: int) -> list[Command]:
        """The commands of a guild, or those that are everywhere."""
        return list(self._by_scope.get(scope, {}).values())

    def get(self, scope: int, command_id: int) -> Command | None:
        """One command of a scope."""
        return self._by_scope.get(scope, {}).get(command_id)

    def named(self, scope: int, kind: CommandKind, name: str) -> Command | None:
        """One command of a scope by its name."""
        return next((c for c in self.of(scope) if c.kind is kind and c.name == name), None)

    def put(self, scope: int, command: Command) -> None:
        """The command is registered, instead of one with the same id."""
        self._by_scope.setdefault(scope, {})[command.id] = command

    def replace(self, scope: int, commands: Iterable[Command]) -> None:
        """These are the scope's commands and no others."""
        self._by_scope[scope] = {command.id: command for command in commands}

    def remove(self, scope: int, command_id: int) -> bool:
        """The command is not registered; whether it was."""
        return self._by_scope.get(scope, {}).pop(command_id, None) is not None

    def available(self, guild: Guild | None, kind: CommandKind, name: str) -> Command | None:
        """The command that a person means: the guild's own before the global one."""
        own = self.named(guild.id, kind, name) if guild else None
        return own or self.named(EVERYWHERE, kind, name)
