"""What `python -m bot check` finds out about Discord's side."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.gateway.diagnosis import Finding, Level, diagnose
from bot.playground import ChannelKind, LocalDiscord, Permission, Rules
from bot.playground.world.permission import EVERYDAY, NONE
from tests.gateway.commands_house import pointed_at


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with LocalDiscord() as local:
        with pointed_at(local):
            yield local


def _bad(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level is not Level.OK]


async def _found_without(permission: Permission, local: LocalDiscord) -> Finding:
    """Return the one thing that is wrong where the bot's role lacks a permission."""
    guild = local.add_guild("Home", bot_permissions=NONE)
    guild.everyone.permissions = int(EVERYDAY & ~permission)
    local.add_channel(guild, "general")
    (finding,) = _bad(await diagnose(local.token))
    return finding


async def test_a_bot_that_lacks_nothing_is_told_so(local: LocalDiscord) -> None:
    guild = local.add_guild("Home")
    local.add_channel(guild, "general")

    findings = await diagnose(local.token)

    assert [(finding.level, finding.what) for finding in findings] == [
        (Level.OK, f"The token is valid: this is {local.bot.name} ({local.bot.id})."),
        (Level.OK, "The message content intent is on."),
        (Level.OK, "Server “Home”: all permissions are there."),
    ]
    assert local.unknown_routes == []


@pytest.mark.usefixtures("local")
async def test_a_wrong_token_is_named_and_where_to_get_another() -> None:
    (finding,) = await diagnose("wrong")

    assert finding.level is Level.FAIL
    assert finding.what == "Discord does not accept the token."
    assert "DISCORD_TOKEN" in finding.mend


async def test_a_discord_that_cannot_be_reached_is_named() -> None:
    async with LocalDiscord() as gone:
        pass

    with pointed_at(gone):
        (finding,) = await diagnose("token")

    assert finding.level is Level.FAIL
    assert finding.what == "Discord could not be reached: ClientConnectorError."
    assert "DISCORD_API_URL" in finding.mend


async def test_an_outage_of_discord_is_named(local: LocalDiscord) -> None:
    local.faults.answer(503, times=None)

    (finding,) = await diagnose(local.token)

    assert finding.what == "Discord answers with an error: 503."


async def test_a_missing_intent_is_named_with_its_switch() -> None:
    async with LocalDiscord(rules=Rules(message_content=False)) as local:
        local.add_channel(local.add_guild("Home"), "general")
        with pointed_at(local):
            (finding,) = _bad(await diagnose(local.token))

    assert finding.level is Level.FAIL
    assert finding.what.startswith("The message content intent is off")
    assert finding.mend == (
        "Switch on Message Content Intent at "
        f"https://discord.com/developers/applications/{local.bot.id}/bot."
    )


async def test_a_bot_in_no_server_is_given_its_link(local: LocalDiscord) -> None:
    (finding,) = _bad(await diagnose(local.token))

    assert finding.level is Level.WARN
    assert finding.what == "The bot is in no server."
    assert f"client_id={local.bot.id}" in finding.mend


async def test_what_the_role_lacks_in_a_server_is_named_with_its_reason(
    local: LocalDiscord,
) -> None:
    finding = await _found_without(Permission.CREATE_PRIVATE_THREADS, local)

    assert finding.level is Level.FAIL
    assert finding.what == (
        "Server “Home”: Create Private Threads (for /chat private:True) missing."
    )


async def test_a_permission_that_the_bot_can_do_without_is_no_failure(
    local: LocalDiscord,
) -> None:
    finding = await _found_without(Permission.ADD_REACTIONS, local)

    assert finding.level is Level.WARN
    assert finding.what == (
        "Server “Home”: Add Reactions (to show who writes while it answers that it has seen "
        "the message) missing."
    )


async def test_what_a_channel_takes_away_is_named_and_hidden_ones_are_not(
    local: LocalDiscord,
) -> None:
    guild = local.add_guild("Home")
    general = local.add_channel(guild, "general")
    hidden = local.add_channel(guild, "hidden")
    local.add_channel(guild, "open")
    local.add_channel(guild, "ideas", ChannelKind.FORUM)
    local.overwrite(general, guild.everyone, deny=Permission.ATTACH_FILES)
    local.overwrite(general, local.bot, deny=Permission.ATTACH_FILES)
    local.overwrite(hidden, local.bot, deny=Permission.VIEW_CHANNEL)

    (finding,) = _bad(await diagnose(local.token))

    assert finding.level is Level.WARN
    assert finding.what == (
        "Server “Home”: missing in #general (Attach Files (to give very long answers as a file))."
    )


async def test_a_server_that_does_not_answer_spoils_no_other(local: LocalDiscord) -> None:
    first = local.add_guild("First")
    local.add_channel(local.add_guild("Second"), "general")
    local.faults.answer(403, "GET", f"/guilds/{first.id}")

    findings = await diagnose(local.token)

    assert [(finding.level, finding.what) for finding in findings[2:]] == [
        (Level.WARN, "Discord did not tell about server “First”: Forbidden."),
        (Level.OK, "Server “Second”: all permissions are there."),
    ]


async def test_a_server_in_which_no_channel_is_seen_is_a_failure(local: LocalDiscord) -> None:
    guild = local.add_guild("Home")
    hidden = local.add_channel(guild, "hidden")
    local.overwrite(hidden, local.bot, deny=Permission.VIEW_CHANNEL)

    findings = _bad(await diagnose(local.token))

    assert {finding.what for finding in findings} == {"Server “Home”: the bot sees no channel."}
