"""People: who wants what where, read from an interaction as Discord delivers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

import discord

from bot.domain.access import Actor, ActorKind, Right
from bot.domain.session import Place
from bot.domain.wording import speaker_name, storable
from bot.gateway.commands import OptionKind


class Kind(StrEnum):
    """How something was asked for."""

    COMMAND = "command"
    AUTOCOMPLETE = "autocomplete"
    BUTTON = "button"  # or a menu: whatever hangs below a message
    FORM = "form"
    APP = "app"  # from the menu of a message


class Ground(StrEnum):
    """What sort of place it is, as far as opening threads goes."""

    DIRECT = "direct"
    CHANNEL = "channel"
    ANNOUNCEMENTS = "announcements"
    THREAD = "thread"
    POST = "post"  # a thread of a forum
    THREADLESS = "threadless"  # the text chat of a voice channel, and whatever comes


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants. `options` holds text and yes or no, by name or by custom id."""

    id: int
    kind: Kind
    name: str  # of the command such as `session info`, or the first part of the custom id
    custom_id: str  # of the button or the form
    picked: str  # in a menu
    options: Mapping[str, str | bool]  # of a command, or the fields of a form
    target: Mapping[str, object] | None  # the message from whose menu it was asked for
    focused: str  # what was typed so far, where it autocompletes
    focused_on: str  # the option that it is typed into
    actor: Actor
    actor_name: str  # clean
    place: Place
    at: datetime
    interaction: discord.Interaction

    @property
    def needs_mention(self) -> bool:
        """Whether Discord keeps from us what is said in servers without a mention of us."""
        return not self.interaction.client.intents.message_content

    def text(self, option: str) -> str | None:
        """Return the text given for an option, or None without any."""
        value = self.options.get(option)
        return value if isinstance(value, str) and value.strip() else None


_KINDS: Mapping[discord.InteractionType, Kind] = MappingProxyType(
    {
        discord.InteractionType.application_command: Kind.COMMAND,
        discord.InteractionType.autocomplete: Kind.AUTOCOMPLETE,
        discord.InteractionType.component: Kind.BUTTON,
        discord.InteractionType.modal_submit: Kind.FORM,
    }
)


def request_from(interaction: discord.Interaction) -> Request | None:
    """Return what is wanted, or None when Discord does not say what or where."""
    channel = interaction.channel
    data = interaction.data
    if channel is None or data is None or interaction.type not in _KINDS:
        return None
    fields: Mapping[str, object] = {**data}
    custom_id = str(fields.get("custom_id", ""))
    name, options, focused_on = _asked(fields)
    target = _target(fields)
    return Request(
        id=interaction.id,
        kind=Kind.APP if target else _KINDS[interaction.type],
        name=name or custom_id.partition(":")[0],
        custom_id=custom_id,
        picked=_picked(fields),
        options=options or _fields(fields),
        target=target,
        focused=str(options.get(focused_on, "")),
        focused_on=focused_on,
        actor=actor_of(interaction),
        actor_name=speaker_name(interaction.user.display_name),
        place=Place(channel.id, interaction.guild_id, parent_of(channel)),
        at=interaction.created_at,
        interaction=interaction,
    )


def parent_of(channel: object) -> int | None:
    """Return the channel that a thread belongs to."""
    return channel.parent_id if isinstance(channel, discord.Thread) else None


def actor_of(interaction: discord.Interaction) -> Actor:
    """Return who acts, with the rights Discord sent along for this very channel."""
    user = interaction.user
    kind = ActorKind.BOT if user.bot else ActorKind.PERSON
    if interaction.guild_id is None:
        return Actor(user.id, kind, rights_outside(interaction.channel))
    in_thread = isinstance(interaction.channel, discord.Thread)
    return Actor(user.id, kind, rights_from(interaction.permissions, in_thread=in_thread))


def actor_in_channel(request: Request) -> Actor:
    """Return the actor with their rights in the channel, of which a thread has its own."""
    rights = rights_from(request.interaction.permissions, in_thread=False)
    return Actor(request.actor.id, request.actor.kind, rights)


def rights_outside(channel: object) -> frozenset[Right]:
    """Return everybody's rights outside of servers: all in their own direct messages."""
    return frozenset(Right) if isinstance(channel, discord.DMChannel) else frozenset()


def rights_from(permissions: discord.Permissions, *, in_thread: bool) -> frozenset[Right]:
    """Return what permissions in a channel mean to this bot."""
    writes = permissions.send_messages_in_threads if in_thread else permissions.send_messages
    rights = {
        Right.VIEW: permissions.view_channel and permissions.read_message_history,
        Right.WRITE: writes,
        Right.MODERATE: permissions.manage_messages,
        Right.ARRANGE: permissions.manage_messages or permissions.manage_channels,
        Right.GOVERN: permissions.manage_guild,
    }
    return frozenset(right for right, is_granted in rights.items() if is_granted)


def ground_of(channel: object) -> Ground:
    """Return what sort of place a channel is."""
    match channel:
        case discord.DMChannel():
            return Ground.DIRECT
        case discord.Thread(parent=discord.ForumChannel()):
            return Ground.POST
        case discord.Thread():
            return Ground.THREAD
        case discord.TextChannel():
            return Ground.ANNOUNCEMENTS if channel.is_news() else Ground.CHANNEL
        case _:
            return Ground.THREADLESS


def _asked(data: Mapping[str, object]) -> tuple[str, Mapping[str, str | bool], str]:
    """Return the full name, the options and the focused option of a command."""
    name, given = str(data.get("name", "")), _mappings(data.get("options"))
    while given and given[0].get("type") == OptionKind.SUBCOMMAND:
        name, given = f"{name} {given[0].get('name')}", _mappings(given[0].get("options"))
    options: dict[str, str | bool] = {}
    focused = ""
    for option in given:
        value = option.get("value")
        if isinstance(value, bool):
            options[str(option.get("name"))] = value
        elif isinstance(value, str):
            options[str(option.get("name"))] = storable(value)
            focused = str(option.get("name")) if option.get("focused") else focused
    return name, options, focused


def _target(data: Mapping[str, object]) -> Mapping[str, object] | None:
    """Return the message from whose menu a command was used."""
    found: object = data.get("resolved")
    for name in ("messages", str(data.get("target_id"))):
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None


def _picked(data: Mapping[str, object]) -> str:
    """Return what was picked in a menu that takes one thing."""
    values = data.get("values")
    one = values[0] if isinstance(values, list) and values else ""
    return storable(one) if isinstance(one, str) else ""


def _fields(data: Mapping[str, object]) -> Mapping[str, str]:
    """Return what was typed into a form, by the custom ids of its fields."""
    typed: dict[str, str] = {}
    for part in _mappings(data.get("components")):
        for field in (part.get("component"), *_mappings(part.get("components"))):
            if isinstance(field, dict) and isinstance(field.get("value"), str):
                typed[str(field.get("custom_id"))] = storable(field["value"])
    return typed


def _mappings(value: object) -> list[Mapping[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
