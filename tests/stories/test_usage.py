"""What was used, with the real bot over real sockets."""

from __future__ import annotations

from bot.playground.local_openai import Say
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
