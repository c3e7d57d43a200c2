"""What the commands about sessions answer, asked over a local Discord."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.message import Prompt
from bot.domain.turn import TurnState
from bot.playground import ChannelKind, Permission, Rules
from tests.gateway.commands_house import House, opened
from tests.samples import ADA, MORNING


async def _talk(house: House, text: str = "How do bees sleep?", *, by: int | None = None) -> None:
    """Let somebody say something in the general channel, and be answered."""
    place = house.place(house.general)
    actor = ADA.__class__(by or house.ada.id, ADA.kind, ADA.rights)
    message_id = house.local.world.snowflakes.next()
    prompt = Prompt(message_id, actor.id, "Ada", text, MORNING)
    await house.sessions.start(place, actor, title=text)
    session = house.open_at(house.general)
    assert session is not None
    turn = await house.say(session, prompt)
    await house.engine.lanes.idle(turn.session_id)


async def test_a_fresh_session_puts_the_one_before_away(house: House) -> None:
    await _talk(house)

    said = await house.ask(house.ada, house.general, "new", persona="teacher", model="gpt-x")

    session = house.open_at(house.general)
    assert session is not None
    assert (session.persona, session.model) == ("teacher", "gpt-x")
    assert "persona teacher, model gpt-x" in said
    assert "“How do bees sleep?” was put away and kept" in said
    assert "`/session resume`" in said


async def test_a_model_with_a_space_in_its_name_is_refused_in_words(house: House) -> None:
    said = await house.ask(house.ada, house.general, "new", model="the best")

    assert said.startswith("A model's name has 1 to 100 characters and no spaces")
    assert house.open_at(house.general) is None


async def test_a_reset_keeps_persona_and_model(house: House) -> None:
    await house.ask(house.ada, house.general, "new", persona="coder", model="gpt-x")
    before = house.open_at(house.general)

    said = await house.ask(house.ada, house.general, "reset")

    session = house.open_at(house.general)
    assert session is not None
    assert before is not None
    assert session.id != before.id
    assert (session.persona, session.model) == ("coder", "gpt-x")
    assert "“Untitled conversation” was put away and kept" in said


async def test_who_resets_is_told_who_waited_in_vain() -> None:
    async with opened(["Once ", asyncio.Event()]) as house:
        await house.ada.say(house.general, f"<@{house.local.world.bot.id}> tell me a story")
        await house.model.until_called(1)
        session = house.open_at(house.general)
        assert session is not None
        for number, text in enumerate(("another", "a third")):
            await house.say(session, Prompt(1000 + number, house.bob.id, "Bob", text, MORNING))

        said = await house.ask(house.ada, house.general, "reset")

    assert said.endswith("2 messages were still waiting there; ask again to have them answered.")


async def test_a_reset_of_nothing_says_so(house: House) -> None:
    said = await house.ask(house.ada, house.general, "reset")

    assert said.startswith("There is nothing to reset. No conversation is open here yet.")


async def test_stopping_when_nothing_is_said_tells_so(house: House) -> None:
    said = await house.ask(house.ada, house.general, "stop")

    assert said == "I am not writing an answer here, so there is nothing to stop."


async def test_a_retry_answers_the_last_message_again(house: House) -> None:
    await _talk(house)

    said = await house.ask(house.ada, house.general, "retry")

    assert said == "🔁 Answering again, in the place of the last answer."
    await house.model.until_called(2)


async def test_a_retry_of_nothing_says_so(house: House) -> None:
    said = await house.ask(house.ada, house.general, "retry")

    assert said == "There is no answer yet that I could give again."


async def test_an_undo_takes_the_last_message_out_and_then_there_is_nothing_left(
    house: House,
) -> None:
    await _talk(house)

    said = [await house.ask(house.ada, house.general, "undo") for _ in range(2)]

    assert said[0].startswith("↩️ The last message and its answer are no longer part of the")
    assert said[1].startswith("There is nothing to take out:")
    assert house.head_at(house.general) is None


async def test_the_open_session_is_shown_with_its_size_and_its_opener(house: House) -> None:
    await _talk(house)
    session = house.open_at(house.general)
    assert session is not None

    outcome = await house.bob.slash(house.general, "session info")

    answer = await outcome.answered()
    assert "**How do bees sleep?**" in answer.content
    assert f"`{session.id}`" in answer.content
    assert "Persona: assistant · Model: gpt-usual" in answer.content
    assert "1 turn · 0 tokens in, 0 tokens out" in answer.content
    assert f"by <@{house.ada.id}>" in answer.content
    assert not answer.pings


async def test_the_list_marks_the_open_session_and_holds_ten(house: House) -> None:
    for number in range(12):
        await _talk(house, f"question {number}")

    said = await house.ask(house.ada, house.general, "session list")

    lines = said.splitlines()
    assert lines[0].startswith("▶️ **question 11** · <t:")
    assert lines[1].startswith("• **question 10** · <t:")
    assert len(lines) == 11
    assert lines[10] == "-# and older ones: `/session resume` finds them by their titles."


async def test_an_earlier_session_is_found_by_a_word_of_its_title_and_resumed(
    house: House,
) -> None:
    await _talk(house, "How do bees sleep?")
    await _talk(house, "Why is the sky blue?")

    choices = await house.ada.autocomplete(
        house.general, "session resume", option="session", typed="BEES"
    )
    said = await house.ask(
        house.ada, house.general, "session resume", session=str(choices[0].value)
    )

    assert [choice.name.rpartition(" · ")[0][:18] for choice in choices] == ["How do bees sleep?"]
    assert choices[0].name.endswith(" · 1 turn")
    assert said == "📂 “How do bees sleep?” goes on here. What was open before is kept."
    session = house.open_at(house.general)
    assert session is not None
    assert session.title == "How do bees sleep?"


async def test_a_title_of_what_discord_counts_twice_fits_into_a_choice(house: House) -> None:
    await _talk(house, "🐝" * 100)

    (choice,) = await house.ada.autocomplete(
        house.general, "session resume", option="session", typed=""
    )

    assert choice.name == f"{'🐝' * 29}… · 2026-01-02 · 1 turn"


async def test_the_oldest_of_many_sessions_is_found_and_can_be_erased(house: House) -> None:
    await _talk(house, "How do bees sleep?")
    for number in range(26):
        await house.ask(house.ada, house.general, "new", model=f"gpt-{number}")

    newest = await house.ada.autocomplete(
        house.general, "session delete", option="session", typed=""
    )
    choices = await house.ada.autocomplete(
        house.general, "session delete", option="session", typed="bees"
    )
    said = await house.ask(
        house.ada, house.general, "session delete", session=str(choices[0].value)
    )

    assert len(newest) == 25
    assert len(choices) == 1
    assert said.startswith("Erase “How do bees sleep?” (1 turn) and every word in it")


async def test_a_session_gets_another_title(house: House) -> None:
    await _talk(house)
    session = house.open_at(house.general)
    assert session is not None

    said = await house.ask(
        house.ada, house.general, "session rename", session=str(session.id), title="Bees *at* night"
    )

    assert said == "✏️ It is called “Bees at night” now."
    assert house.store.sessions[session.id].title == "Bees at night"


@pytest.mark.parametrize("title", [" ", "\u200b", "**", "<@1>"])
async def test_a_title_without_anything_to_read_is_none(house: House, title: str) -> None:
    await _talk(house)
    session = house.open_at(house.general)
    assert session is not None

    said = await house.ask(
        house.ada, house.general, "session rename", session=str(session.id), title=title
    )

    assert said == "The new title is empty. Give it at least one letter."
    assert house.store.sessions[session.id] == session


@pytest.mark.parametrize("line", ["session resume", "session rename", "session delete"])
async def test_a_session_of_another_place_is_as_unknown_as_none(house: House, line: str) -> None:
    await _talk(house)
    session = house.open_at(house.general)
    assert session is not None
    elsewhere = house.local.add_channel(house.guild, "elsewhere")
    more = {"title": "mine"} if line == "session rename" else {}

    unknown = await house.ask(house.ada, elsewhere, line, session="no such thing", **more)
    foreign = await house.ask(house.ada, elsewhere, line, session=str(session.id), **more)

    assert unknown == foreign
    assert unknown.startswith("There is no such conversation here.")
    assert house.store.sessions[session.id] == session


async def test_a_session_is_erased_only_after_a_second_yes(house: House) -> None:
    await _talk(house)
    session = house.open_at(house.general)
    assert session is not None
    outcome = await house.ada.slash(house.general, "session delete", session=str(session.id))
    question = await outcome.answered()
    was_there = session.id in house.store.sessions

    pressed = await house.ada.press(question, label="Erase it for good")

    await house.local.until(lambda: not question.components)
    assert was_there
    assert list(house.client.persistent_views) == []
    assert not pressed.failed
    assert question.content.startswith("🗑️ “How do bees sleep?” is erased from my memory.")
    assert session.id not in house.store.sessions


async def test_after_the_open_session_is_erased_none_is_open(house: House) -> None:
    await house.ask(house.ada, house.general, "new")
    await house.ask(house.ada, house.general, "new")
    session = house.open_at(house.general)
    assert session is not None
    outcome = await house.ada.slash(house.general, "session delete", session=str(session.id))
    question = await outcome.answered()
    await house.ada.press(question, label="Erase it for good")
    await house.local.until(lambda: not question.components)

    said = await house.ask(house.ada, house.general, "session info")

    assert said.startswith("No conversation is open here yet.")


async def test_who_may_not_erase_what_others_said_is_told_so_before_a_second_yes(
    house: House,
) -> None:
    await _talk(house, by=house.bob.id)
    session = house.open_at(house.general)
    assert session is not None

    outcome = await house.ada.slash(house.general, "session delete", session=str(session.id))

    told = await outcome.answered()
    assert told.content.startswith("Others took part in this conversation.")
    assert not told.components


async def test_who_erases_a_session_is_told_who_waited_in_vain() -> None:
    async with opened(["Once ", asyncio.Event()]) as house:
        await house.ada.say(house.general, f"<@{house.local.world.bot.id}> tell me a story")
        await house.model.until_called(1)
        session = house.open_at(house.general)
        assert session is not None
        await house.say(session, Prompt(1000, house.ada.id, "Ada", "another", MORNING))
        outcome = await house.ada.slash(house.general, "session delete", session=str(session.id))
        question = await outcome.answered()

        await house.ada.press(question, label="Erase it for good")

        await house.local.until(lambda: not question.components)
    assert question.content.endswith(
        "Discord's messages stay. One message was still waiting there; "
        "ask again to have it answered here."
    )


async def test_erasing_what_others_said_since_the_question_needs_manage_messages(
    house: House,
) -> None:
    await _talk(house)
    session = house.open_at(house.general)
    assert session is not None
    outcome = await house.ada.slash(house.general, "session delete", session=str(session.id))
    question = await outcome.answered()
    message_id = house.local.world.snowflakes.next()
    await house.say(session, Prompt(message_id, house.bob.id, "Bob", "And dogs?", MORNING))

    await house.ada.press(question, label="Erase it for good")

    await house.local.until(lambda: not question.components)
    assert question.content.startswith("Others took part in this conversation.")
    assert session.id in house.store.sessions


async def test_a_moderator_may_erase_what_others_said(house: House) -> None:
    await _talk(house, by=house.bob.id)
    session = house.open_at(house.general)
    assert session is not None
    role = house.local.add_role(house.guild, "mods", Permission.MANAGE_MESSAGES)
    house.local.give_role(house.guild, house.ada, role)
    outcome = await house.ada.slash(house.general, "session delete", session=str(session.id))
    question = await outcome.answered()

    await house.ada.press(question, label="Erase it for good")

    await house.local.until(lambda: not question.components)
    assert session.id not in house.store.sessions


async def test_a_full_disk_is_told_in_words(house: House) -> None:
    house.store.full = True

    said = await house.ask(house.ada, house.general, "new")

    assert said.startswith("💾 I cannot write to my memory just now, so nothing was changed.")


async def test_a_bug_is_told_with_the_number_it_has_in_the_log(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.store.sessions = None  # type: ignore[assignment]  # breaks every query

    outcome = await house.ada.slash(house.general, "session list")

    answer = await outcome.answered()
    assert answer.content == (
        "⚠️ Something went wrong on my side. The operator's log has it under "
        f"`{outcome.interaction.id}`."
    )
    (record,) = [r for r in caplog.records if r.exc_info]
    assert f"interaction={outcome.interaction.id} event=entry_failed" in record.getMessage()


async def test_a_command_is_acknowledged_within_a_second_while_the_disk_hangs(
    house: House,
) -> None:
    house.store.works.clear()

    outcome = await house.ada.slash(house.general, "session list")

    assert outcome.acknowledged_after is not None
    assert outcome.acknowledged_after < 1.0
    assert outcome.deferred
    house.store.works.set()
    answer = await outcome.answered()
    assert answer.content.startswith("No conversation is open here yet.")


async def test_who_waits_for_long_is_told_that_it_goes_on() -> None:
    async with opened(slow_after=0.0) as house:
        house.store.works.clear()
        outcome = await house.ada.slash(house.general, "new")

        meanwhile = (await outcome.answered()).content
        house.store.works.set()

        answer = await outcome.answered()
        await house.local.until(lambda: answer.content != meanwhile)
        assert meanwhile.startswith("⏳ This takes longer than usual.")
        assert answer.content.startswith("🆕 A fresh conversation starts here")


async def test_nothing_is_offered_rather_than_too_late(house: House) -> None:
    await _talk(house)
    house.store.works.clear()

    async with asyncio.timeout(2.5):
        choices = await house.ada.autocomplete(
            house.general, "session resume", option="session", typed=""
        )

    assert choices == []


async def test_a_typed_model_is_offered_before_the_usual_one(house: House) -> None:
    anything = await house.ada.autocomplete(house.general, "new", option="model", typed="")
    typed = await house.ada.autocomplete(house.general, "new", option="model", typed="gpt-us")
    other = await house.ada.autocomplete(house.general, "new", option="model", typed="llama")

    assert [choice.value for choice in anything] == ["gpt-usual"]
    assert [choice.value for choice in typed] == ["gpt-us", "gpt-usual"]
    assert [choice.value for choice in other] == ["llama"]


async def test_what_concerns_everybody_is_posted_when_the_token_has_expired() -> None:
    async with opened(rules=Rules(identify_every=0.0, token_life=0.0)) as house:
        await house.ada.slash(house.general, "session list")
        await house.ada.slash(house.general, "new")

        public = await house.local.until(
            lambda: [m for m in house.general.messages if m.ephemeral_to is None]
        )
        assert [m.content for m in public] == [
            "🆕 A fresh conversation starts here (persona assistant)."
        ]


async def test_help_is_about_this_very_place(house: House) -> None:
    thread = await house.ada.open_thread(house.general, "hers")
    voice = house.local.add_channel(house.guild, "lounge", ChannelKind.VOICE)

    channel = await house.ask(house.ada, house.general, "help")
    hers = await house.ask(house.ada, thread, "help")
    lounge = await house.ask(house.ada, voice, "help")
    direct = await house.ask(house.ada, house.local.dm(house.ada), "help")

    assert channel.startswith("In this channel I answer when you **mention me**")
    assert hers.startswith("In this thread I answer when you **mention me**")
    assert lounge.startswith("In this channel I answer when you **mention me**")
    assert direct.startswith("I answer **every message** you write here.")
    chats = [said.splitlines()[1] for said in (channel, hers, lounge, direct)]
    assert chats == [
        (
            "• `/chat` asks something in a thread of its own; with `private:True` only you, whom "
            "you invite and moderators see it"
        ),
        "• `/chat` asks something in a thread of its own beside this one",
        "• `/chat` asks something in a fresh conversation right here",
        "• `/chat` asks something in a fresh conversation right here",
    ]


async def test_a_retry_while_the_answer_is_written_says_to_wait() -> None:
    gate = asyncio.Event()
    async with opened(("Once upon", gate, "a time.")) as house:
        place = house.place(house.general)
        prompt = Prompt(1, ADA.id, "Ada", "A story!", MORNING)
        await house.sessions.chat(place, ADA, prompt)
        await house.model.until_called(1)

        busy = await house.ask(house.ada, house.general, "retry")
        stopping = await house.ask(house.ada, house.general, "stop")

        assert busy.startswith("The newest answer is still being written.")
        assert stopping == "⏹️ Stopping. What was said so far stays."
        (turn,) = house.turns_at(house.general)
        await house.engine.lanes.idle(turn.session_id)
        (turn,) = house.turns_at(house.general)
        assert turn.state in {TurnState.CANCELLED, TurnState.DELIVERED}
