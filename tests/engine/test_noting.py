"""What only the process knows of turns is never more than what is owed."""

from __future__ import annotations

import asyncio
import gc
from collections import deque
from dataclasses import replace
from functools import partial
from types import MethodType

from bot.domain.errors import Fault, ModelBusy
from bot.domain.turn import TurnState
from bot.engine.noting import Notes
from tests.engine.faults import Plan, Trouble
from tests.engine.house import House, World
from tests.fakes.scripted_model import Script
from tests.samples import ADA, CHANNEL, OTHER_SESSION_ID, SESSION_ID, turn

DOWN: Script = [ModelBusy(Fault.SERVER, "503")]


LEADS_ON = (dict, list, tuple, set, deque, MethodType, partial)


def noted(house: House) -> int:
    """How much is noted in the engine of a house, whoever in it has it."""
    seen: dict[int, object] = {}
    ahead: list[object] = [house.engine]
    while ahead:
        each = ahead.pop()
        is_ours = type(each).__module__.startswith("bot.engine")
        if id(each) not in seen and (is_ours or isinstance(each, LEADS_ON)):
            seen[id(each)] = each
            ahead += gc.get_referents(each)
    return sum(len(each) for each in seen.values() if isinstance(each, Notes))


def test_of_a_session_that_owes_nothing_nothing_is_known() -> None:
    notes: Notes[str] = Notes()
    notes.put(turn(1, "hello"), "one")
    notes.put(turn(2, "and then?"), "two")
    elsewhere = replace(turn(3, "hello"), session_id=OTHER_SESSION_ID)
    notes.put(elsewhere, "three")

    notes.drop(turn(1, "hello"))
    notes.forget(SESSION_ID)

    assert len(notes) == 1
    assert notes.of(turn(2, "and then?"), "nothing") == "nothing"
    assert notes.of(elsewhere, "nothing") == "three"


def test_a_turn_that_is_reset_before_it_is_taken_up_leaves_nothing() -> None:
    world = World(["Hi ", asyncio.Event()], ["Next."])

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.until(lambda: "Hi" in world.shown())
        house.say(1001, "and then?")
        await house.clock.sleep(1)
        assert noted(house) == 1
        await house.sessions.reset(CHANNEL, ADA)
        await house.settled()
        assert noted(house) == 0

    assert world.live(story)


def test_a_turn_whose_place_is_deleted_while_it_waits_for_the_model_leaves_nothing() -> None:
    world = World(DOWN)

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.clock.sleep(6)
        assert noted(house) == 1
        house.catch_up.forget(CHANNEL)
        await house.settled()
        assert noted(house) == 0

    assert world.live(story)
    assert world.turns() == []


def test_a_session_that_is_deleted_soon_after_its_answer_leaves_nothing() -> None:
    world = World(["Hi."])
    plan = Plan()
    plan.trouble_at_name("post", Trouble.FAILS)

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.until(lambda: [t.state for t in world.turns()] == [TurnState.POSTED])
        assert noted(house) == 1
        await house.sessions.delete(CHANNEL, ADA, world.turns()[0].session_id)
        await house.settled()
        assert noted(house) == 0

    assert world.live(story, plan)
