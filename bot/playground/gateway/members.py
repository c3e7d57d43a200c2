"""Answers to REQUEST GUILD MEMBERS (op 8)."""

from __future__ import annotations

from collections.abc import Iterator

from bot.playground.wire.accounts import member_json
from bot.playground.world.accounts import Member
from bot.playground.world.parts import Json
from bot.playground.world.places import Guild
from bot.playground.world.world import World

CHUNK = 1000
"""https://docs.discord.com/developers/events/gateway-events#guild-members-chunk"""


def chunks(world: World, asked: Json) -> Iterator[dict[str, object]]:
    """The guild's members who were asked for, in portions."""
    guild = world.guilds.get(_int(asked.get("guild_id")))
    if guild is None:
        return
    found = _found(guild, asked)
    count = max(1, -(-len(found) // CHUNK))
    for index in range(count):
        portion = found[index * CHUNK : (index + 1) * CHUNK]
        chunk: dict[str, object] = {
            "guild_id": str(guild.id),
            "members": [member_json(member) for member in portion],
            "chunk_index": index,
            "chunk_count": count,
            "not_found": [],
        }
        if asked.get("nonce"):
            chunk["nonce"] = asked["nonce"]
        yield chunk


def _found(guild: Guild, asked: Json) -> list[Member]:
    wanted = asked.get("user_ids")
    if wanted is not None:
        ids = wanted if isinstance(wanted, list) else [wanted]
        return [guild.members[_int(each)] for each in ids if _int(each) in guild.members]
    query = str(asked.get("query") or "").lower()
    found = [
        member
        for member in guild.members.values()
        if (member.nick or member.user.name).lower().startswith(query)
    ]
    limit = _int(asked.get("limit"))
    return found[:limit] if limit else found


def _int(value: object) -> int:
    return int(value) if isinstance(value, int | str) and str(value).isdecimal() else 0
