"""Registering application commands over REST, with the limits on them.

https://docs.discord.com/developers/interactions/application-commands#registering-a-command
"""

from __future__ import annotations

import re
from collections import Counter

from bot.playground.rest.call import NOTHING, Answer, Call
from bot.playground.rest.forms import Form
from bot.playground.world.commands import EVERYWHERE, Command, CommandKind, Option, OptionKind
from bot.playground.world.events import CommandsChanged
from bot.playground.world.refusal import Code, Refused

NAME = re.compile(r"^[-_'\w]{1,32}$")
MOST_OPTIONS, MOST_CHOICES, LONGEST_NAME, LONGEST_DESCRIPTION = 25, 25, 32, 100
LONGEST_CHOICE_NAME, LONGEST_CHOICE, LONGEST_TEXT, LONGEST_TOGETHER = 100, 100, 6000, 8000
MOST = {CommandKind.SLASH: 100, CommandKind.USER: 15, CommandKind.MESSAGE: 15}
NESTING = frozenset({OptionKind.SUBCOMMAND, OptionKind.GROUP})


def list_commands(call: Call) -> Answer:
    """The commands of the scope in the path."""
    return Answer([command.body for command in call.world.commands.of(_scope(call))])


def get_command(call: Call) -> Answer:
    """One command."""
    return Answer(_found(call).body)


def put_commands(call: Call) -> Answer:
    """The scope has exactly these commands; those that keep their name keep their id."""
    scope = _scope(call)
    bodies = call.body if isinstance(call.body, list) else []
    forms = [
        Form(body, call.complaints, (index,))
        for index, body in enumerate(bodies)
        if isinstance(body, dict)
    ]
    commands = [_command(call, scope, form) for form in forms]
    call.complaints.settle()
    _check_count(commands)
    call.world.commands.replace(scope, commands)
    call.world.emit(CommandsChanged())
    return Answer([command.body for command in commands])


def create_command(call: Call) -> Answer:
    """The scope has this command, instead of one with the same name and kind."""
    scope = _scope(call)
    known = {command.id for command in call.world.commands.of(scope)}
    command = _command(call, scope, call.form)
    call.complaints.settle()
    call.world.commands.put(scope, command)
    _check_count(call.world.commands.of(scope))
    call.world.emit(CommandsChanged())
    return Answer(command.body, status=200 if command.id in known else 201)


def delete_command(call: Call) -> Answer:
    """The scope does not have this command."""
    call.world.commands.remove(_scope(call), _found(call).id)
    call.world.emit(CommandsChanged())
    return NOTHING


def _scope(call: Call) -> int:
    if call.id("application_id") != call.bot.id:
        raise Refused(Code.UNKNOWN_APPLICATION)
    return call.guild().id if "guild_id" in call.path else EVERYWHERE


def _found(call: Call) -> Command:
    found = call.world.commands.get(_scope(call), call.id("command_id"))
    if found is None:
        raise Refused(Code.UNKNOWN_COMMAND)
    return found


def _check_count(commands: list[Command]) -> None:
    kinds = Counter(command.kind for command in commands)
    if any(kinds[kind] > most for kind, most in MOST.items()):
        raise Refused(Code.TOO_MANY_COMMANDS)


def _command(call: Call, scope: int, form: Form) -> Command:
    kind = CommandKind(form.choice("type", CommandKind) or CommandKind.SLASH)
    name = _name(form, slash=kind is CommandKind.SLASH)
    if kind is CommandKind.SLASH:
        form.text("description", longest=LONGEST_DESCRIPTION, shortest=1, required=True)
    options = _options(form)
    if _measure(form) > LONGEST_TOGETHER:
        message = f"Command exceeds maximum size ({LONGEST_TOGETHER})"
        form.complaints.add(form.path, "APPLICATION_COMMAND_TOO_LARGE", message)
    old = call.world.commands.named(scope, kind, name)
    command_id = old.id if old else call.world.snowflakes.next()
    permissions = form.integer("default_member_permissions")
    contexts = form.body.get("contexts")
    return Command(
        id=command_id,
        kind=kind,
        name=name,
        guild_id=scope or None,
        options=options,
        permissions=permissions,
        contexts=frozenset(form.snowflakes("contexts")) if contexts is not None else None,
        body=_body(call, form, command_id, scope),
    )


def _body(call: Call, form: Form, command_id: int, scope: int) -> dict[str, object]:
    given = {key: value for key, value in form.body.items() if value is not None}
    shown: dict[str, object] = {
        "type": 1,
        "name_localizations": None,
        "description": "",
        "description_localizations": None,
        "default_member_permissions": None,
        "contexts": None,
        "integration_types": [0],
        "nsfw": False,
        **given,
        "id": str(command_id),
        "application_id": str(call.bot.id),
        "version": str(call.world.snowflakes.next()),
    }
    if scope:
        shown["guild_id"] = str(scope)
    if shown["default_member_permissions"] is not None:
        shown["default_member_permissions"] = str(shown["default_member_permissions"])
    return shown


def _options(form: Form) -> tuple[Option, ...]:
    found = form.inners("options", most=MOST_OPTIONS)
    options = tuple(_option(each) for each in found)
    names = Counter(option.name for option in options)
    if any(count > 1 for count in names.values()):
        message = "Option names must be unique."
        form.complain("options", "APPLICATION_COMMAND_OPTIONS_NAME_NOT_UNIQUE", message)
    optional_seen = False
    for option, each in zip(options, found, strict=True):
        if option.required and optional_seen:
            message = "Required options must be placed before non-required options."
            each.complain("required", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional_seen = optional_seen or (not option.required and option.kind not in NESTING)
    return options


def _option(form: Form) -> Option:
    kind = OptionKind(form.choice("type", OptionKind) or OptionKind.STRING)
    form.text("description", longest=LONGEST_DESCRIPTION, shortest=1, required=True)
    choices = _choices(form)
    autocomplete = form.flag("autocomplete")
    if autocomplete and choices:
        message = "Options with choices cannot be autocompleted."
        form.complain("autocomplete", "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE", message)
    low, high = _bounds(form, kind)
    return Option(
        kind=kind,
        name=_name(form, slash=True),
        required=form.flag("required"),
        autocomplete=autocomplete,
        choices=choices,
        bounds=(low, high),
        options=_options(form),
        channel_kinds=form.snowflakes("channel_types"),
    )


def _choices(form: Form) -> dict[str, object]:
    choices: dict[str, object] = {}
    for each in form.inners("choices", most=MOST_CHOICES):
        name = each.text("name", longest=LONGEST_CHOICE_NAME, shortest=1, required=True)
        value = each.body.get("value")
        if isinstance(value, str):
            each.text("value", longest=LONGEST_CHOICE, shortest=1)
        choices[name or ""] = value
    return choices


def _bounds(form: Form, kind: OptionKind) -> tuple[float | None, float | None]:
    names = ("min_value", "max_value")
    if kind is OptionKind.STRING:
        names = ("min_length", "max_length")
        high = form.integer("max_length")
        if high is not None and not 1 <= high <= LONGEST_TEXT:
            message = f"int value should be between 1 and {LONGEST_TEXT}."
            form.complain("max_length", "NUMBER_TYPE_MAX", message)
    low, high_value = (form.body.get(name) for name in names)
    return (
        float(low) if isinstance(low, int | float) else None,
        float(high_value) if isinstance(high_value, int | float) else None,
    )


def _name(form: Form, *, slash: bool) -> str:
    name = form.text("name", longest=LONGEST_NAME, shortest=1, required=True) or ""
    if slash and (not NAME.match(name) or name != name.lower()):
        message = "Command name is invalid"
        form.complain("name", "APPLICATION_COMMAND_INVALID_NAME", message)
    return name


def _measure(form: Form) -> int:
    texts = [form.body.get("name"), form.body.get("description")]
    for choice in form.inners("choices"):
        texts += [choice.body.get("name"), choice.body.get("value")]
    total = sum(len(text) for text in texts if isinstance(text, str))
    return total + sum(_measure(option) for option in form.inners("options"))
