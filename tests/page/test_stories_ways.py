"""Other ways to be at the page: a narrow window, the keyboard alone, other colours, motion."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, Locator, ViewportSize, expect

from bot.playground.local_openai import LocalOpenAI, Say
from bot.playground.playing import Playground
from tests.page.browser import until
from tests.page.visitor import Visitor, visit

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("second page")]

NARROW = ViewportSize(width=390, height=800)
FITS = "document.documentElement.scrollWidth <= innerWidth"


async def is_seen(place: Locator) -> bool:
    """Whether any of it is within the window."""
    box = await place.bounding_box()
    return box is not None and box["x"] < NARROW["width"] and box["x"] + box["width"] > 0


async def test_a_narrow_window_has_its_panes_behind_buttons(
    browser: Browser, playground: Playground
) -> None:
    async with visit(browser, playground, viewport=NARROW, has_touch=True) as visitor:
        page = visitor.page
        await page.get_by_role("button", name="Servers and channels").click()
        await visitor.go("general")
        await expect(visitor.channels).to_be_hidden()
        await visitor.say("From my pocket")

        await page.get_by_role("button", name="Members").click()
        members = page.get_by_role("complementary", name="Members")
        await expect(members.get_by_text("Bob")).to_be_visible()
        await members.get_by_role("button", name="Close").click()
        await expect(members).to_be_hidden()
        await visitor.choose(visitor.message("From my pocket"), "Inspect")
        inspector = page.get_by_role("complementary", name="Inspector")
        await expect(inspector).to_contain_text("No turn of the bot")
        await page.keyboard.press("Escape")
        await expect(inspector).to_be_hidden()
        await visitor.button("Developer menu").click()
        await expect(page.get_by_role("dialog")).to_contain_text("Kill it at once")
        await page.keyboard.press("Escape")

        await until(page, FITS)
        assert await is_seen(visitor.box)


async def focused(visitor: Visitor) -> str:
    name: str = await visitor.page.evaluate(
        "document.activeElement.ariaLabel ?? document.activeElement.textContent"
    )
    return name


async def walk(visitor: Visitor, key: str, goal: str) -> None:
    """Press a key again and again until the focus is on what this selector means."""
    for _ in range(15):
        await visitor.page.keyboard.press(key)
        if await visitor.page.evaluate(f'document.activeElement.matches("{goal}")'):
            return
    pytest.fail(f"{key} does not lead to {goal}")


async def test_everything_is_reached_and_used_by_the_keyboard_alone(  # noqa: PLR0915  # one way
    visitor: Visitor, model: LocalOpenAI
) -> None:
    model.answer = lambda _: [Say("Forty-two.")]
    page, press = visitor.page, visitor.page.keyboard.press

    await press("Control+k")
    await page.keyboard.type("gen")
    await press("Enter")
    await visitor.stands_in("general")
    await expect(visitor.box).to_be_focused()
    await page.keyboard.type("/chat ")
    await page.keyboard.type("What is six times seven?")
    await press("Enter")
    await expect(visitor.message("Over there:")).to_be_visible()
    await press("Alt+ArrowDown")
    await visitor.stands_in("What is six times seven?")
    await expect(visitor.message("Forty-two.").get_by_role("button", name="Retry")).to_be_visible()

    await walk(visitor, "Shift+F6", ".message")
    await press("End")
    await expect(visitor.message("Forty-two.")).to_be_focused()
    await press("i")
    inspector = page.get_by_role("complementary", name="Inspector")
    await expect(inspector.locator("[data-role=user]")).to_contain_text("six times seven")
    await expect(inspector).to_contain_text("Composed as it was sent")
    await press("Escape")
    await expect(inspector).to_be_hidden()
    await walk(visitor, "Shift+F6", ".message")
    await press("End")
    await walk(visitor, "Tab", ".part-components button")
    model.answer = lambda _: [Say("Forty-two, still.")]
    await press("Enter")
    await expect(visitor.message("Forty-two, still.")).to_be_visible()
    await walk(visitor, "Shift+F6", ".message")
    await press("End")
    await expect(visitor.message("Forty-two, still.")).to_be_focused()
    await press("Enter")
    await press("ArrowDown")
    await expect(page.get_by_role("menuitem", name="Reply")).to_be_focused()
    await press("Enter")
    await expect(page.get_by_text("Replying to Parley")).to_be_visible()
    await page.keyboard.type("Thanks")
    await press("Shift+Enter")
    await page.keyboard.type("a lot")
    await press("Enter")
    own = visitor.message("Thanks").filter(has_text="a lot")
    await expect(own.get_by_role("button", name="Answers Parley")).to_be_visible()
    await expect(visitor.message("Forty-two, still.")).to_have_count(3)  # one of them is quoted

    await press("ArrowUp")
    await expect(page.get_by_label("Rewrite your message")).to_be_focused()
    await press("End")
    await page.keyboard.type("!")
    await press("Enter")
    await expect(visitor.message("a lot!(edited)")).to_be_visible()
    await expect(visitor.box).to_be_focused()

    await walk(visitor, "F6", "header *")
    await walk(visitor, "Tab", "[aria-label='Developer menu']")
    await press("Enter")
    dialog = page.get_by_role("dialog", name="Developer menu")
    switch = dialog.get_by_role("switch", name="Discord is slow")
    await walk(visitor, "Tab", "[data-fault=discord-slow]")
    await press("Space")
    await expect(switch).to_be_checked()
    await expect(switch).to_be_focused()
    await press("Space")
    await expect(switch).not_to_be_checked()
    await press("Escape")
    await expect(dialog).to_be_hidden()
    assert await focused(visitor) == "Developer menu"


async def test_the_first_stop_of_tab_leads_to_the_message_box(visitor: Visitor) -> None:
    await visitor.page.reload()
    await expect(visitor.page.locator("body")).to_have_attribute("data-state", "connected")

    await visitor.page.keyboard.press("Tab")
    assert await focused(visitor) == "Skip to the message box"
    await visitor.page.keyboard.press("Enter")

    await expect(visitor.box).to_be_focused()


async def brightness(visitor: Visitor, colour: str) -> float:
    """Return from 0 to 1 how bright a colour of the page is, roughly."""
    told: str = await visitor.page.evaluate(f"getComputedStyle(document.body)['{colour}']")
    return sum(map(int, re.findall(r"\d+", told)[:3])) / 3 / 255


async def test_colours_are_those_of_the_system_until_others_are_chosen(
    browser: Browser, playground: Playground
) -> None:
    async with visit(
        browser, playground, color_scheme="light", reduced_motion="no-preference"
    ) as visitor:
        await expect(visitor.button("Dark colours")).to_be_visible()
        await visitor.say("In the light")
        assert await brightness(visitor, "color") < 0.2
        assert await brightness(visitor, "background-color") > 0.8

        await visitor.button("Dark colours").click()
        await expect(visitor.button("Light colours")).to_be_visible()
        await visitor.page.reload()

        await expect(visitor.button("Light colours")).to_be_visible()
        assert await brightness(visitor, "color") > 0.8
        assert await brightness(visitor, "background-color") < 0.2


async def test_without_motion_nothing_goes_on_moving(
    visitor: Visitor, playground: Playground
) -> None:
    await visitor.go("general")
    await playground.town.guest.typing(
        next(c for c in playground.discord.world.channels.values() if c.name == "general")
    )
    await expect(visitor.page.get_by_text("Bob is typing")).to_be_visible()

    await until(
        visitor.page,
        "document.getAnimations().every(({ playState }) => playState === 'finished')",
    )
