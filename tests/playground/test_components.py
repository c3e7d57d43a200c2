from __future__ import annotations

import discord
import pytest

from bot.playground import (
    Channel,
    Guild,
    LocalDiscord,
    Message,
    NotOffered,
    Person,
)
from tests.playground.conftest import BotClient, text_channel


class Panel(discord.ui.View):
    """One of each thing that can be used."""

    @discord.ui.button(label="Stop", custom_id="stop")
    async def stop_it(self, interaction: discord.Interaction, _: discord.ui.Button[Panel]) -> None:
        await interaction.response.edit_message(content="stopped", view=None)

    @discord.ui.button(label="Later", custom_id="later")
    async def later(self, interaction: discord.Interaction, _: discord.ui.Button[Panel]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="later on")

    @discord.ui.button(label="Ask", custom_id="ask")
    async def ask(self, interaction: discord.Interaction, _: discord.ui.Button[Panel]) -> None:
        await interaction.response.send_modal(Question())

    @discord.ui.button(label="Grey", custom_id="grey", disabled=True)
    async def grey(self, _: discord.Interaction, __: discord.ui.Button[Panel]) -> None:
        raise AssertionError

    @discord.ui.select(
        custom_id="pick", options=[discord.SelectOption(label="A"), discord.SelectOption(label="B")]
    )
    async def pick(self, interaction: discord.Interaction, menu: discord.ui.Select[Panel]) -> None:
        await interaction.response.send_message(f"picked {menu.values[0]}")


class Question(discord.ui.Modal, title="A question"):
    """A form with one field."""

    name: discord.ui.TextInput[Question] = discord.ui.TextInput(
        label="Name", custom_id="name", min_length=2
    )
    colour: discord.ui.Label[Question] = discord.ui.Label(
        text="Colour",
        component=discord.ui.Select(
            custom_id="colour",
            options=[discord.SelectOption(label="red"), discord.SelectOption(label="blue")],
            required=False,
        ),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        menu = self.colour.component
        assert isinstance(menu, discord.ui.Select)
        said = " ".join(["called", self.name.value, *menu.values])
        await interaction.response.send_message(said, ephemeral=True)


@pytest.fixture
async def panel(client: BotClient, general: Channel) -> Message:
    await text_channel(client, general).send("panel", view=Panel(timeout=None))
    return general.messages[0]


async def test_a_button_changes_its_message(panel: Message, ada: Person) -> None:
    outcome = await ada.press(panel, label="Stop")

    assert outcome.answer is panel
    assert panel.content == "stopped"
    assert panel.components == ()


async def test_a_button_can_take_its_time(panel: Message, ada: Person, local: LocalDiscord) -> None:
    outcome = await ada.press(panel, custom_id="later")

    await local.until(lambda: panel.content == "later on")
    assert outcome.deferred


async def test_a_menu_is_picked_from(panel: Message, ada: Person) -> None:
    outcome = await ada.select(panel, "B")

    assert outcome.answer is not None
    assert outcome.answer.content == "picked B"


async def test_a_form_is_filled_in(panel: Message, ada: Person) -> None:
    asked = await ada.press(panel, label="Ask")

    outcome = await ada.submit(asked, name="Grace")

    assert outcome.answer is not None
    assert outcome.answer.content == "called Grace"
    assert outcome.ephemeral


async def test_a_menu_in_a_form_is_picked_from(panel: Message, ada: Person) -> None:
    asked = await ada.press(panel, label="Ask")

    outcome = await ada.submit(asked, name="Grace", colour=["blue"])

    assert outcome.answer is not None
    assert outcome.answer.content == "called Grace blue"


async def test_a_form_is_for_who_was_asked(
    local: LocalDiscord, home: Guild, panel: Message, ada: Person
) -> None:
    asked = await ada.press(panel, label="Ask")
    bob = local.add_person("Bob", guilds=[home])

    with pytest.raises(NotOffered):
        await bob.submit(asked, name="Grace")


async def test_what_cannot_be_used_is_not_offered(panel: Message, ada: Person) -> None:
    for label in ("Grey", "None such"):
        with pytest.raises(NotOffered):
            await ada.press(panel, label=label)
    for values in ([], ["C"], ["A", "B"]):
        with pytest.raises(NotOffered):
            await ada.select(panel, *values)


@pytest.mark.parametrize(
    "values",
    [
        {"name": ""},
        {"name": "x"},
        {"name": "x" * 4001},
        {"name": "Grace", "colour": ["green"]},
        {"name": "Grace", "colour": ["red", "blue"]},
        {"name": "Grace", "surname": "Hopper"},
    ],
)
async def test_a_form_takes_only_what_fits(
    panel: Message, ada: Person, values: dict[str, str | list[str]]
) -> None:
    asked = await ada.press(panel, label="Ask")

    with pytest.raises(NotOffered):
        await ada.submit(asked, **values)
