"""What was used, with the real bot over real sockets."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from bot.playground import Permission
from bot.playground.local_openai import Say
from bot.playground.world.parts import walk
from tests.stories.home import Home


async def test_what_an_answer_cost_is_told_to_who_asked(home: Home) -> None:
    home.openai.answer = lambda _: [Say("Paris, of course.")]

    async with home.bot(model_prices="some-model=1000/1000"):
        await home.ask(home.ada, home.general, "What is the capital of France?")
        adas = await (await home.ada.slash(home.general, "usage me")).answered()
        bobs = await (await home.bob.slash(home.general, "usage me")).answered()

    head, cost, _, model = adas.content.splitlines()
    assert head == "**Your usage, last 30 days**"
    assert cost.startswith("$0.")
    assert cost.endswith(" · 1 call")
    assert model == f"• `some-model` {cost}"
    assert [picture.filename for picture in adas.attachments] == ["usage.png"]
    assert bobs.content.endswith("Nothing was asked of a model.")


async def test_a_budget_that_is_used_up_stops_politely_also_after_a_restart(home: Home) -> None:
    home.openai.answer = lambda _: [Say("Paris, of course.")]
    given: dict[str, Any] = {"model_prices": "some-model=1000/1000", "budgets": "user=0.01/-"}

    async with home.bot(**given):
        first = await home.ask(home.ada, home.general, "What is the capital of France?")
    async with home.bot(**given):
        second = await home.ask(home.ada, home.general, "And of Spain?")
        bobs = await home.ask(home.bob, home.general, "And of Italy?")
        told = await (await home.ada.slash(home.general, "usage me")).answered()

    assert first.content.startswith(
        "Paris, of course.\n-# 🪙 Little is left of your budget for today."
    )
    assert second.content.startswith("🪙 Your budget for today is used up. It opens again <t:")
    assert bobs.content.startswith("Paris, of course.")
    assert len(home.openai.requests) == 2
    assert " of $0.0100 is used today; it begins anew <t:" in told.content


async def test_a_servers_own_budget_is_set_in_the_panel_and_stops_also_after_a_restart(
    home: Home,
) -> None:
    home.discord.overwrite(home.general, home.ada, allow=Permission.MANAGE_GUILD)
    home.openai.answer = lambda _: [Say("Paris, of course.")]
    given: dict[str, Any] = {"model_prices": "some-model=1000/1000"}

    async with home.bot(**given):
        panel = await (await home.ada.slash(home.general, "settings")).answered()
        ids = [str(part.get("custom_id")) for part in walk(panel.components)]
        (levels,) = [name for name in ids if name.startswith("set-level")]
        await home.ada.select(panel, "server", custom_id=levels)
        await home.discord.until(lambda: "Budgets: the whole server **none**" in panel.content)
        asked = await home.ada.press(panel, label="Budgets…")
        await home.ada.submit(asked, member="0.01/-")
        await home.discord.until(lambda: "each member **$0.0100 a day**" in panel.content)
        await home.ask(home.ada, home.general, "What is the capital of France?")
    async with home.bot(**given):
        second = await home.ask(home.ada, home.general, "And of Spain?")
        bobs = await home.ask(home.bob, home.general, "And of Italy?")

    assert second.content.startswith("🪙 Your budget for today (set by this server) is used up.")
    assert bobs.content.startswith("Paris, of course.")
    assert len(home.openai.requests) == 2


async def test_who_asks_too_fast_is_told_when_the_next_answer_is_due_also_after_a_restart(
    home: Home,
) -> None:
    home.openai.answer = lambda _: [Say("Paris, of course.")]

    async with home.bot(rate_limit="1/hour"):
        await home.ask(home.ada, home.general, "What is the capital of France?")
    async with home.bot(rate_limit="1/hour"):
        second = await home.ask(home.ada, home.general, "And of Spain?")
        bobs = await home.ask(home.bob, home.general, "And of Italy?")

    assert second.content.startswith("🐇 Each person can have 1 answer in any hour, and that is")
    assert " The next one is due <t:" in second.content
    assert bobs.content.startswith("Paris, of course.")
    assert len(home.openai.requests) == 2


async def test_what_a_budget_cannot_count_is_said_at_the_start_and_to_the_person(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "bot.app")

    async with home.bot(budgets="all=5/-"):
        said = await home.ask(home.ada, home.general, "hello")

    assert said.content.startswith("🪙 There is a budget here, and I know no price for this model")
    assert "event=unpriced model=some-model; no budget can count it" in caplog.text
    assert home.openai.requests == []
