"""What people are told while the store takes nothing in, and what comes of it afterwards."""

from __future__ import annotations

import asyncio

from bot.domain.session import Place
from tests.engine.house import House, World
from tests.samples import CHANNEL, OTHER_CHANNEL

WORDS = (
    "💾 I cannot write to my memory just now (the operator's log says why), so your message has to "
    "wait. I answer it here by myself when that is mended; you need not ask again."
)
MINUTE = 60.0


def test_each_place_is_told_once_that_its_words_wait_and_is_answered_when_there_is_room() -> None:
    world = World(["One."], ["Two."])

    async def story(house: House) -> None:
        world.store.full = True
        house.say(1000, "first")
        await house.clock.sleep(MINUTE)
        house.say(1001, "second")
        house.say(1002, "elsewhere", OTHER_CHANNEL)
        await house.clock.sleep(10 * MINUTE)
        assert world.board.rows == {}
        world.store.full = False
        await house.settled()

    assert world.live(story)
    assert world.board.said == [(CHANNEL, WORDS), (OTHER_CHANNEL, WORDS)]
    assert world.shown() == "One."
    assert world.board.read_aloud(OTHER_CHANNEL) == ["Two."]


def test_the_next_outage_is_told_of_again() -> None:
    world = World(["One."], ["Two."])

    async def story(house: House) -> None:
        for number in (1000, 1001):
            world.store.full = True
            house.say(number, "hello")
            await house.clock.sleep(MINUTE)
            world.store.full = False
            await house.settled()

    assert world.live(story)
    assert world.board.said == [(CHANNEL, WORDS), (CHANNEL, WORDS)]


def test_nobody_is_told_of_a_hiccup() -> None:
    world = World(["One."])

    async def story(house: House) -> None:
        world.store.full = True
        house.say(1000, "hello")
        await house.clock.sleep(0.2)
        world.store.full = False
        await house.settled()

    assert world.live(story)
    assert world.board.said == []
    assert world.shown() == "One."


def test_where_nothing_can_be_said_the_words_wait_all_the_same() -> None:
    world = World(["One."])

    async def story(house: House) -> None:
        world.store.full = True
        world.board.is_away = True
        house.say(1000, "hello")
        await house.clock.sleep(MINUTE)
        world.board.is_away = world.store.full = False
        await house.settled()

    assert world.live(story)
    assert world.board.said == []
    assert world.shown() == "One."


def test_what_is_caught_up_with_is_told_of_as_well() -> None:
    world = World(["One."])

    async def meet(house: House) -> None:
        await house.connect(CHANNEL)
        await house.opened(CHANNEL)

    async def story(house: House) -> None:
        world.past.doors[CHANNEL] = asyncio.Event()
        await house.connect(CHANNEL)
        await house.until(lambda: bool(world.past.reads))
        world.store.full = True
        world.past.doors[CHANNEL].set()
        await house.until(lambda: bool(world.board.said))
        world.store.full = False
        await house.opened(CHANNEL)

    assert world.live(meet)
    world.rest(MINUTE)
    world.past.seconds = world.seconds
    world.past.put("while you were away", CHANNEL)
    assert world.live(story)
    assert world.board.said == [(CHANNEL, WORDS)]
    assert world.shown() == "One."


def test_in_a_crowd_so_many_places_are_told_and_all_are_answered() -> None:
    world = World(*([["Hello."]] * 210))
    places = [Place(number, 70) for number in range(300, 510)]

    async def story(house: House) -> None:
        world.store.full = True
        for number, place in enumerate(places):
            house.say(1000 + number, "hello", place)
        await house.clock.sleep(MINUTE)
        world.store.full = False
        await house.settled()

    assert world.live(story)
    assert len(world.board.said) == 200
    assert all(world.board.read_aloud(place) == ["Hello."] for place in places)
