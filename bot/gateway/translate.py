"""Translates a message of Discord's into what the bot was told."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import discord

from bot.domain.access import Actor, ActorKind, Right
from bot.domain.hearing import Utterance
from bot.domain.message import Prompt
from bot.domain.session import Place
from bot.domain.wording import speaker_name, storable

SAYS_NOTHING = "[says nothing]"
_SPEECH = {discord.MessageType.default, discord.MessageType.reply}
_RIGHTS = frozenset({Right.VIEW, Right.WRITE})  # proven by the message itself
_TOKEN = re.compile(
    r"(?P<code>```.*?```|`[^`\n]*`)"
    r"|<@!?(?P<user>\d{1,20})>|<@&(?P<role>\d{1,20})>|<#(?P<channel>\d{1,20})>"
    r"|<a?:(?P<emoji>\w{2,32}):\d{1,20}>|<t:(?P<time>-?\d{1,12})(?::[a-zA-Z])?>"
    r"|</(?P<command>[^:<>\n]{1,100}):\d{1,20}>",
    re.DOTALL,
)


def translate(message: discord.Message, us: discord.ClientUser) -> Utterance:
    """Return the message as the engine hears it."""
    return Utterance(
        place=Place(message.channel.id, message.guild.id if message.guild else None),
        prompt=Prompt(
            message_id=message.id,
            author_id=message.author.id,
            author_name=speaker_name(message.author.display_name),
            text=_text(message, us),
            said_at=message.created_at,
        ),
        actor=Actor(message.author.id, _kind(message), _RIGHTS),
        in_thread_of_ours=_is_thread_of(us, message.channel),
        mentions_us=_mentions(us, message),
        replies_to_us=_replies_to(us, message),
    )


def _kind(message: discord.Message) -> ActorKind:
    if message.webhook_id is not None:
        return ActorKind.WEBHOOK
    if message.author.bot:
        return ActorKind.BOT
    return ActorKind.PERSON if message.type in _SPEECH else ActorKind.SYSTEM


def _is_thread_of(us: discord.ClientUser, channel: object) -> bool:
    return isinstance(channel, discord.Thread) and channel.owner_id == us.id


def _our_role(message: discord.Message) -> discord.Role | None:
    return message.guild.self_role if message.guild else None


def _mentions(us: discord.ClientUser, message: discord.Message) -> bool:
    role = _our_role(message)
    return any(user.id == us.id for user in message.mentions) or (
        role is not None and role.id in message.raw_role_mentions
    )


def _replies_to(us: discord.ClientUser, message: discord.Message) -> bool:
    if message.type is not discord.MessageType.reply or message.reference is None:
        return False
    target = message.reference.resolved
    return isinstance(target, discord.Message) and target.author.id == us.id


def _text(message: discord.Message, us: discord.ClientUser) -> str:
    names = _Names(message, us)
    said = _TOKEN.sub(names.spoken, storable(message.content)).strip()
    files = [
        f"[file not shown to you: {speaker_name(file.filename)}, {file.content_type or 'unknown'}]"
        for file in message.attachments
    ]
    return "\n".join([part for part in (said, *files) if part]) or SAYS_NOTHING


class _Names:
    """What stands in a text for each thing that Discord shows by name."""

    def __init__(self, message: discord.Message, us: discord.ClientUser) -> None:
        own_role = _our_role(message)
        self._spoken: Mapping[str, Callable[[str], str]] = {
            "user": _named(
                "@", {user.id: user.display_name for user in message.mentions}, ours=us.id
            ),
            "role": _named(
                "@",
                {role.id: role.name for role in message.role_mentions},
                ours=own_role.id if own_role else None,
            ),
            "channel": _named("#", {c.id: c.name for c in message.channel_mentions}),
            "emoji": lambda name: f":{name}:",
            "time": _moment,
            "command": lambda name: f"/{name}",
        }

    def spoken(self, match: re.Match[str]) -> str:
        """Return what a token is read as; code is read as it stands."""
        kind = match.lastgroup or ""
        return self._spoken[kind](match[kind]) if kind in self._spoken else match[0]


def _named(sign: str, names: Mapping[int, str], *, ours: int | None = None) -> Callable[[str], str]:
    def spoken(number: str) -> str:
        if int(number) == ours:
            return ""
        known = names.get(int(number))
        return f"{sign}{speaker_name(known) if known else 'unknown'}"

    return spoken


def _moment(seconds: str) -> str:
    try:
        return f"{datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%d %H:%M}Z"
    except (OverflowError, ValueError, OSError):
        return "some time"
