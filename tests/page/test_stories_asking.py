"""Asking the bot for something: forms, answers for one person only, and no answer at all."""

from __future__ import annotations

import aiohttp
import pytest
from playwright.async_api import Browser, expect

from bot.playground.playing import Playground
from bot.playground.world.interaction import Interaction
from tests.page.visitor import Visitor, visit

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("second page")]

FORM = {
    "title": "Tell more",
    "custom_id": "more",
    "components": [
        {
            "type": 18,
            "label": "Why",
            "component": {"type": 4, "custom_id": "why", "style": 1, "min_length": 3},
        },
    ],
}


async def answered(playground: Playground, number: int, **body: object) -> Interaction:
    """Answer what was asked of the bot as the `number`-th thing, as a bot does it."""
    world = playground.discord.world
    await playground.discord.until(lambda: len(world.interactions) >= number)
    asked = list(world.interactions.values())[number - 1]
    url = f"{playground.discord.api_url}/interactions/{asked.id}/{asked.token}/callback"
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as answer:
        assert answer.status == 204
    return asked


async def test_a_form_is_filled_in_and_sent(visitor: Visitor, playground: Playground) -> None:
    await playground.lodger.kill()
    await visitor.go("general")

    await visitor.command("help")
    await answered(playground, 1, type=9, data=FORM)
    form = visitor.page.get_by_role("dialog", name="Tell more")
    await form.get_by_label("Why").fill("so")
    await visitor.page.keyboard.press("Enter")
    await expect(form.get_by_role("alert")).to_contain_text("3")
    await form.get_by_label("Why").fill("because")
    await visitor.page.keyboard.press("Enter")
    sent = await answered(playground, 2, type=4, data={"content": "Thank you."})

    await expect(visitor.message("Thank you.")).to_be_visible()
    await expect(form).to_have_count(0)
    assert "because" in str(sent.data)


async def test_an_answer_for_one_is_seen_by_one_until_it_is_put_away(
    visitor: Visitor, playground: Playground, browser: Browser
) -> None:
    async with visit(browser, playground, "Bob") as other:
        await visitor.go("general")
        await other.go("general")

        await visitor.command("help")
        answer = visitor.message("Only you can see this")
        await expect(answer).to_contain_text("I answer when you mention me")
        await visitor.say("I have read it.")
        await expect(other.message("I have read it.")).to_be_visible()
        await expect(other.messages).to_have_count(1)
        await answer.get_by_role("button", name="Dismiss message").click()

        await expect(visitor.messages).to_have_count(1)


async def test_a_conversation_is_erased_by_the_button_that_asks_again(visitor: Visitor) -> None:
    await visitor.go_direct()
    await visitor.say("Forget this about me.")
    await expect(visitor.message("An answer.").get_by_role("button", name="Retry")).to_be_visible()

    await visitor.box.press_sequentially("/session delete forget")
    await visitor.page.get_by_role("option", name="Forget this about me").click()
    await visitor.box.press("Enter")
    await visitor.button("Erase it for good").click()

    await expect(visitor.message("is erased from my memory")).to_be_visible()
    await visitor.command("session list")
    await expect(visitor.message("No conversation is open here yet")).to_be_visible()


async def test_a_command_without_an_answer_is_said_to_have_none(
    visitor: Visitor, playground: Playground
) -> None:
    await playground.lodger.kill()
    await visitor.go("general")

    await visitor.command("help")
    await expect(visitor.page.get_by_text("Waiting for Parley")).to_be_visible()

    failed = visitor.page.get_by_text("The application did not respond")
    announced = visitor.page.get_by_role("status").filter(has=failed)
    await expect(announced).to_have_text("The application did not respond.")
    waits = visitor.page.locator("[data-interaction-id]")
    await waits.get_by_role("button", name="Dismiss").click()
    await expect(waits).to_have_count(0)
