"""“Continue from here”: where it opens a conversation, and what that goes on from."""

from __future__ import annotations

import pytest

from bot.domain.access import Actor, ActorKind, Right
from bot.domain.message import Prompt
from bot.domain.turn import Turn
from bot.playground import Channel, ChannelKind, Message, Permission, Thread
from tests.gateway.commands_house import House
from tests.samples import MORNING

FROM_HERE = "Continue from here"


def _threads(house: House) -> list[Thread]:
    return list(house.guild.threads.values())


async def _talk(house: House, channel: Channel, text: str = "How do bees sleep?") -> Message:
    """Have Ada say something to the bot that is answered, and return what she said."""
    said = await house.ada.say(channel, text)
    actor = _actor(house)
    prompt = Prompt(said.id, actor.id, "Ada", text, MORNING)
    session = house.open_at(channel) or house.engine.intake.fresh_session(
        house.place(channel), prompt
    )
    turn = await house.say(session, prompt)
    await house.engine.lanes.idle(turn.session_id)
    return said


def _actor(house: House) -> Actor:
    return Actor(house.ada.id, ActorKind.PERSON, frozenset(Right))


def _turn(house: House, said: Message) -> Turn:
    (turn,) = [t for t in house.store.turns.values() if t.anchor == said.id]
    return turn


async def _use(house: House, said: Message) -> str:
    outcome = await house.bob.use_on(said, FROM_HERE)
    answer = await outcome.answered()
    assert outcome.ephemeral
    return answer.content


async def test_a_message_is_gone_on_from_in_a_thread_that_links_back(house: House) -> None:
    said = await _talk(house, house.general)
    later = await _talk(house, house.general, "And dogs?")

    words = await _use(house, said)

    (thread,) = _threads(house)
    assert words == f"💬 Over there: <#{thread.id}>"
    assert thread.name == "↳ How do bees sleep?"
    link = f"https://discord.com/channels/{house.guild.id}/{house.general.id}/{said.id}"
    assert house.general.messages[-1].content == f"🌿 **Bob** goes on from {link}"
    assert link in thread.messages[-1].content
    branch, source = house.open_at(thread), house.open_at(house.general)
    assert branch is not None
    assert source is not None
    assert (branch.head, branch.opened_by) == (_turn(house, said).id, house.bob.id)
    assert branch.title is None
    assert source.head == _turn(house, later).id


async def test_a_branch_answers_with_the_settings_and_the_words_of_what_it_goes_on_from(
    house: House,
) -> None:
    await house.ask(house.ada, house.general, "new", persona="brief", model="gpt-x")
    said = await _talk(house, house.general)
    await _talk(house, house.general, "And dogs?")
    await _use(house, said)
    (thread,) = _threads(house)

    await _talk(house, thread, "And wasps?")

    branch = house.open_at(thread)
    assert branch is not None
    assert (branch.persona, branch.model) == ("brief", "gpt-x")
    seen = [m.text.rpartition("]\n")[2] for m in house.model.seen[-1].messages]
    assert seen == ["How do bees sleep?", "Hello.", "And wasps?"]


async def test_the_button_under_an_answer_goes_on_from_it(house: House) -> None:
    said = await _talk(house, house.general)
    answer = await house.button(house.general, f"branch:{said.id:x}:0")

    outcome = await house.ada.press(answer)

    await house.local.until(lambda: outcome.followups)
    (thread,) = _threads(house)
    assert outcome.followups[0].content == f"💬 Over there: <#{thread.id}>"
    assert outcome.followups[0].ephemeral_to is house.ada.user
    assert f"/{house.general.id}/{answer.id}" in thread.messages[-1].content
    branch = house.open_at(thread)
    assert branch is not None
    assert branch.head == _turn(house, said).id


async def test_the_menu_of_an_answer_goes_on_from_it(house: House) -> None:
    said = await _talk(house, house.general)
    answer = await house.button(house.general, f"retry:{said.id:x}:0")

    await _use(house, answer)

    branch = house.open_at(_threads(house)[0])
    assert branch is not None
    assert branch.head == _turn(house, said).id


async def test_a_button_that_somebody_else_put_up_leads_nowhere(house: House) -> None:
    said = await _talk(house, house.general)
    other = house.local.add_channel(house.guild, "other")
    answer = await house.button(other, f"branch:{said.id:x}:0")

    outcome = await house.ada.press(answer)

    await house.local.until(lambda: outcome.followups)
    assert outcome.followups[0].content.startswith("There is no such conversation here.")
    assert _threads(house) == []


async def test_a_branch_in_a_thread_opens_another_beside_it(house: House) -> None:
    thread = await house.ada.open_thread(house.general, "hers")
    said = await _talk(house, thread)

    await _use(house, said)

    (mine,) = [t for t in _threads(house) if t is not thread]
    assert mine.parent is house.general
    assert mine.kind is ChannelKind.PUBLIC_THREAD


async def test_a_branch_in_a_private_thread_stays_private(house: House) -> None:
    thread = await house.ada.open_thread(house.general, "hers", private=True)
    await house.ada.invite(thread, house.local.bot)
    said = await _talk(house, thread, "My secret")
    before = list(house.general.messages)

    outcome = await house.ada.use_on(said, FROM_HERE)
    await outcome.answered()

    (mine,) = [t for t in _threads(house) if t is not thread]
    assert mine.kind is ChannelKind.PRIVATE_THREAD
    assert house.ada.id in mine.member_ids
    assert house.bob.id not in mine.member_ids
    assert [m for m in house.general.messages if m.ephemeral_to is None] == before


async def test_a_branch_in_a_forum_post_opens_another_post(house: House) -> None:
    forum = house.local.add_channel(house.guild, "ideas", ChannelKind.FORUM)
    post = await house.ada.open_forum_post(forum, "one", "text")
    said = await _talk(house, post)

    await _use(house, said)

    (mine,) = [t for t in _threads(house) if t is not post]
    assert mine.parent is forum
    assert mine.messages[0].content.startswith("🌿 **Bob** goes on from https://discord.com/")


async def test_in_a_direct_message_the_branch_takes_the_place_of_what_is_open(
    house: House,
) -> None:
    direct = house.local.dm(house.ada)
    said = await _talk(house, direct)
    await _talk(house, direct, "And dogs?")

    outcome = await house.ada.use_on(said, FROM_HERE)
    words = (await outcome.answered()).content

    assert words.startswith("🌿 We go on from there, right here;")
    assert "“How do bees sleep?” was put away and kept" in words
    branch = house.open_at(direct)
    assert branch is not None
    assert branch.head == _turn(house, said).id
    link = f"https://discord.com/channels/@me/{direct.id}/{said.id}"
    assert f"🌿 **Ada** goes on from {link}" in [m.content for m in direct.messages]


async def test_from_what_people_said_to_each_other_it_goes_on_from_what_was_said_before(
    house: House,
) -> None:
    said = await _talk(house, house.general)
    among_themselves = await house.ada.say(house.general, "What do you think, Bob?")
    await _talk(house, house.general, "And dogs?")

    await _use(house, among_themselves)

    branch = house.open_at(_threads(house)[0])
    assert branch is not None
    assert branch.head == _turn(house, said).id


async def test_where_nothing_was_said_to_the_bot_before_there_is_nothing_to_go_on_from(
    house: House,
) -> None:
    said = await house.ada.say(house.general, "among ourselves")
    await _talk(house, house.general)

    words = await _use(house, said)

    assert words.startswith("There is nothing to go on from: up to this message")
    assert _threads(house) == []


async def test_who_may_not_write_in_the_channel_opens_no_branch_there(house: House) -> None:
    thread = await house.ada.open_thread(house.general, "hers")
    said = await _talk(house, thread)
    house.local.overwrite(house.general, house.guild.everyone, deny=Permission.SEND_MESSAGES)

    words = await _use(house, said)

    assert words.startswith("You may not write here")
    assert _threads(house) == [thread]


async def test_the_permission_that_the_bot_lacks_is_named(house: House) -> None:
    said = await _talk(house, house.general)
    missing = Permission.CREATE_PUBLIC_THREADS
    house.local.overwrite(house.general, house.local.bot, deny=missing)

    words = await _use(house, said)

    assert words.startswith("🔒 I lack a permission here: **Create Public Threads**.")
    assert _threads(house) == []


async def test_a_retry_in_a_fresh_branch_gives_no_answer_again_that_is_shown_elsewhere(
    house: House,
) -> None:
    said = await _talk(house, house.general)
    await _use(house, said)
    (thread,) = _threads(house)

    words = await house.ask(house.ada, thread, "retry")

    assert words == "There is no answer yet that I could give again."
    assert len(house.turns_at(house.general)) == 1


async def test_from_what_was_erased_nobody_goes_on_though_a_branch_has_it_still(
    house: House,
) -> None:
    said = await _talk(house, house.general)
    await _use(house, said)
    source = house.open_at(house.general)
    assert source is not None
    await house.sessions.delete(house.place(house.general), _actor(house), source.id)

    words = await _use(house, said)

    assert words.startswith("There is nothing to go on from: up to this message")
    assert len(_threads(house)) == 1


@pytest.mark.parametrize("is_direct", [True, False])
async def test_an_erased_answer_that_a_branch_has_still_is_given_in_no_other_version(
    house: House, *, is_direct: bool
) -> None:
    channel = house.local.dm(house.ada) if is_direct else house.general
    said = await _talk(house, channel)
    source = house.open_at(channel)
    assert source is not None
    await (await house.ada.use_on(said, FROM_HERE)).answered()
    await house.sessions.delete(house.place(channel), _actor(house), source.id)
    again = await house.button(channel, f"retry:{said.id:x}:0")
    other = await house.button(channel, f"show:{said.id:x}:0:1")

    outcomes = [await house.ada.press(button) for button in (again, other)]

    await house.local.until(lambda: all(outcome.followups for outcome in outcomes))
    words = [outcome.followups[0].content for outcome in outcomes]
    assert words == [
        "There is no answer yet that I could give again.",
        "I do not have this version of the answer any more.",
    ]
