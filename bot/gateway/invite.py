"""Invite: the link that adds the bot to a server, with the least permissions."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from types import MappingProxyType

import discord

# The permissions the code uses, by discord.py's names, and what is missed without each.
NEEDED: Mapping[str, str] = MappingProxyType(
    {
        "view_channel": "to hear anything at all",
        "send_messages": "to answer in channels, and to open forum posts",
        "send_messages_in_threads": "to answer in threads",
        "create_public_threads": "for /chat",
        "create_private_threads": "for /chat private:True",
        "read_message_history": "to reply to messages, and to find its own after a crash",
        "add_reactions": "to show who writes while it answers that it has seen the message",
        "attach_files": "to give very long answers as a file",
    }
)

# Everybody is answered without these.
DISPENSABLE = frozenset({"add_reactions"})

_LONGEST_ID = 20  # digits of 64 bits

SCOPES = ("bot", "applications.commands")


def invite_url(application_id: int) -> str:
    """Return the link to open in a browser, as somebody who may manage the server."""
    permissions = discord.Permissions(**dict.fromkeys(NEEDED, True))
    return discord.utils.oauth_url(application_id, permissions=permissions, scopes=SCOPES)


def application_id_from(token: str) -> int | None:
    """Return the application a bot token belongs to, without asking Discord; None if unclear.

    A token starts with the bot's id in base64, which is the application's id as well.
    """
    head = token.strip().partition(".")[0]
    try:
        digits = base64.b64decode(head + "=" * (-len(head) % 4), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    return int(digits) if digits.isdecimal() and len(digits) <= _LONGEST_ID else None
