"""What was said while nobody listened: heard once, in order, whatever happens in the midst."""

from __future__ import annotations

import asyncio
from collections.abc import Container, Sequence
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.access import Actor, ActorKind, Denied
from bot.domain.context import Context
from bot.domain.errors import StoreBusy
from bot.domain.hearing import Sight, id_at
from bot.domain.message import Prompt
from bot.domain.session import Place, Session, TurnId
from bot.domain.turn import MOST_TOGETHER, Turn, TurnState
from bot.engine.closing import MOST_REPLIES
from bot.engine.holding import MOST_HELD
from tests.engine.faults import DEADLY, Plan, Trouble
from tests.engine.house import House, Story, World
from tests.fakes.memory_store import MemoryStore
from tests.fakes.shelf import Offer
from tests.fakes.virtual_time import START
from tests.samples import ADA, CHANNEL, DIRECT, OTHER_CHANNEL

HOUR = 3600.0
HERE, THERE = CHANNEL, OTHER_CHANNEL


class FullOfWords(MemoryStore):
    """A store on a disk that has room for numbers, and for no more words."""

    is_full_of_words = False

    async def hear(
        self, heard: Sequence[tuple[Session, Prompt]], *, joinable: Container[TurnId] | None = None
    ) -> list[Turn | None]:
        if self.is_full_of_words:
            raise StoreBusy("SQLITE_FULL")
        return await super().hear(heard, joinable=joinable)


def connected(*places: Place) -> Story:
    """Return a life in which the bot is connected and catches up with places."""

    async def story(house: House) -> None:
        await house.connect(*places)
        await house.opened(*places)

    return story


def told_of(sight: Sight) -> Story:
    """Return a life in which the bot is connected and told no more than this of a place."""

    async def story(house: House) -> None:
        await house.connect()
        house.catch_up.see(70, [sight])
        await house.opened(HERE)

    return story


def greeted(text: str, place: Place = HERE) -> Story:
    """Return a life in which something arrives as soon as the bot is connected."""

    async def story(house: House) -> None:
        await house.connect(HERE)
        house.arrive(text, place)
        await house.opened(place)

    return story


async def begin_reading(house: House) -> asyncio.Event:
    """Connect, and return the door behind which the reading of this place waits now."""
    door = house.past.doors[HERE] = asyncio.Event()
    await house.connect(HERE)
    await house.until(lambda: house.past.reads == [HERE])
    return door


def lived(**world: Any) -> World:
    """Return a world in which the bot was connected before, and is down."""
    world_ = World(**world)
    assert world_.live(connected(HERE, THERE))
    world_.past.seconds = world_.seconds
    return world_


def heard_live(world: World, text: str) -> int:
    """Have Ada write while the bot is connected, which goes down then; return the id."""

    async def talk(house: House) -> None:
        await house.connect(HERE)
        await house.opened(HERE)
        house.arrive(text)

    assert world.live(talk)
    world.past.seconds = world.seconds
    return world.past.newest(HERE)


def said_while_down(world: World, *texts: str, place: Place = HERE) -> list[int]:
    """Have Ada write while nobody listens, a second after the other; return the ids."""
    ids = []
    for text in texts:
        world.past.seconds += 1
        ids.append(world.past.put(text, place).prompt.message_id)
    world.seconds = max(world.seconds, world.past.seconds + 1)
    return ids


def asked(context: Context) -> list[str]:
    return [message.text.rpartition("]\n")[2] for message in context.messages]


def prompts(world: World) -> list[list[str]]:
    return [[p.text for p in turn.prompts] for turn in world.turns()]


def test_what_was_said_while_down_is_answered_together_under_the_newest() -> None:
    world = lived()
    first, second = said_while_down(world, "one", "two")

    world.live(connected(HERE, THERE))

    (turn,) = world.turns()
    assert [p.message_id for p in turn.prompts] == [first, second]
    assert asked(world.model.seen[0]) == ["one", "two"]
    (row,) = world.board.rows.values()
    assert (row.reply_to, row.post.mark.anchor) == (second, second)
    assert turn.state is TurnState.DELIVERED


def test_places_are_told_apart_and_quiet_ones_are_not_read() -> None:
    world = lived()
    said_while_down(world, "there", place=THERE)

    world.live(connected(HERE, THERE))

    assert world.past.reads == [THERE]
    assert world.board.read_aloud(HERE) == []
    assert prompts(world) == [["there"]]


def test_the_newest_place_is_read_first() -> None:
    world = lived()
    said_while_down(world, "older", place=THERE)
    said_while_down(world, "newer", place=HERE)

    world.live(connected(THERE, HERE))

    assert world.past.reads == [HERE, THERE]


def test_a_start_after_a_start_answers_nothing_again() -> None:
    world = lived()
    said_while_down(world, "one")

    for _ in range(3):
        world.live(connected(HERE, THERE))

    assert len(world.model.seen) == 1
    assert world.past.reads == [HERE]


def test_before_the_first_connection_ever_nothing_is_answered() -> None:
    world = World()
    world.seconds = 10.0
    said_while_down(world, "long before us")

    world.live(connected(HERE))

    assert world.turns() == []


def test_a_server_that_was_joined_while_down_keeps_its_past() -> None:
    world = lived()
    (number,) = said_while_down(world, "before we came")

    world.live(told_of(Sight(HERE, number, since=number + 1)))

    assert world.turns() == []


def test_what_is_not_meant_for_us_is_read_and_not_heard() -> None:
    world = lived()
    world.past.put("among ourselves", HERE, is_for_us=False)
    said_while_down(world, "hello bot")

    world.live(connected(HERE))

    assert prompts(world) == [["hello bot"]]


def test_what_was_deleted_meanwhile_is_not_there() -> None:
    world = lived()
    (number,) = said_while_down(world, "oops")
    del world.past.said[number]

    world.live(told_of(Sight(HERE, number)))

    assert world.turns() == []


def test_direct_messages_and_threads_that_were_put_away_are_asked_for() -> None:
    world = World()
    away = Place(702, 70)

    async def talk(house: House) -> None:
        await house.connect(HERE)
        house.catch_up.see(70, [Sight(away, 0)])
        house.arrive("hi", DIRECT)
        house.arrive("hi", away)
        await house.opened(DIRECT, away)

    assert world.live(talk)
    world.past.seconds = world.seconds
    said_while_down(world, "psst", place=DIRECT)
    said_while_down(world, "in the archive", place=away)

    world.live(connected(HERE))

    assert prompts(world)[2:] == [["in the archive"], ["psst"]] or prompts(world)[2:] == [
        ["psst"],
        ["in the archive"],
    ]


def test_a_place_nobody_told_of_is_read_when_somebody_writes_there() -> None:
    world = lived()
    said_while_down(world, "are you there?", place=DIRECT)

    async def story(house: House) -> None:
        await house.connect(HERE)
        await house.opened(HERE)
        await house.clock.sleep(100)
        house.catch_up.alive(house.clock.now())
        house.arrive("hello??", DIRECT)
        await house.opened(DIRECT)

    world.live(story)

    assert prompts(world) == [["are you there?", "hello??"]]


# Live and missed at the same time


def test_what_arrives_during_the_reading_joins_it_in_order() -> None:
    world = lived()
    said_while_down(world, "missed")

    async def story(house: House) -> None:
        door = await begin_reading(house)
        house.arrive("live")
        await house.clock.sleep(1)
        assert world.turns() == []
        door.set()
        await house.opened(HERE)

    world.live(story)

    assert prompts(world) == [["missed", "live"]]
    assert len(world.model.seen) == 1


def test_what_is_read_and_arrives_late_as_well_is_answered_once() -> None:
    world = lived()
    (number,) = said_while_down(world, "missed")

    async def story(house: House) -> None:
        await house.connect(HERE)
        await house.opened(HERE)
        house.catch_up.hear(world.past.said[number])
        house.arrive("next")

    world.live(story)

    assert prompts(world) == [["missed"], ["next"]]


def test_what_was_heard_live_is_in_the_overlap_and_is_answered_once() -> None:
    world = lived()
    heard_live(world, "heard")
    said_while_down(world, "missed")

    world.live(connected(HERE))

    assert prompts(world) == [["heard"], ["missed"]]


def test_a_message_that_got_a_late_number_is_found_below_the_watermark() -> None:
    world = lived()
    heard = heard_live(world, "heard")
    world.past.put("out of order", HERE, ago=world.seconds - _seconds_of(heard) + 30)
    said_while_down(world, "missed")

    world.live(connected(HERE))

    assert prompts(world) == [["heard"], ["out of order", "missed"]]


def _seconds_of(number: int) -> float:
    return (number - id_at(START)) / (1000 << 22)


def test_more_than_can_be_held_is_read_once_more() -> None:
    world = lived()
    said_while_down(world, "missed")

    async def story(house: House) -> None:
        door = await begin_reading(house)
        for number in range(MOST_HELD + 1):
            house.arrive(f"live {number}")
        door.set()
        await house.opened(HERE)

    world.live(story)

    assert [p[-1] for p in prompts(world)] == ["live 49", "live 50"]
    assert [offer.count for offer in world.past.offers] == [1]
    assert world.past.reads == [HERE, HERE]


def test_a_flood_is_answered_in_its_newest_part_and_offered_in_the_rest() -> None:
    world = lived()
    ids = said_while_down(world, *(f"number {n}" for n in range(MOST_TOGETHER + 3)))

    world.live(connected(HERE))

    assert [len(turn.prompts) for turn in world.turns()] == [MOST_TOGETHER]
    assert world.past.offers == [Offer(HERE, 3, ids[0], ids[2])]


def test_after_so_many_replies_people_are_asked_first() -> None:
    world = lived()
    places = [Place(800 + n, 70) for n in range(MOST_REPLIES + 1)]
    for place in places:
        said_while_down(world, "hello", place=place)

    world.live(connected(*places))

    assert len(world.turns()) == MOST_REPLIES
    assert [offer.place for offer in world.past.offers] == [places[0]]  # the oldest


# Epochs


def test_a_reading_of_a_lost_session_opens_nothing() -> None:
    world = lived()
    said_while_down(world, "first gap")

    async def story(house: House) -> None:
        door = await begin_reading(house)
        next_door = world.past.doors[HERE] = asyncio.Event()
        await house.clock.sleep(1)
        world.past.put("second gap", HERE)
        house.begin(HERE)
        await house.until(lambda: len(world.past.reads) == 2)
        house.arrive("live")
        door.set()
        await house.clock.sleep(1)
        assert not house.catch_up.is_open(HERE)
        house.arrive("later")
        await house.clock.sleep(1)
        assert world.turns() == []
        next_door.set()
        await house.opened(HERE)

    world.live(story)

    assert prompts(world) == [["first gap", "second gap", "live", "later"]]


def test_a_message_of_a_new_session_is_held_before_anything_is_known() -> None:
    world = lived()

    async def story(house: House) -> None:
        await house.connect(HERE)
        await house.opened(HERE)
        await house.clock.sleep(1)
        world.past.put("missed", HERE)
        await house.clock.sleep(1)
        house.catch_up.begin()
        house.arrive("live")
        house.catch_up.see(70, [Sight(HERE, world.past.newest(HERE))])
        await house.opened(HERE)

    world.live(story)

    assert prompts(world) == [["missed", "live"]]


def test_what_arrives_before_a_place_is_known_to_be_quiet_is_heard() -> None:
    world = lived()

    world.live(greeted("hello"))

    assert prompts(world) == [["hello"]]
    assert world.past.reads == []


def test_what_is_held_when_the_session_is_lost_is_heard_in_the_next() -> None:
    world = lived()

    async def story(house: House) -> None:
        await house.connect(HERE)
        house.arrive("psst", DIRECT)
        house.begin(HERE)
        await house.opened(DIRECT)

    world.live(story)

    assert prompts(world) == [["psst"]]


def test_the_common_watermark_waits_for_what_is_not_durable_yet() -> None:
    world = World()
    world.store = full = FullOfWords()
    assert world.live(connected(HERE))

    async def story(house: House) -> None:
        await house.connect(HERE)
        await house.opened(HERE)
        full.is_full_of_words = True
        house.arrive("cannot be kept yet")
        await house.clock.sleep(500)
        house.catch_up.alive(house.clock.now())
        await house.clock.sleep(1)
        plan.die()

    plan = Plan()
    world.live(story, plan)
    full.is_full_of_words = False

    world.live(connected(HERE))

    assert prompts(world) == [["cannot be kept yet"]]


def test_the_common_watermark_waits_for_places_that_lag() -> None:
    world = lived()
    said_while_down(world, "missed")

    async def begun(house: House) -> None:
        world.past.doors[HERE] = asyncio.Event()
        await house.connect(HERE, THERE)
        await house.opened(THERE)
        await house.clock.sleep(500)
        house.catch_up.alive(house.clock.now())  # and now the process dies
        await house.clock.sleep(1)

    world.live(begun)
    world.past.doors.clear()

    world.live(connected(HERE, THERE))

    assert prompts(world) == [["missed"]]


def test_what_is_alive_moves_the_watermark_of_places_never_spoken_in() -> None:
    world = lived()

    async def story(house: House) -> None:
        await house.connect(HERE)
        await house.opened(HERE)
        world.past.put("chatter", THERE, is_for_us=False)
        await house.clock.sleep(500)
        house.catch_up.alive(house.clock.now())

    world.live(story)
    world.past.seconds = world.seconds

    world.live(connected(HERE, THERE))

    assert world.past.reads == []


def test_after_a_resumed_session_what_never_arrived_is_looked_for() -> None:
    world = lived()

    async def story(house: House) -> None:
        await house.connect(HERE)
        await house.opened(HERE)
        house.arrive("hello")
        await house.settled()
        house.begin(HERE)  # the places spoken in lately are known from now on
        await house.opened(HERE)
        await house.clock.sleep(100)
        house.catch_up.alive(house.clock.now())
        lost = world.past.put("lost on the way", HERE)
        world.past.arrived = {HERE: lost.prompt.message_id - 1}
        house.catch_up.go_on()
        await house.until(lambda: len(world.turns()) == 2)

    world.live(story)

    assert prompts(world) == [["hello"], ["lost on the way"]]


def test_a_comparison_that_a_new_session_overtakes_leaves_no_doubt_behind() -> None:
    world = lived()

    async def story(house: House) -> None:
        await house.connect(HERE)
        await house.opened(HERE)
        house.catch_up.go_on()
        await asyncio.sleep(0)  # the comparison is about to begin
        house.begin(HERE)
        await house.opened(HERE)
        before = world.store.common
        await house.clock.sleep(100)
        house.catch_up.alive(house.clock.now())
        await house.clock.sleep(1)
        moved.append(world.store.common != before)

    moved: list[bool] = []
    world.live(story)

    assert moved == [True]


def interrupted(world: World) -> Story:
    """Return a life in which a session goes on and never tells of what was said meanwhile."""

    async def story(house: House) -> None:
        await house.connect(HERE)
        await house.opened(HERE)
        house.arrive("hello")
        await house.settled()
        lost = world.past.put("lost on the way", HERE).prompt.message_id
        world.past.arrived = {HERE: lost - 1}
        house.catch_up.go_on()

    return story


def test_places_are_compared_however_often_that_fails_and_since_whenever_they_are_known() -> None:
    world = lived()
    plan = Plan()
    plan.trouble_at_name("unseen", Trouble.FAILS)

    async def story(house: House) -> None:
        await interrupted(world)(house)
        await house.until(lambda: len(world.turns()) == 2)

    world.live(story, plan)

    assert prompts(world) == [["hello"], ["lost on the way"]]


def test_what_never_arrived_is_found_behind_what_arrived_before_places_were_compared() -> None:
    world = lived()

    async def story(house: House) -> None:
        await interrupted(world)(house)
        await house.clock.sleep(0.01)
        number = house.arrive("still there?")
        world.past.arrived = {HERE: number}
        await house.until(lambda: len(world.turns()) == 3)

    world.live(story)

    assert prompts(world) == [["hello"], ["still there?"], ["lost on the way"]]


def test_the_common_watermark_waits_until_places_are_compared() -> None:
    world = lived()
    plan = Plan()
    plan.trouble_at_name("unseen", Trouble.FAILS)

    async def story(house: House) -> None:
        await interrupted(world)(house)
        await house.clock.sleep(0.3)
        house.catch_up.alive(house.clock.now())
        await house.clock.sleep(0.1)
        plan.die()

    world.live(story, plan)
    world.rest(120.0)

    world.live(connected(HERE))

    assert prompts(world) == [["hello"], ["lost on the way"]]


# Trouble


def test_a_place_that_cannot_be_read_holds_up_no_other() -> None:
    world = lived()
    said_while_down(world, "there", place=THERE)
    said_while_down(world, "here", place=HERE)
    world.past.failures[HERE] = 3

    async def story(house: House) -> None:
        await house.connect(HERE, THERE)
        await house.opened(THERE)
        assert not house.catch_up.is_open(HERE)
        await house.opened(HERE)

    world.live(story)

    assert prompts(world) == [["there"], ["here"]]


def test_a_place_that_can_never_be_read_is_opened_and_tried_again_later() -> None:
    world = lived()
    said_while_down(world, "missed")
    world.past.failures[HERE] = 8

    async def story(house: House) -> None:
        await house.connect(HERE)
        await house.clock.sleep(200)
        house.arrive("live")
        house.catch_up.alive(house.clock.now())
        await house.settled()
        assert prompts(world) == [["live"]]

    world.live(story)

    world.live(connected(HERE))

    assert prompts(world) == [["live"], ["missed"]]


def test_a_place_that_is_gone_is_nobodys_concern() -> None:
    world = lived()
    said_while_down(world, "missed")
    world.past.gone.add(HERE)

    world.live(connected(HERE))

    assert world.turns() == []


def test_where_nothing_can_be_read_what_arrives_is_answered() -> None:
    world = lived()
    said_while_down(world, "missed")
    world.past.hidden.add(HERE)

    world.live(greeted("live"))

    assert prompts(world) == [["live"]]


@pytest.mark.parametrize("trouble", [*DEADLY, Trouble.FAILS, Trouble.ANSWER_LOST])
def test_trouble_at_any_call_of_a_catch_up_loses_nothing_and_answers_once(
    trouble: Trouble,
) -> None:
    def world_with_a_gap() -> World:
        world = lived()
        world.past.put("old", HERE, ago=-1)
        world.seconds += 7 * HOUR
        world.past.seconds = world.seconds
        said_while_down(world, "one", "two")
        said_while_down(world, "there", place=THERE)
        return world

    plan = Plan()
    assert world_with_a_gap().live(connected(HERE, THERE), plan)
    for at in range(1, len(plan.calls) + 1):
        world = world_with_a_gap()
        where = (at, plan.calls[at - 1])
        if not world.live(connected(HERE, THERE), Plan(at, trouble, seed=at)):
            world.rest(1.0)

        world.live(connected(HERE, THERE))

        assert sorted(prompts(world)) == [["one", "two"], ["there"]], where
        assert world.board.read_aloud(HERE) == ["Hello!"], where
        assert world.board.read_aloud(THERE) == ["Hello!"], where
        assert [offer.count for offer in world.past.offers] == [1], where


# What is too old


def test_what_is_too_old_is_offered_once_and_answered_on_demand() -> None:
    world = lived()
    ids = said_while_down(world, "one", "two", "three")
    world.seconds += 7 * HOUR

    for _ in range(2):
        world.live(connected(HERE))

    assert world.past.offers == [Offer(HERE, 3, ids[0], ids[2])]
    assert world.turns() == []

    async def press(house: House) -> None:
        assert await house.catch_up.answer(HERE, ADA, ids[0], ids[2])
        assert not await house.catch_up.answer(HERE, ADA, ids[0], ids[2])

    world.live(press)

    assert prompts(world) == [["one", "two", "three"]]
    assert len(world.model.seen) == 1


def test_of_young_and_old_each_gets_what_it_is_due() -> None:
    world = lived()
    (old,) = said_while_down(world, "old")
    world.seconds += 7 * HOUR
    world.past.seconds = world.seconds
    said_while_down(world, "young")

    world.live(connected(HERE))

    assert prompts(world) == [["young"]]
    assert world.past.offers == [Offer(HERE, 1, old, old)]


def test_with_no_hours_at_all_what_arrives_is_answered_and_the_rest_offered() -> None:
    world = lived()
    world.hours = 0
    (missed,) = said_while_down(world, "missed")

    async def story(house: House) -> None:
        await house.connect(HERE)
        house.arrive("live")
        await house.clock.sleep(0.01)
        await house.opened(HERE)

    world.live(story)

    assert prompts(world) == [["live"]]
    assert world.past.offers == [Offer(HERE, 1, missed, missed)]


def test_with_no_hours_at_all_what_was_said_a_moment_ago_is_offered_too() -> None:
    world = lived()
    world.hours = 0.0
    said_while_down(world, "just now")
    world.seconds -= 1.9  # our clock is late

    assert world.live(connected(HERE))

    assert prompts(world) == []
    assert [offer.count for offer in world.past.offers] == [1]


def test_what_was_offered_is_not_offered_again_within_the_overlap() -> None:
    world = lived()
    world.hours = 0
    (first,) = said_while_down(world, "first")
    world.live(connected(HERE))
    world.past.seconds = world.seconds - 30
    (second,) = said_while_down(world, "second")
    world.seconds -= 25

    world.live(connected(HERE))

    assert second - first < 60 * 1000 << 22
    assert world.past.offers == [Offer(HERE, 1, first, first), Offer(HERE, 1, second, second)]


def test_who_may_not_write_may_not_have_it_answered() -> None:
    world = lived()
    (number,) = said_while_down(world, "old")
    stranger = Actor(9, ActorKind.PERSON, frozenset())

    async def story(house: House) -> None:
        with pytest.raises(Denied):
            await house.catch_up.answer(HERE, stranger, number, number)

    world.live(story)

    assert world.turns() == []


def test_a_place_that_may_be_older_than_the_session_is_read_though_our_clock_is_late() -> None:
    world = lived()
    late = timedelta(seconds=30)
    fresh = Place(id_at(START + timedelta(seconds=world.seconds) + late), None)
    said_while_down(world, "missed", place=fresh)

    assert world.live(greeted("live", fresh))

    assert prompts(world) == [["missed", "live"]]


def test_time_in_the_world_and_in_ids_is_the_same() -> None:
    assert id_at(START + timedelta(seconds=1)) - id_at(START) == 1000 << 22
