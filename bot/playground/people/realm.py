"""Making and changing what is there, from Python."""

from __future__ import annotations

from collections.abc import Iterable

from bot.playground.people.person import Person
from bot.playground.world import posting
from bot.playground.world.accounts import Overwrite, Role, User
from bot.playground.world.events import (
    ChannelOpened,
    ChannelUpdated,
    GuildAdded,
    GuildLost,
    MemberChanged,
    MemberLeft,
)
from bot.playground.world.parts import Draft, MessageKind
from bot.playground.world.permission import EVERYDAY, NONE, Permission, may_see
from bot.playground.world.places import Channel, ChannelKind, Guild, Message
from bot.playground.world.waiting import Waiting
from bot.playground.world.world import World


class Realm:
    """Guilds, channels and people, and the one who may do anything with them.

    Attributes:
        world: All state; change it through this class and through people.
        owner: Owns every guild that nobody else does.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self._waiting = Waiting(world)
        self.owner = self.person(world.owner)

    @property
    def bot(self) -> User:
        """The bot's account; its id is the application's too."""
        return self.world.bot

    def add_guild(
        self,
        name: str,
        *,
        owner: Person | None = None,
        bot_permissions: Permission | None = EVERYDAY,
        guild_id: int | None = None,
    ) -> Guild:
        """A guild; the bot is in it with a role of these permissions, or not for `None`."""
        guild = self.world.add_guild(name, (owner or self.owner).user, guild_id)
        if bot_permissions is not None:
            self.add_bot(guild, bot_permissions)
        return guild

    def add_bot(self, guild: Guild, permissions: Permission = EVERYDAY) -> None:
        """The bot comes into a guild, with a role of its own."""
        role = self.add_role(guild, self.bot.name, permissions)
        self.world.join(guild, self.bot, role)

    def add_channel(self, guild: Guild, name: str, kind: ChannelKind = ChannelKind.TEXT) -> Channel:
        """A channel that everyone in the guild sees."""
        return self.world.add_channel(guild, name, kind)

    def add_role(
        self,
        guild: Guild,
        name: str,
        permissions: Permission = NONE,
        *,
        mentionable: bool = False,
    ) -> Role:
        """A role that nobody has yet."""
        return self.world.add_role(guild, name, permissions, mentionable=mentionable)

    def add_person(
        self,
        name: str,
        *,
        guilds: Iterable[Guild] = (),
        roles: Iterable[Role] = (),
        nick: str | None = None,
        bot: bool = False,
    ) -> Person:
        """Somebody who is in these guilds with these roles; another bot if said so."""
        user = self.world.add_user(name, bot=bot)
        wanted = list(roles)
        for guild in guilds:
            held = [role for role in wanted if role.id in guild.roles]
            self.world.join(guild, user, *held, nick=nick)
        return self.person(user)

    def dm(self, person: Person) -> Channel:
        """The DM channel of a person with the bot."""
        return self.world.direct_messages(person.user)

    def give_role(self, guild: Guild, who: Person | User, role: Role) -> None:
        """The member has this role too."""
        member = guild.members[who.id]
        member.roles.append(role)
        self.world.emit(MemberChanged(guild, member))

    def take_role(self, guild: Guild, who: Person | User, role: Role) -> None:
        """The member does not have this role."""
        member = guild.members[who.id]
        member.roles.remove(role)
        self.world.emit(MemberChanged(guild, member))

    def overwrite(
        self,
        channel: Channel,
        target: Role | Person | User,
        *,
        allow: Permission = NONE,
        deny: Permission = NONE,
    ) -> None:
        """The channel has this rule for a role (`guild.everyone` too) or a member."""
        hidden = not may_see(channel, self.bot)
        is_role = isinstance(target, Role)
        channel.overwrites[target.id] = Overwrite(target.id, is_role, int(allow), int(deny))
        self.world.emit(ChannelUpdated(channel))
        if hidden and may_see(channel, self.bot):
            self.world.emit(ChannelOpened(channel))

    def remove_member(self, guild: Guild, who: Person | User) -> None:
        """Somebody is no longer in the guild; for the bot, use its own user."""
        member = guild.members[who.id]
        if member.user is self.bot:
            self.world.emit(GuildLost(guild))
            del guild.members[who.id]
        else:
            del guild.members[who.id]
            self.world.emit(MemberLeft(guild, member.user))

    def remove_channel(self, channel: Channel) -> None:
        """The channel or thread is gone."""
        self.world.remove_channel(channel)

    def outage(self, guild: Guild) -> None:
        """The guild is unavailable."""
        self.world.emit(GuildLost(guild, outage=True))
        guild.unavailable = True

    def end_outage(self, guild: Guild) -> None:
        """The guild is there again."""
        guild.unavailable = False
        self.world.emit(GuildAdded(guild))

    def webhook_says(self, channel: Channel, name: str, text: str) -> Message:
        """A message of a webhook under this name."""
        webhook_id = self.world.snowflakes.next()
        author = User(webhook_id, name, bot=True)
        return posting.post(self.world, channel, author, Draft(content=text, webhook_id=webhook_id))

    def system_says(
        self, channel: Channel, about: Person, kind: MessageKind = MessageKind.MEMBER_JOINED
    ) -> Message:
        """A system message, such as the one when somebody joins."""
        return posting.post(self.world, channel, about.user, Draft(kind=kind))

    def forget_nonces(self) -> None:
        """Every nonce could make a new message."""
        self.world.nonces.forget()

    def person(self, user: User) -> Person:
        """The one who acts through this account."""
        return Person(self.world, self._waiting, user)
