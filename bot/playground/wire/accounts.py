"""Users, members and roles as Discord writes them."""

from __future__ import annotations

from bot.playground.world.accounts import Member, Role, User
from bot.playground.world.parts import Json
from bot.playground.world.permission import Permission
from bot.playground.world.places import Guild


def user_json(user: User) -> dict[str, object]:
    """A user as everybody sees it."""
    shown: dict[str, object] = {
        "id": str(user.id),
        "username": user.name,
        "discriminator": "0000" if user.bot else "0",
        "global_name": user.global_name,
        "avatar": None,
        "avatar_decoration_data": None,
        "collectibles": None,
        "banner": None,
        "accent_color": None,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }
    if user.bot:
        shown["bot"] = True
    if user.system:
        shown["system"] = True
    return shown


def own_user_json(user: User) -> dict[str, object]:
    """The bot's account as the bot itself sees it."""
    return user_json(user) | {
        "mfa_enabled": True,
        "locale": "en-US",
        "verified": True,
        "email": None,
        "bio": "",
    }


def member_json(member: Member, *, with_user: bool = True) -> dict[str, object]:
    """A member; beside a message's author it comes without the user."""
    shown: dict[str, object] = {
        "avatar": None,
        "banner": None,
        "communication_disabled_until": None,
        "deaf": False,
        "flags": 0,
        "joined_at": member.joined_at.isoformat(),
        "mute": False,
        "nick": member.nick,
        "pending": False,
        "premium_since": None,
        "roles": [str(role.id) for role in member.roles],
    }
    if with_user:
        shown["user"] = user_json(member.user)
    return shown


def member_with_permissions(member: Member, permissions: Permission) -> dict[str, object]:
    """A member as an interaction carries it."""
    return member_json(member) | {"permissions": str(int(permissions))}


def role_json(role: Role) -> Json:
    """A role."""
    return {
        "id": str(role.id),
        "name": role.name,
        "description": None,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": role.position,
        "permissions": str(role.permissions),
        "managed": False,
        "mentionable": role.mentionable,
        "flags": 0,
    }


def roles_json(guild: Guild) -> list[Json]:
    """All roles of a guild."""
    return [role_json(role) for role in guild.roles.values()]
