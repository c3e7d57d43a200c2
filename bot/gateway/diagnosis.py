"""Diagnosis: what is wrong on Discord's side, and how to mend it, without going online."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

import aiohttp
import discord

from bot.gateway.connection import point_at
from bot.gateway.invite import DISPENSABLE, NEEDED, invite_url
from bot.gateway.phrases import title_of

PATIENCE = 30  # seconds for Discord to answer about the bot, or about one server
MOST_SERVERS = 50  # looked at; each costs three requests
MOST_CHANNELS = 5  # named in one line


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"  # works, but not everywhere or not all of it
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: how it is, and what to do about it unless it is fine."""

    level: Level
    what: str
    mend: str = ""


async def diagnose(token: str, *, api_url: str | None = None) -> list[Finding]:
    """Return what was found about the token, the application and each server.

    With `api_url` another Discord is asked, and all requests of the process go there then.
    """
    async with discord.Client(intents=discord.Intents(guilds=True)) as client:
        try:
            async with asyncio.timeout(PATIENCE):
                if api_url is not None:
                    await point_at(api_url)
                await client.login(token)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            return [_not_logged_in(error)]
        return [*_about_application(client), *await _about_servers(client)]


def _not_logged_in(error: Exception) -> Finding:
    match error:
        case discord.LoginFailure():
            return Finding(
                Level.FAIL,
                "Discord does not accept the token.",
                "Copy it anew from https://discord.com/developers/applications, Bot, "
                "Reset Token, into DISCORD_TOKEN.",
            )
        case discord.HTTPException():
            return Finding(
                Level.FAIL,
                f"Discord answers with an error: {error.status}.",
                "Look at https://discordstatus.com, and at DISCORD_API_URL if it is set.",
            )
        case TimeoutError():
            return _unreachable(f"Discord did not answer within {PATIENCE} seconds.")
        case _:
            return _unreachable(f"Discord could not be reached: {type(error).__name__}.")


def _unreachable(what: str) -> Finding:
    return Finding(
        Level.FAIL,
        what,
        "Check the network, a firewall or proxy, and DISCORD_API_URL if it is set.",
    )


def _about_application(client: discord.Client) -> list[Finding]:
    application, us = client.application, client.user
    if application is None or us is None:
        return [Finding(Level.FAIL, "Discord did not say which bot this is.", "Try again.")]
    portal = f"https://discord.com/developers/applications/{application.id}"
    found = [Finding(Level.OK, f"The token is valid: this is {us.name} ({us.id}).")]
    flags = application.flags
    if flags.gateway_message_content or flags.gateway_message_content_limited:
        found.append(Finding(Level.OK, "The message content intent is on."))
    else:
        found.append(
            Finding(
                Level.FAIL,
                "The message content intent is off: in servers the bot cannot read messages "
                "that do not mention it, not even in its own threads.",
                f"Switch on Message Content Intent at {portal}/bot.",
            )
        )
    if application.interactions_endpoint_url is not None:
        found.append(
            Finding(
                Level.FAIL,
                "Slash commands and buttons are sent to a web address instead of the bot.",
                f"Empty the field Interactions Endpoint URL at {portal}/information.",
            )
        )
    return found


async def _about_servers(client: discord.Client) -> list[Finding]:
    try:
        async with asyncio.timeout(PATIENCE):
            servers = [server async for server in client.fetch_guilds(limit=MOST_SERVERS + 1)]
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        return [_not_looked_at("its list of servers", error)]
    if not servers:
        link = invite_url(client.application_id or 0)
        return [Finding(Level.WARN, "The bot is in no server.", f"Add it with {link}")]
    found = [
        finding
        for server in islice(servers, MOST_SERVERS)
        for finding in await _about_server(client, server)
    ]
    if len(servers) > MOST_SERVERS:
        found.append(
            Finding(Level.WARN, f"Only the first {MOST_SERVERS} servers were looked at.", "")
        )
    return found


async def _about_server(client: discord.Client, server: discord.Guild) -> list[Finding]:
    try:
        async with asyncio.timeout(PATIENCE):
            guild = await client.fetch_guild(server.id, with_counts=False)
            channels = await guild.fetch_channels()
            us = await guild.fetch_member(client.user.id if client.user else 0)
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        return [_not_looked_at(f"server “{server.name}”", error)]
    missing = _missing(us.guild_permissions)
    if missing:
        link = invite_url(client.application_id or 0)
        return [
            Finding(
                Level.WARN if DISPENSABLE.issuperset(missing) else Level.FAIL,
                f"Server “{guild.name}”: {_listed(missing)} missing.",
                f"Grant it to the bot's role in Server Settings, Roles, or add it anew: {link}",
            )
        ]
    return _about_channels(guild, channels, us)


def _about_channels(
    guild: discord.Guild, channels: Sequence[discord.abc.GuildChannel], us: discord.Member
) -> list[Finding]:
    """Return what the channels' own rules take away; a hidden channel is so on purpose."""
    talkable = [c for c in channels if not isinstance(c, discord.CategoryChannel)]
    granted = {channel: channel.permissions_for(us) for channel in talkable}
    visible = [channel for channel in talkable if granted[channel].view_channel]
    if not visible:
        return [
            Finding(
                Level.FAIL,
                f"Server “{guild.name}”: the bot sees no channel.",
                "Allow View Channel for the bot's role in the channels it is to answer in.",
            )
        ]
    lacking = {channel: missing for channel in visible if (missing := _missing(granted[channel]))}
    if not lacking:
        return [Finding(Level.OK, f"Server “{guild.name}”: all permissions are there.")]
    named = [f"#{channel.name} ({_listed(lacking[channel])})" for channel in lacking]
    more = f" and {len(named) - MOST_CHANNELS} more" if len(named) > MOST_CHANNELS else ""
    return [
        Finding(
            Level.WARN,
            f"Server “{guild.name}”: missing in {', '.join(named[:MOST_CHANNELS])}{more}.",
            "Allow it for the bot's role in Edit Channel, Permissions, where the bot is to answer.",
        )
    ]


def _missing(granted: discord.Permissions) -> list[str]:
    return [name for name in NEEDED if not getattr(granted, name)]


def _listed(names: list[str]) -> str:
    return ", ".join(f"{title_of(name)} ({NEEDED[name]})" for name in names)


def _not_looked_at(subject: str, error: Exception) -> Finding:
    return Finding(
        Level.WARN,
        f"Discord did not tell about {subject}: {type(error).__name__}.",
        "Run the check again in a minute.",
    )
