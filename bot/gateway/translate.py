"""Translates a message of Discord's into what the bot was told."""

from __future__ import annotations

import discord

from bot.domain.access import Actor, ActorKind, Right
from bot.domain.hearing import Utterance
from bot.domain.message import Prompt
from bot.domain.session import Place
from bot.domain.wording import speaker_name, storable
from bot.gateway.names import by_name, names_of

SAYS_NOTHING = "[says nothing]"
_SPEECH = {discord.MessageType.default, discord.MessageType.reply}
_RIGHTS = frozenset({Right.VIEW, Right.WRITE})  # proven by the message itself


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
    said = by_name(storable(message.content), names_of(message, us)).strip()
    files = [
        f"[file not shown to you: {speaker_name(file.filename)}, {file.content_type or 'unknown'}]"
        for file in message.attachments
    ]
    return "\n".join([part for part in (said, *files) if part]) or SAYS_NOTHING
