"""The inspector: what it tells of marks, cuts, files, and of what people took back."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.playground import Upload
from bot.playground.local_openai import Hold, LocalOpenAI, Say
from bot.playground.local_openai.asking import Asked
from bot.playground.local_openai.script import Script
from bot.playground.playing import Playground
from tests.page.modules import DOT
from tests.page.town import Frame, Looker, ends_answer, know_commands, looking, open_town

SMALL = {"context_tokens": "800", "openai_api": "responses"}
NOTE = "They spoke of trams."


def answer_or_sum_up(asked: Asked) -> Script:
    said = asked.messages[-1].text
    if said.startswith("[The bot itself"):
        return [Say(NOTE)]
    return [Say("long " * 380 if "Go on" in said else "Yes.", size=2000)]


async def asks(ada: Looker, text: str, *files: Upload) -> str:
    """Have Ada say something to the bot, and return the message once it is answered."""
    said = await ada.do("say", channel=ada.dm, text=text, files=files)
    await ada.until(ends_answer)
    return str(said["id"])


async def use(ada: Looker, message: str, name: str) -> None:
    """Use a command on a message, and come back once it is carried out."""
    await ada.do("use", channel=ada.dm, message=message, name=name)
    await ada.until(lambda frame: frame["t"] == "MESSAGE_UPDATE" and frame["d"]["content"])


async def inspected(ada: Looker, message: str) -> Frame:
    return await ada.asked("inspect", channel=ada.dm, message=message)


def shown(found: Frame) -> list[tuple[str, str]]:
    return [(each["role"], each["text"]) for each in found["context"]["messages"]]


def sent(asked: Asked) -> list[tuple[str, str]]:
    return [(said.role, said.text) for said in asked.messages]


async def at_rest(town: Playground) -> None:
    assert town.lodger.bot is not None
    await town.lodger.bot.engine.lanes.drained()


def is_nodded(town: Playground, message: str) -> bool:
    """Whether the bot has shown that it heard a message."""
    channels = town.discord.world.channels.values()
    return any(each.reactions for c in channels for each in c.messages if str(each.id) == message)


def is_undone(town: Playground) -> bool:
    """Whether a post says that it was taken out."""
    channels = town.discord.world.channels.values()
    return any("Taken out" in each.content for c in channels for each in c.messages)


async def test_the_inspector_shows_what_was_marked_and_cut_as_it_was_sent(
    tmp_path: Path, openai: LocalOpenAI
) -> None:
    openai.answer = answer_or_sum_up
    async with (
        open_town(tmp_path, openai, given=SMALL) as town,
        looking(town, town.town.owner) as (ada,),
    ):
        await know_commands(town)
        first = await asks(ada, "First")
        second = await asks(ada, "Second")
        await use(ada, first, "Pin to context")
        await use(ada, second, "Leave out")
        third = await asks(ada, "Go on " + "and on " * 200)
        by_marks = openai.requests[-1]
        last = await asks(ada, "And then?")
        await at_rest(town)

        before, marked, cut = [await inspected(ada, each) for each in (first, third, last)]

    assert shown(marked) == sent(by_marks)
    assert marked["context"]["left_out"] == 1
    assert not marked["context"]["is_remarked"]
    assert before["turn"]["mark"] == "pinned"
    assert before["context"]["is_remarked"]
    assert shown(cut) == sent(openai.requests[-1])
    assert NOTE in shown(cut)[0][1]
    assert cut["context"]["floor"] > 0
    assert ("user", "[Pinned, from earlier in this conversation:]") in shown(cut)


async def test_the_inspector_shows_images_and_what_was_taken_back(
    town: Playground, ada: Looker, openai: LocalOpenAI
) -> None:
    first = await asks(ada, "First")
    second = await asks(ada, "Second", Upload("dot.gif", DOT, "image/gif"))
    by_image = openai.requests[-1]
    await at_rest(town)

    whole = await inspected(ada, second)
    await ada.do("delete", channel=ada.dm, message=first)
    await know_commands(town)
    dm = town.discord.world.channel(int(ada.dm))
    said = list(dm.messages)
    await town.town.owner.slash(dm, "undo")
    await town.discord.until(lambda: is_undone(town))
    left = await inspected(ada, second)
    answers = [each for each in said if each.author is town.discord.world.bot]
    deleted = await inspected(ada, str(answers[0].id))

    assert shown(whole) == sent(by_image)
    assert [each["images"] for each in whole["context"]["messages"]] == [0, 0, 1]
    assert whole["turn"]["is_undone"] is False
    assert shown(left) == sent(by_image)[2:]
    assert left["turn"]["is_undone"] is True
    assert deleted["turn"]["is_withdrawn"] is True
    assert shown(deleted) == []


async def test_messages_that_are_answered_together_have_one_turn(
    town: Playground, ada: Looker, openai: LocalOpenAI
) -> None:
    gate = asyncio.Event()
    openai.answer = lambda _: [Say("Just "), Hold(gate), Say("a moment.")]
    await ada.do("say", channel=ada.dm, text="First")
    await openai.until(lambda: bool(openai.requests))
    heard = [(await ada.do("say", channel=ada.dm, text=text))["id"] for text in ("One", "Two")]
    await town.discord.until(lambda: all(is_nodded(town, each) for each in heard))

    one, two = [await inspected(ada, each) for each in heard]
    gate.set()

    assert one["turn"]["id"] == two["turn"]["id"]
    assert [text.splitlines()[-1] for _, text in shown(one)] == ["First", "One", "Two"]
    assert one["context"]["was_sent"] is False
