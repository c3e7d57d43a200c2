"""How far places were heard, and what was said there together."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.errors import StoreBusy
from bot.domain.hearing import Reading, Watermark
from bot.domain.message import Prompt
from bot.domain.session import Place
from bot.ports import Store
from tests.contracts.store.conftest import Disk
from tests.contracts.store.steps import THIRD_SESSION_ID, again, received, settled
from tests.samples import (
    CHANNEL,
    DIRECT,
    MORNING,
    OTHER_CHANNEL,
    OTHER_SESSION_ID,
    prompt,
    session,
)


async def own(store: Store) -> list[Watermark]:
    marks = await store.watermarks()
    return [marks.own[number] for number in sorted(marks.own)]


async def test_a_fresh_store_was_never_alive(store: Store) -> None:
    marks = await store.watermarks()

    assert (marks.common, marks.own) == (None, {})


async def test_the_common_watermark_never_goes_back(store: Store) -> None:
    await store.stay_alive(2000)
    await store.stay_alive(1000)

    assert (await store.watermarks()).common == 2000


async def test_a_message_moves_the_watermark_of_its_place_alone(store: Store) -> None:
    await received(store, 1000)
    await received(store, 1002)
    await received(store, 1001)
    await store.hear([(session(), prompt(1000))])

    assert await own(store) == [Watermark(CHANNEL, 1002)]


async def test_an_interaction_moves_no_watermark(store: Store) -> None:
    said = Prompt(1000, 1, "Ada", "hi", MORNING, is_message=False)

    await store.hear([(session(), said)])

    assert await own(store) == []


async def test_a_place_that_lags_stays_where_it_is_whatever_arrives(store: Store) -> None:
    await received(store, 1000)
    await store.fall_behind([(CHANNEL, 1000), (DIRECT, 900)], epoch=5)

    await received(store, 1003)

    assert await own(store) == [
        Watermark(CHANNEL, 1000, lags=True),
        Watermark(DIRECT, 900, lags=True),
    ]


async def test_a_place_that_falls_behind_again_stays_at_the_older_message(store: Store) -> None:
    await store.fall_behind([(CHANNEL, 1000)], epoch=5)
    await store.fall_behind([(CHANNEL, 1500)], epoch=6)

    assert await own(store) == [Watermark(CHANNEL, 1000, lags=True)]


async def test_a_reading_brings_a_place_up_and_what_arrives_moves_it_on(store: Store) -> None:
    await store.fall_behind([(CHANNEL, 1000)], epoch=5)

    await store.keep_up(CHANNEL, Reading(1500, epoch=5))
    await received(store, 1501)

    assert await own(store) == [Watermark(CHANNEL, 1501)]


async def test_a_reading_of_an_earlier_epoch_proves_nothing(store: Store) -> None:
    await store.fall_behind([(CHANNEL, 1000)], epoch=5)
    await store.fall_behind([(CHANNEL, 1200)], epoch=6)

    await store.keep_up(CHANNEL, Reading(1500, epoch=5))
    await store.hear_together(session(), [prompt(1100)], reading=Reading(1500, epoch=5))

    assert await own(store) == [Watermark(CHANNEL, 1000, lags=True)]


async def test_the_common_watermark_takes_away_what_says_no_more_than_it(store: Store) -> None:
    await received(store, 1000)
    await received(store, 3000, place=OTHER_CHANNEL, session_id=OTHER_SESSION_ID)
    await store.fall_behind([(DIRECT, 900)], epoch=5)

    await store.stay_alive(2000)

    assert await own(store) == [
        Watermark(OTHER_CHANNEL, 3000),
        Watermark(DIRECT, 900, lags=True),
    ]


async def test_what_was_said_together_is_one_turn_named_by_the_newest(store: Store) -> None:
    await settled(store, 1000)
    await store.fall_behind([(CHANNEL, 1000)], epoch=5)
    missed = [prompt(1001, "one"), prompt(1002, "two")]

    turn = await store.hear_together(session(), missed, reading=Reading(1005, epoch=5))

    assert turn is not None
    assert turn.prompts == (prompt(1001, "one"), prompt(1002, "two"))
    assert (turn.anchor, turn.depth) == (1002, 1)
    assert await again(store, turn) == turn
    assert await store.version_shown(1002) == turn
    assert await own(store) == [Watermark(CHANNEL, 1005)]


async def test_of_what_was_said_together_only_the_unheard_is_answered(store: Store) -> None:
    await received(store, 1001)

    turn = await store.hear_together(session(), [prompt(1001), prompt(1002)], reading=None)
    nothing = await store.hear_together(session(), [prompt(1001), prompt(1002)], reading=None)

    assert turn is not None
    assert turn.prompts == (prompt(1002),)
    assert nothing is None


async def test_erased_messages_were_heard(store: Store) -> None:
    turn = await received(store, 1000)
    await store.delete_session(turn.session_id)

    assert await store.unheard([1000, 1001]) == {1001}
    assert await store.hear_together(session(), [prompt(1000)], reading=None) is None


async def test_nothing_said_together_moves_the_watermark_all_the_same(store: Store) -> None:
    await received(store, 1000)
    await store.fall_behind([(CHANNEL, 1000)], epoch=5)

    reading = Reading(1500, epoch=5)
    assert await store.hear_together(session(), [prompt(1000)], reading=reading) is None

    assert await own(store) == [Watermark(CHANNEL, 1500)]


async def test_on_a_full_disk_neither_turn_nor_watermark_changes(store: Store, disk: Disk) -> None:
    await store.fall_behind([(CHANNEL, 1000)], epoch=5)
    await disk.fill()
    long = prompt(1001, "x" * 100_000)

    with pytest.raises(StoreBusy):
        await store.hear_together(session(), [long], reading=Reading(1500, epoch=5))
    await disk.free()

    assert await own(store) == [Watermark(CHANNEL, 1000, lags=True)]
    assert await store.unheard([1001]) == {1001}


async def test_places_are_told_by_when_they_were_spoken_in(store: Store) -> None:
    early = Prompt(1000, 1, "Ada", "hi", MORNING)
    late = Prompt(1001, 1, "Ada", "hi", MORNING + timedelta(hours=1))
    older = Prompt(1002, 1, "Ada", "hi", MORNING - timedelta(days=1))
    elsewhere = Place(900)
    await store.hear([(session(), early)])
    await store.hear([(session(OTHER_CHANNEL, OTHER_SESSION_ID), late)])
    await store.hear_together(
        session(elsewhere, THIRD_SESSION_ID),
        [older],
        reading=None,
    )

    assert await store.places_since(MORNING, limit=9) == [OTHER_CHANNEL, CHANNEL]
    assert await store.places_since(MORNING, limit=1) == [OTHER_CHANNEL]
