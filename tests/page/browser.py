"""A real browser, and pages in it on which nothing may go wrong unnoticed."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, ConsoleMessage, Page, Playwright, ViewportSize

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE = ViewportSize(width=1100, height=800)


def chromium_path() -> str | None:
    """Return where a browser is installed that the tests can use."""
    found = (shutil.which(name) for name in (os.environ.get("CHROMIUM", ""), *NAMES) if name)
    return next((path for path in found if path), None)


async def launched(playwright: Playwright, path: str) -> Browser:
    """Return the browser, started without a window."""
    return await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)


async def until(page: Page, holds: str) -> None:
    """Come back as soon as this JavaScript expression is true; the policy forbids to eval it."""
    look = f"const look = () => ({holds}) ? done() : requestAnimationFrame(look);"
    async with asyncio.timeout(10):
        await page.evaluate(f"new Promise((done) => {{ {look} look(); }})")


@asynccontextmanager
async def open_page(browser: Browser, viewport: ViewportSize = WIDE) -> AsyncIterator[Page]:
    """Open an empty page of its own; at the end it must have had no error at all."""
    context = await browser.new_context(
        locale="en-US", timezone_id="UTC", viewport=viewport, reduced_motion="reduce"
    )
    page = await context.new_page()
    page.set_default_timeout(10_000)
    errors: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: errors.append(str(error)))
    try:
        yield page
    finally:
        await context.close()
    assert errors == []
