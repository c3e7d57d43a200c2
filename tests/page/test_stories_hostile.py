"""Text that means harm, wherever a person or the bot can put it: it stays text."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from bot.playground import Upload
from bot.playground.local_openai import LocalOpenAI, Say
from bot.playground.playing import Playground
from bot.playground.world.places import Channel
from tests.page.town import open_town
from tests.page.visitor import Visitor, visit

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("second page")]

HARM = (
    '<img src=x onerror="window.harmed=1">',
    "</script><script>window.harmed=1</script>",
    "[press me](javascript:window.harmed=1)",
    "[and me](data:text/html,<script>window.harmed=1</script>)",
    "<https://example.com/\"onmouseover='window.harmed=1'>",
    "||<svg/onload=window.harmed=1>||",
    "```html\n<iframe srcdoc='<script>parent.harmed=1</script>'></iframe>\n```",
    "# <style>*{display:none}</style>",
    "> `<b onclick=window.harmed=1>` {{constructor.constructor('window.harmed=1')()}}",
    "\u202etxet desrever\u202c and \u2066more\u2069",
    "<@0> <#0> <@&0> <t:99999999999999:F> <:x:1>",
)
NAME = '"><img src=x onerror=window.harmed=1>'


def channel_of(playground: Playground, name: str) -> Channel:
    channels = playground.discord.world.channels.values()
    return next(channel for channel in channels if channel.name == name)


async def is_unharmed(page: Page) -> bool:
    """Whether nothing ran, and nothing came to be but what the page itself builds."""
    unharmed: bool = await page.evaluate(
        """window.harmed === undefined
          && !document.querySelector("#frame :is(script, style, iframe, [onerror], [onclick])")
          && ![...document.links].some(({ href }) => !/^(https?:|blob:)/.test(href))"""
    )
    return unharmed


async def test_what_people_say_stays_text(visitor: Visitor) -> None:
    await visitor.go("general")

    for text in HARM:
        await visitor.write(text)
    await expect(visitor.messages).to_have_count(len(HARM))

    shown = await visitor.page.get_by_role("log").inner_text()
    assert '<img src=x onerror="window.harmed=1">' in shown
    assert "</script><script>window.harmed=1</script>" in shown
    assert await visitor.page.get_by_role("link", name="press me").count() == 0
    assert await is_unharmed(visitor.page)


async def test_names_of_threads_posts_and_files_stay_text(
    visitor: Visitor, playground: Playground
) -> None:
    ada = playground.town.owner
    general = channel_of(playground, "general")
    files = [Upload(f"{NAME}.png", b"no picture"), Upload(f"{NAME}.svg", b"<svg onload=harm()/>")]

    await ada.open_thread(general, NAME, message=await ada.say(general, "Look", files=files))
    await ada.open_thread(general, "\u202eevil", private=True)
    await ada.open_forum_post(channel_of(playground, "questions"), NAME, HARM[0])
    await visitor.go("general")
    card = visitor.messages.get_by_role("button", name=NAME)
    await card.click()
    await visitor.stands_in(NAME)
    await visitor.page.keyboard.press("Control+k")
    await expect(visitor.page.get_by_role("option", name=NAME)).to_have_count(2)
    await visitor.page.keyboard.press("Escape")
    await visitor.go("questions")
    await expect(visitor.page.get_by_role("region", name="Posts")).to_contain_text(NAME)

    assert await is_unharmed(visitor.page)


async def test_what_a_model_says_stays_text_also_in_the_inspector_and_its_titles(
    visitor: Visitor, model: LocalOpenAI
) -> None:
    model.answer = lambda _: [Say("\n".join(HARM))]
    await visitor.go_direct()

    await visitor.write(HARM[0])
    answer = visitor.messages.filter(has=visitor.button("Retry"))
    await expect(answer).to_contain_text("window.harmed")
    await answer.hover()
    await visitor.button("Inspect (I)").click()
    await expect(visitor.page.locator("[data-role=user] pre")).to_contain_text(HARM[0])
    await visitor.box.press_sequentially("/session resume ")
    await expect(visitor.page.get_by_role("option")).to_contain_text("onerror")

    assert await is_unharmed(visitor.page)


async def test_the_names_of_people_and_places_stay_text(
    browser: Browser, model: LocalOpenAI, tmp_path: Path
) -> None:
    async with open_town(tmp_path, model) as playground:
        (home,) = playground.discord.world.guilds.values()
        home.name = NAME
        channel_of(playground, "general").topic = HARM[1]
        mallory = playground.discord.add_person(NAME)
        playground.discord.world.join(home, mallory.user, nick=HARM[0])
        async with visit(browser, playground) as visitor:
            await visitor.go("general")
            await mallory.say(channel_of(playground, "general"), "Hello")
            await mallory.typing(channel_of(playground, "general"))
            await expect(visitor.page.get_by_text("is typing")).to_contain_text(HARM[0])
            await visitor.box.press_sequentially("@img")

            members = visitor.page.get_by_role("complementary", name="Members")
            await expect(members).to_contain_text(HARM[0])
            await expect(visitor.channels).to_contain_text(NAME)
            assert await is_unharmed(visitor.page)
