"""What can be made to go wrong, and that the promises hold while it does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.playground import Message
from bot.playground.local_openai import LocalOpenAI, Say
from bot.playground.playing import Playground
from bot.playground.troubles import Trouble
from tests.page.town import Looker, ends_answer, open_town


@pytest.fixture
async def dm(ada: Looker) -> str:
    return ada.dm


def answers(town: Playground) -> list[Message]:
    """Return what the bot has said to Ada."""
    channel = town.discord.dm(town.town.owner)
    return [message for message in channel.messages if message.author is town.discord.bot]


async def test_the_page_is_told_of_every_trouble_and_when_one_begins_and_ends(ada: Looker) -> None:
    await ada.do("fault", name="openai-429", on=True)
    on = await ada.until(lambda f: f["t"] == "FAULTS")
    await ada.do("fault", name="openai-429", on=False)
    off = await ada.until(lambda f: f["t"] == "FAULTS")

    def lit(frames: list[dict[str, object]]) -> list[object]:
        faults = frames[-1]["d"]
        assert isinstance(faults, list)
        return [fault["name"] for fault in faults if fault["on"]]

    assert [(f["name"], f["kind"], f["on"]) for f in ada.ready["faults"]] == [
        ("gateway-lost", "push", False),
        ("gateway-lost-for-good", "push", False),
        ("discord-slow", "switch", False),
        ("discord-500", "switch", False),
        ("openai-429", "switch", False),
        ("openai-dead", "switch", False),
    ]
    assert (lit(on), lit(off)) == (["openai-429"], [])
    assert (await ada.tried("fault", name="rain", on=True)).keys() == {"error"}


async def test_a_busy_model_is_waited_for(ada: Looker, dm: str, town: Playground) -> None:
    await ada.do("fault", name="openai-429", on=True)
    await ada.do("say", channel=dm, text="Are you there?")
    await town.discord.until(lambda: town.line.refused > 0)
    await ada.do("fault", name="openai-429", on=False)

    whole = (await ada.until(ends_answer))[-1]["d"]

    assert whole["content"] == "An answer."


async def test_a_model_that_dies_in_mid_answer_is_asked_again(
    ada: Looker, dm: str, town: Playground, openai: LocalOpenAI
) -> None:
    openai.answer = lambda _: [Say("One two three four five.", delay=0.3)]
    await ada.do("say", channel=dm, text="Count!")
    await ada.until(lambda f: f["t"] == "MESSAGE_CREATE" and "One" in f["d"]["content"])

    await ada.do("fault", name="openai-dead", on=True)
    await ada.do("fault", name="openai-dead", on=False)
    whole = (await ada.until(ends_answer))[-1]["d"]

    assert whole["content"] == "One two three four five."
    assert len(openai.requests) == 2
    assert len(answers(town)) == 1


async def test_an_answer_is_finished_in_place_by_the_next_life_of_a_killed_bot(
    ada: Looker, dm: str, town: Playground, openai: LocalOpenAI
) -> None:
    openai.answer = lambda _: [Say("One two three four five.", delay=0.3)]
    await ada.do("say", channel=dm, text="Count!")
    begun = await ada.until(lambda f: f["t"] == "MESSAGE_CREATE" and "One" in f["d"]["content"])

    await ada.do("bot", up=False)
    down = await ada.until(lambda f: f["t"] == "BOT")
    nothing = await ada.asked("inspect", channel=dm, message=begun[-1]["d"]["id"])
    await ada.do("bot", up=True)
    up = await ada.until(lambda f: f["t"] == "BOT" and f["d"]["up"])
    whole = (await ada.until(ends_answer))[-1]["d"]

    assert down[-1]["d"] == {"up": False}
    assert nothing["error"][:22] == "The bot is not running"
    assert up[-1]["d"] == {"up": True}
    assert whole["id"] == begun[-1]["d"]["id"]
    assert whole["content"] == "One two three four five."
    assert len(answers(town)) == 1


async def test_starting_and_killing_twice_is_harmless(ada: Looker, town: Playground) -> None:
    for up in (True, True, False, False, True):
        await ada.do("bot", up=up)

    assert town.lodger.bot is not None


@pytest.mark.parametrize(
    ("trouble", "resumed"), [("gateway-lost", True), ("gateway-lost-for-good", False)]
)
async def test_a_lost_gateway_is_found_again(
    ada: Looker, dm: str, town: Playground, trouble: str, *, resumed: bool
) -> None:
    identifies = town.discord.gateway.identifies

    await ada.do("fault", name=trouble, on=True)
    await ada.until(lambda f: f["t"] == "BOT" and f["d"]["up"])
    await ada.do("say", channel=dm, text="Still there?")
    whole = (await ada.until(ends_answer))[-1]["d"]

    assert whole["content"] == "An answer."
    assert (town.discord.gateway.resumes == 1) is resumed
    assert (town.discord.gateway.identifies == identifies) is resumed


async def test_a_failing_discord_gets_the_answer_when_it_is_well_again(
    ada: Looker, dm: str, town: Playground
) -> None:
    await ada.do("fault", name="discord-500", on=True)
    await ada.do("say", channel=dm, text="Can you hear me?")
    await town.discord.until(lambda: any(r.status == 500 for r in town.discord.requests))
    await ada.do("fault", name="discord-500", on=False)

    whole = (await ada.until(ends_answer))[-1]["d"]

    assert whole["content"] == "An answer."
    assert len(answers(town)) == 1


@pytest.fixture
async def killed(tmp_path: Path, openai: LocalOpenAI) -> AsyncIterator[Playground]:
    async with open_town(tmp_path, openai, troubles=(Trouble.OPENAI_429,)) as town:
        yield town


async def test_a_trouble_can_be_there_from_the_beginning(killed: Playground) -> None:
    assert [fault["name"] for fault in killed.troubles.shown() if fault["on"]] == ["openai-429"]


async def test_a_bot_that_is_started_while_it_is_still_being_killed_runs(town: Playground) -> None:
    killing = asyncio.create_task(town.lodger.kill())
    await asyncio.sleep(0)  # it is about to end

    await town.lodger.start()

    await killing
    assert town.lodger.bot is not None
