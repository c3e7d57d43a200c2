"""Somebody at the page: what they do with keyboard and mouse, and where they look."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Locator, Page, expect

from bot.playground.playing import Playground
from tests.page.browser import open_page
from tests.page.town import know_commands


class Visitor:
    """A person who looks at the page and uses it; everything is found by its role and name."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def box(self) -> Locator:
        """Where one writes."""
        return self.page.get_by_role("region", name="Write a message").get_by_role("combobox")

    @property
    def messages(self) -> Locator:
        """The messages that are on the page, oldest first."""
        return self.page.get_by_role("log").get_by_role("article")

    @property
    def channels(self) -> Locator:
        """The list of places in the open server."""
        return self.page.get_by_role("navigation", name="Channels")

    def message(self, text: str) -> Locator:
        """Return the message that holds this text."""
        return self.messages.filter(has_text=text)

    def button(self, name: str) -> Locator:
        """Return the button of exactly this name."""
        return self.page.get_by_role("button", name=name, exact=True)

    async def go(self, name: str) -> None:
        """Open a channel or thread of the open server."""
        await self.channels.get_by_role("button", name=re.compile(f"^{re.escape(name)}")).click()
        await self.stands_in(name)

    async def go_direct(self) -> None:
        """Open the direct messages with the bot."""
        await self.page.get_by_role("button", name="Direct messages").click()
        await self.stands_in("Parley")

    async def stands_in(self, name: str) -> None:
        """Come back once that place is open."""
        await expect(self.page.get_by_role("heading", level=1)).to_have_text(name)

    async def write(self, text: str) -> None:
        """Type a text into the box and send it."""
        await self.box.fill(text)
        await self.box.press("Enter")

    async def say(self, text: str) -> None:
        """Say something; come back once it stands among the messages."""
        await self.write(text)
        await expect(self.message(text).first).to_be_visible()

    async def command(self, line: str) -> None:
        """Type a command that takes nothing more, and use it."""
        await self.box.press_sequentially(f"/{line}")
        await expect(self.page.get_by_role("option", name=f"/{line} ").first).to_be_visible()
        await self.box.press("Enter")
        await expect(self.page.locator(".slash-command")).to_be_visible()
        await self.box.press("Enter")

    async def choose(self, message: Locator, item: str) -> None:
        """Open the menu of a message and choose from it."""
        await message.click(button="right")
        await self.page.get_by_role("menuitem", name=item, exact=True).click()

    async def become(self, name: str) -> None:
        """Be somebody else."""
        await self.page.get_by_role("button", name="Be somebody else").click()
        await self.page.get_by_role("menuitemradio", name=name).click()
        await expect(
            self.page.get_by_role("button", name=f"You are {name}. Be somebody else")
        ).to_be_visible()


@asynccontextmanager
async def visit(
    browser: Browser, playground: Playground, name: str = "Ada", **wishes: Any
) -> AsyncIterator[Visitor]:
    """Open the page in a window of its own, as Ada or somebody else, with commands known."""
    await know_commands(playground)
    async with open_page(browser, **wishes) as page:
        await page.goto(playground.discord.base_url)
        await expect(page.locator("body")).to_have_attribute("data-state", "connected")
        visitor = Visitor(page)
        if name != "Ada":
            await visitor.become(name)
        yield visitor
