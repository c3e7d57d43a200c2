"""Names: what is shown by name in a command's text reads as a name for the model too."""

from __future__ import annotations

import re
from collections.abc import Mapping

import discord

from bot.domain.wording import speaker_name

_SHOWN_BY_NAME = re.compile(
    r"```.*?```|`[^`\n]*`|<(?P<sign>@!?|@&|#)(?P<id>\d{1,20})>|<a?:(?P<emoji>\w{2,32}):\d{1,20}>",
    re.DOTALL,
)

Names = Mapping[tuple[str, int], str]
"""Names by sign and id: `@` for people, `@&` for roles, `#` for channels."""


def by_name(text: str, names: Names) -> str:
    """Return a text with mentions and emoji as names; code, and who is unknown, stay as is."""

    def spoken(match: re.Match[str]) -> str:
        if match["emoji"]:
            return f":{match['emoji']}:"
        if not match["sign"]:
            return match[0]
        sign = match["sign"].replace("!", "")
        name = names.get((sign, int(match["id"])))
        return match[0] if name is None else f"{sign[0]}{speaker_name(name)}"

    return _SHOWN_BY_NAME.sub(spoken, text)


def names_in(interaction: discord.Interaction) -> Names:
    """Return the names that came with an interaction, and those of its server we know."""
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
    return names


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
