"""Intents: what a connection wants to hear of.

https://docs.discord.com/developers/events/gateway#gateway-intents
"""

from __future__ import annotations

from enum import IntFlag

from bot.playground.world.rules import Rules


class Intent(IntFlag):
    """Discord's gateway intents."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_MODERATION = 1 << 2
    GUILD_EXPRESSIONS = 1 << 3
    GUILD_INTEGRATIONS = 1 << 4
    GUILD_WEBHOOKS = 1 << 5
    GUILD_INVITES = 1 << 6
    GUILD_VOICE_STATES = 1 << 7
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_REACTIONS = 1 << 10
    GUILD_MESSAGE_TYPING = 1 << 11
    DIRECT_MESSAGES = 1 << 12
    DIRECT_MESSAGE_REACTIONS = 1 << 13
    DIRECT_MESSAGE_TYPING = 1 << 14
    MESSAGE_CONTENT = 1 << 15
    GUILD_SCHEDULED_EVENTS = 1 << 16
    AUTO_MODERATION_CONFIGURATION = 1 << 20
    AUTO_MODERATION_EXECUTION = 1 << 21
    GUILD_MESSAGE_POLLS = 1 << 24
    DIRECT_MESSAGE_POLLS = 1 << 25


NO_INTENT = Intent(0)
KNOWN = sum(Intent)
"""All bits that mean something; any other makes the intents invalid."""

MEMBERS_FLAG, PRESENCE_FLAG, CONTENT_FLAG = 1 << 15, 1 << 13, 1 << 19
"""The application's flags that say which privileged intents an unverified app may use."""


def allowed_privileged(rules: Rules) -> Intent:
    """The privileged intents that the application has been given."""
    allowed = NO_INTENT
    if rules.guild_members:
        allowed |= Intent.GUILD_MEMBERS
    if rules.presences:
        allowed |= Intent.GUILD_PRESENCES
    if rules.message_content:
        allowed |= Intent.MESSAGE_CONTENT
    return allowed


PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT


def application_flags(rules: Rules) -> int:
    """The flags by which the application tells what it may use."""
    flags = 0
    if rules.guild_members:
        flags |= MEMBERS_FLAG
    if rules.presences:
        flags |= PRESENCE_FLAG
    if rules.message_content:
        flags |= CONTENT_FLAG
    return flags
