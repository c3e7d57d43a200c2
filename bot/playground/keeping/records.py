"""Records: each thing of the world as one JSON object, and back.

A thing names the others by their ids, so that each can be written alone when it changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from bot.playground.world.accounts import Member, Overwrite, Role, User
from bot.playground.world.commands import EVERYWHERE, Command, CommandKind, Option, OptionKind
from bot.playground.world.parts import (
    TYPED,
    Attachment,
    InteractionNote,
    Mentioned,
    MessageFlag,
    MessageKind,
    Reference,
    Upload,
)
from bot.playground.world.places import Channel, ChannelKind, Guild, Message, Thread
from bot.playground.world.world import World

Record = dict[str, Any]
"""What JSON can hold; it was written by this module, or it is refused where it is read."""


def user_record(user: User) -> Record:
    """A user."""
    return {"name": user.name, "global_name": user.global_name, "bot": user.bot}


def guild_record(guild: Guild) -> Record:
    """A guild with its roles and members."""
    return {
        "name": guild.name,
        "owner": guild.owner_id,
        "joined_at": guild.joined_at.isoformat(),
        "roles": [
            [role.id, role.name, role.permissions, role.position, role.mentionable]
            for role in guild.roles.values()
        ],
        "members": [
            [m.user.id, m.joined_at.isoformat(), m.nick, [role.id for role in m.roles]]
            for m in guild.members.values()
        ],
    }


def channel_record(channel: Channel) -> Record:
    """A channel, thread or DM, without what was said in it."""
    record: Record = {
        "kind": int(channel.kind),
        "name": channel.name,
        "guild": channel.guild.id if channel.guild else None,
        "topic": channel.topic,
        "position": channel.position,
        "category": channel.category.id if channel.category else None,
        "slowmode": channel.slowmode,
        "nsfw": channel.nsfw,
        "overwrites": [
            [o.target_id, o.is_role, o.allow, o.deny] for o in channel.overwrites.values()
        ],
        "tags": list(channel.tags.items()),
        "recipients": [user.id for user in channel.recipients],
        "last_message": channel.last_message_id,
    }
    if isinstance(channel, Thread):
        record["thread"] = {
            "parent": channel.parent.id,
            "owner": channel.owner_id,
            "created_at": channel.created_at.isoformat(),
            "archived_at": channel.archived_at.isoformat(),
            "archived": channel.archived,
            "locked": channel.locked,
            "invitable": channel.invitable,
            "auto_archive_minutes": channel.auto_archive_minutes,
            "members": [[who, at.isoformat()] for who, at in channel.member_ids.items()],
            "total_sent": channel.total_sent,
            "applied_tags": list(channel.applied_tags),
        }
    return record


def message_record(message: Message) -> Record:
    """A message; its files' bytes are kept apart."""
    note = message.note
    return {
        "channel": message.channel.id,
        "author": user_record(message.author) | {"id": message.author.id},
        "content": message.content,
        "created_at": message.created_at.isoformat(),
        "kind": int(message.kind),
        "embeds": list(message.embeds),
        "components": list(message.components),
        "attachments": [_attachment_record(each) for each in message.attachments],
        "reference": _reference_record(message.reference),
        "mentioned": [
            [user.id for user in message.mentioned.users],
            [role.id for role in message.mentioned.roles],
            message.mentioned.everyone,
        ],
        "flags": int(message.flags),
        "webhook": message.webhook_id,
        "note": note and [note.id, note.kind, note.user.id, note.name, note.command_type],
        "edited_at": message.edited_at.isoformat() if message.edited_at else None,
        "reactions": message.reactions,
        "thread": message.thread.id if message.thread else None,
    }


def restore_user(world: World, user_id: int, record: Record) -> None:
    """The user is there; one that was there already has its name again."""
    user = world.users.setdefault(user_id, User(user_id, record["name"]))
    user.name, user.global_name = record["name"], record["global_name"]
    user.bot = record["bot"]


def restore_guild(world: World, guild_id: int, record: Record) -> None:
    """The guild is there with its roles and members; its users have to be there before."""
    roles = {row[0]: Role(*row) for row in record["roles"]}
    guild = Guild(
        guild_id, record["name"], record["owner"], roles[guild_id], _moment(record["joined_at"])
    )
    guild.roles = roles
    for user_id, joined_at, nick, held in record["members"]:
        user = world.users[user_id]
        guild.members[user_id] = Member(
            user, _moment(joined_at), nick, [roles[role_id] for role_id in held]
        )
    world.guilds[guild_id] = guild


def restore_channel(world: World, channel_id: int, record: Record) -> None:
    """The channel is there; its guild, category and parent have to be there before."""
    guild = world.guilds[record["guild"]] if record["guild"] else None
    common: dict[str, Any] = {
        "id": channel_id,
        "kind": ChannelKind(record["kind"]),
        "name": record["name"],
        "guild": guild,
        "topic": record["topic"],
        "position": record["position"],
        "category": world.channels.get(record["category"]),
        "slowmode": record["slowmode"],
        "nsfw": record["nsfw"],
        "overwrites": {row[0]: Overwrite(*row) for row in record["overwrites"]},
        "tags": dict(record["tags"]),
        "recipients": tuple(world.users[user_id] for user_id in record["recipients"]),
        "last_message_id": record["last_message"],
    }
    thread = record.get("thread")
    channel = Channel(**common) if thread is None else _thread(world, common, thread)
    world.channels[channel_id] = channel
    if guild:
        guild.place(channel)


def restore_message(world: World, message_id: int, record: Record) -> None:
    """The message stands in its channel, which has to be there before."""
    channel = world.channels[record["channel"]]
    message = Message(
        id=message_id,
        channel=channel,
        author=_author(world, record["author"]),
        content=record["content"],
        created_at=_moment(record["created_at"]),
        kind=MessageKind(record["kind"]),
        embeds=tuple(record["embeds"]),
        components=tuple(record["components"]),
        attachments=tuple(_attachments(world, record["attachments"])),
        reference=record["reference"] and Reference(*record["reference"]),
        mentioned=_mentioned(world, channel, record["mentioned"]),
        flags=MessageFlag(record["flags"]),
        webhook_id=record["webhook"],
        note=_note(world, record["note"]),
        edited_at=record["edited_at"] and _moment(record["edited_at"]),
        reactions=record["reactions"],
    )
    thread = world.channels.get(record["thread"])
    message.thread = thread if isinstance(thread, Thread) else None
    channel.history.add(message)


def command_record(command: Command) -> Record:
    """A registered command."""
    return {
        "kind": int(command.kind),
        "name": command.name,
        "guild": command.guild_id,
        "options": [_option_record(option) for option in command.options],
        "permissions": command.permissions,
        "contexts": None if command.contexts is None else sorted(command.contexts),
        "body": command.body,
    }


def restore_command(world: World, command_id: int, record: Record) -> None:
    """The command is registered."""
    contexts = record["contexts"]
    command = Command(
        id=command_id,
        kind=CommandKind(record["kind"]),
        name=record["name"],
        guild_id=record["guild"],
        options=tuple(_option(each) for each in record["options"]),
        permissions=record["permissions"],
        contexts=None if contexts is None else frozenset(contexts),
        body=record["body"],
    )
    world.commands.put(command.guild_id or EVERYWHERE, command)


def _option_record(option: Option) -> list[Any]:
    return [
        int(option.kind),
        option.name,
        option.required,
        option.autocomplete,
        dict(option.choices),
        list(option.bounds),
        [_option_record(each) for each in option.options],
        sorted(option.channel_kinds),
    ]


def _option(row: list[Any]) -> Option:
    kind, name, required, autocomplete, choices, (least, most), options, channel_kinds = row
    return Option(
        OptionKind(kind),
        name,
        required,
        autocomplete,
        choices,
        (least, most),
        tuple(_option(each) for each in options),
        frozenset(channel_kinds),
    )


def _attachment_record(attachment: Attachment) -> list[Any]:
    path = urlsplit(attachment.location).path
    return [path, attachment.id, attachment.description]


def _attachments(world: World, rows: list[list[Any]]) -> Iterator[Attachment]:
    """The files that are still to be had under their paths."""
    for path, file_id, description in rows:
        if kept := world.files.get(path):
            again = Upload(kept.filename, kept.data, kept.content_type, description)
            yield world.put_file(path, file_id, again)


def _reference_record(reference: Reference | None) -> list[int | None] | None:
    return (
        None
        if reference is None
        else [reference.channel_id, reference.message_id, reference.guild_id]
    )


def _mentioned(world: World, channel: Channel, row: list[Any]) -> Mentioned:
    user_ids, role_ids, everyone = row
    roles = channel.guild.roles if channel.guild else {}
    return Mentioned(
        users=tuple(world.users[each] for each in user_ids if each in world.users),
        roles=tuple(roles[each] for each in role_ids if each in roles),
        everyone=everyone,
    )


def _note(world: World, row: list[Any] | None) -> InteractionNote | None:
    if row is None or row[2] not in world.users:
        return None
    # A row of before command types were kept has none.
    number, kind, user, name, command_type = (*row, TYPED)[:5]
    return InteractionNote(number, kind, world.users[user], name, command_type=command_type)


def _author(world: World, row: Record) -> User:
    """A user that is known, or one that spoke through a webhook and is nobody else."""
    return world.users.get(row["id"]) or User(
        row["id"], row["name"], row["global_name"], row["bot"]
    )


def _thread(world: World, common: dict[str, Any], record: Record) -> Thread:
    return Thread(
        **common,
        parent=world.channels[record["parent"]],
        owner_id=record["owner"],
        created_at=_moment(record["created_at"]),
        archived_at=_moment(record["archived_at"]),
        archived=record["archived"],
        locked=record["locked"],
        invitable=record["invitable"],
        auto_archive_minutes=record["auto_archive_minutes"],
        member_ids={who: _moment(at) for who, at in record["members"]},
        total_sent=record["total_sent"],
        applied_tags=tuple(record["applied_tags"]),
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
