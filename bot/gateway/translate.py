"""Translates a message of Discord's into what the bot was told."""

from __future__ import annotations

from collections.abc import Iterator

import discord

from bot.domain.access import Actor, ActorKind, Right
from bot.domain.hearing import Utterance
from bot.domain.message import Prompt
from bot.domain.session import Place
from bot.domain.wording import speaker_name, storable
from bot.gateway.attachments import attachments_of
from bot.gateway.names import by_name, names_of
from bot.gateway.people import parent_of

SAYS_NOTHING = "[says nothing]"
FORWARD = "[forwarded message not shown to you]"
PREVIEW = "[link preview not shown to you]"

_SPEECH = {discord.MessageType.default, discord.MessageType.reply}
_RIGHTS = frozenset({Right.VIEW, Right.WRITE})  # proven by the message itself


def translate(message: discord.Message, us: discord.ClientUser) -> Utterance:
    """Return the message as the engine hears it, whether it is meant for us or not.

    It may have come over the gateway or from a channel's history.
    """
    return Utterance(
        place=_place(message),
        prompt=Prompt(
            message_id=message.id,
            author_id=message.author.id,
            author_name=speaker_name(message.author.display_name),
            text=_text(message, us),
            said_at=message.created_at,
            edited_at=message.edited_at,
            attachments=attachments_of(message),
        ),
        actor=Actor(message.author.id, _kind(message), _RIGHTS),
        in_thread_of_ours=_is_thread_of(us, message.channel),
        mentions_us=_mentions(us, message),
        replies_to_us=_replies_to(us, message),
    )


def is_withheld(
    message: discord.Message, utterance: Utterance, us: discord.ClientUser, *, has_intent: bool
) -> bool:
    """Whether Discord keeps from us what the message says.

    Without the intent it does so where nobody mentions us; a direct message without words
    really has none.
    """
    if has_intent or utterance.place.is_direct:
        return False
    return not (us in message.mentions or message.content or message.attachments)


def _place(message: discord.Message) -> Place:
    """Return where it was said; what is not known to be a direct message is none."""
    channel, guild = message.channel, message.guild
    if isinstance(channel, discord.PartialMessageable):
        return Place(channel.id, channel.guild_id)  # we need not know its server yet
    return Place(channel.id, guild.id if guild else None, parent_of(channel))


def _kind(message: discord.Message) -> ActorKind:
    if message.webhook_id is not None:
        return ActorKind.WEBHOOK
    if message.author.bot:
        return ActorKind.BOT
    return ActorKind.PERSON if message.type in _SPEECH else ActorKind.SYSTEM


def _is_thread_of(us: discord.ClientUser, channel: object) -> bool:
    return isinstance(channel, discord.Thread) and channel.owner_id == us.id


def _mentions(us: discord.ClientUser, message: discord.Message) -> bool:
    """Whether the message calls us or our own role; calling everyone does not."""
    role = message.guild.self_role if message.guild else None
    return us in message.mentions or (role is not None and role in message.role_mentions)


def _replies_to(us: discord.ClientUser, message: discord.Message) -> bool:
    if message.type is not discord.MessageType.reply or message.reference is None:
        return False
    target = message.reference.resolved
    return isinstance(target, discord.Message) and target.author.id == us.id


def _text(message: discord.Message, us: discord.ClientUser) -> str:
    said = by_name(storable(message.content), names_of(message, us)).strip()
    text = "\n".join([part for part in (said, *_unseen(message)) if part])
    return text or ("" if message.attachments else SAYS_NOTHING)


def _unseen(message: discord.Message) -> Iterator[str]:
    """Yield a line for each thing that comes with a message and is not shown to the model."""
    for sticker in message.stickers:
        yield f"[sticker not shown to you: {speaker_name(sticker.name)}]"
    if message.poll is not None:
        yield f"[poll not shown to you: {speaker_name(message.poll.question)}]"
    if message.message_snapshots:
        yield FORWARD
    if message.embeds:
        yield PREVIEW
