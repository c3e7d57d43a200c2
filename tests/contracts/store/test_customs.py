from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.errors import StoreBusy
from bot.domain.manner import Layers, Level, Listening, Trait
from bot.domain.persona import Persona
from bot.domain.session import Place
from bot.ports import Store
from tests.contracts.store.conftest import Disk
from tests.contracts.store.steps import NOON, THIRD_SESSION_ID, received
from tests.samples import CHANNEL, DIRECT, OTHER_CHANNEL, SESSION_ID, prompt, session

T, L = Trait, Level
THREAD = Place(750, 70, parent_id=700)


async def test_nothing_is_chosen_at_first(store: Store) -> None:
    assert await store.customs_at(CHANNEL) == (None, Layers())
    assert await store.listenings() == {}


async def test_what_is_chosen_for_a_channel_holds_there_and_in_its_threads(store: Store) -> None:
    assert await store.choose(CHANNEL, L.CHANNEL, T.MODEL, "big")
    assert await store.choose(THREAD, L.CHANNEL, T.LANGUAGE, "German")

    chosen = {T.MODEL: "big", T.LANGUAGE: "German"}
    assert (await store.customs_at(CHANNEL))[1] == Layers(channel=chosen)
    assert (await store.customs_at(THREAD))[1] == Layers(channel=chosen)
    assert (await store.customs_at(OTHER_CHANNEL))[1] == Layers()


async def test_what_is_chosen_for_a_server_holds_in_all_of_it_and_nowhere_else(
    store: Store,
) -> None:
    assert await store.choose(CHANNEL, L.SERVER, T.MODEL, "big")

    assert (await store.customs_at(OTHER_CHANNEL))[1] == Layers(server={T.MODEL: "big"})
    assert (await store.customs_at(Place(700, 71)))[1] == Layers()
    assert (await store.customs_at(DIRECT))[1] == Layers()


async def test_a_server_and_a_channel_with_the_same_id_are_told_apart(store: Store) -> None:
    first = Place(70, 70)

    await store.choose(first, L.SERVER, T.MODEL, "big")
    await store.choose(first, L.CHANNEL, T.MODEL, "small")

    _, layers = await store.customs_at(first)
    assert layers == Layers(server={T.MODEL: "big"}, channel={T.MODEL: "small"})


async def test_what_is_chosen_for_a_session_stays_with_it(store: Store) -> None:
    await store.open_session(session())
    assert await store.choose(CHANNEL, L.SESSION, T.EFFORT, "high")
    await store.open_session(replace(session(), id=THIRD_SESSION_ID))

    open_one, layers = await store.customs_at(CHANNEL)
    await store.resume_session(SESSION_ID, NOON)
    _, resumed = await store.customs_at(CHANNEL)

    assert open_one is not None
    assert open_one.id == THIRD_SESSION_ID
    assert layers == Layers()
    assert resumed == Layers(session={T.EFFORT: "high"})


async def test_nothing_is_chosen_for_a_session_where_none_is_open(store: Store) -> None:
    assert not await store.choose(CHANNEL, L.SESSION, T.MODEL, "big")


@pytest.mark.parametrize("level", [L.SESSION, L.CHANNEL, L.SERVER])
async def test_another_choice_takes_the_place_of_the_one_before_and_can_be_taken_back(
    store: Store, level: Level
) -> None:
    await store.open_session(session())
    for value in ("big", "small"):
        await store.choose(CHANNEL, level, T.MODEL, value)
    _, chosen = await store.customs_at(CHANNEL)

    await store.choose(CHANNEL, level, T.MODEL, None)

    _, taken_back = await store.customs_at(CHANNEL)
    assert [chosen.server, chosen.channel, chosen.session].count({T.MODEL: "small"}) == 1
    assert taken_back == Layers()


async def test_what_is_listened_to_is_known_of_all_places_at_once(store: Store) -> None:
    await store.choose(CHANNEL, L.SERVER, T.LISTENING, "off")
    await store.choose(THREAD, L.CHANNEL, T.LISTENING, "all")
    await store.choose(OTHER_CHANNEL, L.CHANNEL, T.MODEL, "big")

    assert await store.listenings() == {
        (L.SERVER, 70): Listening.OFF,
        (L.CHANNEL, 700): Listening.ALL,
    }


async def test_what_is_owed_comes_with_what_is_chosen(store: Store) -> None:
    await received(store, 1000, place=THREAD)
    await store.choose(THREAD, L.SERVER, T.LANGUAGE, "French")
    await store.choose(CHANNEL, L.CHANNEL, T.MODEL, "big")
    await store.choose(THREAD, L.SESSION, T.LENGTH, "short")

    owed = await store.take_up(SESSION_ID)

    assert owed is not None
    assert owed.layers == Layers({T.LANGUAGE: "French"}, {T.MODEL: "big"}, {T.LENGTH: "short"})


async def test_a_thread_whose_channel_was_not_known_is_given_it_when_it_is(store: Store) -> None:
    await store.choose(CHANNEL, L.CHANNEL, T.MODEL, "big")
    await received(store, 1000, place=Place(750, 70))

    await store.hear([(session(THREAD), prompt(1001))])

    owed = await store.take_up(SESSION_ID)
    assert owed is not None
    assert owed.layers == Layers(channel={T.MODEL: "big"})


async def test_a_wording_is_kept_until_a_persona_is_chosen_for_the_session(store: Store) -> None:
    await store.open_session(session())
    await store.keep_wording(SESSION_ID, persona="coder", wording="Code.")

    await store.choose(CHANNEL, L.SESSION, T.MODEL, "big")
    kept = await store.session(SESSION_ID)
    await store.choose(CHANNEL, L.SESSION, T.PERSONA, "coder")
    forgotten = await store.session(SESSION_ID)

    assert kept is not None
    assert (kept.persona, kept.wording, kept.model) == ("coder", "Code.", "big")
    assert forgotten is not None
    assert forgotten.wording is None


async def test_a_choice_that_cannot_be_written_is_none(store: Store, disk: Disk) -> None:
    await disk.fill()

    with pytest.raises(StoreBusy):
        await store.choose(CHANNEL, L.CHANNEL, T.PERSONA, "x" * 100_000)

    await disk.free()
    assert (await store.customs_at(CHANNEL))[1] == Layers()


HOST = Persona("host", "Knows the house", "You are the host.")
GUEST = Persona("guest", "Visits", "You are a guest.")


async def test_a_server_has_its_own_personas_and_nobody_elses(store: Store) -> None:
    assert await store.add_persona(70, HOST, most=5)
    assert await store.add_persona(70, GUEST, most=5)
    assert await store.add_persona(71, HOST, most=5)

    assert await store.personas(70) == [GUEST, HOST]
    assert await store.personas(71) == [HOST]
    assert await store.personas(72) == []
    assert await store.persona(70, "guest") == GUEST
    assert await store.persona(71, "guest") is None


async def test_no_two_personas_of_a_server_are_called_alike_and_there_are_not_too_many(
    store: Store,
) -> None:
    await store.add_persona(70, HOST, most=1)

    assert not await store.add_persona(70, Persona("host", "", "Another."), most=5)
    assert not await store.add_persona(70, GUEST, most=1)
    assert await store.personas(70) == [HOST]


async def test_a_persona_is_changed_and_dropped_if_it_is_there(store: Store) -> None:
    other = Persona("host", "New", "You are new.")
    await store.add_persona(70, HOST, most=5)

    assert await store.change_persona(70, other)
    assert not await store.change_persona(70, GUEST)
    assert await store.personas(70) == [other]
    assert await store.drop_persona(70, "host")
    assert not await store.drop_persona(70, "host")
    assert await store.personas(70) == []
