"""A playground with its two people, and one browser for all tests that look at its page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from bot.playground.local_openai import LocalOpenAI, Say
from bot.playground.playing import Playground
from tests.page.browser import NAMES, chromium_path, faultless, launched, open_page
from tests.page.modules import served
from tests.page.town import Looker, looking, open_town
from tests.page.visitor import Visitor, visit


@pytest.fixture
async def openai() -> AsyncIterator[LocalOpenAI]:
    async with LocalOpenAI(lambda _: [Say("An answer.")]) as openai:
        yield openai


@pytest.fixture
async def town(tmp_path: Path, openai: LocalOpenAI) -> AsyncIterator[Playground]:
    async with open_town(tmp_path, openai) as playground:
        yield playground


@pytest.fixture
async def lookers(town: Playground) -> AsyncIterator[list[Looker]]:
    async with looking(town, *town.town.people) as lookers:
        yield lookers


@pytest.fixture
async def ada(lookers: list[Looker]) -> Looker:
    return lookers[0]


@pytest.fixture
async def bob(lookers: list[Looker]) -> Looker:
    return lookers[1]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Return the browser that is installed here; without one the test is skipped."""
    path = chromium_path()
    if path is None:
        pytest.skip(f"needs a browser: none of {', '.join(NAMES)} is installed")
    async with async_playwright() as playwright:
        browser = await launched(playwright, path)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def window_of_modules(browser: Browser) -> AsyncIterator[tuple[Page, str]]:
    """Return a window, and the address at which it can import the page's modules."""
    async with served() as address, open_page(browser) as page:
        yield page, address


@pytest_asyncio.fixture(loop_scope="session")
async def page_of_modules(window_of_modules: tuple[Page, str]) -> AsyncIterator[Page]:
    """Return an empty page that can import the page's modules; a window each costs a second."""
    page, address = window_of_modules
    with faultless(page):
        await page.goto(address)
        yield page


@pytest_asyncio.fixture(loop_scope="session")
async def model() -> AsyncIterator[LocalOpenAI]:
    """Return the model that the bot of `playground` asks; its script can be changed."""
    async with LocalOpenAI(lambda _: [Say("An answer.")]) as model:
        yield model


@pytest_asyncio.fixture(loop_scope="session")
async def playground(tmp_path: Path, model: LocalOpenAI) -> AsyncIterator[Playground]:
    """Return a playground in the loop in which the browser lives."""
    async with open_town(tmp_path, model) as playground:
        yield playground


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(browser: Browser, playground: Playground) -> AsyncIterator[Visitor]:
    """Return Ada at the page of `playground`."""
    async with visit(browser, playground) as visitor:
        yield visitor
