"""What is on the page can be read: its text stands out from what is behind it, by WCAG AA."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.playground import Upload
from bot.playground.local_openai import LocalOpenAI, Say
from bot.playground.playing import Playground
from bot.playground.world import posting
from bot.playground.world.parts import Draft
from bot.playground.world.places import Channel
from tests.page.visitor import Visitor

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("second page")]

FAINT = Path(__file__).with_name("faint.js").read_text("utf-8")
RICH = """# A heading
Words in **bold**, *slanted*, ~~gone~~, ||hidden||, `code` and [a link](https://example.com/).
> What somebody else said, <@{ada}> above all, in <#{general}> at <t:1700000000:F>
- one
- two
-# in small letters
```python
# Adds two numbers
def add(one: int, other: int = 0x10) -> float:
    return f"{one + other}" if one is not None else 3.5e2  # or so
```
```json
{"key": [true, null, 12, "text"]}
```"""
EMBED = {
    "type": "rich",
    "title": "An embed",
    "description": "With *words* in it",
    "url": "https://example.com/",
    "color": 0xFFCC00,
    "author": {"name": "Somebody"},
    "footer": {"text": "The end"},
    "fields": [{"name": "Name", "value": "Value", "inline": True}],
}
ROW = [
    {"type": 2, "style": style, "label": f"Style {style}", "custom_id": f"b{style}"}
    for style in (1, 2, 3, 4)
] + [{"type": 2, "style": 5, "label": "Link", "url": "https://example.com/"}]
CHOICE = {
    "type": 3,
    "custom_id": "choice",
    "placeholder": "Which one?",
    "options": [{"label": "One", "value": "1", "description": "The first"}],
}


async def faint(visitor: Visitor) -> list[str]:
    """Return what does not stand out enough, in either theme."""
    found: list[str] = await visitor.page.evaluate(FAINT)
    return found


@pytest.fixture
def general(playground: Playground) -> Channel:
    """Return a channel with some of everything in it."""
    world, ada, bot = playground.discord.world, playground.town.owner, playground.discord.bot
    general = next(channel for channel in world.channels.values() if channel.name == "general")
    text = RICH.replace("{ada}", str(ada.id)).replace("{general}", str(general.id))
    draft = Draft(
        content=text,
        embeds=(EMBED,),
        components=({"type": 1, "components": ROW}, {"type": 1, "components": [CHOICE]}),
        uploads=(Upload("notes.txt", b"Some notes"),),
    )
    message = posting.post(world, general, bot, draft)
    posting.react(world, message, ada.user, "🎉")
    return general


async def test_all_text_stands_out_in_both_themes(
    general: Channel, visitor: Visitor, playground: Playground, model: LocalOpenAI
) -> None:
    page, ada, bob = visitor.page, playground.town.owner, playground.town.guest
    model.answer = lambda _: [Say("Here: `yes`.")]
    await visitor.go("general")
    first = await bob.say(general, f"Look, {ada.mention}")
    await bob.open_thread(general, "A talk of its own", message=first)
    await ada.archive(await ada.open_thread(general, "An old one"))
    await ada.say(general, "An answer to it", reply_to=first)
    await visitor.say("What do I say?")
    await ada.edit(list(general.history)[-1], "What did I say?")
    await visitor.command("help")
    await expect(visitor.message("Only you can see this")).to_contain_text("mention me")
    await bob.typing(general)
    await expect(visitor.messages.filter(has_text="A talk of its own").first).to_be_visible()
    await visitor.message("Look, @Ada").last.hover()
    assert await faint(visitor) == []

    await visitor.message("Look, @Ada").last.click(button="right")
    assert await faint(visitor) == []
    await page.keyboard.press("Escape")
    await visitor.box.press_sequentially("/chat ")
    await expect(page.locator(".slash-command")).to_be_visible()
    assert await faint(visitor) == []
    await page.keyboard.press("Escape")
    await visitor.box.fill("")

    await visitor.button("Developer menu").click()
    await page.get_by_text("Keys", exact=True).click()
    assert await faint(visitor) == []
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+k")
    assert await faint(visitor) == []
    await page.keyboard.press("Escape")
    await ada.open_forum_post(
        next(c for c in playground.discord.world.channels.values() if c.name == "questions"),
        "A question",
        "Why?",
    )
    await visitor.go("questions")
    assert await faint(visitor) == []
    await visitor.button("New post").click()
    assert await faint(visitor) == []
    await visitor.button("Cancel").click()

    await visitor.go_direct()
    await visitor.say("Is it so?")
    answer = visitor.message("Here: yes.")
    await answer.get_by_role("button", name="Retry").hover()
    await answer.hover()
    await visitor.button("Inspect (I)").click()
    await expect(page.locator("[data-role=user]")).to_be_visible()
    assert await faint(visitor) == []
    await playground.lodger.kill()
    await expect(page.get_by_text("is not running.")).to_be_visible()
    assert await faint(visitor) == []
