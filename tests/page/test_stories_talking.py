"""Talking with the bot in the page: threads, streams, stopping, retrying, going back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.playground.local_openai import Hold, LocalOpenAI, Say, in_turn
from tests.page.modules import DOT
from tests.page.visitor import Visitor

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("page")]


async def test_a_thread_is_started_by_the_command_picker(
    visitor: Visitor, model: LocalOpenAI
) -> None:
    model.answer = lambda _: [Say("Paris, since you ask.")]
    await visitor.go("general")

    await visitor.box.press_sequentially("/cha")
    await expect(visitor.page.get_by_role("option", name="/chat")).to_be_visible()
    await visitor.box.press("Tab")
    await visitor.box.press_sequentially("What is the capital of France?")
    await visitor.box.press("Enter")
    await visitor.message("Over there:").get_by_role("button", name="capital of France").click()
    await visitor.stands_in("What is the capital of France?")

    await expect(visitor.message("Paris, since you ask.")).to_be_visible()
    card = visitor.channels.get_by_role("list", name="Threads in general")
    await expect(card.get_by_role("button")).to_have_text("What is the capital of France?")

    answer = visitor.message("Paris, since you ask.")
    await answer.get_by_role("button", name="Branch").click()
    await visitor.message("Over there:").get_by_role("button", name="↳").click()
    await visitor.stands_in("↳ What is the capital of France?")
    await visitor.message("I know all").get_by_role("button", name="💬").click()
    await visitor.stands_in("What is the capital of France?")
    await expect(answer).to_be_focused()


async def test_an_answer_is_seen_growing(visitor: Visitor, model: LocalOpenAI) -> None:
    gate = asyncio.Event()
    model.answer = lambda _: [Say("One two "), Hold(gate), Say("three.")]
    await visitor.go_direct()

    await visitor.say("Count!")
    await expect(visitor.message("One two").get_by_role("button", name="Stop")).to_be_visible()
    gate.set()

    whole = visitor.message("One two three.")
    await expect(whole.get_by_role("button", name="Retry")).to_be_visible()
    await expect(visitor.messages).to_have_count(2)


async def test_an_answer_is_stopped_and_given_again(visitor: Visitor, model: LocalOpenAI) -> None:
    model.answer = in_turn([Say("One two "), Hold()], [Say("Three, this time.")])
    await visitor.go_direct()
    await visitor.say("Count!")

    await visitor.message("One two").get_by_role("button", name="Stop").click()
    stopped = visitor.message("One two")
    await stopped.get_by_role("button", name="Retry").click()

    await expect(visitor.message("Three, this time.")).to_be_visible()
    await expect(visitor.message("One two")).to_have_count(0)
    await expect(visitor.messages).to_have_count(2)


async def test_a_conversation_is_put_away_and_taken_up_again_by_its_title(
    visitor: Visitor, model: LocalOpenAI
) -> None:
    await visitor.go_direct()
    await visitor.say("Let us speak of whales.")
    await expect(visitor.message("An answer.").get_by_role("button", name="Retry")).to_be_visible()

    await visitor.command("reset")
    await expect(visitor.message("A fresh conversation")).to_be_visible()
    await visitor.box.press_sequentially("/session resume whal")
    await visitor.page.get_by_role("option", name="Let us speak of whales").click()
    await visitor.box.press("Enter")
    await expect(visitor.message("goes on here")).to_be_visible()
    await visitor.say("And of krill.")
    await expect(visitor.message("An answer.")).to_have_count(2)

    asked = model.requests[-1]
    assert "whales" in str(asked.body)


async def test_a_message_is_rewritten_and_taken_back(visitor: Visitor) -> None:
    await visitor.go("general")
    await visitor.say("Helo")

    await visitor.box.press("ArrowUp")
    await visitor.page.get_by_label("Rewrite your message").fill("Hello")
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.message("Hello(edited)")).to_be_visible()
    await visitor.choose(visitor.message("Hello"), "Delete")
    await visitor.page.get_by_role("dialog").get_by_role("button", name="Delete").click()

    await expect(visitor.messages).to_have_count(0)
    await expect(visitor.box).to_be_visible()


async def test_a_picture_goes_along_and_is_shown(visitor: Visitor, tmp_path: Path) -> None:
    (tmp_path / "dot.gif").write_bytes(DOT)
    await visitor.go("general")

    async with visitor.page.expect_file_chooser() as chooser:
        await visitor.button("Add files").click()
    await (await chooser.value).set_files(tmp_path / "dot.gif")
    await expect(visitor.page.get_by_role("list", name="Files that go along")).to_contain_text(
        "dot.gif"
    )
    await visitor.say("Look at this")
    picture = visitor.message("Look at this").get_by_role("img", name="dot.gif")

    await expect(picture).to_be_visible()
    assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1
