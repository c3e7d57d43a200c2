"""What becomes of an answer whose place is lost, or closed to the bot, while it grows."""

from __future__ import annotations

import pytest

from bot.playground import Channel, Message, Permission, Thread
from bot.playground.local_openai import Say, in_turn
from tests.logged import Log
from tests.stories.home import Home

LONG = "".join(f"Sentence number {n:02} of a longer answer.\n" for n in range(70))


@pytest.fixture(autouse=True)
def model(home: Home) -> None:
    """Have the model give a long answer to whoever asks for one, and a short one otherwise."""
    home.openai.answer = lambda asked: [
        Say(LONG, size=100, delay=0.05) if "long" in asked.messages[-1].text else Say("Short.")
    ]


async def growing(home: Home, place: Channel | Thread) -> Message:
    """Ask for a long answer; return the question as soon as the first words are seen."""
    said = await home.bob.say(place, f"{home.mention} long, please")
    await home.discord.until(lambda: home.answers(place))
    return said


async def next_turn_works(home: Home) -> None:
    answer = await home.ask(home.ada, home.general, "hello")
    assert answer.content == "Short."


def shown(home: Home, place: Channel | Thread) -> str:
    return "\n".join(m.content for m in home.answers(place))


def refused(home: Home) -> list[int]:
    """Return how requests were refused, but for the typing sign.

    That is under way beside the first words, and may come after what is done when they are seen.
    """
    heard = [r for r in home.discord.requests if not r.path.endswith("/typing")]
    return [r.status for r in heard if r.status >= 400]


async def test_a_channel_that_is_deleted_meanwhile_ends_its_answer_with_a_request_at_most(
    home: Home, logged: Log
) -> None:
    random = home.discord.add_channel(home.guild, "random")

    async with home.bot():
        await growing(home, random)
        home.discord.remove_channel(random)
        await logged.have("settled_meanwhile")
        await next_turn_works(home)

    assert refused(home) in ([], [404])  # the event may be faster than the next edit
    (line,) = logged.lines("settled_meanwhile")
    assert "turn=1" in line
    (erased,) = logged.lines("deleted")
    assert "its place was deleted" in erased


async def test_a_thread_that_is_locked_meanwhile_is_left_alone(home: Home, logged: Log) -> None:
    async with home.bot():
        thread = await home.bob.open_thread(home.general, "aside")
        await growing(home, thread)
        await home.discord.owner.archive(thread, locked=True)
        await logged.have("abandoned")
        await next_turn_works(home)

    assert thread.archived
    # It is put away, and may not be fetched out: for an edit, and for a word about the end.
    assert refused(home) == [400, 403, 400, 403]
    (line,) = logged.lines("abandoned")
    assert line.startswith("WARNING")
    assert "whether the thread is locked" in line


async def test_a_thread_that_is_locked_meanwhile_is_opened_by_who_may(home: Home) -> None:
    role = home.discord.add_role(home.guild, "keeper", Permission.MANAGE_THREADS)
    home.discord.give_role(home.guild, home.discord.bot, role)

    async with home.bot():
        thread = await home.bob.open_thread(home.general, "aside")
        said = await growing(home, thread)
        await home.discord.owner.archive(thread, locked=True)
        await home.answer_after(thread, said)

    assert shown(home, thread) == LONG.strip()
    assert thread.locked


async def test_who_is_thrown_out_meanwhile_and_invited_again_goes_on_with_the_session(
    home: Home, logged: Log
) -> None:
    async with home.bot():
        await growing(home, home.general)
        home.discord.remove_member(home.guild, home.discord.bot)
        await logged.have("abandoned")
        home.discord.add_bot(home.guild)
        await next_turn_works(home)

    assert refused(home) == [403]
    asked = [message.text for message in home.openai.requests[-1].messages]
    assert "long, please" in asked[0]
    assert "hello" in asked[-1]


@pytest.mark.parametrize("code", [50001, 10003])
async def test_while_a_server_is_out_of_reach_nothing_of_it_is_given_up(
    home: Home, logged: Log, code: int
) -> None:
    async with home.bot():
        await growing(home, home.general)
        home.discord.outage(home.guild)
        status = 404 if code == 10003 else 403
        refusing = home.discord.faults.answer(
            status, route=f"/channels/{home.general.id}*", code=code, times=None
        )
        await home.ada.say(home.general, f"{home.mention} hello?")
        await home.discord.until(lambda: refusing.hits >= 2)
        home.discord.faults.remove(refusing)
        home.discord.end_outage(home.guild)
        await home.discord.until(lambda: shown(home, home.general).endswith("Short."))
        await logged.have("delivered")

    assert shown(home, home.general) == f"{LONG}Short."
    assert logged.lines("abandoned") == []
    assert len(home.openai.requests) == 2


async def test_where_it_may_post_no_more_the_answer_ends_in_words_and_can_be_retried(
    home: Home, logged: Log
) -> None:
    random = home.discord.add_channel(home.guild, "random")
    # At once when it is retried: five edits in five seconds are all that a channel takes.
    home.openai.answer = in_turn(
        [Say(LONG, size=100, delay=0.05)], [Say(LONG, size=100)], [Say("Short.")]
    )

    async with home.bot():
        await growing(home, random)
        home.discord.overwrite(random, home.discord.bot, deny=Permission.SEND_MESSAGES)
        (line,) = await logged.have("abandoned")
        page = await home.discord.until(
            lambda: next((m for m in home.answers(random) if "Retry" in m.labels), None)
        )
        seen = page.content
        asked_before = len(home.openai.requests)
        home.discord.overwrite(random, home.discord.bot)
        await home.ada.press(page, label="Retry")
        await home.discord.until(lambda: shown(home, random) == LONG.strip())
        await next_turn_works(home)

    assert refused(home) == [403]
    assert line.startswith("WARNING")
    assert "turn=1" in line
    assert seen.startswith("Sentence number 00 of a longer answer.\nSentence number 01")
    assert seen.endswith(
        "-# 🔇 I may not post here any more, so the rest is missing. Press Retry when I may again."
    )
    assert asked_before == 1


async def test_a_place_where_it_may_never_post_costs_two_requests_a_question(
    home: Home, logged: Log
) -> None:
    random = home.discord.add_channel(home.guild, "random")
    home.discord.overwrite(random, home.discord.bot, deny=Permission.SEND_MESSAGES)

    async with home.bot():
        for number in range(1, 4):
            await home.ada.say(random, f"{home.mention} hello?")
            await logged.have("abandoned", number)
        await next_turn_works(home)

    assert refused(home) == [403] * 3
    assert len([r for r in home.discord.requests if r.status >= 400]) <= 6  # with the typing sign
    assert home.answers(random) == []
