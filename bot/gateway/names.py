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
    names |= {("#", channel.id): channel.name for channel in message.channel_mentions}
    if (guild := message.guild) is not None:
        found = map(guild.get_role, message.raw_role_mentions)
        names |= {("@&", role.id): role.name for role in found if role is not None}
    return names | _our_names(us, message.guild)


def names_in(interaction: discord.Interaction) -> Names:
    """Return the names that came with an interaction, and those of its server we know.

    Our own are empty here too.
    """
    names: dict[tuple[str, int], str] = {}
    if guild := interaction.guild:
        names |= {("@&", role.id): role.name for role in guild.roles}
        names |= {("#", channel.id): channel.name for channel in (*guild.channels, *guild.threads)}
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


def _our_names(
    us: discord.ClientUser | None, guild: discord.Guild | None
) -> dict[tuple[str, int], str]:
    own = {("@", us.id): ""} if us else {}
    if guild is not None and (role := guild.self_role):
        own["@&", role.id] = ""
    return own


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
