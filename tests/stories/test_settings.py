"""What is chosen in the panel of `/settings` has its effect, with the real bot."""

from __future__ import annotations

import asyncio

import pytest

from bot.playground import Channel, Message, Permission, Thread
from bot.playground.local_openai import Asked, Said, Say
from bot.playground.world.parts import walk
from tests.stories.home import Home

LINE = "🗜️ I summed up older messages, not to read them again each time (price n/a). All is kept."


@pytest.fixture(autouse=True)
def _governed(home: Home) -> None:
    rights = Permission.MANAGE_CHANNELS | Permission.MANAGE_GUILD
    home.discord.overwrite(home.general, home.ada, allow=rights)
    home.openai.answer = lambda _: [Say("Fine.")]


def words(asked: Asked) -> list[str]:
    """Return what the model was shown, without the labels."""
    return [said.text.rpartition("]\n")[2] for said in asked.messages]


async def panel_at(home: Home, channel: Channel | Thread) -> Message:
    """Return a panel that Ada opened."""
    return await (await home.ada.slash(channel, "settings")).answered()


async def pick(home: Home, panel: Message, menu: str, value: str) -> None:
    """Have Ada pick from a menu of a panel, and wait until the panel says so."""
    parts = walk(panel.components)
    custom_id = next(str(p["custom_id"]) for p in parts if menu in str(p.get("custom_id")))
    before = (panel.content, panel.components)
    await home.ada.select(panel, value, custom_id=custom_id)
    await home.discord.until(lambda: (panel.content, panel.components) != before)


async def choose(home: Home, panel: Message, trait: str, value: str) -> None:
    """Have Ada choose a value in a panel."""
    if f":{trait}" not in str(panel.components):
        await pick(home, panel, "set-trait", trait)
    await pick(home, panel, "set-value", value)


async def test_each_choice_changes_the_next_answer_and_holds_after_a_restart(home: Home) -> None:
    async with home.bot(openai_api="responses"):
        await home.ask(home.ada, home.general, "one")
        panel = await panel_at(home, home.general)
        await pick(home, panel, "set-level", "channel")
        for trait, value in (
            ("persona", "coder"),
            ("effort", "high"),
            ("temperature", "0.3"),
            ("language", "German"),
            ("length", "long"),
        ):
            await choose(home, panel, trait, value)
        await home.ask(home.ada, home.general, "two")

    async with home.bot(openai_api="responses"):
        await pick(home, panel, "set-trait", "model")
        asked = await home.ada.press(panel, label="Type it")
        await home.ada.submit(asked, value="gpt-6-luna")
        await home.discord.until(
            lambda: "Model: **gpt-6-luna** · from this channel" in panel.content
        )
        await home.ask(home.ada, home.general, "three")

    one, two, three = home.openai.requests
    assert (one.body["model"], "temperature" in one.body) == ("some-model", False)
    assert one.instructions.startswith("You are Parley, a helpful assistant.")
    assert two.instructions.startswith("You are Parley, an experienced software engineer.")
    assert two.instructions.endswith(
        "Answer at length: explain, give examples, and leave nothing important out.\n\n"
        "Whatever was said above about languages: answer in German."
    )
    assert (two.body["temperature"], "reasoning" in two.body) == (0.3, False)
    assert three.instructions == two.instructions
    assert three.body["model"] == "gpt-6-luna"
    assert three.body["reasoning"] == {"effort": "high"}
    assert three.body["text"] == {"verbosity": "high"}
    assert "temperature" not in three.body
    assert three.messages[: len(two.messages)] == two.messages


async def test_a_channel_is_listened_to_wholly_or_not_at_all(home: Home) -> None:
    thread = await home.ada.open_thread(home.general, "theirs")

    async with home.bot():
        panel = await panel_at(home, home.general)
        await choose(home, panel, "listening", "all")
        for place in (home.general, thread):
            said = await home.ada.say(place, "just talking to Bob")
            await home.answer_after(place, said)

    async with home.bot():
        said = await home.ada.say(home.general, "still talking")
        await home.answer_after(home.general, said)
        await choose(home, panel, "listening", "off")
        answered = len(home.openai.requests)
        await home.ada.say(home.general, f"{home.mention} hello")
        await home.discord.until(
            lambda: "nothing but commands" in home.answers(home.general)[-1].content
        )
        await home.ada.say(home.general, f"{home.mention} hello again")
        await (await home.ada.slash(home.general, "chat", prompt="A word?")).answered()
        opened = await home.discord.until(lambda: _opened(home))
        await home.discord.until(lambda: any("Retry" in m.labels for m in home.answers(opened)))
        said = await home.ada.say(opened, "and another")
        await home.answer_after(opened, said)

    assert [words(asked)[-1] for asked in home.openai.requests] == [
        "just talking to Bob",
        "just talking to Bob",
        "still talking",
        "A word?",
        "and another",
    ]
    assert answered == 3
    told = [m.content for m in home.answers(home.general) if "nothing but commands" in m.content]
    assert len(told) == 1


async def test_a_thread_follows_its_channel_and_a_conversation_has_its_own_way(home: Home) -> None:
    async with home.bot():
        panel = await panel_at(home, home.general)
        await choose(home, panel, "language", "French")
        await (await home.ada.slash(home.general, "chat", prompt="Bonjour")).answered()
        thread = await home.discord.until(lambda: _opened(home))
        await home.discord.until(lambda: home.openai.requests)
        own = await panel_at(home, thread)
        assert "Language: **French** · from this channel" in own.content
        await choose(home, own, "language", "Polish")
        said = await home.ada.say(thread, "Salut")
        await home.answer_after(thread, said)
        await home.ask(home.ada, home.general, "Ça va?")

    endings = [asked.instructions.rpartition(": ")[2] for asked in home.openai.requests]
    assert endings == ["answer in French.", "answer in Polish.", "answer in French."]


def _opened(home: Home) -> Thread | None:
    us = home.discord.world.bot.id
    found = [m.thread for m in home.general.messages if m.thread and m.author.id == us]
    return found[-1] if found else None


async def test_what_a_context_shows_no_more_is_summed_up_until_that_is_switched_off(
    home: Home,
) -> None:
    def is_summary(asked: Asked) -> bool:
        return "will not be shown to you again" in asked.messages[-1].text

    home.openai.answer = lambda asked: [Say("They spoke of x." if is_summary(asked) else "Fine.")]
    long = "x" * 1700
    async with home.bot(context_tokens=1500):
        told = [await home.ask(home.ada, home.general, f"{n} {long}") for n in range(3)]
        panel = await panel_at(home, home.general)
        await choose(home, panel, "summary", "off")
        told += [await home.ask(home.ada, home.general, f"{n} {long}") for n in range(3, 5)]

    asked = home.openai.requests
    assert [is_summary(one) for one in asked].count(True) == 1
    assert asked[2].messages[:-1] == (*asked[1].messages, Said("assistant", "Fine."))
    assert (asked[2].cap, asked[2].cache_key) == (187, asked[1].cache_key)
    assert asked[3].messages[0].text.endswith("]\nThey spoke of x.")
    assert [LINE in m.content for m in told] == [False, False, True, False, False]
    assert [one for one in asked[4:] if "They spoke of x." in str(one.messages)] == []
    assert len(asked[-1].messages) < len(asked[-2].messages)  # it hopped again


async def test_a_servers_own_persona_keeps_the_words_that_a_conversation_began_with(
    home: Home,
) -> None:
    typed = {"name": "host", "summary": "Knows", "wording": "You keep {channel} of {server}."}
    async with home.bot():
        asked = await home.ada.slash(home.general, "persona create")
        await (await home.ada.submit(asked, **typed)).answered()
        await (await home.ada.slash(home.general, "new", persona="host")).answered()
        await home.ask(home.ada, home.general, "one")
        asked = await home.ada.slash(home.general, "persona edit", persona="host")
        await (await home.ada.submit(asked, wording="You are new in {channel}.")).answered()
        await home.ask(home.ada, home.general, "two")
        await (await home.ada.slash(home.general, "reset")).answered()
        await home.ask(home.ada, home.general, "three")
        await (await home.ada.slash(home.general, "persona delete", persona="host")).answered()

    async with home.bot():
        await home.ask(home.ada, home.general, "four")
        await (await home.ada.slash(home.general, "new")).answered()
        await home.ask(home.ada, home.general, "five")

    told = [asked.instructions.partition("\n")[0] for asked in home.openai.requests]
    assert told[:4] == [
        "You keep general of Home.",
        "You keep general of Home.",
        "You are new in general.",
        "You are new in general.",
    ]
    assert told[4].startswith("You are Parley, a helpful assistant.")


async def test_the_models_that_the_endpoint_lists_are_offered_with_the_operators_prices(
    home: Home,
) -> None:
    prices = "spare=2/8, stand-in=0.10/0.50"
    async with home.bot(openai_fallback_models="spare", model_prices=prices) as bot:
        async with asyncio.timeout(10):
            while len(bot.offers.all()) < 3:  # noqa: ASYNC110  # no event tells of it
                await asyncio.sleep(0.01)
        offered = await home.ada.autocomplete(home.general, "new", option="model")
        panel = await panel_at(home, home.general)
        await pick(home, panel, "set-trait", "model")

    labels = [
        "some-model · price n/a · window n/a",
        "spare · $2 in, $8 out per M tokens · window n/a",
        "stand-in · $0.10 in, $0.50 out per M tokens · window n/a",
    ]
    assert [choice.value for choice in offered] == ["some-model", "spare", "stand-in"]
    assert [choice.name for choice in offered] == labels
    assert [label for label in labels if label not in str(panel.components)] == []
