from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import StoreBusy
from bot.domain.message import Prompt
from bot.domain.reply import Reply
from bot.domain.turn import TurnState
from bot.ports import Store
from tests.contracts.store.conftest import Disk
from tests.contracts.store.steps import (
    again,
    answered,
    answering,
    begin,
    next_id,
    received,
    settled,
)
from tests.samples import (
    CHANNEL,
    MORNING,
    OTHER_CHANNEL,
    OTHER_SESSION_ID,
    SESSION_ID,
    prompt,
    session,
)


def edited(message_id: int, text: str, minutes: int = 1) -> Prompt:
    """Return what a message says so many minutes after it was said."""
    return replace(prompt(message_id, text), edited_at=MORNING + timedelta(minutes=minutes))


async def together(store: Store, *said: Prompt) -> list[Prompt]:
    """Have prompts heard that one reply is to answer; return what is kept of them."""
    turn = await store.hear_together(session(), said, reading=None)
    assert turn is not None
    return list(turn.prompts)


# Edits


async def test_an_edit_changes_the_words_that_are_asked(store: Store) -> None:
    await received(store, 1000, "helo")

    await store.revise([edited(1000, "hello")])

    owed = await store.take_up(SESSION_ID)
    assert owed is not None
    assert owed.turn.prompts == (edited(1000, "hello"),)


async def test_an_edit_changes_the_words_of_what_was_answered_and_nothing_else(
    store: Store,
) -> None:
    turn = await settled(store, 1000)

    await store.revise([edited(1000, "another")])

    assert await again(store, turn) == replace(turn, prompts=(edited(1000, "another"),))


async def test_the_newest_edit_counts_in_whatever_order_they_come(store: Store) -> None:
    turn = await received(store, 1000, "one")

    await store.revise([edited(1000, "three", minutes=3), edited(1000, "two", minutes=2)])
    await store.revise([edited(1000, "three, but late", minutes=3)])

    assert (await again(store, turn)).prompts == (edited(1000, "three", minutes=3),)


async def test_an_edit_back_to_the_first_words_is_the_newest_too(store: Store) -> None:
    turn = await received(store, 1000, "one")

    await store.revise([edited(1000, "one", minutes=3)])
    await store.revise([edited(1000, "two", minutes=2)])

    assert [p.text for p in (await again(store, turn)).prompts] == ["one"]


async def test_what_was_edited_before_it_was_heard_is_not_made_older(store: Store) -> None:
    await store.hear([(session(), edited(1000, "new", minutes=2))])

    await store.revise([edited(1000, "old", minutes=1)])

    owed = await store.take_up(SESSION_ID)
    assert owed is not None
    assert owed.turn.prompts == (edited(1000, "new", minutes=2),)


async def test_words_without_an_edit_change_nothing(store: Store) -> None:
    turn = await received(store, 1000, "said")

    await store.revise([prompt(1000, "said\n[link preview not shown to you]")])

    assert await again(store, turn) == turn


async def test_an_edit_of_what_was_not_heard_is_not_heard(store: Store) -> None:
    await store.revise([edited(1000, "hello")])

    assert await store.unheard([1000]) == {1000}
    assert await store.session_at(CHANNEL) is None


async def test_a_title_made_of_the_words_follows_them(store: Store) -> None:
    await store.hear([(replace(session(), title="my secret"), prompt(1000, "my secret"))])

    await store.revise([edited(1000, "never mind")])

    kept = await store.session_at(CHANNEL)
    assert kept is not None
    assert kept.title == "never mind"


# Erasing


async def test_an_erased_message_has_no_words_and_stays_heard(store: Store) -> None:
    turn = await settled(store, 1000)

    assert await store.erase([1000]) == []

    kept = await again(store, turn)
    assert kept == replace(
        turn, prompts=(replace(prompt(1000), text="", author_name="", is_erased=True),)
    )
    assert kept.is_withdrawn
    assert await store.unheard([1000]) == set()
    assert await store.hear([(session(), prompt(1000))]) == [None]


async def test_a_turn_that_waits_with_nothing_left_is_cancelled(store: Store) -> None:
    turn = await received(store, 1000)

    assert await store.erase([1000]) == []

    assert (await again(store, turn)).state is TurnState.CANCELLED
    assert await store.take_up(SESSION_ID) is None


async def test_a_turn_being_answered_with_nothing_left_is_asked_to_stop(store: Store) -> None:
    turn = await answering(store, 1000)
    waiting = await received(store, 1001)

    (stopping,) = await store.erase([1000])

    assert (stopping.id, stopping.stop_requested, stopping.is_withdrawn) == (turn.id, True, True)
    assert (await begin(store, turn)).stop_requested
    assert await again(store, waiting) == waiting


@pytest.mark.parametrize("state", [TurnState.POSTED, TurnState.DELIVERED, TurnState.CANCELLED])
async def test_what_is_answered_stays_as_it_is(store: Store, state: TurnState) -> None:
    turn = await settled(store, 1000, state)
    late = await answered(store, 1001)

    assert await store.erase([1000, 1001]) == []

    assert (await again(store, turn)).state is state
    assert (await again(store, late)).state is TurnState.ANSWERED


async def test_a_turn_goes_on_with_what_is_left_of_it_under_the_same_name(store: Store) -> None:
    await together(store, prompt(1000, "one"), prompt(1001, "two"))

    assert await store.erase([1001]) == []

    owed = await store.take_up(SESSION_ID)
    assert owed is not None
    assert [p.text for p in owed.turn.kept_prompts] == ["one"]
    assert owed.turn.anchor == 1001
    (stopping,) = await store.erase([1000])
    assert stopping.id == owed.turn.id


async def test_erasing_twice_and_what_was_not_heard_changes_nothing(store: Store) -> None:
    turn = await answering(store, 1000)
    assert len(await store.erase([1000, 1000])) == 1
    before = await again(store, turn)

    assert await store.erase([1000, 5000]) == []

    assert await again(store, turn) == before
    assert await store.unheard([5000]) == {5000}


async def test_an_edit_brings_nothing_back(store: Store) -> None:
    turn = await settled(store, 1000)
    await store.erase([1000])

    await store.revise([edited(1000, "here again")])

    assert [p.text for p in (await again(store, turn)).prompts] == [""]


async def test_a_title_made_of_erased_words_goes_with_them(store: Store) -> None:
    await store.hear([(replace(session(), title="my secret"), prompt(1000, "my secret"))])

    await store.erase([1000])
    kept = await store.session_at(CHANNEL)
    assert kept is not None
    assert kept.title is None

    await store.hear([(replace(session(), title="the next one"), prompt(1001, "the next one"))])
    kept = await store.session_at(CHANNEL)
    assert kept is not None
    assert kept.title == "the next one"


async def test_a_title_that_people_gave_stays(store: Store) -> None:
    await received(store, 1000, "my secret")
    await store.rename_session(SESSION_ID, "My session")

    await store.erase([1000])

    kept = await store.session_at(CHANNEL)
    assert kept is not None
    assert kept.title == "My session"


async def test_what_was_taken_back_cannot_be_answered_again(store: Store) -> None:
    turn = await settled(store, 1000)
    await store.erase([1000])

    assert await store.add_version(turn.id) is None

    kept = await store.session_at(CHANNEL)
    assert kept is not None
    assert kept.head == turn.id


async def test_all_versions_of_an_answer_lose_the_words(store: Store) -> None:
    turn = await settled(store, 1000)
    version = await store.add_version(turn.id)
    assert version is not None

    await store.erase([1000])

    assert (await again(store, turn)).is_withdrawn
    assert (await again(store, version)).state is TurnState.CANCELLED


async def test_a_full_disk_erases_and_revises_nothing(store: Store, disk: Disk) -> None:
    turn = await received(store, 1000)
    await disk.fill()

    with pytest.raises(StoreBusy):
        await store.revise([edited(1000, "long " * 10_000)])

    await disk.free()
    assert await again(store, turn) == turn


# What is answered anew


async def test_the_newest_answer_gets_another_version_when_its_question_is_edited(
    store: Store,
) -> None:
    turn = await answered(store, 1000)
    await store.record_post(turn.id, 0, 9000)
    await store.settle_turn(turn.id, TurnState.DELIVERED)

    (version,) = await store.revise([edited(1000, "hello, all")])

    assert (version.state, version.version, version.posts) == (TurnState.RECEIVED, 1, (9000,))
    assert version.prompts == (edited(1000, "hello, all"),)
    owed = await store.take_up(SESSION_ID)
    assert owed is not None
    assert (owed.turn.id, owed.others) == (version.id, (0,))


async def test_no_other_edit_is_answered_anew(store: Store) -> None:
    await settled(store, 1000)
    newest = await settled(store, 1001)
    before = edited(1001, "long ago", minutes=1)

    assert await store.revise([edited(1000, "an older question")]) == []
    assert await store.revise([before], anew_since=MORNING + timedelta(minutes=2)) == []
    assert await store.revise([edited(1001, "long ago", minutes=3)]) == []  # it says the same
    assert await store.revise([edited(1002, "never heard")]) == []

    assert await store.owing() == []
    assert (await again(store, newest)).prompts == (edited(1001, "long ago", minutes=3),)


async def test_a_question_that_was_undone_or_put_away_is_not_answered_anew(store: Store) -> None:
    await settled(store, 1000)
    await store.undo(SESSION_ID)
    assert await store.revise([edited(1000, "undone")]) == []

    await settled(store, 1001)
    await store.close_session(SESSION_ID, MORNING)
    assert await store.revise([edited(1001, "put away")]) == []

    assert await store.owing() == []


async def test_what_waits_to_be_asked_is_asked_once(store: Store) -> None:
    turn = await received(store, 1000)

    assert await store.revise([edited(1000, "hello, all")]) == []

    turn = await begin(store, await again(store, turn))
    await store.record_reply(turn.id, Reply("hi"), usage=None, floor=None)
    await store.settle_turn(turn.id, TurnState.DELIVERED)
    assert await store.owing() == []


@pytest.mark.parametrize("state", [TurnState.POSTED, TurnState.DELIVERED, TurnState.CANCELLED])
async def test_an_answer_under_way_is_finished_before_the_next_version(
    store: Store, state: TurnState
) -> None:
    turn = await answering(store, 1000)

    assert await store.revise([edited(1000, "hello, all")]) == [await again(store, turn)]

    await store.record_reply(turn.id, Reply("hi"), usage=None, floor=None)
    await store.settle_turn(turn.id, state)
    owed = await store.take_up(SESSION_ID)
    assert owed is not None
    assert (owed.turn.version, owed.turn.prompts) == (1, (edited(1000, "hello, all"),))
    await store.settle_turn(owed.turn.id, TurnState.CANCELLED)
    assert await store.owing() == []


async def test_an_answer_that_is_taken_up_with_the_new_words_needs_no_other_version(
    store: Store,
) -> None:
    turn = await answering(store, 1000)
    await store.revise([edited(1000, "hello, all")])

    turn = await begin(store, turn)

    assert turn.prompts == (edited(1000, "hello, all"),)
    await store.record_reply(turn.id, Reply("hi"), usage=None, floor=None)
    await store.settle_turn(turn.id, TurnState.DELIVERED)
    assert await store.owing() == []


async def test_an_answer_under_way_gets_no_other_version_once_somebody_spoke(store: Store) -> None:
    turn = await answering(store, 1000)
    await store.revise([edited(1000, "hello, all")])
    newer = await received(store, 1001)

    await store.record_reply(turn.id, Reply("hi"), usage=None, floor=None)
    await store.settle_turn(turn.id, TurnState.DELIVERED)

    assert await next_id(store) == newer.id
    assert await store.version_shown(1000) == await again(store, turn)


async def test_an_answer_that_begins_anew_has_failed_no_attempt(store: Store) -> None:
    turn = await answering(store, 1000)

    assert await store.begin_anew(turn.id)

    assert (await again(store, turn)).attempt == 0


async def test_an_answer_that_somebody_stopped_does_not_begin_anew(store: Store) -> None:
    turn = await answering(store, 1000)
    await store.request_stop(SESSION_ID)

    assert not await store.begin_anew(turn.id)

    assert (await again(store, turn)).attempt == 1


async def test_an_answer_that_a_branch_goes_on_from_is_answered_anew_where_it_is(
    store: Store,
) -> None:
    turn = await settled(store, 1000)
    await store.branch(session(OTHER_CHANNEL, OTHER_SESSION_ID), turn.id)

    (version,) = await store.revise([edited(1000, "hello, all")])

    assert version.session_id == SESSION_ID
    branched = await store.session(OTHER_SESSION_ID)
    assert branched is not None
    assert branched.head == turn.id


async def test_an_inherited_answer_is_not_answered_anew(store: Store) -> None:
    turn = await answering(store, 1000)
    await store.record_reply(turn.id, Reply("hi"), usage=None, floor=None)
    await store.revise([edited(1000, "hello, all")])
    await store.branch(session(OTHER_CHANNEL, OTHER_SESSION_ID), turn.id)

    await store.delete_session(SESSION_ID)

    assert await store.revise([edited(1000, "hello again", minutes=2)]) == []
    assert await store.owing() == []


# Places


async def test_with_a_place_all_its_sessions_go(store: Store) -> None:
    kept = await received(store, 1000, place=OTHER_CHANNEL, session_id=OTHER_SESSION_ID)
    turn = await answering(store, 1001)

    assert await store.erase_place(CHANNEL) == [SESSION_ID]

    assert await store.turn(turn.id) is None
    assert await store.session(SESSION_ID) is None
    assert await store.unheard([1001]) == set()
    assert await again(store, kept) == kept
    assert await store.erase_place(CHANNEL) == []


async def test_what_was_heard_at_a_place_is_known_from_a_message_on(store: Store) -> None:
    await received(store, 1000)
    await together(store, prompt(1001), prompt(1002))
    await store.hear([(session(), replace(prompt(1003), is_message=False))])
    await received(store, 1004, place=OTHER_CHANNEL, session_id=OTHER_SESSION_ID)
    await received(store, 1005)
    await store.erase([1005])

    assert await store.heard_at(CHANNEL, since=1002) == {1002}
    assert await store.heard_at(CHANNEL, since=0) == {1000, 1001, 1002}
    assert await store.heard_at(OTHER_CHANNEL, since=0) == {1004}


async def test_who_waits_for_an_answer_to_be_written_is_known(store: Store) -> None:
    await answered(store, 1000)
    assert await store.unanswered() == []

    await received(store, 1001)
    await received(store, 1002, place=OTHER_CHANNEL, session_id=OTHER_SESSION_ID)

    assert await store.unanswered() == [(SESSION_ID, CHANNEL), (OTHER_SESSION_ID, OTHER_CHANNEL)]
