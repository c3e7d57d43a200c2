"""Makes the picture of the page that the README shows: `python -m tests.page.picture`.

It is the real page with the real bot, just after an answer has come; only the model is a
script, and the page says so beneath the bot's name.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, ViewportSize, async_playwright, expect

from bot.playground.local_openai import LocalOpenAI, Say, in_turn
from bot.playground.playing import Playground
from bot.playground.world.places import Channel
from tests.page.browser import NAMES, chromium_path, launched
from tests.page.town import know_commands, open_town
from tests.page.visitor import Visitor, visit

PICTURE = Path(__file__).with_name("picture.png")
SIZE = ViewportSize(width=1280, height=800)
FIRST = "How do I drop duplicates and keep the order?"
SECOND = "And if the items are lists themselves?"
SOUP = "A recipe for soup, with what is in the fridge"
ANSWERS = (
    "Tell me what you have, and how many of you there are.",
    """A `dict` keeps its keys in the order in which they came:
```python
def unique(items):
    return list(dict.fromkeys(items))
```
The **first** of each stays where it was.""",
    """A list cannot be a key, but a tuple of the same things can:
```python
def unique(items, key=tuple):
    first = {}
    for item in items:
        first.setdefault(key(item), item)
    return list(first.values())

unique([[1, 2], [3], [1, 2]])  # [[1, 2], [3]]
```
- `setdefault` keeps the first and ignores the rest.
- Give another `key` for what cannot be a tuple.""",
)


async def make(browser: Browser, playground: Playground, picture: Path) -> None:
    """Have the conversation, and keep what is on the page at its end."""
    ada, bob = playground.town.owner, playground.town.guest
    general = _named(playground, "general")
    await know_commands(playground)
    await ada.open_forum_post(_named(playground, "questions"), "Which editor?", "Tell us.")
    await bob.slash(general, "chat", prompt=SOUP)
    await playground.discord.until(lambda: _has_answers(playground, 1))
    async with visit(browser, playground, viewport=SIZE, color_scheme="dark") as visitor:
        await visitor.go(SOUP)
        await visitor.go("general")
        await visitor.box.press_sequentially("/chat ")
        await visitor.box.press_sequentially(FIRST)
        await visitor.box.press("Enter")
        await visitor.message("Over there:").get_by_role("button", name=FIRST).click()
        await _sees_answers(visitor, 1)
        thread = next(
            each for each in playground.discord.world.channels.values() if each.name == FIRST
        )
        await bob.say(thread, SECOND)
        await _sees_answers(visitor, 2)
        await visitor.page.mouse.move(0, 0)
        await visitor.page.keyboard.press("Escape")
        await expect(visitor.page.get_by_text("New", exact=True)).to_have_count(0)
        await visitor.page.screenshot(path=picture)


async def main() -> str | None:
    """Make the picture; return why it cannot be made, if so."""
    path = chromium_path()
    if path is None:
        return f"needs a browser: none of {', '.join(NAMES)} is installed"
    answers = in_turn(*([Say(text)] for text in ANSWERS))
    with TemporaryDirectory() as folder:
        async with (
            LocalOpenAI(answers) as model,
            open_town(Path(folder), model) as playground,
            async_playwright() as playwright,
        ):
            browser = await launched(playwright, path)
            await make(browser, playground, PICTURE)
            await browser.close()
    return None


def _named(playground: Playground, name: str) -> Channel:
    channels = playground.discord.world.channels.values()
    return next(channel for channel in channels if channel.name == name)


def _has_answers(playground: Playground, count: int) -> bool:
    said = [m for c in playground.discord.world.channels.values() for m in c.messages]
    return sum(message.content in ANSWERS for message in said) == count


async def _sees_answers(visitor: Visitor, count: int) -> None:
    await expect(visitor.messages.get_by_role("button", name="Retry")).to_have_count(count)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
