"""From what a person types and picks to the data of a command's interaction.

https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-application-command-data-structure
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.playground.interactions.values import Given, NotOffered, Resolved, option_json
from bot.playground.world.accounts import User
from bot.playground.world.commands import Command, CommandKind, Option, OptionKind
from bot.playground.world.parts import Json
from bot.playground.world.permission import NONE, Permission, permissions_in
from bot.playground.world.places import Channel
from bot.playground.world.world import World

NESTING = frozenset({OptionKind.SUBCOMMAND, OptionKind.GROUP})
IN_GUILD, IN_BOT_DM = 0, 1


@dataclass(slots=True)
class Typed:
    """A command line as a person's client has taken it apart."""

    command: Command
    path: tuple[Option, ...]
    values: Mapping[str, object]
    focused: str | None = None
    resolved: Resolved = field(default_factory=Resolved)

    @property
    def options(self) -> tuple[Option, ...]:
        """The parameters of the innermost subcommand."""
        return self.path[-1].options if self.path else self.command.options


def find(world: World, user: User, channel: Channel, line: str, kind: CommandKind) -> Command:
    """The command that a person may use here under this name.

    Raises:
        NotOffered: if their client would not offer it.
    """
    name = line.split()[0] if kind is CommandKind.SLASH else line
    command = world.commands.available(channel.guild, kind, name)
    if command is None:
        raise NotOffered(f"no command {name!r} is registered")
    if channel.guild and world.bot.id not in channel.guild.members:
        raise NotOffered("the bot is not here")
    granted = permissions_in(channel, user)
    if Permission.USE_APPLICATION_COMMANDS not in granted:
        raise NotOffered("application commands may not be used here")
    context = IN_GUILD if channel.guild else IN_BOT_DM
    if command.contexts is not None and context not in command.contexts:
        raise NotOffered(f"/{name} is not for this kind of place")
    if channel.guild and not _permitted(command, granted):
        raise NotOffered(f"/{name} is for others")
    return command


def take_apart(command: Command, line: str, values: Mapping[str, object]) -> Typed:
    """The command line with its subcommand found.

    Raises:
        NotOffered: if there is no such subcommand.
    """
    path: list[Option] = []
    options = command.options
    for word in line.split()[1:]:
        found = next((o for o in options if o.name == word and o.kind in NESTING), None)
        if found is None:
            raise NotOffered(f"/{command.name} has no {word!r}")
        path.append(found)
        options = found.options
    if any(option.kind in NESTING for option in options):
        raise NotOffered(f"/{command.name} needs a subcommand")
    return Typed(command, tuple(path), values)


def slash_data(world: World, channel: Channel, typed: Typed) -> dict[str, object]:
    """The data of a slash command or of its autocompletion.

    Raises:
        NotOffered: if a value is missing, unknown or not of its option's kind.
    """
    known = {option.name for option in typed.options}
    if unknown := set(typed.values) - known:
        raise NotOffered(f"no such option: {', '.join(sorted(unknown))}")
    options: list[Json] = []
    for option in typed.options:
        if option.name in typed.values:
            focused = option.name == typed.focused
            given = Given(option, typed.values[option.name], focused)
            options.append(option_json(world, channel, typed.resolved, given))
        elif option.required and typed.focused is None:
            raise NotOffered(f"the option {option.name!r} is required")
    for level in reversed(typed.path):
        options = [{"type": int(level.kind), "name": level.name, "options": options}]
    data = _head(typed.command)
    data["options"] = options
    if resolved := typed.resolved.json():
        data["resolved"] = resolved
    return data


def target_data(
    world: World, channel: Channel, command: Command, target: object
) -> dict[str, object]:
    """The data of a command used on a message or a user."""
    resolved = Resolved()
    target_id = resolved.add(world, channel, target)
    return _head(command) | {"target_id": str(target_id), "resolved": resolved.json()}


def _head(command: Command) -> dict[str, object]:
    head: dict[str, object] = {
        "id": str(command.id),
        "name": command.name,
        "type": int(command.kind),
    }
    if command.guild_id:
        head["guild_id"] = str(command.guild_id)
    return head


def _permitted(command: Command, granted: Permission) -> bool:
    if command.permissions is None or Permission.ADMINISTRATOR in granted:
        return True
    return command.permissions != NONE and Permission(command.permissions) in granted
