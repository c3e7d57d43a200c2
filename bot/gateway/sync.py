"""Sync: Discord is told of our slash commands when they changed, and only then."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import logging
from collections.abc import Iterator, Sequence

import aiohttp
import discord

from bot.domain.errors import StoreBusy
from bot.gateway.commands import payloads
from bot.ports import Clock, Notebook

log = logging.getLogger(__name__)

# Commands that Discord does not know yet are a nuisance, not an outage: no hurry.
PAUSES = (5.0, 30.0, 120.0, 600.0)  # seconds; the last one for ever

Commands = Sequence[dict[str, object]]


def fingerprint(commands: Commands) -> str:
    """Return a hash that is the same as long as the commands mean the same to Discord."""
    canonical = json.dumps(commands, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


class CommandSync:
    """Keeps Discord's list of our commands like ours. A failure is retried, never fatal."""

    def __init__(
        self,
        *,
        notebook: Notebook,
        clock: Clock,
        commands: Commands | None = None,
    ) -> None:
        self._notebook = notebook
        self._clock = clock
        self._commands = payloads() if commands is None else list(commands)
        self._client: discord.Client | None = None
        self._offered = asyncio.Event()

    def offer(self, client: discord.Client) -> None:
        """Sync over `client`, which is logged in, as soon as `run` gets to it."""
        self._client = client
        self._offered.set()

    async def run(self) -> None:
        """Sync once for each client that is offered, until cancelled."""
        while True:
            await self._offered.wait()
            self._offered.clear()
            for pause in _pauses():
                client = self._client
                if client is None or client.is_closed() or await self._has_synced(client):
                    break
                await self._clock.sleep(pause)

    async def _has_synced(self, client: discord.Client) -> bool:
        try:
            await self._sync(client)
        except (StoreBusy, discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.warning("event=commands_not_synced reason=%r", error)
        except RuntimeError as error:
            # aiohttp raises it when the client is closed under our hands.
            log.warning("event=commands_not_synced reason=%r", error)
        else:
            return True
        return False

    async def _sync(self, client: discord.Client) -> None:
        application_id = client.application_id
        if application_id is None:
            raise RuntimeError("the client is not logged in")
        key, ours = f"commands:{application_id}", fingerprint(self._commands)
        if await self._notebook.recall(key) == ours:
            log.debug("event=commands_unchanged")
            return
        await client.http.bulk_upsert_global_commands(application_id, payload=self._commands)
        await self._notebook.remember(key, ours)
        log.info("event=commands_synced count=%d", len(self._commands))


def _pauses() -> Iterator[float]:
    return itertools.chain(PAUSES, itertools.repeat(PAUSES[-1]))
