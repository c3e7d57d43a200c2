"""The personas of a server, added, changed and deleted over a local Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.domain.persona import Persona
from bot.playground import Permission
from bot.playground.world.parts import walk
from tests.gateway.commands_house import House, opened

GUIDE = {"name": "Tour-Guide", "summary": "Shows {server}", "wording": "You guide in {channel}."}
FOR_THOSE_WHO_MANAGE = (
    "What concerns the whole server is for those who manage it. It takes the permission "
    "Manage Server."
)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with opened() as house:
        house.local.overwrite(house.general, house.ada, allow=Permission.MANAGE_GUILD)
        yield house


async def add(house: House, **typed: str) -> str:
    """Have Ada add a persona and return what she reads then."""
    asked = await house.ada.slash(house.general, "persona create")
    sent = await house.ada.submit(asked, **{**GUIDE, **typed})
    assert sent.ephemeral
    return (await sent.answered()).content


async def test_a_server_adds_a_persona_and_can_choose_it_then(house: House) -> None:
    said = await add(house)

    listed = await house.ask(house.bob, house.general, "persona list")
    offered = await house.bob.autocomplete(house.general, "new", option="persona", typed="tour")
    fresh = await house.ask(house.bob, house.general, "new", persona="tour-guide")
    assert said == "🎭 `tour-guide` can be chosen in this server now."
    assert house.store.personas_of == {
        (house.guild.id, "tour-guide"): Persona(
            "tour-guide", "Shows {server}", "You guide in {channel}."
        )
    }
    assert "🏠 `tour-guide` · Shows {server}" in listed.splitlines()
    assert "• `coder` · Works on code with you, shows it rather…" in listed.splitlines()
    assert [choice.value for choice in offered] == ["tour-guide"]
    assert fresh.startswith("🆕 A fresh conversation starts here (persona tour-guide).")


async def test_the_form_to_change_one_shows_what_is_there(house: House) -> None:
    await add(house)

    asked = await house.ada.slash(house.general, "persona edit", persona="tour-guide")
    assert asked.modal is not None
    filled = {p.get("custom_id"): p.get("value") for p in walk([asked.modal]) if "value" in p}
    sent = await house.ada.submit(asked, wording="You guide elsewhere.")
    said = (await sent.answered()).content

    assert filled == {"summary": "Shows {server}", "wording": "You guide in {channel}."}
    assert said.startswith("🎭 `tour-guide` is changed. Conversations that are answered as")
    (changed,) = house.store.personas_of.values()
    assert changed == Persona("tour-guide", "Shows {server}", "You guide elsewhere.")


async def test_one_is_deleted_and_cannot_be_chosen_any_more(house: House) -> None:
    await add(house)

    said = await house.ask(house.ada, house.general, "persona delete", persona="tour-guide")

    refused = await house.ask(house.ada, house.general, "new", persona="tour-guide")
    again = await house.ask(house.ada, house.general, "persona delete", persona="tour-guide")
    assert said.startswith("🗑️ `tour-guide` is gone. Conversations that are answered as")
    assert refused.startswith("I have no persona of that name.")
    assert again.startswith("This server has no persona of that name that could be changed.")


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"name": "coder"}, "There is a persona of that name already."),
        ({"name": "two words"}, "A persona's name has 1 to 32 small letters"),
        ({"name": "x`"}, "A persona's name has 1 to 32 small letters"),
        ({"wording": "   "}, "The instructions are empty."),
    ],
)
async def test_what_cannot_be_a_persona_is_refused_in_words(
    house: House, typed: dict[str, str], why: str
) -> None:
    assert (await add(house, **typed)).startswith(why)
    assert house.store.personas_of == {}


async def test_one_is_not_added_twice_nor_without_bound(house: House) -> None:
    await add(house)
    again = await add(house)
    for number in range(19):
        guide = Persona(f"guide-{number}", "", "You guide.")
        await house.store.add_persona(house.guild.id, guide, most=20)

    full = await add(house, name="one-more")
    listed = await house.ask(house.ada, house.general, "persona list")

    assert again.startswith("There is a persona of that name already.")
    assert full.startswith("This server has 20 personas of its own, and no more fit.")
    assert len(house.store.personas_of) == 20
    assert len(listed.splitlines()) == 27


async def test_who_may_not_manage_the_server_changes_nothing(house: House) -> None:
    await add(house)

    said = {
        line: await house.bob.slash(house.general, line, **options)
        for line, options in (
            ("persona create", {}),
            ("persona edit", {"persona": "tour-guide"}),
            ("persona delete", {"persona": "tour-guide"}),
        )
    }
    offered = await house.bob.autocomplete(house.general, "persona edit", option="persona")

    assert {o.answer.content for o in said.values() if o.answer} == {FOR_THOSE_WHO_MANAGE}
    assert all(outcome.modal is None for outcome in said.values())
    assert offered == []
    assert len(house.store.personas_of) == 1


async def test_rights_are_asked_for_again_when_the_form_is_sent(house: House) -> None:
    asked = await house.ada.slash(house.general, "persona create")
    house.local.overwrite(house.general, house.ada, deny=Permission.MANAGE_GUILD)

    sent = await house.ada.submit(asked, **GUIDE)

    assert sent.answer is not None
    assert sent.answer.content == FOR_THOSE_WHO_MANAGE
    assert house.store.personas_of == {}


async def test_a_direct_message_has_no_personas_of_its_own(house: House) -> None:
    direct = house.local.dm(house.ada)

    asked = await house.ada.slash(direct, "persona create")
    sent = await house.ada.submit(asked, **GUIDE)

    assert (await sent.answered()).content == "Only a server has personas of its own."


async def test_the_words_come_though_the_store_is_too_slow_for_a_form(house: House) -> None:
    await add(house)
    house.store.works.clear()

    asked = await house.ada.slash(house.general, "persona edit", persona="tour-guide")

    house.store.works.set()
    assert asked.modal is None
    assert asked.answer is not None
    assert asked.answer.content.startswith("💾 I cannot look that up just now.")
