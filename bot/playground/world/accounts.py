"""Who there is: users, and their standing in a guild."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(eq=False, slots=True, repr=False)
class User:
    """An account: a person, a bot, or the system."""

    id: int
    name: str
    global_name: str | None = None
    bot: bool = False
    system: bool = False
    direct_messages_open: bool = True

    def __repr__(self) -> str:
        return f"<User {self.name}>"

    @property
    def mention(self) -> str:
        """What is typed to address this user."""
        return f"<@{self.id}>"


@dataclass(eq=False, slots=True)
class Role:
    """A set of permissions with a name."""

    id: int
    name: str
    permissions: int = 0
    position: int = 1
    mentionable: bool = False

    @property
    def mention(self) -> str:
        """What is typed to address everyone with this role."""
        return f"<@&{self.id}>"


@dataclass(eq=False, slots=True)
class Member:
    """A user in a guild."""

    user: User
    joined_at: datetime
    nick: str | None = None
    roles: list[Role] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Overwrite:
    """What a channel allows and denies to one role or member."""

    target_id: int
    is_role: bool
    allow: int = 0
    deny: int = 0
