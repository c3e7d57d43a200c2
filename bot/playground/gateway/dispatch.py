"""One thing that the gateway tells, and to whom it may be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.playground.gateway.intents import NO_INTENT, Intent
from bot.playground.world.places import Channel, Guild

Body = Callable[[Intent], dict[str, object]]
SHAPING = Intent.MESSAGE_CONTENT | Intent.GUILD_PRESENCES
"""The intents that change what is in an event, beside those that let it come at all."""


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One thing to tell: `data(intents)` is its body as those intents let it be seen."""

    name: str
    data: Body
    guild: Guild | None = None
    channel: Channel | None = None
    intent: Intent = NO_INTENT


def where(channel: Channel) -> dict[str, object]:
    """The fields by which most events say where they happened."""
    place: dict[str, object] = {"channel_id": str(channel.id)}
    if channel.guild:
        place["guild_id"] = str(channel.guild.id)
    return place
