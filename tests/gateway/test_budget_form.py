"""The budgets of a server's own, set in the panel of `/settings` over a local Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.domain.billing import DOLLAR, ScopeKind
from bot.domain.budget import Limits
from bot.domain.manner import Level, Trait
from bot.gateway.budget_form import button_of
from bot.gateway.panel import Subject
from bot.playground import Message, Permission
from bot.playground.people.outcome import Outcome
from bot.playground.world.parts import walk
from tests.gateway.commands_house import House, opened
from tests.gateway.test_settings import panel_for, pick

SERVER, CHANNEL, MEMBER = ScopeKind.SERVER, ScopeKind.CHANNEL, ScopeKind.MEMBER
OPEN, CORRECT = "Budgets…", "Correct it"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with opened(limits={ScopeKind.USER: Limits(day=2 * DOLLAR)}) as house:
        house.local.overwrite(house.general, house.ada, allow=Permission.MANAGE_GUILD)
        yield house


async def server_panel(house: House) -> Message:
    """Return a panel that Ada turned to the server."""
    panel = await panel_for(house, house.ada)
    await pick(house, panel, "set-level", Level.SERVER, by=house.ada)
    return panel


def shown_in(asked: Outcome) -> dict[str, object]:
    """Return what stands in the fields of a form."""
    assert asked.modal is not None
    parts = asked.modal["components"]
    assert isinstance(parts, list)
    fields = [part["component"] for part in parts]
    return {str(field["custom_id"]): field.get("value") for field in fields}


def labels(panel: Message) -> list[object]:
    """Return what stands on the parts of a panel."""
    return [part.get("label") for part in walk(panel.components)]


async def type_in(house: House, panel: Message, **typed: str) -> str:
    """Have Ada type budgets into the form and return what the panel shows then."""
    before = (panel.content, panel.components)
    asked = await house.ada.press(panel, label=OPEN)
    await house.ada.submit(asked, **typed)
    await house.local.until(lambda: (panel.content, panel.components) != before)
    return panel.content


async def test_what_is_typed_is_set_and_stands_in_the_panel_and_in_the_form(house: House) -> None:
    panel = await server_panel(house)
    assert "\nBudgets: the whole server **none** · each channel or thread **none** · " in (
        panel.content
    )

    said = await type_in(house, panel, server=" $5 / 100 ", member="0.50/-")

    assert house.store.own_limits_of == {
        house.guild.id: {SERVER: Limits(5 * DOLLAR, 100 * DOLLAR), MEMBER: Limits(DOLLAR // 2)}
    }
    assert (
        "\nBudgets: the whole server **$5.00 a day, $100.00 a month** · each channel or thread "
        "**none** · each member **$0.5000 a day**\n"
    ) in said
    assert said.endswith(
        "\n✅ The budgets of this server are set. They hold from the next answer on."
    )
    again = await house.ada.press(panel, label=OPEN)
    assert shown_in(again) == {"server": "5/100", "channel": None, "member": "0.5/-"}


async def test_a_budget_is_taken_away_by_leaving_its_field_empty(house: House) -> None:
    await type_in(house, panel := await server_panel(house), channel="1/-", member="1/2")

    said = await type_in(house, panel, channel="", member="-")

    assert said.endswith("\n↩️ This server has no budgets of its own now.")
    assert house.store.own_limits_of == {}


async def test_what_changes_nothing_below_the_operators_is_said(house: House) -> None:
    said = await type_in(house, await server_panel(house), member="2/10")

    assert said.endswith(
        "\n⚠️ Each member, a day: this changes nothing, for the operator's own budget for each "
        "person is no larger."
    )


async def test_what_cannot_be_meant_changes_nothing_and_can_be_corrected(house: House) -> None:
    await type_in(house, panel := await server_panel(house), server="5/100")

    said = await type_in(house, panel, server="6/120", channel="a lot|of *money* €", member="1")

    assert "❌ Each channel or thread: “a lot\\|of \\*money\\* €” cannot be meant.\n" in said
    assert "❌ Each member: “1” cannot be meant.\nNothing was changed. A budget is " in said
    assert house.store.own_limits_of[house.guild.id] == {SERVER: Limits(5 * DOLLAR, 100 * DOLLAR)}
    asked = await house.ada.press(panel, label=CORRECT)
    assert shown_in(asked) == {
        "server": "6/120",
        "channel": "a lotof *money* €",
        "member": "1",
    }
    await house.ada.submit(asked, channel="1/20", member="-/1")
    await house.local.until(lambda: "✅" in panel.content)
    assert house.store.own_limits_of[house.guild.id] == {
        SERVER: Limits(6 * DOLLAR, 120 * DOLLAR),
        CHANNEL: Limits(DOLLAR, 20 * DOLLAR),
        MEMBER: Limits(None, DOLLAR),
    }
    assert CORRECT not in labels(panel)


@pytest.mark.parametrize("typed", ["5", "5/6/7", "1,000/-", "five/-", "-5/1", "🪙" * 10, "|" * 20])
async def test_however_odd_it_is_the_panel_comes_back_with_a_way_to_correct_it(
    house: House, typed: str
) -> None:
    panel = await server_panel(house)
    await pick(house, panel, "set-trait", Trait.TEMPERATURE, by=house.ada)

    said = await type_in(house, panel, server=typed, channel="9" * 20, member="€" * 20)

    assert "Nothing was changed." in said
    assert CORRECT in labels(panel)
    assert house.store.own_limits_of == {}


def test_whatever_is_typed_fits_into_the_button_however_it_is_counted() -> None:
    subject = Subject(Level.SERVER, Trait.TEMPERATURE)

    custom_id = button_of(subject, ["🪙" * 20, "€" * 20, "5" * 20]).custom_id

    assert custom_id is not None
    assert len(custom_id.encode("utf-16-le")) <= 2 * 100


async def test_a_model_without_a_price_is_told_to_who_sets_a_budget(house: House) -> None:
    await house.store.choose(house.place(house.general), Level.CHANNEL, Trait.MODEL, "unpriced-1")

    said = await type_in(house, await server_panel(house), server="5/-")

    assert "\n⚠️ I know no price for unpriced-1, which answers here: while there is a " in said


async def test_budgets_are_neither_shown_nor_offered_to_others_nor_at_other_levels(
    house: House,
) -> None:
    adas, bobs = await panel_for(house, house.ada), await panel_for(house, house.bob)
    at_the_channel = (adas.content, labels(adas))

    await pick(house, bobs, "set-level", Level.SERVER, by=house.bob)

    assert bobs.content.startswith("⚙️ **How I answer here**")
    assert "Budgets" not in bobs.content
    assert OPEN not in labels(bobs)
    assert "Budgets" not in at_the_channel[0]
    assert OPEN not in at_the_channel[1]


async def test_the_right_is_asked_for_again_at_the_button_and_at_the_form(house: House) -> None:
    panel = await server_panel(house)
    asked = await house.ada.press(panel, label=OPEN)
    house.local.overwrite(house.general, house.ada, deny=Permission.MANAGE_GUILD)

    sent = await house.ada.submit(asked, server="5/100")
    pressed = await house.ada.press(panel, label=OPEN)

    refusals = [outcome.answer.content for outcome in (sent, pressed) if outcome.answer]
    assert len(refusals) == 2
    assert all(words.startswith("What concerns the whole server is for") for words in refusals)
    assert house.store.own_limits_of == {}


async def test_the_form_comes_though_the_store_is_slow(house: House) -> None:
    panel = await server_panel(house)
    house.store.works.clear()

    asked = await house.ada.press(panel, label=OPEN)

    house.store.works.set()
    assert asked.modal is not None


async def test_what_is_used_of_them_is_told_by_usage(house: House) -> None:
    await type_in(house, await server_panel(house), server="5/-", channel="4/-", member="1/-")

    said = {
        of: await house.ask(house.ada, house.general, f"usage {of}")
        for of in ("server", "channel", "me")
    }

    assert "🪙 $0.00 of $5.00 is used today (set by this server); it begins" in said["server"]
    assert "🪙 $0.00 of $4.00 is used today (set by this server); it begins" in said["channel"]
    assert "🪙 $0.00 of $1.00 is used today in this server (set by this server);" in said["me"]
    assert "🪙 $0.00 of $2.00 is used today; it begins" in said["me"]
