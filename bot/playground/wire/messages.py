"""Messages as Discord writes them, and what of them a bot without the intent is shown."""

from __future__ import annotations

from bot.playground.wire.accounts import user_json
from bot.playground.wire.places import thread_json
from bot.playground.world.accounts import User
from bot.playground.world.parts import Attachment, InteractionNote, Json, MessageKind, Reference
from bot.playground.world.places import ChannelKind, Message
from bot.playground.world.posting import referenced
from bot.playground.world.world import World

WITH_REFERENCED = frozenset({MessageKind.REPLY, MessageKind.THREAD_STARTER})
SLASH = 2
"""An interaction that is a command."""


def message_json(world: World, message: Message, *, hide: bool = False) -> dict[str, object]:
    """A message as REST tells it; with `hide`, only what needs no MESSAGE_CONTENT."""
    shown = _plain(world, message, hide=hide)
    if message.kind in WITH_REFERENCED:
        target = referenced(world, message.reference)
        shown["referenced_message"] = _plain(world, target, hide=hide) if target else None
    if message.thread:
        shown["thread"] = thread_json(message.thread, world.bot)
    if message.reactions:
        shown["reactions"] = [_reaction(world, message, emoji) for emoji in message.reactions]
    return shown


def is_readable(message: Message, bot: User) -> bool:
    """Whether a bot without the MESSAGE_CONTENT intent is shown this message's content.

    https://docs.discord.com/developers/events/gateway#message-content-intent
    """
    return (
        message.author is bot
        or message.channel.kind is ChannelKind.DM
        or bot in message.mentioned.users
    )


def attachment_json(attachment: Attachment) -> Json:
    """A file, with a link that is fresh."""
    url = attachment.url
    shown: dict[str, object] = {
        "id": str(attachment.id),
        "filename": attachment.filename,
        "size": attachment.size,
        "url": url,
        "proxy_url": url,
        "content_type": attachment.content_type,
    }
    if attachment.description is not None:
        shown["description"] = attachment.description
    if attachment.ephemeral:
        shown["ephemeral"] = True
    return shown


def _plain(world: World, message: Message, *, hide: bool) -> dict[str, object]:
    hidden = hide and not is_readable(message, world.bot)
    edited = message.edited_at
    shown: dict[str, object] = {
        "id": str(message.id),
        "channel_id": str(message.channel.id),
        "type": int(message.kind),
        "author": user_json(message.author),
        "content": "" if hidden else message.content,
        "timestamp": message.created_at.isoformat(),
        "edited_timestamp": edited.isoformat() if edited else None,
        "tts": message.tts,
        "pinned": False,
        "flags": int(message.flags),
        "mention_everyone": message.mentioned.everyone,
        "mentions": [user_json(user) for user in message.mentioned.users],
        "mention_roles": [str(role.id) for role in message.mentioned.roles],
        "attachments": [] if hidden else [attachment_json(each) for each in message.attachments],
        "embeds": [] if hidden else list(message.embeds),
        "components": [] if hidden else list(message.components),
    }
    if message.reference:
        shown["message_reference"] = _reference(message.reference)
    if message.webhook_id:
        shown["webhook_id"] = str(message.webhook_id)
    if message.note:
        shown |= _note(message, message.note)
    return shown


def _reference(reference: Reference) -> Json:
    shown: dict[str, object] = {"type": 0, "channel_id": str(reference.channel_id)}
    if reference.message_id is not None:
        shown["message_id"] = str(reference.message_id)
    if reference.guild_id is not None:
        shown["guild_id"] = str(reference.guild_id)
    return shown


def _note(message: Message, note: InteractionNote) -> dict[str, object]:
    metadata: dict[str, object] = {
        "id": str(note.id),
        "type": note.kind,
        "user": user_json(note.user),
        "authorizing_integration_owners": {"0": "0"},
    }
    if note.original_response_id:
        metadata["original_response_message_id"] = str(note.original_response_id)
    if note.target_message_id:
        metadata["interacted_message_id"] = str(note.target_message_id)
    shown: dict[str, object] = {
        "interaction_metadata": metadata,
        "application_id": str(message.author.id),
    }
    if note.kind == SLASH:
        metadata["name"] = note.name
        metadata["command_type"] = note.command_type
        shown["interaction"] = {
            "id": str(note.id),
            "type": note.kind,
            "name": note.name,
            "user": user_json(note.user),
        }
    return shown


def _reaction(world: World, message: Message, emoji: str) -> Json:
    who = message.reactions[emoji]
    return {
        "emoji": {"id": None, "name": emoji},
        "count": len(who),
        "count_details": {"burst": 0, "normal": len(who)},
        "burst_colors": [],
        "me_burst": False,
        "burst_me": False,
        "burst_count": 0,
        "me": world.bot.id in who,
    }
