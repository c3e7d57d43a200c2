"""The one table: everything that can be pressed or typed is in it, and asks before it acts."""

from __future__ import annotations

import json

import discord
import pytest

from bot.domain.access import Action, Actor, ActorKind, Denial, Right, denial
from bot.domain.session import Place
from bot.gateway.commands import APPS, COMMANDS, leaves, payloads
from bot.gateway.entry_rules import Way
from bot.gateway.people import Kind, rights_from, rights_outside
from bot.playground import Channel, Permission
from tests.gateway.commands_house import House

PANEL = {"set-level", "set-trait", "set-value", "set-inherit", "set-type", "set-budgets"}
CONTEXT = {"ctx-page", "ctx-look", "ctx-pin", "ctx-out", "ctx-clear"}
BUTTONS = {"stop", "retry", "show", "branch", "answer", "leave", "del", *PANEL, *CONTEXT}
FORMS = {"set-typed", "set-budgets-typed", "persona-add", "persona-change"}
ALL = discord.Permissions.all()


async def test_what_discord_is_told_of_and_the_table_are_the_same(house: House) -> None:
    told = {(Kind.COMMAND, name) for name, _ in leaves()}
    told |= {
        (Kind.AUTOCOMPLETE, name)
        for name, command in leaves()
        if any(option.autocompletes for option in command.options)
    }
    told |= {(Kind.BUTTON, name) for name in BUTTONS}
    told |= {(Kind.FORM, name) for name in FORMS}
    told |= {(Kind.APP, name) for name in APPS}

    ruled = set(house.entry.rules)

    assert ruled == told


async def test_what_is_typed_is_acknowledged_visibly_and_only_choices_are_choices(
    house: House,
) -> None:
    ways = {(kind, rule.way) for (kind, _), rule in house.entry.rules.items()}

    assert ways == {
        (Kind.COMMAND, Way.THINKING),
        (Kind.APP, Way.THINKING),
        (Kind.COMMAND, Way.ASKING),
        (Kind.FORM, Way.THINKING),
        (Kind.AUTOCOMPLETE, Way.CHOICES),
        (Kind.BUTTON, Way.QUIETLY),
        (Kind.BUTTON, Way.IN_PLACE),
        (Kind.BUTTON, Way.TAKING_AWAY),
        (Kind.BUTTON, Way.ASKING),
        (Kind.FORM, Way.IN_PLACE),
    }


async def test_no_rule_lets_a_stranger_or_a_bot_in(house: House) -> None:
    place = Place(1, 2)
    stranger = Actor(3, ActorKind.PERSON, frozenset())
    bot = Actor(3, ActorKind.BOT, frozenset(Right))
    actions = [rule.action for rule in house.entry.rules.values()]

    strangers = {action: denial(stranger, action, place) for action in actions}
    bots = {denial(bot, action, place) for action in actions}

    assert strangers.pop(Action.HELP) is None
    assert set(strangers.values()) == {Denial.CANNOT_VIEW}
    assert bots == {Denial.NOT_A_PERSON}


async def test_a_refusal_arrives_though_the_line_breaks(house: House) -> None:
    house.local.overwrite(house.general, house.ada, deny=Permission.SEND_MESSAGES)
    house.local.faults.drop("POST", "/interactions/*", after_effect=False)

    said = await house.ask(house.ada, house.general, "new")

    assert said.startswith("You may not write here,")


async def test_looking_and_completing_ask_for_no_more_than_reading(house: House) -> None:
    place = Place(1, 2)
    reader = Actor(3, ActorKind.PERSON, frozenset({Right.VIEW}))

    allowed = {
        name
        for (kind, name), rule in house.entry.rules.items()
        if kind is Kind.COMMAND and denial(reader, rule.action, place) is None
    }

    assert allowed == {
        "session info",
        "session list",
        "persona list",
        "settings",
        "context",
        "usage me",
        "usage channel",
        "help",
    }


@pytest.mark.parametrize(
    ("granted", "in_thread", "rights"),
    [
        (discord.Permissions(view_channel=True), False, set()),
        (discord.Permissions(read_message_history=True), False, set()),
        (discord.Permissions(send_messages=True), False, {"write"}),
        (discord.Permissions(send_messages=True), True, set()),
        (discord.Permissions(send_messages_in_threads=True), True, {"write"}),
        (discord.Permissions(send_messages_in_threads=True), False, set()),
        (discord.Permissions(manage_messages=True), False, {"moderate", "arrange"}),
        (discord.Permissions(manage_channels=True), False, {"arrange"}),
        (discord.Permissions(manage_guild=True), False, {"govern"}),
        (ALL, True, {"view", "write", "moderate", "arrange", "govern"}),
    ],
)
def test_rights_are_those_of_this_very_channel(
    granted: discord.Permissions, *, in_thread: bool, rights: set[str]
) -> None:
    found = rights_from(granted, in_thread=in_thread)

    assert {str(right) for right in found} == rights


async def test_in_a_direct_message_a_person_has_every_right_and_nowhere_else_outside(
    house: House,
) -> None:
    direct = house.client.get_channel(
        house.local.dm(house.ada).id
    ) or await house.client.fetch_channel(house.local.dm(house.ada).id)

    assert {str(right) for right in rights_outside(direct)} == {
        "view",
        "write",
        "moderate",
        "arrange",
        "govern",
    }
    assert rights_outside(None) == frozenset()
    assert rights_outside(house.client.get_channel(house.general.id)) == frozenset()


async def test_writing_is_judged_in_the_very_thread(house: House) -> None:
    thread = await house.ada.open_thread(house.general, "hers")
    house.local.overwrite(house.general, house.ada, deny=Permission.SEND_MESSAGES_IN_THREADS)
    house.local.overwrite(house.general, house.bob, deny=Permission.SEND_MESSAGES)

    adas = await _refusal(house, "new", {}, thread)
    bobs = await house.ask(house.bob, thread, "new")

    assert adas.startswith("You may not write here")
    assert bobs.startswith("🆕 A fresh conversation starts here")


async def test_another_bot_is_refused(house: House) -> None:
    other = house.local.add_person("Robot", guilds=[house.guild], bot=True)

    outcome = await other.slash(house.general, "new")

    assert outcome.answer is not None
    assert outcome.answer.content == "I only listen to people, not to bots."
    assert house.store.sessions == {}


async def test_every_command_is_refused_to_who_cannot_read_the_channel(house: House) -> None:
    house.local.overwrite(house.general, house.ada, deny=Permission.READ_MESSAGE_HISTORY)
    needed: dict[str, dict[str, object]] = {
        "session resume": {"session": "x"},
        "session rename": {"session": "x", "title": "y"},
        "session delete": {"session": "x"},
        "persona edit": {"persona": "x"},
        "persona delete": {"persona": "x"},
    }

    said = {
        name: await _refusal(house, name, needed.get(name, {}))
        for name, _ in leaves()
        if name != "help"
    }

    assert len(said) == 20
    assert {words.partition(",")[0] for words in said.values()} == {
        "You may not read what is said here"
    }
    assert house.store.sessions == {}


async def test_nothing_is_completed_for_who_cannot_read_the_channel(house: House) -> None:
    await house.ask(house.ada, house.general, "new")
    before = await house.ada.autocomplete(
        house.general, "session resume", option="session", typed=""
    )
    house.local.overwrite(house.general, house.ada, deny=Permission.READ_MESSAGE_HISTORY)

    after = await house.ada.autocomplete(
        house.general, "session resume", option="session", typed=""
    )

    assert len(before) == 1
    assert after == []


async def test_what_is_not_in_the_table_is_refused_in_words(house: House) -> None:
    message = await house.button(house.general, "launch:missiles")

    outcome = await house.ada.press(message)

    assert outcome.ephemeral
    assert outcome.answer is not None
    assert outcome.answer.content.startswith("I do not know this command or button.")


def test_the_commands_fit_what_discord_takes() -> None:
    """https://discord.com/developers/docs/interactions/application-commands"""
    told = payloads()

    assert len(COMMANDS) == 12
    apps = [command["name"] for command in told if command["type"] == 3]
    assert apps == ["Continue from here", "Pin to context", "Leave out"]
    assert len(told) == 15
    for _, command in leaves():
        assert 1 <= len(command.description) <= 100
        assert command.name == command.name.lower()
        required = [option.is_required for option in command.options]
        assert required == sorted(required, reverse=True)
        for option in command.options:
            assert 1 <= len(option.description) <= 100
            assert len(option.choices) <= 25
            assert all(1 <= len(choice.name) <= 100 for choice in option.choices)
    assert all(len(json.dumps(command)) < 8000 for command in told)
    assert all(command["contexts"] == [0, 1] for command in told)
    assert all(command["integration_types"] == [0] for command in told)


async def _refusal(
    house: House, name: str, options: dict[str, object], channel: Channel | None = None
) -> str:
    outcome = await house.ada.slash(channel or house.general, name, **options)
    assert outcome.ephemeral
    assert outcome.answer is not None
    return outcome.answer.content
