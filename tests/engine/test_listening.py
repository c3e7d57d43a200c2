"""What is listened to where, live, after a restart and in what was said meanwhile."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.hearing import Utterance
from bot.domain.manner import Level, Listening, Trait
from bot.domain.session import Place
from bot.engine.listenings import Listenings
from tests.engine.house import House, World
from tests.samples import ADA, CHANNEL, OTHER_CHANNEL

THREAD = Place(750, 70, parent_id=700)
L = Listening


def small_talk(world: World, text: str, place: Place = CHANNEL) -> Utterance:
    """Return what somebody says to others."""
    return world.past.put(text, place, is_for_us=False)


def words(world: World) -> list[str]:
    """Return what was asked in the newest call of the model."""
    return [m.text.rpartition("]\n")[2] for m in world.model.seen[-1].messages]


def test_every_message_is_answered_where_all_are_listened_to_also_after_a_restart() -> None:
    world = World()

    async def told(house: House) -> None:
        await house.connect(CHANNEL)
        await house.opened(CHANNEL)
        assert not house.catch_up.hear(small_talk(world, "unheard"))
        await house.engine.manners.choose(CHANNEL, ADA, Level.CHANNEL, Trait.LISTENING, "all")
        assert house.catch_up.hear(small_talk(world, "heard"))

    async def restarted(house: House) -> None:
        await house.connect(CHANNEL)
        await house.opened(CHANNEL)
        assert house.catch_up.hear(small_talk(world, "heard again"))

    world.live(told)
    assert words(world) == ["heard"]
    world.live(restarted)
    assert words(world) == ["heard", "Hello!", "heard again"]


def test_what_was_said_while_the_bot_was_away_is_judged_by_the_same_rule() -> None:
    world = World()

    async def told(house: House) -> None:
        await house.connect(CHANNEL, OTHER_CHANNEL)
        await house.opened(CHANNEL, OTHER_CHANNEL)
        await house.engine.manners.choose(CHANNEL, ADA, Level.CHANNEL, Trait.LISTENING, "all")
        await house.engine.manners.choose(OTHER_CHANNEL, ADA, Level.CHANNEL, Trait.LISTENING, "off")

    async def back(house: House) -> None:
        await house.connect(CHANNEL, OTHER_CHANNEL)
        await house.opened(CHANNEL, OTHER_CHANNEL)

    world.live(told)
    world.rest(60)
    world.past.seconds = world.seconds
    world.past.put("called", OTHER_CHANNEL)
    world.past.put("by the way", CHANNEL, is_for_us=False)
    world.live(back)

    (turn,) = world.turns()
    assert [prompt.text for prompt in turn.prompts] == ["by the way"]


def test_who_calls_where_nothing_but_commands_is_answered_is_shut_out() -> None:
    world = World()
    seen: list[bool] = []

    async def story(house: House) -> None:
        await house.connect(CHANNEL)
        await house.opened(CHANNEL)
        called = world.past.put("you there", CHANNEL)
        seen.append(house.catch_up.is_shut_out(called))
        await house.engine.manners.choose(CHANNEL, ADA, Level.SERVER, Trait.LISTENING, "off")
        assert not house.catch_up.hear(called)
        seen.append(house.catch_up.is_shut_out(called))
        seen.append(house.catch_up.is_shut_out(replace(called, mentions_us=False)))
        seen.append(house.catch_up.is_shut_out(replace(called, in_thread_of_ours=True)))

    world.live(story)

    assert seen == [False, True, False, False]
    assert world.turns() == []


def test_threads_follow_their_channel_and_channels_their_server() -> None:
    listenings = Listenings({(Level.SERVER, 70): L.OFF, (Level.CHANNEL, 700): L.ALL})

    assert listenings.at(CHANNEL) is L.ALL
    assert listenings.at(THREAD) is L.ALL
    assert listenings.at(OTHER_CHANNEL) is L.OFF
    assert listenings.at(Place(700, 71)) is L.ALL  # no two channels have the same id
    assert listenings.at(Place(900, 71)) is L.MENTIONS

    listenings.learn(THREAD, Level.CHANNEL, None)

    assert listenings.at(CHANNEL) is L.OFF
