"""Guilds over REST: the guild, its roles, members and channels."""

from __future__ import annotations

from bot.playground.rest.call import NOTHING, Answer, Call
from bot.playground.wire.accounts import member_json, roles_json
from bot.playground.wire.places import channel_json, guild_json
from bot.playground.world.events import GuildLost, MemberChanged
from bot.playground.world.refusal import Code, Refused

LONGEST_NICK = 32
DEFAULT_PAGE, LARGEST_PAGE = 1, 1000


def get_guild(call: Call) -> Answer:
    """The guild."""
    guild = call.guild()
    shown = guild_json(guild)
    if call.query.get("with_counts") in {"1", "true", "True"}:
        count = len(guild.members)
        shown |= {"approximate_member_count": count, "approximate_presence_count": count}
    return Answer(shown)


def roles(call: Call) -> Answer:
    """All roles."""
    return Answer(roles_json(call.guild()))


def channels(call: Call) -> Answer:
    """All channels, without threads."""
    return Answer([channel_json(each, call.bot) for each in call.guild().channels.values()])


def member(call: Call) -> Answer:
    """One member."""
    guild = call.guild()
    found = guild.members.get(call.id("user_id"))
    if found is None:
        known = call.id("user_id") in call.world.users
        raise Refused(Code.UNKNOWN_MEMBER if known else Code.UNKNOWN_USER)
    return Answer(member_json(found))


def members(call: Call) -> Answer:
    """Members in the order of their ids; needs the members intent."""
    if not call.world.rules.guild_members:
        raise Refused(Code.MISSING_ACCESS)
    after = call.asked("after") or 0
    limit = min(call.asked("limit") or DEFAULT_PAGE, LARGEST_PAGE)
    guild = call.guild()
    found = [guild.members[who] for who in sorted(guild.members) if who > after]
    return Answer([member_json(each) for each in found[:limit]])


def rename_self(call: Call) -> Answer:
    """The bot has another name in this guild."""
    guild = call.guild()
    own = guild.members[call.bot.id]
    nick = call.form.text("nick", longest=LONGEST_NICK)
    call.complaints.settle()
    own.nick = nick or None
    call.world.emit(MemberChanged(guild, own))
    return Answer(member_json(own))


def leave(call: Call) -> Answer:
    """The bot is no longer in the guild."""
    guild = call.guild()
    call.world.emit(GuildLost(guild))
    del guild.members[call.bot.id]
    return NOTHING
