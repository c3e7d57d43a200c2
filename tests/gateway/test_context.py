"""`/context` and the marks in a message's menu, used over a local Discord."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.access import Actor, ActorKind, Right
from bot.domain.marks import TurnMark
from bot.domain.message import Prompt
from bot.domain.session import TurnId
from bot.domain.turn import Turn
from bot.gateway import phrases_context
from bot.gateway.panel_context import Spot, spot_of
from bot.playground import Message, Permission, Person
from bot.playground.world.parts import walk
from tests.gateway.commands_house import House, opened
from tests.samples import MORNING, attachment, turn

ONCE = "-# The next answer reads the whole conversation at the full price, once."
PINNED = "📌 Pinned: I am shown this message and its answer however long the conversation gets."


async def talk(house: House, text: str) -> tuple[Message, Turn]:
    """Have Ada say something that is answered; return what she said, and its turn."""
    said = await house.ada.say(house.general, text)
    actor = Actor(house.ada.id, ActorKind.PERSON, frozenset(Right))
    prompt = Prompt(said.id, actor.id, "Ada", text, MORNING)
    place = house.place(house.general)
    session = house.open_at(house.general) or house.engine.intake.fresh_session(place, prompt)
    turn = await house.say(session, prompt)
    await house.engine.lanes.idle(turn.session_id)
    return said, turn


async def use(person: Person, said: Message, app: str) -> str:
    outcome = await person.use_on(said, app)
    answer = await outcome.answered()
    assert answer.ephemeral_to is person.user
    return answer.content


async def panel_for(house: House, person: Person) -> Message:
    """Return the panel that a person opened, which nobody else sees."""
    panel = await (await person.slash(house.general, "context")).answered()
    assert panel.ephemeral_to is person.user
    return panel


async def pick(house: House, panel: Message, turn: Turn, *, by: Person) -> str:
    """Pick a turn in the menu of a panel and return what is shown then."""
    (menu,) = [p for p in walk(panel.components) if str(p.get("custom_id")).startswith("ctx-look")]
    before = panel.content
    await by.select(panel, f"{turn.id:x}", custom_id=str(menu["custom_id"]))
    await house.local.until(lambda: panel.content != before)
    return panel.content


async def press(house: House, panel: Message, label: str, *, by: Person) -> str:
    before = (panel.content, panel.components)
    await by.press(panel, label=label)
    await house.local.until(lambda: (panel.content, panel.components) != before)
    return panel.content


def choices(panel: Message) -> list[str]:
    """Return what the menu of a panel offers."""
    found: list[str] = []
    for part in walk(panel.components):
        options = part.get("options")
        found += [str(one["label"]) for one in options] if isinstance(options, list) else []
    return found


def buttons(panel: Message) -> dict[str, bool]:
    """Return the buttons of a panel, and which can be pressed."""
    parts = (part for part in walk(panel.components) if part.get("type") == 2)
    return {str(part["label"]): not part.get("disabled") for part in parts}


async def test_a_message_is_pinned_and_the_pin_is_taken_away_by_the_same(house: House) -> None:
    said, turn = await talk(house, "How do bees sleep?")

    pinned = await use(house.ada, said, "Pin to context")
    mark = house.store.turn_marks.get((turn.session_id, turn.id))
    taken = await use(house.bob, said, "Pin to context")

    assert pinned == f"{PINNED}\n{ONCE}"
    assert mark is TurnMark.PINNED
    assert taken == f"This message and its answer are not pinned any more.\n{ONCE}"
    assert house.store.turn_marks == {}


async def test_a_page_of_the_answer_stands_for_its_message(house: House) -> None:
    said, turn = await talk(house, "How do bees sleep?")
    answer = await house.button(house.general, f"more:{said.id:x}:0")

    words = await use(house.ada, answer, "Leave out")

    assert words.startswith("🚫 Left out: I am shown neither this message nor its answer")
    assert house.store.turn_marks == {(turn.session_id, turn.id): TurnMark.LEFT_OUT}


async def test_what_was_not_said_to_the_bot_is_not_marked(house: House) -> None:
    said = await house.ada.say(house.general, "among ourselves")

    words = await use(house.ada, said, "Pin to context")

    assert words.startswith("This message is no part of the conversation that is open here")


async def test_the_twenty_first_pin_is_refused_in_words(house: House) -> None:
    said, turn = await talk(house, "the last")
    for number in range(20):
        house.store.turn_marks[turn.session_id, type(turn.id)(-number)] = TurnMark.PINNED

    words = await use(house.ada, said, "Pin to context")

    assert words.startswith("This conversation has 20 pins, and no more are possible.")


async def test_who_may_not_write_marks_nothing_and_sees_it(house: House) -> None:
    said, turn = await talk(house, "How do bees sleep?")
    house.local.overwrite(house.general, house.bob, deny=Permission.SEND_MESSAGES)

    outcome = await house.bob.use_on(said, "Pin to context")
    panel = await panel_for(house, house.bob)
    words = await pick(house, panel, turn, by=house.bob)

    assert outcome.answer is not None
    assert outcome.answer.content.startswith("You may not write here")
    assert "How do bees sleep?" in words
    assert not any(on for name, on in buttons(panel).items() if name != "Back")
    assert house.store.turn_marks == {}


async def test_the_panel_tells_turns_tokens_price_and_marks(house: House) -> None:
    first, _ = await talk(house, "How do bees sleep?")
    second, _ = await talk(house, "And dogs?")
    await talk(house, "And cats?")
    await use(house.ada, first, "Pin to context")
    await use(house.ada, second, "Leave out")
    calls = len(house.model.seen)

    panel = await panel_for(house, house.ada)

    head, size, price, pinned, left_out = panel.content.splitlines()
    assert head == "🔎 **What the model would be shown before your next message**"
    tokens = int(size.partition("about ")[2].partition(" of")[0])
    assert size == f"2 turns · about {tokens} of 16,000 tokens, estimated · Model: gpt-usual"
    assert (
        price == "To read it costs under $0.0001, or under $0.0001 where the provider has it cached"
    )
    assert pinned == "📌 1 turn pinned"
    assert left_out == "🚫 1 turn left out"
    assert choices(panel) == ["3. And cats?", "🚫 2. And dogs?", "📌 1. How do bees sleep?"]
    assert len(house.model.seen) == calls


async def test_what_the_floor_hides_is_counted_and_dated(house: House) -> None:
    turns = [(await talk(house, f"question {number}"))[1] for number in range(3)]
    await house.store.mark(turns[0].session_id, turns[0].id, TurnMark.PINNED, most_pins=20)
    await house.store.move_floor(turns[0].session_id, 2)

    panel = await panel_for(house, house.ada)

    at = int(MORNING.timestamp())
    lines = panel.content.splitlines()
    assert (
        lines[3]
        == f"⬆️ 2 turns before that not shown any more; the oldest one shown is of <t:{at}:f>"
    )
    assert lines[4] == "📌 1 turn pinned, 1 of them shown first"
    assert choices(panel) == ["3. question 2", "📌 1. question 0"]


async def test_a_turn_is_looked_at_and_marked_and_the_way_leads_back(house: House) -> None:
    _, turn = await talk(house, "How do *bees* sleep?")
    panel = await panel_for(house, house.ada)
    listed = panel.content

    words = await pick(house, panel, turn, by=house.ada)
    left_out = await press(house, panel, "🚫 Leave out", by=house.ada)
    can = buttons(panel)
    cleared = await press(house, panel, "Take the mark away", by=house.ada)
    back = await press(house, panel, "Back", by=house.ada)

    assert words == "**Turn 1**\nAda: How do \\*bees\\* sleep?\n**Answer**\nHello."
    assert left_out.startswith("🚫 **Turn 1**")
    assert "🚫 Left out: I am shown neither" in left_out
    assert can == {"📌 Pin": True, "🚫 Leave out": False, "Take the mark away": True, "Back": True}
    assert "not left out any more" in cleared
    assert back == listed
    assert house.store.turn_marks == {}


async def test_a_long_text_is_cut_and_fits_into_one_message() -> None:
    async with opened(("_" * 5000,)) as house:
        await _look_at_a_long_turn(house)


async def _look_at_a_long_turn(house: House) -> None:
    _, turn = await talk(house, "*" * 1800)
    await house.store.mark(turn.session_id, turn.id, TurnMark.PINNED, most_pins=20)
    panel = await panel_for(house, house.ada)

    await pick(house, panel, turn, by=house.ada)
    words = await press(house, panel, "🚫 Leave out", by=house.ada)

    assert 1600 < len(words) < 2000
    assert words.endswith("reads the whole conversation at the full price, once.")


def test_a_look_names_files_and_says_that_an_answer_was_deleted() -> None:
    said = turn(0, "", "")
    (asked,) = said.prompts
    files = (attachment(1, "dot.gif"), attachment(2, "a_b.py", "text/plain"))
    said = replace(said, prompts=(replace(asked, attachments=files),), is_retracted=True)

    assert phrases_context.label(said, None) == "1. 📎 dot.gif 📎 a_b.py"
    assert phrases_context.words_of(said, None) == (
        "**Turn 1**\n"
        "Ada: 📎 dot.gif 📎 a\\_b.py\n"
        "-# The answer was deleted, and is shown to nobody any more."
    )


async def test_more_than_a_menu_holds_is_found_on_further_pages(house: House) -> None:
    for number in range(27):
        await talk(house, f"question {number}")
    panel = await panel_for(house, house.ada)
    first = choices(panel)

    await press_page(house, panel, "Older ▶")
    second = choices(panel)
    turn = next(t for t in house.turns_at(house.general) if t.depth == 0)
    await pick(house, panel, turn, by=house.ada)
    await press(house, panel, "Back", by=house.ada)
    again = choices(panel)
    await press_page(house, panel, "◀ Newer")

    assert (first[0], first[-1], len(first)) == ("27. question 26", "3. question 2", 25)
    assert second == again == ["2. question 1", "1. question 0"]
    assert choices(panel) == first


async def press_page(house: House, panel: Message, label: str) -> None:
    before = choices(panel)
    await house.ada.press(panel, label=label)
    await house.local.until(lambda: choices(panel) != before)


async def test_what_was_reset_meanwhile_is_not_shown_nor_marked(house: House) -> None:
    _, turn = await talk(house, "How do bees sleep?")
    panel = await panel_for(house, house.ada)
    await pick(house, panel, turn, by=house.ada)
    await house.ask(house.ada, house.general, "reset")

    words = await press(house, panel, "📌 Pin", by=house.ada)

    assert "This message is no part of the conversation that is open here" in words
    assert "bees" not in words
    assert house.store.turn_marks == {}


async def test_where_no_conversation_is_open_there_are_words(house: House) -> None:
    panel = await panel_for(house, house.ada)

    assert panel.content.startswith("No conversation is open here")
    assert list(panel.components) == []


@pytest.mark.parametrize("custom_id", ["ctx-pin", "ctx-pin:0", "ctx-pin::", "ctx-pin:0:x"])
def test_a_panel_that_does_not_say_what_it_is_about_is_about_nothing(custom_id: str) -> None:
    assert spot_of(custom_id) is None


def test_a_panel_says_in_its_ids_which_turn_it_is_about_and_on_which_page() -> None:
    spot = Spot(17, TurnId(300))

    assert spot.id_of("ctx-pin") == "ctx-pin:11:12c"
    assert spot_of("ctx-pin:11:12c") == spot
    assert spot_of("ctx-page:2:0") == Spot(2)
