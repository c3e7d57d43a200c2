"""Two people at two windows, and one person who becomes another."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from bot.playground import Thread
from bot.playground.playing import Playground
from bot.playground.world import threads
from tests.page.visitor import Visitor, visit

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("page")]


@pytest_asyncio.fixture(loop_scope="session")
async def bob(browser: Browser, playground: Playground) -> AsyncIterator[Visitor]:
    async with visit(browser, playground, "Bob") as bob:
        yield bob


async def test_what_one_does_the_other_sees(visitor: Visitor, bob: Visitor) -> None:
    await visitor.go("general")
    await bob.go("general")

    await visitor.say("Good morning")
    await bob.message("Good morning").hover()
    await bob.button("Add a reaction").click()
    await bob.page.get_by_role("menuitem", name="React with 🎉").click()
    await bob.message("Good morning").hover()
    await bob.button("Reply (R)").click()
    await bob.say("And to you")

    reply = visitor.message("And to you")
    await expect(reply.get_by_role("button", name="Answers Ada")).to_contain_text("Good morning")
    reaction = visitor.message("Good morning").get_by_role("button", name="🎉, 1", exact=True)
    await expect(reaction.first).to_have_attribute("aria-pressed", "false")


async def test_who_manages_messages_deletes_what_others_said(
    visitor: Visitor, bob: Visitor
) -> None:
    await visitor.go("general")
    await bob.go("general")
    await visitor.say("Good morning")
    await bob.message("Good morning").hover()
    await bob.button("Reply (R)").click()
    await bob.say("And to you")

    await bob.message("Good morning").first.click(button="right")
    await expect(bob.page.get_by_role("menuitem", name="Copy text")).to_be_visible()
    await expect(bob.page.get_by_role("menuitem", name="Delete")).to_have_count(0)
    await bob.page.keyboard.press("Escape")
    await visitor.choose(visitor.message("Good morning").first, "Delete")
    await visitor.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(bob.message("And to you")).to_contain_text("This message was deleted.")
    await expect(bob.page.get_by_role("log")).not_to_contain_text("Good morning")
    await visitor.choose(visitor.message("And to you"), "Delete")
    await visitor.page.get_by_role("dialog").get_by_role("button", name="Delete").click()

    await expect(bob.messages).to_have_count(0)


async def test_one_is_seen_typing_until_it_is_said(visitor: Visitor, bob: Visitor) -> None:
    await visitor.go("general")
    await bob.go("general")

    await visitor.box.press_sequentially("Wait")
    await expect(bob.page.get_by_text("Ada is typing")).to_be_visible()
    await visitor.box.press("Enter")

    await expect(bob.message("Wait")).to_be_visible()
    await expect(bob.page.get_by_text("Ada is typing")).to_have_count(0)


async def test_a_mention_elsewhere_is_counted_until_it_is_read(
    visitor: Visitor, bob: Visitor
) -> None:
    await visitor.go("general")
    await bob.go("welcome")

    await visitor.box.press_sequentially("Look here, @bo")
    await visitor.box.press("Tab")
    await visitor.box.press("Enter")
    mark = bob.channels.get_by_role("button", name="general, 1 mention")
    await mark.click()

    await expect(bob.message("Look here, @Bob")).to_be_visible()
    await expect(mark).to_have_count(0)


async def test_what_is_said_is_read_out_with_names_for_mentions(
    bob: Visitor, playground: Playground
) -> None:
    await bob.go("general")
    general = next(c for c in playground.discord.world.channels.values() if c.name == "general")

    await playground.town.owner.say(general, f"*Hello*, {playground.town.guest.mention}")

    told = bob.page.get_by_role("status").filter(has_text="Ada:")
    await expect(told).to_have_text("Ada: Hello, @Bob")


async def test_a_private_thread_is_not_there_for_the_other(visitor: Visitor, bob: Visitor) -> None:
    await visitor.go("general")
    await bob.go("general")

    await visitor.button("What to do here").click()
    await visitor.page.get_by_role("menuitem", name="New thread").click()
    dialog = visitor.page.get_by_role("dialog", name="New thread")
    await dialog.get_by_label("Name").fill("Surprise party")
    await dialog.get_by_label("Private").check()
    await dialog.get_by_role("button", name="Create thread").click()
    await visitor.stands_in("Surprise party")
    await visitor.say("Not a word")
    await visitor.go("general")
    await visitor.say("Nothing to see here")

    await expect(bob.message("Nothing to see here")).to_be_visible()
    await expect(bob.channels.get_by_text("Surprise party")).to_have_count(0)
    await visitor.become("Bob")
    await expect(visitor.channels.get_by_text("Surprise party")).to_have_count(0)
    await visitor.become("Ada")
    await expect(visitor.channels.get_by_text("Surprise party")).to_be_visible()


async def test_who_one_was_is_remembered(visitor: Visitor) -> None:
    await visitor.become("Bob")

    await visitor.page.reload()

    await expect(visitor.button("You are Bob. Be somebody else")).to_be_visible()


async def test_a_thread_tells_on_its_card_how_much_was_said_in_it(
    visitor: Visitor, bob: Visitor
) -> None:
    await visitor.go("general")
    await bob.go("general")
    await visitor.say("Plans")
    await visitor.message("Plans").hover()
    await visitor.button("Create a thread").click()
    await visitor.button("Create thread").click()
    await visitor.stands_in("Plans")

    card = bob.messages.get_by_role("button", name="Plans")
    await expect(card).to_contain_text("0 messages")
    await visitor.say("First")
    await visitor.say("Second")
    await expect(card).to_contain_text("2 messages")
    await visitor.choose(visitor.message("Second"), "Delete")
    await visitor.button("Delete").click()

    await expect(card).to_contain_text("1 message")


async def test_a_thread_that_the_bot_renames_is_called_so_at_once(
    visitor: Visitor, playground: Playground
) -> None:
    world = playground.discord.world
    await visitor.go("general")
    await visitor.say("Plans for the weekend")
    await visitor.message("Plans for the weekend").hover()
    await visitor.button("Create a thread").click()
    await visitor.button("Create thread").click()
    await visitor.stands_in("Plans for the weekend")
    (thread,) = (one for one in world.channels.values() if isinstance(one, Thread))

    thread.name = "Two days off"
    threads.set_aside(world, thread, archived=False, locked=False)
    threads.tell_renamed(world, thread, world.bot)

    await visitor.stands_in("Two days off")
    await expect(visitor.messages.last).to_contain_text("Parley changed the name: Two days off")


async def test_a_post_in_a_forum_tells_how_often_it_was_answered(
    visitor: Visitor, bob: Visitor
) -> None:
    await bob.go("questions")
    await visitor.go("questions")

    await visitor.button("New post").click()
    dialog = visitor.page.get_by_role("dialog", name="New post")
    await dialog.get_by_label("Title").fill("Why is the sky blue?")
    await dialog.get_by_label("Message").fill("I wonder.")
    await dialog.get_by_role("button", name="Post").click()
    await visitor.stands_in("Why is the sky blue?")
    card = bob.page.get_by_role("region", name="Posts").get_by_role("button", name="Why is the sky")
    await expect(card).to_contain_text("0 messages")
    await visitor.say("Nobody?")

    await expect(card).to_contain_text("1 message")


async def test_the_chat_of_a_voice_channel_is_a_place_like_others(visitor: Visitor) -> None:
    await visitor.go("lounge")

    await visitor.say("Can you hear me?")

    await expect(visitor.messages).to_have_count(1)
