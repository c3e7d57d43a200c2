"""Discord is away for long: what is seen when it is back, and what the operator reads."""

from __future__ import annotations

import asyncio

from bot.domain.errors import Fault, ModelBusy
from bot.domain.reply import Controls
from bot.domain.turn import TurnState
from tests.engine.house import House, World
from tests.engine.test_outages import PickyModel
from tests.logged import open_log
from tests.samples import CHANNEL

SECONDS_AWAY = 130.0


async def seconds(number: float) -> None:
    await asyncio.sleep(number)


def test_an_answer_that_grows_while_discord_is_away_for_two_minutes_comes_whole() -> None:
    first, last = asyncio.Event(), asyncio.Event()
    world = World(["One. ", first, "Two. " * 500, last, "Three."])

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await seconds(2)
        world.board.is_away = True
        first.set()
        await seconds(SECONDS_AWAY / 2)
        last.set()
        await seconds(SECONDS_AWAY / 2)
        assert world.turns()[0].state is TurnState.ANSWERED
        world.board.is_away = False

    with open_log() as log:
        assert world.live(story)

    assert world.shown().replace("\n", " ") == f"One. {'Two. ' * 500}Three."
    assert [post.controls for post in world.board.posts_at(CHANNEL)] == [
        Controls.CONTINUES,
        Controls.RETRY,
    ]
    waits = log.lines("waiting")
    assert 5 <= len(waits) <= 10  # ever more seldom
    edits = log.lines("edit_failed")
    assert 4 <= len(edits) <= 8
    assert all(f"turn={world.turns()[0].id} " in line for line in [*waits, *edits])


def test_with_discord_and_the_model_down_at_once_each_message_is_answered_once() -> None:
    world = World()
    model = PickyModel()
    world.asked = model

    async def story(house: House) -> None:
        await house.connect(CHANNEL)
        await house.opened(CHANNEL)
        model.failing["some-model"] = ModelBusy(Fault.SERVER, "503")
        house.arrive("before")
        await seconds(3)
        world.board.is_away = True
        world.past.failures[CHANNEL] = 4
        for number in range(3):
            house.past.put(f"during {number}", CHANNEL)
        house.begin(CHANNEL)
        house.arrive("live")
        await seconds(SECONDS_AWAY)
        world.board.is_away = False
        await seconds(20)
        del model.failing["some-model"]
        await seconds(70)
        house.arrive("after")

    assert world.live(story)
    prompts = [[prompt.text for prompt in turn.prompts] for turn in world.turns()]
    assert prompts == [["before"], ["during 0", "during 1", "during 2", "live"], ["after"]]
    assert {turn.state for turn in world.turns()} == {TurnState.DELIVERED}
    assert world.board.read_aloud(CHANNEL) == ["Fine."] * 3
