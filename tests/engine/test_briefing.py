"""What the model is told before the messages, through the whole engine."""

from __future__ import annotations

from bot.domain.manner import Effort, Length, Level, Trait
from bot.domain.persona import Persona
from bot.engine.manners import Choosing
from tests.engine.house import House, World
from tests.samples import ADA, CHANNEL, OTHER_CHANNEL

HOST = Persona("host", "Knows the house", "You are the host of {channel} in {server}.")


def told(world: World) -> list[str]:
    """Return the first line of the instructions of every call."""
    return [context.instructions.partition("\n")[0] for context in world.model.seen]


async def hosted(house: House) -> None:
    await house.engine.manners.choose(CHANNEL, ADA, Level.CHANNEL, Trait.PERSONA, "host")
    house.say(1000, "hello")


async def said_again(house: House) -> None:
    house.say(1001, "again")


def home() -> World:
    world = World()
    world.store.personas_of[70, "host"] = HOST
    return world


def test_what_the_model_is_told_stays_the_same_though_all_names_and_wordings_change() -> None:
    world = home()

    world.live(hosted)
    world.signs.channel = "lobby"
    world.store.personas_of[70, "host"] = Persona("host", "", "You are somebody else.")
    world.live(said_again)

    first, second = (context.instructions for context in world.model.seen)
    assert first.startswith("You are the host of general in Home.\n\n")
    assert second == first


def test_a_persona_that_is_deleted_leaves_its_sessions_as_they_were() -> None:
    world = home()

    world.live(hosted)
    del world.store.personas_of[70, "host"]
    world.live(said_again)

    async def elsewhere(house: House) -> None:
        await house.engine.manners.choose(OTHER_CHANNEL, ADA, Level.CHANNEL, Trait.PERSONA, "host")
        house.say(1002, "hello", OTHER_CHANNEL)

    world.live(elsewhere)
    assert told(world)[:2] == ["You are the host of general in Home."] * 2
    assert told(world)[2].startswith("You are Parley, a helpful assistant.")


def test_who_chooses_a_persona_anew_for_a_session_has_it_worded_anew() -> None:
    world = home()

    async def chosen_again(house: House) -> None:
        await house.engine.manners.choose(CHANNEL, ADA, Level.SESSION, Trait.PERSONA, "host")
        house.say(1001, "again")

    world.live(hosted)
    world.signs.channel = "lobby"
    world.live(chosen_again)

    assert told(world) == [
        "You are the host of general in Home.",
        "You are the host of lobby in Home.",
    ]


def test_a_reset_keeps_what_was_chosen_for_the_session() -> None:
    world = World()

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.settled()
        await house.engine.manners.choose(CHANNEL, ADA, Level.SESSION, Trait.EFFORT, "high")
        await house.sessions.reset(CHANNEL, ADA)
        house.say(1001, "again")

    world.live(story)

    assert [context.effort for context in world.model.seen] == [None, Effort.HIGH]


def test_each_trait_has_its_effect_on_the_next_answer() -> None:
    world = World()
    chosen = {
        Trait.MODEL: "big",
        Trait.EFFORT: "low",
        Trait.TEMPERATURE: "0.5",
        Trait.LANGUAGE: "German",
        Trait.LENGTH: "short",
    }

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.settled()
        for trait, value in chosen.items():
            came = await house.engine.manners.choose(CHANNEL, ADA, Level.SERVER, trait, value)
            assert came is Choosing.DONE
        house.say(1001, "again")

    world.live(story)

    before, after = world.model.seen
    assert (before.model, before.effort, before.temperature) == ("some-model", None, None)
    assert (after.model, after.effort, after.temperature) == ("big", Effort.LOW, 0.5)
    assert after.length is Length.SHORT
    assert after.instructions == (
        f"{before.instructions}\n\n"
        "Keep your answers short: a few sentences, unless more is asked for.\n\n"
        "Whatever was said above about languages: answer in German."
    )


def test_nothing_is_chosen_that_cannot_be_meant_or_that_nothing_is_there_for() -> None:
    world = World()
    came: list[Choosing] = []

    async def story(house: House) -> None:
        for level, trait, value in (
            (Level.SESSION, Trait.MODEL, "big"),
            (Level.CHANNEL, Trait.TEMPERATURE, "hot"),
            (Level.SESSION, Trait.LISTENING, "off"),
        ):
            came.append(await house.engine.manners.choose(CHANNEL, ADA, level, trait, value))

    world.live(story)

    assert came == [Choosing.NO_SESSION, Choosing.UNFIT, Choosing.UNFIT]
    assert world.store.choices == {}
