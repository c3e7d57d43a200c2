"""Telling: acknowledging an interaction in time, and bringing the words to the person."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from io import BytesIO

import aiohttp
import discord

from bot.engine.pacing import Urgency
from bot.engine.patience import pauses
from bot.gateway.commands import Choice
from bot.gateway.entry_rules import Picture, Way, Words
from bot.gateway.people import Request
from bot.gateway.wire import REQUEST_SECONDS, errand
from bot.ports import Clock

log = logging.getLogger(__name__)

NOBODY = discord.AllowedMentions.none()
ATTEMPTS = 3
# Discord waits 3 seconds for an acknowledgement, and a second one does no harm:
# https://discord.com/developers/docs/interactions/receiving-and-responding
ACKNOWLEDGE_WITHIN = 1.5  # seconds

# https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
_ALREADY_ACKNOWLEDGED = 40060
# A token is good for 15 minutes; then Discord knows no such webhook or message:
# https://discord.com/developers/docs/interactions/receiving-and-responding
_EXPIRED = frozenset({10008, 10015, 50027})

_LOST = (aiohttp.ClientError, OSError)


class Telling:
    """Speaks to one person through the interaction they made. Nobody is pinged by it.

    What goes through an interaction does not count for the bot's limit on requests.
    """

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock

    async def acknowledge(self, request: Request, way: Way) -> bool:
        """Let the person see at once that we are at it.

        False when it is not ours to do: it was acknowledged before, by us or by another
        process, or so late that the person was told that nothing happened.
        """
        response = request.interaction.response
        is_seen = way is Way.THINKING
        return await self._respond(
            request.id, lambda: response.defer(ephemeral=is_seen, thinking=is_seen)
        )

    async def refuse(self, interaction: discord.Interaction, text: str) -> None:
        """Acknowledge with the words themselves."""
        response = interaction.response
        await self._respond(
            interaction.id,
            lambda: response.send_message(text, ephemeral=True, allowed_mentions=NOBODY),
        )

    async def offer(self, request: Request, choices: tuple[Choice, ...]) -> None:
        """Show choices under the option that is being typed."""
        shown = [
            discord.app_commands.Choice(name=choice.name[:100], value=choice.value)
            for choice in choices
        ]
        try:
            async with asyncio.timeout(ACKNOWLEDGE_WITHIN):
                await request.interaction.response.autocomplete(shown)
        except (discord.HTTPException, *_LOST) as error:
            log.info("interaction=%d event=not_offered reason=%r", request.id, error)

    async def ask(self, request: Request, form: discord.ui.Modal) -> None:
        """Put a form before the person."""
        response = request.interaction.response
        await self._respond(request.id, lambda: response.send_modal(form))

    async def tell(self, request: Request, way: Way, words: Words) -> None:
        """Bring the words to the person, or to everybody once the person is out of reach."""
        try:
            if way in {Way.QUIETLY, Way.TAKING_AWAY}:
                await self._add(request, words)
            else:
                await self._surely(lambda: self._replace(request, words))
        except discord.HTTPException as error:
            log.warning("interaction=%d event=not_told reason=%s", request.id, error)
            if error.code in _EXPIRED and words.concerns_all:
                await self._tell_all(request, words)
        except _LOST as error:
            log.warning("interaction=%d event=not_told reason=%r", request.id, error)

    async def take_away(self, request: Request) -> None:
        """Delete the message of the button that was pressed; it stays if that fails."""
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                await request.interaction.delete_original_response()
        except (discord.HTTPException, *_LOST) as error:
            log.info("interaction=%d event=not_taken_away reason=%r", request.id, error)

    async def _respond(self, interaction_id: int, request: Callable[[], Awaitable[object]]) -> bool:
        """Make the first response until its answer arrives; say whether it is ours."""
        for attempt in range(ATTEMPTS):
            try:
                async with asyncio.timeout(ACKNOWLEDGE_WITHIN):
                    await request()
            except discord.HTTPException as error:
                if error.code == _ALREADY_ACKNOWLEDGED and attempt > 0:
                    return True  # by the try before, whose answer was lost on the way
                log.warning(
                    "interaction=%d event=not_acknowledged reason=%s", interaction_id, error
                )
                return False
            except _LOST as error:
                log.warning("interaction=%d event=acknowledging error=%r", interaction_id, error)
            else:
                return True
        return False

    async def _add(self, request: Request, words: Words) -> None:
        followup = request.interaction.followup
        async with asyncio.timeout(REQUEST_SECONDS):
            await followup.send(words.text, ephemeral=True, allowed_mentions=NOBODY)

    async def _replace(self, request: Request, words: Words) -> None:
        # A file is read as it is sent: each try needs one of its own.
        files = [_file(words.picture)] if words.picture else []
        async with asyncio.timeout(REQUEST_SECONDS):
            await request.interaction.edit_original_response(
                content=words.text, view=words.view, attachments=files, allowed_mentions=NOBODY
            )

    async def _tell_all(self, request: Request, words: Words) -> None:
        channel = request.interaction.channel
        if not isinstance(channel, discord.abc.Messageable):
            return
        try:
            async with errand(Urgency.FIRST):
                await channel.send(words.text, nonce=f"{request.id:x}.e", allowed_mentions=NOBODY)
        except (discord.HTTPException, *_LOST) as error:
            log.warning("interaction=%d event=not_told_all reason=%r", request.id, error)

    async def _surely(self, request: Callable[[], Awaitable[None]]) -> None:
        """Make a request that may be made twice until its answer arrives, a few times."""
        for attempt, pause in enumerate(pauses(), start=1):
            try:
                return await request()
            except _LOST:
                if attempt == ATTEMPTS:
                    raise
            await self._clock.sleep(pause)
        raise AssertionError("pauses never end")


def _file(picture: Picture) -> discord.File:
    return discord.File(
        BytesIO(picture.content), filename=picture.name, description=picture.description
    )
