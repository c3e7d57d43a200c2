"""Whom a text addresses, and whose phone rings for it.

https://docs.discord.com/developers/resources/message#allowed-mentions-object
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.playground.world.accounts import Role, User
from bot.playground.world.parts import AllowedMentions, Mentioned
from bot.playground.world.permission import Permission, may_see, permissions_in
from bot.playground.world.places import Channel, Guild

CODE = re.compile(r"```.*?```|``.+?``|`[^`\n]+`", re.DOTALL)
USER = re.compile(r"<@!?(\d{1,20})>")
ROLE = re.compile(r"<@&(\d{1,20})>")
EVERYONE = re.compile(r"@(?:everyone|here)\b")


def mentioned(
    content: str,
    *,
    channel: Channel,
    author: User,
    allowed: AllowedMentions,
    users: dict[int, User],
    replied_to: User | None,
) -> Mentioned:
    """What the text addresses, as far as `allowed` and the author's permissions let it."""
    text = CODE.sub(" ", content) if "`" in content else content
    named = _users(text, allowed, users)
    if replied_to is not None and allowed.replied_user and replied_to not in named:
        named.append(replied_to)
    if "@" not in text and not named:
        return Mentioned()
    may_all = Permission.MENTION_EVERYONE in permissions_in(channel, author)
    roles = _roles(text, allowed, channel.guild, may_all=may_all)
    everyone = bool(may_all and allowed.everyone and channel.guild and EVERYONE.search(text))
    rung = _rung(channel, named, roles, everyone=everyone)
    return Mentioned(
        users=tuple(named),
        roles=tuple(roles),
        everyone=everyone,
        pings=frozenset(user for user in rung if user is not author and may_see(channel, user)),
    )


def _users(text: str, allowed: AllowedMentions, users: dict[int, User]) -> list[User]:
    ids = dict.fromkeys(int(found) for found in USER.findall(text))
    return [
        users[each]
        for each in ids
        if each in users and (allowed.all_users or each in allowed.users)
    ]


def _roles(
    text: str, allowed: AllowedMentions, guild: Guild | None, *, may_all: bool
) -> list[Role]:
    if guild is None:
        return []
    ids = dict.fromkeys(int(found) for found in ROLE.findall(text))
    return [
        role
        for each in ids
        if (role := guild.roles.get(each)) is not None
        and (allowed.all_roles or each in allowed.roles)
        and (role.mentionable or may_all)
    ]


def _rung(
    channel: Channel, users: Iterable[User], roles: list[Role], *, everyone: bool
) -> set[User]:
    rung = set(users)
    if channel.guild is None:
        return rung
    for member in channel.guild.members.values():
        if everyone or any(role in member.roles for role in roles):
            rung.add(member.user)
    return rung
