"""A hundred channels at once, under Discord's own limits."""

from __future__ import annotations

import asyncio

from bot.playground import Channel
from bot.playground.local_openai import Asked, Say, Script
from tests.stories.home import Home

CHANNELS = 100
SENTENCES = 100


def story_for(asked: Asked) -> Script:
    """Return an answer of two pages that streams for about three seconds, told apart by its end."""
    topic = asked.messages[-1].text.rpartition(" ")[2]
    return [Say(text_about(topic), size=70, delay=0.05)]


def text_about(topic: str) -> str:
    return "\n".join(f"Sentence {n:03} of the story about {topic}." for n in range(SENTENCES))


async def test_a_hundred_channels_stream_at_once_and_none_is_lost(home: Home) -> None:
    home.openai.answer = story_for
    channels = [home.discord.add_channel(home.guild, f"c{n}") for n in range(CHANNELS)]

    async def one(channel: Channel) -> None:
        said = await home.ada.say(channel, f"{home.mention} about {channel.name}")
        await home.answer_after(channel, said, timeout=60)

    async with home.bot(), asyncio.TaskGroup() as group:
        for channel in channels:
            group.create_task(one(channel))

    for channel in channels:
        shown = "\n".join(page.content for page in home.answers(channel))
        assert shown == text_about(channel.name)
    assert home.discord.too_many_requests <= 3
