"""Images are shown to the model, texts are read to it, and both go with their message."""

from __future__ import annotations

from typing import Any

from bot.playground import Upload
from bot.playground.local_openai import Asked, Fail, Say, Script
from tests.samples import PNG
from tests.stories.home import Home
from tests.stories.test_amending import is_on_disk

DOT = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
)
MAP = b"the treasure is under the oak\n"
READ = "look\n[file: map.txt]\n```\nthe treasure is under the oak\n```"


def shown(asked: Asked, number: int = 0) -> tuple[str, list[str]]:
    """Return a message as the model was sent it, without its label: its text and its images."""
    content: Any = asked.body["messages"]
    content = content[number + 1]["content"]
    if isinstance(content, str):
        return content.partition("]\n")[2], []
    text, *images = content
    return text["text"].partition("]\n")[2], [each["image_url"]["url"] for each in images]


async def test_files_are_shown_and_are_erased_with_what_they_came_with(home: Home) -> None:
    home.openai.answer = lambda _: [Say("A dot.")]
    files = [Upload("dot].png", PNG), Upload("map.txt", MAP), Upload("bomb.txt", b"PK\3\4\0\0")]

    async with home.bot():
        said = await home.ada.say(home.general, f"{home.mention} look", files=files)
        await home.answer_after(home.general, said)
        await home.ask(home.bob, home.general, "and now?")
        await home.ada.edit(said, f"{home.mention} look", without=["dot_.png"])
        await home.ask(home.bob, home.general, "and then?")
        assert is_on_disk(home, "under the oak")
        await home.ada.delete(said)
        await home.ask(home.bob, home.general, "what was it?")
        assert not is_on_disk(home, "under the oak")

    bomb = "[file not shown to you: bomb.txt, text/plain, 6 bytes: it is no UTF-8 text]"
    first, second, third, fourth = home.openai.requests
    assert shown(first) == (f"{READ}\n{bomb}\n[image: dot_.png]", [DOT])
    assert shown(second) == shown(first)
    assert shown(third) == (f"{READ}\n{bomb}", [])
    assert "treasure" not in str(fourth.body)


async def test_a_model_that_takes_no_images_answers_all_the_same(home: Home) -> None:
    def answer(asked: Asked) -> Script:
        is_shown = "image_url" in str(asked.body)
        return [Fail(400, "invalid_request")] if is_shown else [Say("I cannot look.")]

    home.openai.answer = answer
    async with home.bot():
        upload = Upload("dot.png", PNG)
        said = await home.ada.say(home.general, home.mention, files=[upload])
        reply = await home.answer_after(home.general, said)

    assert reply.content == "I cannot look."
    line = "[file not shown to you: dot.png, image/png, 69 bytes: you cannot look at it]"
    assert [shown(asked) for asked in home.openai.requests] == [
        ("[image: dot.png]", [DOT]),
        (line, []),
    ]
