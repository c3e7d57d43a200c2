"""Buttons under answers: they need nothing remembered and ask anew who presses them."""

from __future__ import annotations

import asyncio
import json

import pytest

from bot.domain.access import Actor, ActorKind, Right
from bot.domain.message import Prompt
from bot.domain.turn import Turn, TurnState
from bot.playground import Channel, Permission
from tests.gateway.commands_house import House, connected, opened
from tests.samples import MORNING

ANCHOR = 0xABC


def _actor(house: House) -> Actor:
    return Actor(house.ada.id, ActorKind.PERSON, frozenset(Right))


async def _ask(house: House, channel: Channel, anchor: int = ANCHOR) -> Turn:
    actor = _actor(house)
    prompt = Prompt(anchor, actor.id, "Ada", "How do bees sleep?", MORNING)
    place = house.place(channel)
    session = house.open_at(channel) or house.engine.intake.fresh_session(place, prompt)
    return await house.say(session, prompt)


async def _answered(house: House, channel: Channel, anchor: int = ANCHOR) -> Turn:
    turn = await _ask(house, channel, anchor)
    await house.engine.lanes.idle(turn.session_id)
    return turn


async def test_retry_answers_again_and_says_nothing_more(house: House) -> None:
    await _answered(house, house.general)
    message = await house.button(house.general, "retry:abc:0")

    outcome = await house.ada.press(message)

    await house.model.until_called(2)
    assert outcome.deferred
    assert outcome.followups == []
    assert message.content == "an answer"


async def test_retry_of_an_older_answer_says_why_not(house: House) -> None:
    await _answered(house, house.general, 0xABC)
    await _answered(house, house.general, 0xDEF)
    message = await house.button(house.general, "retry:abc:0")

    outcome = await house.ada.press(message)

    await house.local.until(lambda: outcome.followups)
    (words,) = outcome.followups
    assert words.content.startswith("The conversation has gone on since, or was put away")
    assert words.ephemeral_to is house.ada.user
    assert message.content == "an answer"


async def test_an_arrow_shows_the_other_version_and_says_nothing_more(house: House) -> None:
    turn = await _answered(house, house.general)
    await house.sessions.retry_answer(house.place(house.general), _actor(house), ANCHOR)
    await house.engine.lanes.idle(turn.session_id)
    message = await house.button(house.general, "show:abc:0:0")

    outcome = await house.ada.press(message)

    await house.until(lambda: house.head_at(house.general) == turn.id)
    assert outcome.deferred
    assert outcome.followups == []


@pytest.mark.parametrize(
    ("custom_id", "words"),
    [
        ("show:abc:0:0", "The conversation has gone on since, or was put away, and only its"),
        ("show:def:0:7", "I do not have this version of the answer any more."),
        ("show:def:0:first", "I do not know this command or button."),
    ],
)
async def test_an_arrow_that_leads_nowhere_says_why(
    house: House, custom_id: str, words: str
) -> None:
    first = await _answered(house, house.general, 0xABC)
    await house.sessions.retry_answer(house.place(house.general), _actor(house), 0xABC)
    await house.engine.lanes.idle(first.session_id)
    await _answered(house, house.general, 0xDEF)
    message = await house.button(house.general, custom_id)

    outcome = await house.ada.press(message)

    await house.local.until(lambda: outcome.followups)
    assert outcome.followups[0].content.startswith(words)


async def test_stop_ends_the_answer_that_it_is_under() -> None:
    async with opened(("Once upon", asyncio.Event(), "a time.")) as house:
        turn = await _ask(house, house.general)
        await house.model.until_called(1)
        message = await house.button(house.general, "stop:abc:0")

        outcome = await house.ada.press(message)

        await house.engine.lanes.idle(turn.session_id)
        (stopped,) = house.turns_at(house.general)
        assert stopped.stop_requested
        assert stopped.state is TurnState.CANCELLED
        assert outcome.deferred
        assert outcome.followups == []


async def test_stop_under_a_finished_answer_says_so(house: House) -> None:
    await _answered(house, house.general)
    message = await house.button(house.general, "stop:abc:0")

    outcome = await house.ada.press(message)

    await house.local.until(lambda: outcome.followups)
    assert outcome.followups[0].content.startswith("This answer is not being written any more")


async def test_a_button_works_after_a_restart(house: House) -> None:
    await _answered(house, house.general)
    message = await house.button(house.general, "retry:abc:0")
    await house.client.close()

    async with connected(house.local, house.engine.catch_up, house.entry, house.governor):
        outcome = await house.ada.press(message)
        await house.model.until_called(2)

    assert not outcome.failed


async def test_a_button_is_acknowledged_within_a_second_while_the_disk_hangs(
    house: House,
) -> None:
    message = await house.button(house.general, "retry:abc:0")
    house.store.works.clear()

    outcome = await house.ada.press(message)

    assert outcome.acknowledged_after is not None
    assert outcome.acknowledged_after < 1.0
    house.store.works.set()
    await house.local.until(lambda: outcome.followups)
    assert outcome.followups[0].content == "There is no answer yet that I could give again."


@pytest.mark.parametrize("name", ["stop", "retry"])
async def test_a_forged_button_about_another_place_does_nothing_there(name: str) -> None:
    async with opened(("Once upon", asyncio.Event(), "a time.")) as house:
        elsewhere = house.local.add_channel(house.guild, "elsewhere")
        await _ask(house, elsewhere)
        await house.model.until_called(1)
        message = await house.button(house.general, f"{name}:abc:0")

        outcome = await house.ada.press(message)

        await house.local.until(lambda: outcome.followups)
        assert outcome.followups[0].content.startswith("There is no such conversation here.")
        (turn,) = house.turns_at(elsewhere)
        assert turn.state is TurnState.ANSWERING
        assert not turn.stop_requested


@pytest.mark.parametrize("custom_id", ["stop", "retry:", "stop:xyz:0", "retry:abc:0:0", "more:1:0"])
async def test_a_button_with_a_broken_address_is_refused(house: House, custom_id: str) -> None:
    message = await house.button(house.general, custom_id)

    outcome = await house.ada.press(message)

    await house.local.until(lambda: outcome.followups or outcome.answer is not message)
    told = [*outcome.followups, *([outcome.answer] if outcome.answer else [])]
    assert told[0].content.startswith("I do not know this command or button.")


async def test_a_deletion_that_nobody_asked_about_is_refused(house: House) -> None:
    await _answered(house, house.general)
    session = house.open_at(house.general)
    assert session is not None
    message = await house.button(house.general, f"del:{session.id}")

    outcome = await house.ada.press(message)

    assert outcome.answer is not None
    assert outcome.answer.content.startswith("I do not know this command or button.")
    assert session.id in house.store.sessions


async def test_a_deletion_forged_for_another_place_is_refused(house: House) -> None:
    elsewhere = house.local.add_channel(house.guild, "elsewhere")
    await house.ask(house.ada, house.general, "new")
    await house.ask(house.ada, elsewhere, "new")
    here, there = house.open_at(house.general), house.open_at(elsewhere)
    assert here is not None
    assert there is not None
    outcome = await house.ada.slash(house.general, "session delete", session=str(here.id))
    question = await outcome.answered()
    forged = json.dumps(question.components).replace(str(here.id), str(there.id))
    question.components = json.loads(forged)

    await house.ada.press(question, label="Erase it for good")

    await house.local.until(lambda: not question.components)
    assert question.content.startswith("There is no such conversation here.")
    assert set(house.store.sessions) == {here.id, there.id}


async def test_who_may_not_write_may_not_press(house: House) -> None:
    await _answered(house, house.general)
    message = await house.button(house.general, "retry:abc:0")
    house.local.overwrite(house.general, house.bob, deny=Permission.SEND_MESSAGES)

    outcome = await house.bob.press(message)

    assert outcome.ephemeral
    assert outcome.answer is not None
    assert outcome.answer.content.startswith("You may not write here")
    assert len(house.turns_at(house.general)) == 1


async def test_a_button_under_the_message_of_somebody_else_is_refused(house: House) -> None:
    await _answered(house, house.general)
    message = await house.button(house.general, "retry:abc:0")
    message.author = house.bob.user

    outcome = await house.ada.press(message)

    assert outcome.answer is not None
    assert outcome.answer.content.startswith("I do not know this command or button.")
    assert len(house.turns_at(house.general)) == 1


async def test_an_offer_is_answered_in_one_reply_and_goes(house: House) -> None:
    house.local.overwrite(house.general, house.local.bot, deny=Permission.VIEW_CHANNEL)
    said = [await house.ada.say(house.general, f"<@bot> {text}") for text in ("one", "two")]
    house.local.overwrite(house.general, house.local.bot)
    offer = await house.button(house.general, f"answer:{said[0].id:x}:{said[1].id:x}")

    outcome = await house.bob.press(offer)

    await house.local.until(lambda: offer.deleted)
    assert [p.text for p in house.turns_at(house.general)[-1].prompts] == ["one", "two"]
    assert outcome.followups == []


async def test_an_offer_of_what_was_answered_meanwhile_says_so_and_goes(house: House) -> None:
    said = await house.ada.say(house.general, "<@bot> hello")
    await house.model.until_called(1)
    offer = await house.button(house.general, f"answer:{said.id:x}:{said.id:x}")

    outcome = await house.bob.press(offer)

    await house.local.until(lambda: offer.deleted)
    assert outcome.followups[0].content.startswith("There is nothing left to answer")
    assert len(house.turns_at(house.general)) == 1


async def test_an_offer_that_cannot_be_read_just_now_stays(house: House) -> None:
    offer = await house.button(house.general, "answer:1:2")
    house.local.faults.answer(503, "GET", "/channels/*/messages")

    outcome = await house.bob.press(offer)

    await house.local.until(lambda: outcome.followups)
    assert outcome.followups[0].content.startswith("Discord does not let me read")
    assert not offer.deleted


async def test_an_offer_that_is_left_goes_and_nothing_else_happens(house: House) -> None:
    offer = await house.button(house.general, "leave:1:2")

    outcome = await house.bob.press(offer)

    await house.local.until(lambda: offer.deleted)
    assert outcome.followups == []
    assert house.turns_at(house.general) == []


@pytest.mark.parametrize("custom_id", ["answer:1", "leave:", "answer:x:y", "leave:1:2:3"])
async def test_an_offer_with_a_broken_address_is_refused(house: House, custom_id: str) -> None:
    offer = await house.button(house.general, custom_id)

    outcome = await house.ada.press(offer)

    await house.local.until(lambda: outcome.followups)
    assert outcome.followups[0].content.startswith("I do not know this command or button.")


@pytest.mark.parametrize("name", ["answer", "leave"])
async def test_who_may_not_write_decides_about_no_offer(house: House, name: str) -> None:
    offer = await house.button(house.general, f"{name}:1:2")
    house.local.overwrite(house.general, house.bob, deny=Permission.SEND_MESSAGES)

    outcome = await house.bob.press(offer)

    assert outcome.answer is not None
    assert outcome.answer.content.startswith("You may not write here")
    assert not offer.deleted
