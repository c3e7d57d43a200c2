"""Things that go wrong while one watches, and come right again before one's eyes."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from bot.playground.local_openai import Hold, LocalOpenAI, Say, in_turn
from bot.playground.playing import Playground
from tests.page.town import open_town
from tests.page.visitor import Visitor, visit

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("second page")]


async def test_a_killed_bot_finishes_its_answer_in_place_once_it_is_started(
    visitor: Visitor, model: LocalOpenAI
) -> None:
    model.answer = in_turn([Say("One two "), Hold()], [Say("One two three.")])
    await visitor.go_direct()
    await visitor.say("Count!")
    begun = visitor.message("One two")
    number = await begun.get_attribute("data-message-id")

    await visitor.button("Developer menu").click()
    await visitor.button("Kill it at once").click()
    await expect(visitor.page.get_by_role("dialog")).to_contain_text("Not running.")
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.page.get_by_text("Parley is not running.")).to_be_visible()
    await visitor.button("Start it").click()
    whole = visitor.message("One two three.")
    await expect(whole.get_by_role("button", name="Retry")).to_be_visible()

    await expect(whole).to_have_attribute("data-message-id", str(number))
    await expect(visitor.messages).to_have_count(2)


async def test_a_model_that_is_busy_is_made_so_and_well_again_from_the_menu(
    visitor: Visitor, playground: Playground
) -> None:
    await visitor.go_direct()

    await visitor.button("Developer menu").click()
    switch = visitor.page.get_by_role("switch", name="The model is busy")
    await switch.click()
    await expect(switch).to_be_checked()
    await visitor.page.keyboard.press("Escape")
    await visitor.say("Are you there?")
    await playground.discord.until(lambda: playground.line.refused > 0)
    await visitor.button("Developer menu").click()
    await switch.click()
    await expect(switch).not_to_be_checked()
    await visitor.page.keyboard.press("Escape")

    await expect(visitor.message("An answer.")).to_be_visible()


async def test_a_lost_gateway_is_seen_and_found_again(
    visitor: Visitor, playground: Playground
) -> None:
    await visitor.go_direct()

    await visitor.button("Developer menu").click()
    fault = visitor.page.get_by_role("listitem").filter(has_text="Gateway lost for good")
    await fault.get_by_role("button").click()
    await playground.discord.until(lambda: playground.discord.gateway.identifies == 2)
    await expect(visitor.page.get_by_role("dialog")).to_contain_text("Running.")
    await visitor.button("Close").click()
    await visitor.say("Still there?")

    await expect(visitor.message("An answer.")).to_be_visible()


async def test_a_lost_playground_is_said_and_mended(
    browser: Browser, model: LocalOpenAI, tmp_path: Path
) -> None:
    async with open_town(tmp_path, model) as first:
        port = int(first.discord.base_url.rpartition(":")[2])
        visiting = visit(browser, first, excused=("WebSocket connection to", "net::ERR"))
        visitor = await visiting.__aenter__()
        await visitor.go("general")
        await visitor.say("Before")
        await visitor.box.fill("Half a sent")

    await expect(visitor.page.get_by_role("alert")).to_contain_text("is lost. Trying again")
    await visitor.box.press("End")
    await visitor.box.press_sequentially("ence")
    await visitor.box.press("Enter")
    await expect(visitor.page.get_by_role("status").first).to_contain_text("does not answer")
    await expect(visitor.box).to_have_value("Half a sentence")
    async with open_town(tmp_path, model, port=port):
        await expect(visitor.page.get_by_role("alert")).to_be_hidden()
        await expect(visitor.message("Before")).to_be_visible()
        await visitor.box.press("Enter")
        await expect(visitor.message("Half a sentence")).to_be_visible()
        await expect(visitor.messages).to_have_count(2)
        await visiting.__aexit__(None, None, None)


async def test_the_inspector_shows_what_stands_behind_an_answer(
    visitor: Visitor, model: LocalOpenAI
) -> None:
    gate = asyncio.Event()
    model.answer = lambda _: [Say("Blue "), Hold(gate), Say("whales.")]
    await visitor.go_direct()
    await visitor.say("What sings?")

    await visitor.message("Blue").hover()
    await visitor.button("Inspect (I)").click()
    inspector = visitor.page.get_by_role("complementary", name="Inspector")
    await expect(inspector.locator("[data-state]")).to_have_text("answering")
    gate.set()
    await expect(inspector.locator("[data-state]")).to_have_text("delivered")
    await visitor.command("session info")
    told = await visitor.message("Id:").locator("code").first.inner_text()

    await expect(inspector.get_by_text(told)).to_be_visible()
    await expect(inspector.get_by_role("row", name="Input")).to_have_text(re.compile(r"^Input\d+$"))
    await expect(inspector.locator("[data-role=user] pre")).to_contain_text("What sings?")
    await expect(inspector.locator("[data-role=instructions]")).to_have_count(1)
