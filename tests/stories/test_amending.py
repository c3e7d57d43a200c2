"""What people edit or delete counts as it is now: in answers, in contexts, and in the file."""

from __future__ import annotations

from bot.playground import Channel, Message, Thread
from bot.playground.local_openai import Asked, Hold, Say, Script, in_turn
from tests.stories.home import Home

BEGUN: Script = [Say("It begins with"), Hold()]
WITHDRAWN = "🗑️ The question was deleted, so I have stopped."


def said(asked: Asked) -> list[str]:
    """Return what the model was shown, without the labels."""
    return [message.text.rpartition("]\n")[2] for message in asked.messages]


def is_on_disk(home: Home, words: str) -> bool:
    files = [home.folder / name for name in ("bot.db", "bot.db-wal")]
    return any(words.encode() in file.read_bytes() for file in files if file.exists())


async def begun(home: Home, place: Channel | Thread) -> None:
    """Wait until an answer is seen to grow at a place."""

    def is_growing() -> bool:
        return any("Stop" in message.labels for message in home.answers(place))

    await home.discord.until(is_growing)


async def test_a_question_deleted_while_it_is_answered_ends_the_answer(home: Home) -> None:
    home.openai.answer = in_turn(BEGUN, [Say("Hello.")])
    async with home.bot():
        asked = await home.ada.say(home.general, f"{home.mention} what of treasure")
        await begun(home, home.general)
        await home.ada.delete(asked)
        first = await home.answer_after(home.general, asked)
        assert first.content == f"It begins with\n-# {WITHDRAWN}"
        assert not is_on_disk(home, "treasure")
        await home.ask(home.bob, home.general, "hello")

    assert said(home.openai.requests[1]) == ["hello"]


async def test_many_messages_deleted_at_once_are_in_no_context(home: Home) -> None:
    home.openai.answer = in_turn([Say("One.")], [Say("Two.")], [Say("Three.")])
    async with home.bot():
        for text in ("my first secret", "my second secret"):
            await home.ask(home.ada, home.general, text)
        secrets = [m for m in home.general.messages if "secret" in m.content]
        await home.discord.owner.delete_many(*secrets)
        await home.ask(home.ada, home.general, "hello")
        assert not is_on_disk(home, "secret")

    assert said(home.openai.requests[2]) == ["hello"]


async def test_with_a_deleted_thread_every_word_of_it_is_gone(home: Home) -> None:
    home.openai.answer = in_turn([Say("An answer about treasure.")], [Say("Hello.")])
    async with home.bot():
        outcome = await home.ada.slash(home.general, "chat", prompt="where is the treasure")
        await outcome.answered()
        (thread,) = [message.thread for message in home.general.messages if message.thread]
        await home.discord.until(lambda: "Retry" in home.answers(thread)[-1].labels)
        assert is_on_disk(home, "treasure")

        home.discord.remove_channel(thread)

        await home.ask(home.ada, home.general, "hello")
        assert not is_on_disk(home, "treasure")


async def left_unanswered(home: Home, text: str) -> Message:
    """Have a question asked and the bot leave before its answer is whole."""
    home.openai.answer = in_turn(BEGUN, [Say("Hello.")], [Say("Hello again.")])
    await home.ada.say(home.general, "just talking to Bob")
    async with home.bot():
        asked = await home.ada.say(home.general, f"{home.mention} {text}")
        await begun(home, home.general)
    return asked


async def test_a_question_deleted_while_the_bot_was_down_is_not_answered(home: Home) -> None:
    asked = await left_unanswered(home, "my secret")
    await home.ada.delete(asked)

    async with home.bot():
        first = await home.answer_after(home.general, asked)
        assert not is_on_disk(home, "my secret")
        await home.ask(home.bob, home.general, "hello")

    assert first.content == f"It begins with\n-# {WITHDRAWN}"
    assert [said(asked)[-1] for asked in home.openai.requests] == ["my secret", "hello"]


async def test_a_question_edited_while_the_bot_was_down_is_answered_as_it_is_then(
    home: Home,
) -> None:
    asked = await left_unanswered(home, "helo")
    await home.ada.edit(asked, f"{home.mention} hello")

    async with home.bot():
        answer = await home.answer_after(home.general, asked)

    assert answer.content == "Hello."
    assert said(home.openai.requests[1]) == ["hello"]
    assert len(home.answers(home.general)) == 1


async def test_the_newest_question_is_answered_anew_in_its_post_when_it_is_edited(
    home: Home,
) -> None:
    home.openai.answer = in_turn([Say("It is Bern.")], [Say("It is Vienna.")])
    async with home.bot():
        asked = await home.ada.say(home.general, f"{home.mention} Switzerland?")
        first = await home.answer_after(home.general, asked)
        await home.ada.edit(asked, f"{home.mention} Austria?")
        await home.discord.until(
            lambda: [m.content for m in home.answers(home.general)] == ["It is Vienna."]
        )

    (second,) = home.answers(home.general)
    assert second.id == first.id
    assert "2/2" in second.labels
    assert said(home.openai.requests[1]) == ["Austria?"]


async def test_an_answer_that_a_moderator_deletes_is_in_no_context_and_not_in_the_file(
    home: Home,
) -> None:
    home.openai.answer = in_turn([Say("The treasure is under the oak.")], [Say("Hello.")])
    async with home.bot():
        first = await home.ask(home.ada, home.general, "tell me")
        assert is_on_disk(home, "treasure")
        await home.discord.owner.delete(first)
        await home.ask(home.ada, home.general, "and now?")
        assert not is_on_disk(home, "treasure")

    assert said(home.openai.requests[1]) == ["tell me", "and now?"]


async def test_an_answer_that_a_moderator_deletes_while_the_bot_is_down_is_in_no_context(
    home: Home,
) -> None:
    home.openai.answer = in_turn([Say("The treasure is under the oak.")], [Say("Hello.")])
    async with home.bot():
        first = await home.ask(home.ada, home.general, "tell me")
        await home.ask(home.bob, home.general, "hi")
    await home.discord.owner.delete(first)
    asked = await home.ada.say(home.general, f"{home.mention} and now?")

    async with home.bot():
        await home.answer_after(home.general, asked)
        assert not is_on_disk(home, "treasure")

    assert said(home.openai.requests[2]) == ["tell me", "hi", "Hello.", "and now?"]


async def test_a_mention_that_is_edited_in_is_answered(home: Home) -> None:
    home.openai.answer = in_turn([Say("Hello.")])
    async with home.bot():
        forgotten = await home.ada.say(home.general, "hello")
        await home.ada.edit(forgotten, f"{home.mention} hello")
        await home.answer_after(home.general, forgotten)

    assert said(home.openai.requests[0]) == ["hello"]
