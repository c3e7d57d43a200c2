"""A gateway session: what one shard is told, and what it must be told again."""

from __future__ import annotations

import json
import time
from collections import deque
from typing import Protocol

from bot.playground.gateway.dispatch import Dispatch
from bot.playground.gateway.intents import Intent
from bot.playground.world.accounts import User
from bot.playground.world.parts import Json
from bot.playground.world.permission import may_see
from bot.playground.world.places import Guild

SHARD_SHIFT = 22
"""https://docs.discord.com/developers/events/gateway#sharding"""


class Outlet(Protocol):
    """Where a session's words go while its socket is up."""

    def send(self, text: str) -> None:
        """Queue one frame."""

    def close(self, code: int) -> None:
        """End the connection with this code, after what is queued."""

    def abort(self) -> None:
        """Cut the connection at once, as a failing network does."""


class Session:
    """Numbers what is dispatched, keeps it, and knows who is connected."""

    def __init__(
        self, session_id: str, *, shard: tuple[int, int], intents: Intent, bot: User
    ) -> None:
        self.id = session_id
        self.shard = shard
        self.intents = intents
        self.outlet: Outlet | None = None
        self.lost_at = 0.0
        self.sequence = 0
        self._bot = bot
        self._kept: deque[tuple[int, str]] = deque()

    def owns(self, guild: Guild | None) -> bool:
        """Whether what happens in this guild (or in a DM) is this shard's business."""
        index, count = self.shard
        return ((guild.id >> SHARD_SHIFT) % count if guild else 0) == index

    def wants(self, dispatch: Dispatch) -> bool:
        """Whether its shard, intents and permissions let it hear this."""
        guild = dispatch.guild
        if not self.owns(guild) or (guild and not self._knows(guild)):
            return False
        if dispatch.intent and not dispatch.intent & self.intents:
            return False
        return dispatch.channel is None or may_see(dispatch.channel, self._bot)

    def _knows(self, guild: Guild) -> bool:
        return self._bot.id in guild.members and not guild.unavailable

    def tell(self, name: str, body: str) -> None:
        """Dispatch an event whose JSON body is `body`, now and after any resume."""
        self.sequence += 1
        frame = f'{{"op":0,"s":{self.sequence},"t":"{name}","d":{body}}}'
        self._kept.append((self.sequence, frame))
        if self.outlet:
            self.outlet.send(frame)

    def heard_until(self, sequence: int) -> None:
        """The client has everything up to here; it need not be kept."""
        while self._kept and self._kept[0][0] <= sequence:
            self._kept.popleft()

    def attach(self, outlet: Outlet) -> None:
        """From now on the session speaks through this connection and no other."""
        if self.outlet and self.outlet is not outlet:
            self.outlet.abort()
        self.outlet = outlet

    def detach(self, outlet: Outlet) -> None:
        """That connection is gone; if it was this session's, the session waits."""
        if self.outlet is outlet:
            self.outlet = None
            self.lost_at = time.monotonic()

    def replay(self, after: int) -> bool:
        """Say again what came after that number; False if it is not known any more."""
        first = self._kept[0][0] if self._kept else self.sequence + 1
        if after > self.sequence or after + 1 < first:
            return False
        for number, frame in self._kept:
            if number > after and self.outlet:
                self.outlet.send(frame)
        return True


def encode(body: Json) -> str:
    """JSON as the gateway writes it."""
    return json.dumps(body, separators=(",", ":"))
