"""Saying: the real bot on a local Discord, asked from a terminal."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from bot.domain.reply import Ending, Reply
from bot.domain.turn import Turn
from bot.playground.choosing import ChosenModel, ModelChoice, choose_model
from bot.playground.playing import Playground, Wishes, open_playground
from bot.playground.troubles import Trouble
from bot.playground.world.events import Event, MessageCreated, MessageDeleted, MessageEdited
from bot.playground.world.places import Channel, Message

LONGEST_ANSWER = 600.0  # seconds
RETRY = "Retry"


async def say(
    texts: Sequence[str],
    *,
    model: ModelChoice | None = None,
    troubles: Sequence[Trouble] = (),
    out: TextIO = sys.stdout,
) -> int:
    """Say `texts` to the bot, one after the other; print the conversation as it streams.

    `model` is as for `choose_model`. Return 0 when every answer came whole, 1 otherwise.

    Raises:
        BotError: the local model was chosen and cannot be had, or the bot cannot start.
    """
    wishes = Wishes(port=0, troubles=troubles)
    with tempfile.TemporaryDirectory(prefix="parley-") as folder:
        async with (
            choose_model(model) as chosen,
            open_playground(wishes, Path(folder), _untitled(chosen)) as playground,
        ):
            print(playground.model, file=out, flush=True)
            replies = await _talk(playground, texts, out)
    print(file=out)
    return 0 if all(reply is not None and reply.ending is Ending.WHOLE for reply in replies) else 1


def _untitled(chosen: ChosenModel) -> ChosenModel:
    """Return the model without what it costs to call by name what nobody will see."""
    return replace(chosen, given={**chosen.given, "title_model": "off"})


async def _talk(playground: Playground, texts: Sequence[str], out: TextIO) -> list[Reply | None]:
    channel = playground.discord.dm(playground.town.owner)
    with playground.discord.watch() as events:
        async with asyncio.TaskGroup() as group:
            group.create_task(_print(events, channel, out))
            replies = [await _ask(playground, channel, text) for text in texts]
            events.close()
    return replies


async def _ask(playground: Playground, channel: Channel, text: str) -> Reply | None:
    """Say one text and return the reply once all of it is to be seen; None if it never is."""
    said = await playground.town.owner.say(channel, text)

    def is_over() -> bool:
        answered = any(m.id > said.id and RETRY in m.labels for m in channel.messages)
        return answered or playground.lodger.bot is None

    try:
        await playground.discord.until(is_over, timeout=LONGEST_ANSWER)
    except TimeoutError:
        return None
    bot = playground.lodger.bot
    turn: Turn | None = await bot.store.version_shown(said.id) if bot else None
    return turn.reply if turn else None


async def _print(events: AsyncIterator[Event], channel: Channel, out: TextIO) -> None:
    """Print what is said in the channel while it is said, until the events end."""
    async for event in events:
        match event:
            case MessageCreated(message, content) if message.channel is channel:
                out.write(f"\n\n{_speaker(message)}: {content}")
            case MessageEdited(message, before, content) if message.channel is channel:
                out.write(_grown(before, content))
            case MessageDeleted(message) if message.channel is channel:
                out.write("\n[a message was taken back]")
            case _:
                continue
        out.flush()


def _speaker(message: Message) -> str:
    return message.author.global_name or message.author.name


def _grown(before: str, content: str) -> str:
    """Return what to print after `before`, so that `content` has been printed."""
    return content.removeprefix(before) if content.startswith(before) else f"\n{content}"
