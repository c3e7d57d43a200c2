"""Names: what Discord shows by name reads as a name for the model too."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

import discord

from bot.domain.wording import speaker_name

# https://discord.com/developers/docs/reference#message-formatting
# What is escaped and what is code comes first, for Discord shows it as it was typed. Code in
# a line ends at as many backticks as it began with: the possessive `++` tries no fewer, which
# for a message of nothing but backticks would hold everybody up.
_SHOWN_BY_NAME = re.compile(
    r"\\[\\`<]"
    r"|```.*?```"
    r"|(?<!`)(?P<ticks>`++).*?[^`](?P=ticks)(?!`)"
    r"|<(?P<sign>@!?|@&|#)(?P<id>\d{1,20})>(?P<gap>[ ]?)"
    r"|<a?:(?P<emoji>\w{2,32}):\d{1,20}>"
    r"|<t:(?P<time>-?\d{1,12})(?::[a-zA-Z])?>"
    r"|</(?P<command>[^:<>\n]{1,100}):\d{1,20}>",
    re.ASCII | re.DOTALL,
)

_CHANNEL = re.compile(r"<#(\d{1,20})>", re.ASCII)

Names = Mapping[tuple[str, int], str]
"""Names by sign and id: `@` for people, `@&` for roles, `#` for channels; empty for ourselves."""


def by_name(text: str, names: Names) -> str:
    """Return a text with names for ids, in one pass; code stays as it is.

    A name that looks like an id is not looked up again. Our own mention leaves no gap.
    """

    def spoken(match: re.Match[str]) -> str:
        if match["sign"]:
            name = _named(match["sign"].replace("!", ""), int(match["id"]), names)
            return f"{name}{match['gap']}" if name else ""
        if match["emoji"]:
            return f":{match['emoji']}:"
        if match["time"]:
            return _moment(int(match["time"]))
        return f"/{match['command']}" if match["command"] else match[0]

    return _SHOWN_BY_NAME.sub(spoken, text)


def _named(sign: str, number: int, names: Names) -> str:
    name = names.get((sign, number), "unknown")
    return f"{sign[0]}{speaker_name(name)}" if name else ""


def _moment(seconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}Z"
    except (OverflowError, ValueError, OSError):
        return "some time"


def names_of(message: discord.Message, us: discord.ClientUser) -> Names:
    """Return the names that came with a message; our own are empty, for it is us who read it."""
    names = {("@", user.id): user.display_name for user in message.mentions}
    if (guild := message.guild) is not None:
        names |= _channels_named(message.content, guild, message.author, here=message.channel.id)
        found = map(guild.get_role, message.raw_role_mentions)
        names |= {("@&", role.id): role.name for role in found if role is not None}
    return names | _our_names(us, message.guild)


def names_in(interaction: discord.Interaction, text: str) -> Names:
    """Return the names for `text` that came with an interaction, or that we know of its server.

    Our own are empty here too.
    """
    names: dict[tuple[str, int], str] = {}
    if guild := interaction.guild:
        names |= {("@&", role.id): role.name for role in guild.roles}
        names |= _channels_named(text, guild, interaction.user, here=interaction.channel_id)
    data: Mapping[str, object] = {**(interaction.data or {})}
    resolved = _mapping(data.get("resolved"))
    for sign, kind, fields in (
        ("#", "channels", ("name",)),
        ("@&", "roles", ("name",)),
        ("@", "users", ("global_name", "username")),
        ("@", "members", ("nick",)),
    ):
        for number, shown in _mapping(resolved.get(kind)).items():
            found = (_mapping(shown).get(field) for field in fields)
            if number.isdecimal() and (name := next(filter(None, found), None)):
                names[sign, int(number)] = str(name)
    return names | _our_names(interaction.client.user, interaction.guild)


def _channels_named(
    text: str, guild: discord.Guild, person: discord.abc.User, *, here: int | None
) -> dict[tuple[str, int], str]:
    """Return the names of the channels that `person` names and sees; we may see more."""
    found = [guild.get_channel_or_thread(int(number)) for number in _CHANNEL.findall(text)]
    return {("#", c.id): c.name for c in found if c and (c.id == here or _is_seen(c, person))}


def _is_seen(channel: discord.abc.GuildChannel | discord.Thread, person: discord.abc.User) -> bool:
    if isinstance(channel, discord.Thread) and (channel.parent is None or channel.is_private()):
        return False  # for all that we know, which is not who is in a private one
    # Of somebody who left meanwhile nothing is known but what everybody may.
    viewer = person if isinstance(person, discord.Member) else channel.guild.default_role
    return channel.permissions_for(viewer).view_channel


def _our_names(
    us: discord.ClientUser | None, guild: discord.Guild | None
) -> dict[tuple[str, int], str]:
    own = {("@", us.id): ""} if us else {}
    if guild is not None and (role := guild.self_role):
        own["@&", role.id] = ""
    return own


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
