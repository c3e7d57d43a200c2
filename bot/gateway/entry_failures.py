"""Failures: each one that can come of a request, in words for the person who made it."""

from __future__ import annotations

import logging

import aiohttp
import discord

from bot.domain.access import Denied
from bot.domain.errors import StoreBusy, StoreTaken
from bot.gateway import phrases
from bot.gateway.commands_session import Unfit
from bot.gateway.people import Request
from bot.gateway.threads import LacksPermissions

log = logging.getLogger(__name__)

# https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
_TAG_REQUIRED = 40067
_MISSING_ACCESS = 50001
_MISSING_PERMISSIONS = 50013
_TOO_MANY_THREADS = 160006

_CODES = {
    _TAG_REQUIRED: phrases.NO_TAGGED_POST,
    _MISSING_ACCESS: phrases.NO_ACCESS,
    _MISSING_PERMISSIONS: phrases.NO_ACCESS,
    _TOO_MANY_THREADS: phrases.SERVER_IS_FULL,
}

EXPECTED = (
    Denied,
    Unfit,
    LacksPermissions,
    StoreBusy,
    StoreTaken,
    discord.HTTPException,
    discord.RateLimited,
    aiohttp.ClientError,
    OSError,
)


def words_for(error: Exception, request: Request) -> str:
    """Return what to tell the person; what is for the operator goes to the log."""
    match error:
        case Denied():
            return phrases.denied(error.denial)
        case Unfit():
            return str(error)
        case LacksPermissions():
            return phrases.missing_permissions(error.names)
        case StoreBusy() | StoreTaken():
            log.warning("interaction=%d event=store_busy reason=%s", request.id, error)
            return phrases.STORE_BUSY
        case discord.HTTPException(code=code) if code in _CODES:
            return _CODES[code]
        case _:
            log.warning("interaction=%d event=discord_failed reason=%r", request.id, error)
            return phrases.discord_failed(request.id)
