"""One browser for all tests of the page, and empty pages in it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from tests.page.browser import NAMES, chromium_path, launched, open_page
from tests.page.modules import served


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


@pytest_asyncio.fixture(loop_scope="session")
async def page_of_modules(browser: Browser) -> AsyncIterator[Page]:
    """Return an empty page that can import the page's modules."""
    async with served() as address, open_page(browser) as page:
        await page.goto(address)
        yield page
