"""What is pinned stays in front of the model, and what is left out is gone, with the real bot."""

from __future__ import annotations

from bot.playground import Message
from bot.playground.local_openai import Asked, Say
from bot.playground.world.parts import walk
from tests.stories.home import Home

LONG = ("and so on " * 170).strip()


def words(asked: Asked) -> list[str]:
    """Return what the model was shown, without labels and filling."""
    return [said.text.rpartition("]\n")[2].replace(LONG, "").strip() for said in asked.messages]


def menu_of(panel: Message) -> str:
    """Return the custom id of the menu of a panel."""
    ids = [str(part.get("custom_id")) for part in walk(panel.components)]
    return next(name for name in ids if name.startswith("ctx-look"))


def value_of(panel: Message, label: str) -> str:
    """Return the value of what a menu offers under a label."""
    for part in walk(panel.components):
        options = part.get("options")
        for option in options if isinstance(options, list) else []:
            if label in str(option["label"]):
                return str(option["value"])
    raise AssertionError(f"no {label} in the panel")


async def test_a_pin_comes_first_and_what_is_left_out_is_gone_also_after_a_restart(
    home: Home,
) -> None:
    home.openai.answer = lambda _: [Say("Fine.")]

    async with home.bot(context_tokens=1000):
        answer = await home.ask(home.ada, home.general, "The cellar key is under the mat.")
        told = await (await home.bob.use_on(answer, "Pin to context")).answered()
        assert told.content.startswith("📌 Pinned:")
        for number in (1, 2):
            await home.ask(home.ada, home.general, f"Question {number} {LONG}")
        panel = await (await home.ada.slash(home.general, "context")).answered()
        assert "🗜️ What is not shown is summed up: “Fine.”" in panel.content
        assert "📌 1 turn pinned, 1 of them shown first" in panel.content

    async with home.bot(context_tokens=1000):
        await home.ada.select(panel, value_of(panel, "Question 2"), custom_id=menu_of(panel))
        await home.discord.until(lambda: "**Turn 3**" in panel.content)
        await home.ada.press(panel, label="🚫 Leave out")
        await home.discord.until(lambda: "🚫 Left out:" in panel.content)
        await home.ask(home.ada, home.general, "And now?")

    before, after = home.openai.requests[-2:]
    pinned = [
        "[Pinned, from earlier in this conversation:]",
        "The cellar key is under the mat.",
        "Fine.",
        "[That was pinned. The conversation goes on here:]",
    ]
    summary = "Fine."  # whatever it is asked, this model says so
    assert words(before) == [summary, *pinned, "Question 2"]
    assert words(after) == [summary, *pinned, "And now?"]
