"""The world: everything there is, and the one place through which events flow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from bot.playground.world.accounts import Member, Role, User
from bot.playground.world.commands import Commands
from bot.playground.world.events import (
    ChannelCreated,
    ChannelDeleted,
    Event,
    GuildAdded,
    MemberJoined,
    RoleChanged,
    ThreadDeleted,
)
from bot.playground.world.files import content_type, safe_name
from bot.playground.world.interaction import Interaction
from bot.playground.world.nonces import Nonces
from bot.playground.world.parts import Attachment, Upload
from bot.playground.world.permission import EVERYDAY, Permission
from bot.playground.world.places import Channel, ChannelKind, Guild, Message, Thread
from bot.playground.world.refusal import Code, Refused
from bot.playground.world.rules import Rules
from bot.playground.world.snowflake import Snowflakes

Listener = Callable[[Event], None]


class World:
    """Holds all state; whoever changes it says so with `emit`."""

    def __init__(self, *, bot_name: str, application_id: int | None, rules: Rules) -> None:
        self.rules = rules
        self.snowflakes = Snowflakes()
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.interactions: dict[str, Interaction] = {}
        self.commands = Commands()
        self.files: dict[str, Attachment] = {}
        self.nonces = Nonces(rules.nonce_window)
        self.files_url = ""
        self.identifies = 0
        self._listeners: list[Listener] = []
        self.owner = self.add_user("operator")
        self.bot = self.add_user(bot_name, bot=True, user_id=application_id)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Every event from now on is told to `listener`; the result ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def emit(self, event: Event) -> None:
        """Tell everyone who listens, in the order in which they began to."""
        for listener in tuple(self._listeners):
            listener(event)

    def add_user(self, name: str, *, bot: bool = False, user_id: int | None = None) -> User:
        """A new account that is in no guild yet."""
        display = None if bot else name
        user = User(user_id or self.snowflakes.next(), _username(name, bot=bot), display, bot)
        self.users[user.id] = user
        return user

    def join(self, guild: Guild, user: User, *roles: Role, nick: str | None = None) -> Member:
        """The user is a member of the guild, with these roles."""
        member = Member(user, datetime.now(UTC), nick, list(roles))
        guild.members[user.id] = member
        if user is self.bot:
            self.emit(GuildAdded(guild))
        else:
            self.emit(MemberJoined(guild, member))
        return member

    def add_guild(self, name: str, owner: User, guild_id: int | None = None) -> Guild:
        """A guild with its owner in it and nobody else."""
        guild_id = guild_id or self.snowflakes.next()
        everyone = Role(guild_id, "@everyone", int(EVERYDAY), position=0)
        guild = Guild(guild_id, name, owner.id, everyone, datetime.now(UTC))
        guild.roles[everyone.id] = everyone
        self.guilds[guild.id] = guild
        self.join(guild, owner)
        return guild

    def add_role(
        self, guild: Guild, name: str, permissions: Permission, *, mentionable: bool
    ) -> Role:
        """A role above all that were there."""
        role = Role(self.snowflakes.next(), name, int(permissions), len(guild.roles), mentionable)
        guild.roles[role.id] = role
        self.emit(RoleChanged(guild, role, created=True))
        return role

    def add_channel(self, guild: Guild, name: str, kind: ChannelKind) -> Channel:
        """A channel at the end of the guild's list."""
        channel = Channel(self.snowflakes.next(), kind, name, guild, position=len(guild.channels))
        self.channels[channel.id] = channel
        guild.place(channel)
        self.emit(ChannelCreated(channel))
        return channel

    def remove_channel(self, channel: Channel) -> None:
        """The channel is gone with all that is in it, threads included."""
        guild = channel.guild
        channel.deleted = True
        del self.channels[channel.id]
        if isinstance(channel, Thread):
            if guild:
                del guild.threads[channel.id]
            self.emit(ThreadDeleted(channel))
            return
        threads: tuple[Thread, ...] = ()
        if guild:
            del guild.channels[channel.id]
            threads = tuple(each for each in guild.threads.values() if each.parent is channel)
            for thread in threads:
                del guild.threads[thread.id]
                del self.channels[thread.id]
                thread.deleted = True
        self.emit(ChannelDeleted(channel, threads))

    def direct_messages(self, user: User) -> Channel:
        """The one DM channel between this user and the bot."""
        for channel in self.channels.values():
            if channel.kind is ChannelKind.DM and user in channel.recipients:
                return channel
        recipients = (user, self.bot)
        channel = Channel(self.snowflakes.next(), ChannelKind.DM, "", recipients=recipients)
        self.channels[channel.id] = channel
        return channel

    def store_file(self, channel: Channel, upload: Upload, *, ephemeral: bool) -> Attachment:
        """The upload as an attachment that can be fetched over HTTP."""
        name = safe_name(upload.filename)
        file_id = self.snowflakes.next()
        path = f"/attachments/{channel.id}/{file_id}/{name}"
        return self.put_file(path, file_id, replace(upload, filename=name), ephemeral=ephemeral)

    def put_file(
        self, path: str, file_id: int, upload: Upload, *, ephemeral: bool = False
    ) -> Attachment:
        """The upload can be fetched under this path."""
        attachment = Attachment(
            id=file_id,
            filename=upload.filename,
            data=upload.data,
            location=self.files_url + path,
            content_type=content_type(upload.filename, upload.content_type),
            life=self.rules.attachment_life,
            description=upload.description,
            ephemeral=ephemeral,
        )
        self.files[path] = attachment
        return attachment

    def take_owner(self, user_id: int) -> None:
        """The owner has had this id all along."""
        del self.users[self.owner.id]
        self.owner.id = user_id
        self.users[user_id] = self.owner

    def channel(self, channel_id: int) -> Channel:
        """The channel or thread with this id.

        Raises:
            Refused: with UNKNOWN_CHANNEL.
        """
        found = self.channels.get(channel_id)
        if found is None:
            raise Refused(Code.UNKNOWN_CHANNEL)
        return found

    def message(self, channel: Channel, message_id: int) -> Message:
        """The message with this id in the channel's history.

        Raises:
            Refused: with UNKNOWN_MESSAGE.
        """
        found = channel.history.get(message_id)
        if found is None:
            raise Refused(Code.UNKNOWN_MESSAGE)
        return found

    def active_threads(self, guild: Guild) -> list[Thread]:
        """The guild's threads that are not archived."""
        return [thread for thread in guild.threads.values() if not thread.archived]


def _username(name: str, *, bot: bool) -> str:
    return name if bot else "".join(c for c in name.lower() if c.isalnum() or c in "._") or "user"
