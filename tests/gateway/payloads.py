"""Messages as Discord sends them, and what discord.py makes of them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import discord

US, ADA, BOB = 900, 1, 2
GUILD, DIRECT = 70, 800
# discord.py looks for channels and roles in a text only where an id is as long as real ones.
GENERAL, OUR_THREAD, THEIR_THREAD = 10**17 + 700, 10**17 + 710, 10**17 + 711
OUR_ROLE, MODS = 10**17 + 71, 10**17 + 72
SENT = 1574511543536582656  # a message id of 2026-11-23


def user(number: int, name: str, **more: Any) -> dict[str, Any]:
    """Return a user as Discord shows one."""
    return {"id": str(number), "username": name.lower(), "global_name": name,
            "discriminator": "0", "avatar": None, **more}  # fmt: skip


PARLEY = user(US, "Parley", bot=True)
MEMBER = {"roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "deaf": False, "mute": False,
          "flags": 0}  # fmt: skip


def _role(number: int, name: str, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "name": name, "permissions": "0", "position": 1, "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False, "managed": False, "mentionable": True, "flags": 0, **more}  # fmt: skip


def _thread(number: int, owner: int) -> dict[str, Any]:
    return {"id": str(number), "type": 11, "name": "a thread", "parent_id": str(GENERAL),
            "guild_id": str(GUILD), "owner_id": str(owner), "message_count": 0, "member_count": 1,
            "rate_limit_per_user": 0, "last_message_id": None,
            "thread_metadata": {"archived": False, "auto_archive_duration": 60, "locked": False,
                                "archive_timestamp": "2026-01-01T00:00:00+00:00"}}  # fmt: skip


def _guild() -> dict[str, Any]:
    return {
        "id": str(GUILD),
        "name": "Home",
        "owner_id": str(ADA),
        "roles": [
            _role(GUILD, "@everyone"),
            _role(OUR_ROLE, "Parley", managed=True, tags={"bot_id": str(US)}),
            _role(MODS, "mods"),
        ],
        "channels": [
            {
                "id": str(GENERAL),
                "type": 0,
                "name": "general",
                "position": 0,
                "permission_overwrites": [],
            }
        ],
        "threads": [_thread(OUR_THREAD, US), _thread(THEIR_THREAD, ADA)],
        "members": [{"user": PARLEY, **MEMBER}],
        "member_count": 3,
        "emojis": [],
        "features": [],
    }


def message(text: str = "hello", **changes: Any) -> dict[str, Any]:
    """Return what Ada says in general, but for `changes`; None leaves a field out."""
    said = {
        "id": str(SENT),
        "channel_id": str(GENERAL),
        "guild_id": str(GUILD),
        "type": 0,
        "content": text,
        "author": user(ADA, "Ada"),
        "member": MEMBER,
        "timestamp": "2026-11-23T19:40:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "flags": 0,
    } | changes
    return {name: value for name, value in said.items() if value is not None}


def mention(number: int, name: str, nick: str | None = None) -> dict[str, Any]:
    """Return somebody mentioned, as a server knows them."""
    return user(number, name) | {"member": MEMBER | {"nick": nick}}


class Library:
    """discord.py as it is once READY and GUILD_CREATE have come."""

    def __init__(self) -> None:
        self._state = discord.Client(intents=discord.Intents.none())._connection
        me: Any = PARLEY
        guild: Any = _guild()
        self.us = discord.ClientUser(state=self._state, data=me)
        self._state.user = self.us
        self.guild = self._state._add_guild_from_data(guild)

    def received(self, payload: dict[str, Any]) -> discord.Message:
        """Return a message as it comes over the gateway."""
        data: Any = deepcopy(payload)
        channel: Any = self._state._get_guild_channel(data)[0]
        return discord.Message(state=self._state, channel=channel, data=data)

    def fetched(self, payload: dict[str, Any]) -> discord.Message:
        """Return a message as it comes from the history of a channel of the server."""
        data: Any = deepcopy(payload)
        del data["guild_id"], data["member"]
        channel: Any = self.guild._resolve_channel(int(data["channel_id"]))
        return discord.Message(state=self._state, channel=channel, data=data)
