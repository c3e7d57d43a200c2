"""Beginning an interaction, and what happens when nobody answers.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass

from bot.playground.world.accounts import User
from bot.playground.world.events import InteractionBegan, InteractionFailed
from bot.playground.world.interaction import Interaction, InteractionKind, Stage
from bot.playground.world.parts import Json
from bot.playground.world.places import Channel, Message
from bot.playground.world.world import World


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks of the bot."""

    kind: InteractionKind
    user: User
    channel: Channel
    data: Json
    summary: str
    message: Message | None = None
    original_id: int | None = None


def begin(world: World, request: Request) -> Interaction:
    """The bot is told; from now on it has three seconds."""
    interaction = Interaction(
        id=world.snowflakes.next(),
        token=secrets.token_urlsafe(24),
        kind=request.kind,
        user=request.user,
        channel=request.channel,
        data=request.data,
        summary=request.summary,
        message=request.message,
        original_id=request.original_id,
    )
    world.interactions[interaction.token] = interaction
    loop = asyncio.get_running_loop()
    loop.call_later(world.rules.respond_within, _give_up, world, interaction)
    loop.call_later(world.rules.token_life + 1.0, world.interactions.pop, interaction.token, None)
    world.emit(InteractionBegan(interaction))
    return interaction


def _give_up(world: World, interaction: Interaction) -> None:
    if interaction.stage is Stage.WAITING:
        interaction.stage = Stage.FAILED
        world.emit(InteractionFailed(interaction))
