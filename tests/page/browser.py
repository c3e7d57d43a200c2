"""A real browser, and pages in it on which nothing may go wrong unnoticed."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
    ViewportSize,
    expect,
)

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
PATIENCE = 30_000  # milliseconds
WIDE = ViewportSize(width=1100, height=800)
TELL_VIOLATIONS = """addEventListener("securitypolicyviolation", (event) =>
  console.error(`against the policy: ${event.violatedDirective} ${event.blockedURI}`))"""


def chromium_path() -> str | None:
    """Return where a browser is installed that the tests can use."""
    found = (shutil.which(name) for name in (os.environ.get("CHROMIUM", ""), *NAMES) if name)
    return next((path for path in found if path), None)


async def launched(playwright: Playwright, path: str) -> Browser:
    """Return the browser, started without a window; what is expected in it may take its time."""
    expect.set_options(timeout=PATIENCE)
    return await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)


async def until(page: Page, holds: str) -> None:
    """Come back as soon as this JavaScript expression is true; the policy forbids to eval it."""
    look = f"const look = () => ({holds}) ? done() : requestAnimationFrame(look);"
    async with asyncio.timeout(PATIENCE / 1000):
        await page.evaluate(f"new Promise((done) => {{ {look} look(); }})")


@asynccontextmanager
async def open_page(
    browser: Browser, *, viewport: ViewportSize = WIDE, excused: Sequence[str] = (), **wishes: Any
) -> AsyncIterator[Page]:
    """Open an empty page of its own; at the end it must have had no error at all.

    Args:
        browser: where it is opened.
        viewport: how large the window is.
        excused: what may stand in an error that the browser tells by itself.
        wishes: how else the window is to be, in Playwright's words.
    """
    setting = {"locale": "en-US", "timezone_id": "UTC", "reduced_motion": "reduce"} | wishes
    context = await browser.new_context(viewport=viewport, **setting)
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    await page.add_init_script(TELL_VIOLATIONS)
    try:
        with faultless(page, excused):
            yield page
    finally:
        await context.close()


@contextmanager
def faultless(page: Page, excused: Sequence[str] = ()) -> Iterator[None]:
    """At the end of the block the page must have had no error in it, but for what is excused."""
    errors: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(words in message.text for words in excused):
            errors.append(message.text)

    def fail(error: Error) -> None:
        errors.append(str(error))

    page.on("console", listen)
    page.on("pageerror", fail)
    try:
        yield
    finally:
        page.remove_listener("console", listen)
        page.remove_listener("pageerror", fail)
    assert errors == []
