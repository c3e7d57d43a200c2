"""What the gateway says about messages, and about people who want something."""

from __future__ import annotations

from functools import singledispatch

from bot.playground.gateway.dispatch import Body, Dispatch, where
from bot.playground.gateway.intents import Intent
from bot.playground.wire.accounts import member_json, user_json
from bot.playground.wire.interactions import interaction_json
from bot.playground.wire.messages import message_json
from bot.playground.world.events import (
    InteractionBegan,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    MessagesDeleted,
    ReactionChanged,
    TypingStarted,
)
from bot.playground.world.places import Message
from bot.playground.world.world import World


@singledispatch
def tell_of_messages(_event: object, _world: World) -> list[Dispatch]:
    """What is said about an event that concerns messages or requests; nothing about others."""
    return []


@tell_of_messages.register
def _message_created(event: MessageCreated, world: World) -> list[Dispatch]:
    if event.message.is_ephemeral:
        return []
    message = event.message

    def data(intents: Intent) -> dict[str, object]:
        shown = _gateway_message(world, message, intents)
        return shown if message.nonce is None else shown | {"nonce": message.nonce}

    return [_about(message, "MESSAGE_CREATE", data)]


@tell_of_messages.register
def _message_edited(event: MessageEdited, world: World) -> list[Dispatch]:
    if event.message.is_ephemeral:
        return []
    message = event.message
    return [
        _about(message, "MESSAGE_UPDATE", lambda intents: _gateway_message(world, message, intents))
    ]


@tell_of_messages.register
def _message_deleted(event: MessageDeleted, _world: World) -> list[Dispatch]:
    if event.message.is_ephemeral:
        return []
    message = event.message
    place = where(message.channel)
    return [_about(message, "MESSAGE_DELETE", lambda _: place | {"id": str(message.id)})]


@tell_of_messages.register
def _messages_deleted(event: MessagesDeleted, _world: World) -> list[Dispatch]:
    ids = [str(message.id) for message in event.messages]
    place = where(event.channel)
    return [
        _about(event.messages[0], "MESSAGE_DELETE_BULK", lambda _: place | {"ids": ids}),
    ]


@tell_of_messages.register
def _reaction(event: ReactionChanged, _world: World) -> list[Dispatch]:
    channel = event.message.channel
    name = "MESSAGE_REACTION_ADD" if event.added else "MESSAGE_REACTION_REMOVE"
    shown: dict[str, object] = where(channel) | {
        "user_id": str(event.user.id),
        "message_id": str(event.message.id),
        "message_author_id": str(event.message.author.id),
        "emoji": {"id": None, "name": event.emoji},
        "burst": False,
        "type": 0,
    }
    if event.added and channel.guild and event.user.id in channel.guild.members:
        shown["member"] = member_json(channel.guild.members[event.user.id])
    intent = Intent.GUILD_MESSAGE_REACTIONS if channel.guild else Intent.DIRECT_MESSAGE_REACTIONS
    return [Dispatch(name, lambda _: shown, channel.guild, channel, intent)]


@tell_of_messages.register
def _typing(event: TypingStarted, _world: World) -> list[Dispatch]:
    channel = event.channel
    shown: dict[str, object] = where(channel) | {
        "user_id": str(event.user.id),
        "timestamp": int(event.at.timestamp()),
    }
    if channel.guild:
        shown["member"] = member_json(channel.guild.members[event.user.id])
    intent = Intent.GUILD_MESSAGE_TYPING if channel.guild else Intent.DIRECT_MESSAGE_TYPING
    return [Dispatch("TYPING_START", lambda _: shown, channel.guild, channel, intent)]


@tell_of_messages.register
def _interaction(event: InteractionBegan, world: World) -> list[Dispatch]:
    shown = interaction_json(world, event.interaction)
    return [Dispatch("INTERACTION_CREATE", lambda _: shown, event.interaction.channel.guild)]


def _about(message: Message, name: str, data: Body) -> Dispatch:
    guild = message.channel.guild
    intent = Intent.GUILD_MESSAGES if guild else Intent.DIRECT_MESSAGES
    return Dispatch(name, data, guild, message.channel, intent)


def _gateway_message(world: World, message: Message, intents: Intent) -> dict[str, object]:
    shown = message_json(world, message, hide=Intent.MESSAGE_CONTENT not in intents)
    shown["channel_type"] = int(message.channel.kind)
    guild = message.channel.guild
    if guild is None:
        return shown
    shown["guild_id"] = str(guild.id)
    members = guild.members
    if message.author.id in members and not message.webhook_id:
        shown["member"] = member_json(members[message.author.id], with_user=False)
    shown["mentions"] = [
        user_json(user) | {"member": member_json(members[user.id], with_user=False)}
        if user.id in members
        else user_json(user)
        for user in message.mentioned.users
    ]
    return shown
