"""Ten thousand messages in a channel: the page holds a few and asks for what is looked at."""

from __future__ import annotations

import pytest
import pytest_asyncio
from playwright.async_api import Page, Request, expect

from bot.playground.playing import Playground
from bot.playground.world import posting
from bot.playground.world.parts import Change, Draft
from bot.playground.world.places import Channel
from tests.page.browser import until
from tests.page.town import know_commands
from tests.page.visitor import Visitor

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("second page")]

MANY = 10_000
MOST_ROWS = 300
COUNT_WORK = """() => {
  window.work = 0;
  new MutationObserver((records) => {
    for (const { addedNodes, removedNodes } of records)
      window.work += addedNodes.length + removedNodes.length;
  }).observe(document.getElementById("log"), { childList: true, subtree: true });
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def general(playground: Playground) -> Channel:
    """Return a channel in which ten thousand things were said, while the bot was away."""
    await know_commands(playground)
    await playground.lodger.kill()
    world = playground.discord.world
    general = next(channel for channel in world.channels.values() if channel.name == "general")
    for number in range(MANY):
        draft = Draft(content=f"Number {number}")
        posting.post(world, general, playground.town.owner.user, draft)
    return general


async def rows(page: Page) -> int:
    return await page.get_by_role("log").get_by_role("article").count()


async def test_a_long_history_costs_the_page_no_more_than_what_is_seen_of_it(
    general: Channel, visitor: Visitor, playground: Playground
) -> None:
    page = visitor.page
    fetched: list[str] = []

    def note(request: Request) -> None:
        if "/page/messages" in request.url and str(general.id) in request.url:
            fetched.append(request.url)

    page.on("request", note)
    await visitor.go("general")
    await expect(visitor.message("Number 9999")).to_be_visible()
    await expect(visitor.messages).to_have_count(100)
    assert len(fetched) <= 3

    await page.evaluate(COUNT_WORK)
    await visitor.say("One more")
    posting.edit(playground.discord.world, list(general.history)[-3], Change(content="Changed"))
    await expect(visitor.message("Changed")).to_be_visible()
    assert await page.evaluate("window.work") < 20

    for _ in range(12):
        await page.get_by_role("log").evaluate("log => (log.parentElement.scrollTop = 0)")
        known = len(fetched)
        await until(page, "document.getElementById('scroller').scrollTop > 0")
        assert len(fetched) <= known + 2
    assert await rows(page) <= MOST_ROWS
    assert len(fetched) < 20

    await visitor.button("Jump to the present").click()
    await expect(visitor.message("One more")).to_be_visible()
    assert await rows(page) <= MOST_ROWS


async def test_a_storm_of_messages_leaves_as_few_on_the_page(
    visitor: Visitor, playground: Playground
) -> None:
    world, ada = playground.discord.world, playground.town.owner.user
    general = next(channel for channel in world.channels.values() if channel.name == "general")
    await visitor.go("general")

    for number in range(1000):
        posting.post(world, general, ada, Draft(content=f"Number {number}"))
    await expect(visitor.message("Number 999")).to_be_visible()

    assert await rows(visitor.page) <= MOST_ROWS
    await visitor.say("Calm again")
