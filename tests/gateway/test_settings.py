"""The panel of `/settings`, used over a local Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.domain.manner import Level, Trait
from bot.playground import Message, Permission, Person
from bot.playground.world.parts import walk
from tests.gateway.commands_house import House, opened

T, L = Trait, Level
INHERIT = "Leave it to the level above"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with opened() as house:
        rights = Permission.MANAGE_CHANNELS | Permission.MANAGE_GUILD
        house.local.overwrite(house.general, house.ada, allow=rights)
        yield house


async def panel_for(house: House, person: Person) -> Message:
    """Return the panel that a person opened."""
    return await (await person.slash(house.general, "settings")).answered()


def menu(panel: Message, name: str) -> tuple[str, list[str]]:
    """Return the custom id of a menu of the panel, and the values that it offers."""
    for part in walk(panel.components):
        options = part.get("options")
        if str(part.get("custom_id")).startswith(name) and isinstance(options, list):
            return str(part["custom_id"]), [str(option["value"]) for option in options]
    raise AssertionError(f"no {name} in the panel")


async def pick(house: House, panel: Message, name: str, value: str, *, by: Person) -> str:
    """Pick from a menu of the panel and return what the panel shows then."""
    before = (panel.content, panel.components)
    await by.select(panel, value, custom_id=menu(panel, name)[0])
    await house.local.until(lambda: (panel.content, panel.components) != before)
    return panel.content


async def turn_to(house: House, panel: Message, level: Level, trait: Trait) -> None:
    """Have Ada turn the panel to a level and a trait."""
    if menu(panel, "set-level")[0].split(":")[1] != level:
        await pick(house, panel, "set-level", level, by=house.ada)
    if menu(panel, "set-trait")[0].split(":")[2] != trait:
        await pick(house, panel, "set-trait", trait, by=house.ada)


def is_off(panel: Message, name: str) -> bool:
    """Whether a part of the panel, by its label or its id, cannot be used."""
    found = [
        part
        for part in walk(panel.components)
        if part.get("label") == name or str(part.get("custom_id")).startswith(name)
    ]
    assert found
    return all(part.get("disabled") for part in found)


async def test_the_panel_shows_what_holds_and_where_it_comes_from(house: House) -> None:
    place = house.place(house.general)
    await house.store.choose(place, L.SERVER, T.LANGUAGE, "German")
    await house.store.choose(place, L.CHANNEL, T.MODEL, "gpt-4.1")
    await house.ask(house.ada, house.general, "new", persona="coder")

    panel = await panel_for(house, house.ada)

    assert panel.content.splitlines() == [
        "⚙️ **How I answer here**",
        "Persona: **coder** · from this conversation",
        "Model: **gpt-4.1** · from this channel",
        "Effort: **as the model has it** · by default",
        "Temperature: **as the model has it** · by default",
        "Language: **German** · from this server",
        "Length of answers: **normal** · by default",
        "Summaries: **what is too old to be read again is summed up** · by default",
        "What I answer: **whoever mentions me or replies to me** · by default",
        "You are choosing **persona** for **this conversation**.",
    ]
    assert panel.ephemeral_to is house.ada.user


async def test_what_is_picked_is_chosen_for_the_level_that_is_turned_to(house: House) -> None:
    panel = await panel_for(house, house.ada)
    await turn_to(house, panel, L.SERVER, T.LENGTH)

    said = await pick(house, panel, "set-value", "short", by=house.ada)

    assert "Length of answers: **short** · from this server" in said
    assert said.endswith(
        "✅ Length of answers: chosen for this server. It holds from the next answer on."
    )
    _, layers = await house.store.customs_at(house.place(house.general))
    assert (layers.server, layers.channel, layers.session) == ({T.LENGTH: "short"}, {}, {})


async def test_summaries_can_be_switched_off_and_the_panel_says_what_that_means(
    house: House,
) -> None:
    panel = await panel_for(house, house.ada)
    await turn_to(house, panel, L.CHANNEL, T.SUMMARY)

    said = await pick(house, panel, "set-value", "off", by=house.ada)

    assert menu(panel, "set-value")[1] == ["on", "off"]
    assert "Summaries: **what is too old to be read again is left out** · from this channel" in said
    _, layers = await house.store.customs_at(house.place(house.general))
    assert layers.channel == {T.SUMMARY: "off"}


async def test_the_panel_says_what_is_being_chosen(house: House) -> None:
    panel = await panel_for(house, house.ada)

    await turn_to(house, panel, L.SERVER, T.LISTENING)

    assert "You are choosing **what I answer** for **this server**." in panel.content


async def test_what_is_typed_into_the_form_is_chosen(house: House) -> None:
    panel = await panel_for(house, house.ada)
    await turn_to(house, panel, L.CHANNEL, T.LANGUAGE)

    asked = await house.ada.press(panel, label="Type it")
    await house.ada.submit(asked, value="  Old  Norse ")
    await house.local.until(lambda: "✅" in panel.content)

    assert asked.modal is not None
    assert asked.modal["title"] == "Language for this channel"
    assert "Language: **Old Norse** · from this channel" in panel.content
    assert menu(panel, "set-value")[1][0] == "Old Norse"


async def test_what_cannot_be_meant_is_refused_in_words_and_the_panel_stays(house: House) -> None:
    panel = await panel_for(house, house.ada)
    await turn_to(house, panel, L.CHANNEL, T.TEMPERATURE)

    asked = await house.ada.press(panel, label="Type it")
    await house.ada.submit(asked, value="hot")
    await house.local.until(lambda: "cannot be meant" in panel.content)

    assert panel.content.endswith("A temperature is a number from 0 to 2, such as 0.7.")
    assert menu(panel, "set-value")[1] == ["0", "0.3", "0.7", "1", "1.3"]
    assert house.store.choices == {}


async def test_a_choice_can_be_left_to_the_level_above_again(house: House) -> None:
    await house.store.choose(house.place(house.general), L.CHANNEL, T.PERSONA, "coder")
    panel = await panel_for(house, house.ada)

    await house.ada.press(panel, label=INHERIT)
    await house.local.until(lambda: "none of its own" in panel.content)

    assert "Persona: **assistant** · by default" in panel.content
    assert panel.content.endswith("↩️ Persona: this channel has none of its own now.")
    assert is_off(panel, INHERIT)


async def test_who_chooses_is_told_when_something_nearer_says_otherwise(house: House) -> None:
    await house.ask(house.ada, house.general, "new", model="gpt-x")
    panel = await panel_for(house, house.ada)
    await turn_to(house, panel, L.SERVER, T.MODEL)

    said = await pick(house, panel, "set-value", "gpt-usual", by=house.ada)

    assert "Model: **gpt-x** · from this conversation" in said
    assert said.endswith("Here, this conversation says otherwise.")


async def test_for_a_conversation_that_is_not_open_nothing_is_chosen(house: House) -> None:
    panel = await panel_for(house, house.ada)
    await turn_to(house, panel, L.SESSION, T.EFFORT)

    said = await pick(house, panel, "set-value", "high", by=house.ada)

    assert said.endswith("Say something to me first, or choose for more.")


async def test_who_may_not_choose_for_more_sees_why_and_cannot_press(house: House) -> None:
    panel = await panel_for(house, house.bob)

    assert "It takes the permission Manage Channels or Manage Messages." in panel.content
    assert is_off(panel, "set-value")
    said = await pick(house, panel, "set-level", L.SERVER, by=house.bob)
    assert "It takes the permission Manage Server." in said
    assert is_off(panel, "set-value")


async def test_rights_are_asked_for_again_at_each_press(house: House) -> None:
    house.local.overwrite(house.general, house.bob, allow=Permission.MANAGE_MESSAGES)
    panel = await panel_for(house, house.bob)
    house.local.overwrite(house.general, house.bob, deny=Permission.MANAGE_MESSAGES)

    said = await pick(house, panel, "set-value", "coder", by=house.bob)

    assert said.startswith("You may not choose for the whole channel.")
    assert house.store.choices == {}


async def test_a_conversation_is_for_whoever_may_write(house: House) -> None:
    await house.ask(house.ada, house.general, "new")
    panel = await panel_for(house, house.bob)

    said = await pick(house, panel, "set-value", "teacher", by=house.bob)

    assert "Persona: **teacher** · from this conversation" in said


async def test_in_a_direct_message_there_is_neither_a_server_nor_a_choice_of_listening(
    house: House,
) -> None:
    panel = await (await house.ada.slash(house.local.dm(house.ada), "settings")).answered()

    assert menu(panel, "set-level")[1] == ["session", "channel"]
    assert "listening" not in menu(panel, "set-trait")[1]
    assert "What I answer" not in panel.content


async def test_what_a_model_does_not_have_is_said_to_be_idle(house: House) -> None:
    place = house.place(house.general)
    await house.store.choose(place, L.CHANNEL, T.MODEL, "gpt-6-luna")
    await house.store.choose(place, L.CHANNEL, T.TEMPERATURE, "1")

    panel = await panel_for(house, house.ada)

    assert "-# gpt-6-luna takes no temperature: it is not told of it." in panel.content


@pytest.mark.parametrize("custom_id", ["set-value:channel:model", "set-inherit:server:model"])
async def test_a_part_of_a_panel_that_everybody_sees_does_nothing(
    house: House, custom_id: str
) -> None:
    message = await house.button(house.general, custom_id)

    outcome = await house.ada.press(message)

    assert outcome.answer is not None
    assert outcome.answer.content.startswith("I do not know this command or button.")
    assert house.store.choices == {}


async def test_the_form_comes_though_the_store_is_slow(house: House) -> None:
    panel = await panel_for(house, house.ada)
    await turn_to(house, panel, L.CHANNEL, T.MODEL)
    house.store.works.clear()

    asked = await house.ada.press(panel, label="Type it")

    house.store.works.set()
    assert asked.modal is not None


async def test_models_are_offered_by_name_with_what_is_known_about_them(house: House) -> None:
    panel = await panel_for(house, house.ada)
    await turn_to(house, panel, L.CHANNEL, T.MODEL)

    offered = await house.ada.autocomplete(house.general, "new", option="model", typed="us")

    assert menu(panel, "set-value")[1] == ["gpt-usual"]
    assert [(choice.name, choice.value) for choice in offered] == [
        ("us", "us"),
        ("gpt-usual · $0.10 in, $0.50 out per M tokens · window 100k", "gpt-usual"),
    ]
