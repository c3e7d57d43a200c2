"""What discord.py raises, in the words of the domain."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from types import MappingProxyType

import aiohttp
import discord
from discord.gateway import DiscordWebSocket

from bot.domain.errors import (
    BotError,
    MessengerBusy,
    PlaceGone,
    PostGone,
    PostRefused,
    Silenced,
)
from bot.engine.pacing import Urgency
from bot.gateway.wire import errand

# https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
REPLY_NOT_ALLOWED = 160002  # a reply takes Read Message History
NO_PERMISSION = 50013
ARCHIVED = 50083  # the thread was put away, and may be fetched out again
_BY_CODE: MappingProxyType[int, type[BotError]] = MappingProxyType(
    {
        10003: PlaceGone,  # unknown channel
        10008: PostGone,  # unknown message
        20016: MessengerBusy,  # slow mode
        20022: MessengerBusy,  # announcements are edited too often
        20028: MessengerBusy,  # the channel takes no more writes for now
        20029: MessengerBusy,  # nor does the server
        30046: MessengerBusy,  # an old message was edited too often
        40004: MessengerBusy,  # sending is switched off for everybody
        40006: MessengerBusy,  # so is something else that it takes
        40333: MessengerBusy,  # something in front of Discord does not let us pass
        50001: PlaceGone,  # no access
        NO_PERMISSION: Silenced,
        ARCHIVED: PlaceGone,  # and we may not fetch it out
        90001: PostRefused,  # somebody blocked us, and takes no reaction of ours
        130000: MessengerBusy,  # overloaded
        160005: Silenced,  # the thread is locked
    }
)

_GONE = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
# A token that was revoked ends the process; what is owed must stay owed until then.
_PASSING = {HTTPStatus.UNAUTHORIZED, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
_THEIR_FAULT = HTTPStatus.INTERNAL_SERVER_ERROR


@asynccontextmanager
async def discord_faults(
    client: discord.Client, urgency: Urgency, *, guild_id: int | None = None
) -> AsyncIterator[None]:
    """Have a client run an errand, and turn what it raises into the domain's errors.

    Nothing is gone in a server, `guild_id`, that is out of reach just now.
    """
    try:
        async with errand(urgency):
            yield
    except discord.HTTPException as error:
        fault = translated(error)
        if isinstance(fault, PlaceGone) and _is_out_of_reach(client, guild_id):
            fault = MessengerBusy(f"{fault}, and the server is out of reach")
        raise fault from error
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        raise MessengerBusy(type(error).__name__) from error
    except RuntimeError as error:
        # What aiohttp raises when the client was closed under our hands; another one comes.
        if not client.is_closed():
            raise
        raise MessengerBusy("the connection was closed") from error


def _is_out_of_reach(client: discord.Client, guild_id: int | None) -> bool:
    """Whether Discord has an outage of this server, or has not told us of our servers yet."""
    if guild_id is None:
        return False
    if guild := client.get_guild(guild_id):
        return guild.unavailable
    return client.intents.guilds and not _has_begun(client)


def _has_begun(client: discord.Client) -> bool:
    """Whether READY came, which names all servers that we are in."""
    socket: DiscordWebSocket | None = client.ws  # none before the first connection
    return socket is not None and socket.session_id is not None


def translated(error: discord.HTTPException) -> BotError:
    """Return what a refusal of Discord's means to us.

    An answer to an error has a code of Discord's own. One without comes from something in
    between, a proxy or a firewall, and says nothing about the place.
    """
    words = f"status {error.status}, code {error.code}"
    if error.code in _BY_CODE:
        return _BY_CODE[error.code](words)
    if error.status in _PASSING or error.status >= _THEIR_FAULT:
        return MessengerBusy(words)
    if error.status in _GONE:
        return PlaceGone(words) if error.code else MessengerBusy(words)
    return PostRefused(words)
