"""Option values: which fit their options, and what is sent along to explain them."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.playground.wire.accounts import member_json, role_json, user_json
from bot.playground.wire.messages import attachment_json, message_json
from bot.playground.wire.places import channel_json
from bot.playground.world.accounts import Role, User
from bot.playground.world.commands import Option, OptionKind
from bot.playground.world.parts import Json, Upload
from bot.playground.world.permission import permissions_in
from bot.playground.world.places import Channel, Message
from bot.playground.world.world import World

LONGEST_TEXT = 6000
LARGEST_NUMBER = 2**53


class NotOffered(Exception):
    """Discord's client would not let a person do this."""


@dataclass(slots=True)
class Resolved:
    """What the ids in an interaction's data stand for."""

    parts: dict[str, dict[str, Json]] = field(default_factory=dict)

    def json(self) -> Json:
        """As it is sent; nothing if nothing was added."""
        return self.parts

    def add(self, world: World, channel: Channel, thing: object) -> int:
        """The thing is explained from now on; the result is its id.

        Raises:
            NotOffered: if it is nothing that can be picked.
        """
        match thing:
            case User():
                self._add_user(channel, thing)
            case Role():
                self._put("roles", thing.id, role_json(thing))
            case Message():
                self._put("messages", thing.id, message_json(world, thing))
            case Channel():
                permissions = {"permissions": str(int(permissions_in(thing, world.bot)))}
                self._put("channels", thing.id, channel_json(thing, world.bot) | permissions)
            case Upload():
                stored = world.store_file(channel, thing, ephemeral=True)
                self._put("attachments", stored.id, attachment_json(stored))
                return stored.id
            case _:
                raise NotOffered(f"{thing!r} cannot be picked")
        return thing.id

    def _add_user(self, channel: Channel, user: User) -> None:
        self._put("users", user.id, user_json(user))
        guild = channel.guild
        if guild and user.id in guild.members:
            permissions = {"permissions": str(int(permissions_in(channel, user)))}
            shown = member_json(guild.members[user.id], with_user=False) | permissions
            self._put("members", user.id, shown)

    def _put(self, kind: str, thing_id: int, shown: Json) -> None:
        self.parts.setdefault(kind, {})[str(thing_id)] = shown


PICKED: dict[OptionKind, tuple[type, ...]] = {
    OptionKind.USER: (User,),
    OptionKind.ROLE: (Role,),
    OptionKind.CHANNEL: (Channel,),
    OptionKind.MENTIONABLE: (User, Role),
    OptionKind.ATTACHMENT: (Upload,),
}


@dataclass(frozen=True, slots=True)
class Given:
    """An option and the value that a person gives it."""

    option: Option
    value: object
    focused: bool


def option_json(world: World, channel: Channel, resolved: Resolved, given: Given) -> Json:
    """The option with its value.

    Raises:
        NotOffered: if the value does not fit.
    """
    option, value = given.option, given.value
    if given.focused:
        text: dict[str, object] = {"value": str(value), "focused": True}
        return {"type": int(option.kind), "name": option.name, **text}
    if option.kind in PICKED:
        if not isinstance(value, PICKED[option.kind]):
            raise NotOffered(f"{option.name} takes a {option.kind.name.lower()}")
        _check_channel(option, value)
        shown: object = str(resolved.add(world, channel, value))
    else:
        shown = _plain(option, value)
    return {"type": int(option.kind), "name": option.name, "value": shown}


def _check_channel(option: Option, value: object) -> None:
    kinds = option.channel_kinds
    if isinstance(value, Channel) and kinds and value.kind not in kinds:
        raise NotOffered(f"{option.name} does not take this kind of channel")


def _plain(option: Option, value: object) -> object:
    if option.choices:
        if value in option.choices.values():
            return value
        if value in option.choices:
            return option.choices[str(value)]
        raise NotOffered(f"{value!r} is none of the choices of {option.name}")
    if not _is_of_kind(option.kind, value):
        raise NotOffered(f"{option.name} takes a {option.kind.name.lower()}, not {value!r}")
    measured = len(value) if isinstance(value, str) else value
    low, high = option.bounds
    if isinstance(measured, int | float) and not isinstance(measured, bool):
        most = high if high is not None else _most(option.kind)
        if measured > most or (low is not None and measured < low):
            raise NotOffered(f"{option.name} is out of its bounds")
    return value


def _most(kind: OptionKind) -> float:
    return LONGEST_TEXT if kind is OptionKind.STRING else LARGEST_NUMBER


def _is_of_kind(kind: OptionKind, value: object) -> bool:
    if kind is OptionKind.BOOLEAN:
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    if kind is OptionKind.STRING:
        return isinstance(value, str)
    if kind is OptionKind.INTEGER:
        return isinstance(value, int)
    return isinstance(value, int | float)
