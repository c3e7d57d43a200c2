"""Summaries: kept with the floor, found by whoever goes that way, gone with what they cover."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.billing import CallKind, Scope, ScopeKind
from bot.domain.budget import Balance
from bot.domain.marks import TurnMark
from bot.domain.reply import Reply, SummaryNote
from bot.domain.summary import Summary
from bot.domain.turn import Turn, TurnState
from bot.ports import Store
from tests.contracts.store.steps import (
    NOON,
    again,
    answered,
    answering,
    begin,
    received,
    settled,
)
from tests.samples import (
    CHANNEL,
    MORNING,
    OTHER_CHANNEL,
    OTHER_SESSION_ID,
    SESSION_ID,
    call,
    prompt,
    session,
)


async def talked(store: Store, turns: int = 6) -> list[Turn]:
    """Return the turns of a session, of which the last is not answered yet."""
    said = [await settled(store, 1000 + number) for number in range(turns - 1)]
    return [*said, await answering(store, 1000 + turns - 1)]


def summary(last: Turn, text: str = "They said hello.", base: Summary | None = None) -> Summary:
    builds_on = None if base is None else base.until
    return Summary(last.id, text, "some-model", NOON, builds_on=builds_on, cost=70)


async def hop(store: Store, made: Summary, covered: list[Turn]) -> Summary | None:
    return await store.move_floor(SESSION_ID, covered[-1].depth + 1, summary=made, covered=covered)


async def found(store: Store) -> Summary | None:
    """Return the summary that the next answer of the session is given with."""
    owed = await store.take_up(SESSION_ID)
    assert owed is not None
    return owed.summary


async def test_a_summary_is_found_by_the_turn_above_the_floor(store: Store) -> None:
    turns = await talked(store)
    made = summary(turns[2])

    assert await found(store) is None
    assert await hop(store, made, turns[:3]) == made

    owed = await store.take_up(SESSION_ID)
    assert owed is not None
    assert owed.summary == made
    assert [turn.id for turn in owed.history] == [turn.id for turn in turns[3:5]]


async def test_a_summary_is_found_where_nothing_else_is_shown(store: Store) -> None:
    turns = await talked(store)
    made = summary(turns[4])

    await hop(store, made, turns[:5])

    assert await found(store) == made


async def test_a_floor_that_moves_without_a_summary_leaves_the_old_one_behind(
    store: Store,
) -> None:
    turns = await talked(store)
    await hop(store, summary(turns[1]), turns[:2])

    assert await store.move_floor(SESSION_ID, 4) is None

    assert await found(store) is None
    await store.move_floor(SESSION_ID, 2)
    assert await found(store) == summary(turns[1])


async def test_of_two_summaries_until_the_same_turn_the_first_stays(store: Store) -> None:
    turns = await talked(store)
    await hop(store, summary(turns[2], "the first"), turns[:3])

    kept = await hop(store, summary(turns[2], "the second"), turns[:3])

    assert kept == summary(turns[2], "the first")
    assert await found(store) == kept


async def test_what_a_summary_took_is_recorded_with_it_kept_or_not(store: Store) -> None:
    turns = await talked(store)
    paid = replace(call(70), kind=CallKind.SUMMARY)
    await store.move_floor(
        SESSION_ID, 3, summary=summary(turns[2]), covered=turns[:3], calls=[paid]
    )
    await store.revise([replace(prompt(1000, "edited"), edited_at=NOON)])

    kept = await store.move_floor(
        SESSION_ID, 3, summary=summary(turns[2]), covered=turns[:3], calls=[paid]
    )

    assert kept is None
    scope = Scope(ScopeKind.CHANNEL, CHANNEL.channel_id, 70)
    assert await store.balances([scope], today=MORNING.date()) == [Balance(scope, 140, 140)]


ways_of_changing_what_was_said = pytest.mark.parametrize(
    "message", [1000, 1001, 1002], ids=["first", "middle", "last"]
)


@ways_of_changing_what_was_said
async def test_erasing_what_it_covers_erases_a_summary(store: Store, message: int) -> None:
    turns = await talked(store)
    await hop(store, summary(turns[2]), turns[:3])

    await store.erase([message])

    assert await found(store) is None


@ways_of_changing_what_was_said
async def test_editing_what_it_covers_erases_a_summary(store: Store, message: int) -> None:
    turns = await talked(store)
    await hop(store, summary(turns[2]), turns[:3])

    await store.revise([replace(prompt(message, "edited"), edited_at=NOON)])

    assert await found(store) is None


async def test_what_it_does_not_cover_leaves_a_summary_alone(store: Store) -> None:
    turns = await talked(store)
    await hop(store, summary(turns[2]), turns[:3])

    await store.erase([1003])
    await store.revise([replace(prompt(1004, "edited"), edited_at=NOON)])
    await store.revise([replace(prompt(1000), edited_at=NOON)])  # nothing but the moment

    assert await found(store) == summary(turns[2])


async def test_with_a_summary_all_go_that_build_on_it(store: Store) -> None:
    turns = await talked(store)
    first = summary(turns[0])
    second = summary(turns[2], base=first)
    third = summary(turns[3], base=second)
    await hop(store, first, turns[:1])
    await hop(store, second, turns[1:3])
    await hop(store, third, turns[3:4])

    await store.erase([1000])

    for floor in (1, 3, 4):
        await store.move_floor(SESSION_ID, floor)
        assert await found(store) is None


async def test_what_a_later_summary_covers_leaves_the_earlier_one_alone(store: Store) -> None:
    turns = await talked(store)
    first = summary(turns[0])
    await hop(store, first, turns[:1])
    await hop(store, summary(turns[2], base=first), turns[1:3])

    await store.erase([1001])

    assert await found(store) is None
    await store.move_floor(SESSION_ID, 1)
    assert await found(store) == first


@pytest.mark.parametrize("is_edit", [True, False], ids=["edited", "erased"])
async def test_a_summary_of_words_that_changed_meanwhile_is_not_kept(
    store: Store, *, is_edit: bool
) -> None:
    turns = await talked(store)
    if is_edit:
        await store.revise([replace(prompt(1001, "edited"), edited_at=NOON)])
    else:
        await store.erase([1001])

    assert await hop(store, summary(turns[2]), turns[:3]) is None

    owed = await store.take_up(SESSION_ID)
    assert owed is not None
    assert (owed.session.floor, owed.summary) == (3, None)


async def test_a_summary_whose_base_went_meanwhile_is_not_kept(store: Store) -> None:
    turns = await talked(store)
    first = summary(turns[0])
    await hop(store, first, turns[:1])
    await store.erase([1000])

    assert await hop(store, summary(turns[2], base=first), turns[1:3]) is None


async def test_a_summary_for_a_session_that_was_deleted_meanwhile_is_not_kept(
    store: Store,
) -> None:
    turns = await talked(store)
    await store.delete_session(SESSION_ID)

    assert await hop(store, summary(turns[2]), turns[:3]) is None


async def test_deleting_a_session_leaves_the_summaries_of_others(store: Store) -> None:
    turns = await talked(store)
    await hop(store, summary(turns[2]), turns[:3])
    await received(store, 2000, place=OTHER_CHANNEL, session_id=OTHER_SESSION_ID)

    await store.delete_session(OTHER_SESSION_ID)

    assert await found(store) == summary(turns[2])


async def test_an_answer_tells_of_the_summaries_that_were_made_for_it(store: Store) -> None:
    turns = await talked(store)
    first = replace(summary(turns[0]), made_for=turns[5].id)
    second = replace(summary(turns[2], base=first), made_for=turns[5].id)
    await hop(store, first, turns[:1])
    await hop(store, second, turns[1:3])
    told = await store.record_reply(turns[5].id, Reply("hi"), usage=None, floor=3)
    await store.settle_turn(told.id, TurnState.DELIVERED)
    later = await begin(store, await received(store, 1006))

    silent = await store.record_reply(later.id, Reply("hi"), usage=None, floor=3)

    assert told.reply == Reply("hi", summary=SummaryNote(140))
    assert (await again(store, told)).reply == told.reply
    assert silent.reply == Reply("hi")


async def test_what_is_not_known_of_its_cost_is_not_nothing(store: Store) -> None:
    turns = await talked(store)
    made = replace(summary(turns[2]), made_for=turns[5].id, cost=None)
    await hop(store, made, turns[:3])

    told = await store.record_reply(turns[5].id, Reply("hi"), usage=None, floor=3)

    assert told.reply == Reply("hi", summary=SummaryNote(None))
    assert (await again(store, told)).reply == told.reply


async def test_another_version_of_an_answer_goes_on_from_the_same_summary(store: Store) -> None:
    turns = await talked(store)
    made = replace(summary(turns[2]), made_for=turns[5].id)
    await hop(store, made, turns[:3])
    await store.record_reply(turns[5].id, Reply("hi"), usage=None, floor=3)
    await store.settle_turn(turns[5].id, TurnState.DELIVERED)

    version = await store.add_version(turns[5].id)

    assert version is not None
    assert await found(store) == made
    kept = await store.record_reply(version.id, Reply("ho"), usage=None, floor=3)
    assert kept.reply == Reply("ho")


async def test_what_was_noted_under_an_answer_stays_when_the_summary_goes(store: Store) -> None:
    turns = await talked(store)
    made = replace(summary(turns[2]), made_for=turns[5].id, made_at=NOON + timedelta(hours=1))
    await hop(store, made, turns[:3])
    told = await store.record_reply(turns[5].id, Reply("hi"), usage=None, floor=3)

    await store.erase([1000])

    assert (await again(store, told)).reply == Reply("hi", summary=SummaryNote(70))


async def test_a_summary_goes_with_the_answer_that_it_covers(store: Store) -> None:
    turn = await answered(store, 1000)
    await store.record_post(turn.id, 0, 9000)
    await store.settle_turn(turn.id, TurnState.DELIVERED)
    await answering(store, 1001)
    await hop(store, summary(turn), [turn])

    await store.erase([9000])

    assert await found(store) is None


@pytest.mark.parametrize(
    ("number", "mark", "is_left"),
    [(1, TurnMark.LEFT_OUT, False), (1, TurnMark.PINNED, True), (4, TurnMark.LEFT_OUT, True)],
)
async def test_a_summary_goes_when_something_that_it_covers_is_left_out(
    store: Store, number: int, mark: TurnMark, *, is_left: bool
) -> None:
    turns = await talked(store)
    await hop(store, summary(turns[2]), turns[:3])

    await store.mark(SESSION_ID, turns[number].id, mark, most_pins=20)

    assert await found(store) == (summary(turns[2]) if is_left else None)


async def branched(store: Store) -> list[Turn]:
    """Return the turns of a session, over the first five of which a branch leads."""
    turns = await talked(store)
    branch = session(OTHER_CHANNEL, OTHER_SESSION_ID)
    await store.branch(branch, turns[4].id)
    await store.hear([(branch, prompt(2000))])
    return turns


async def found_in_the_branch(store: Store) -> Summary | None:
    there = await store.take_up(OTHER_SESSION_ID)
    assert there is not None
    return there.summary


async def leave_out(store: Store, turn: Turn) -> None:
    await store.mark(SESSION_ID, turn.id, TurnMark.LEFT_OUT, most_pins=20)


async def test_what_is_left_out_here_is_in_no_summary_that_was_made_elsewhere(
    store: Store,
) -> None:
    turns = await branched(store)
    await leave_out(store, turns[1])

    made = summary(turns[2])
    await store.move_floor(OTHER_SESSION_ID, 3, summary=made, covered=turns[:3])
    kept = await hop(store, summary(turns[2], "less"), [turns[0], turns[2]])

    assert kept is None
    assert await found(store) is None
    assert await found_in_the_branch(store) == made


async def test_what_is_left_out_while_it_is_summed_up_is_in_no_summary(store: Store) -> None:
    turns = await talked(store)
    await leave_out(store, turns[1])

    assert await hop(store, summary(turns[2]), turns[:3]) is None


async def test_what_is_left_out_here_takes_no_summary_from_others(store: Store) -> None:
    turns = await branched(store)
    made = summary(turns[2])
    await store.move_floor(OTHER_SESSION_ID, 3, summary=made, covered=turns[:3])

    await leave_out(store, turns[1])

    assert await found_in_the_branch(store) == made


async def test_what_others_sum_up_takes_no_summary_from_who_leaves_it_out(store: Store) -> None:
    turns = await branched(store)
    await leave_out(store, turns[1])
    mine = summary(turns[3], "mine")
    await hop(store, mine, [turns[0], turns[2], turns[3]])

    await store.move_floor(OTHER_SESSION_ID, 3, summary=summary(turns[2]), covered=turns[:3])

    assert await found(store) == mine


async def test_a_summary_that_builds_on_what_is_left_out_is_not_shown(store: Store) -> None:
    turns = await talked(store)
    first = summary(turns[1])
    await hop(store, first, turns[:2])
    await hop(store, summary(turns[2], base=first), turns[2:3])
    last = summary(turns[3], base=summary(turns[2]))
    await hop(store, last, turns[3:4])

    await leave_out(store, turns[0])
    assert await found(store) is None

    await store.mark(SESSION_ID, turns[0].id, None, most_pins=20)
    assert await found(store) == last


async def test_a_summary_for_a_turn_that_was_deleted_with_its_place_is_on_the_bill(
    store: Store,
) -> None:
    turns = await branched(store)
    await store.erase_place(CHANNEL)
    paid = replace(call(70), kind=CallKind.SUMMARY)
    made = replace(summary(turns[2]), made_for=turns[5].id)

    await store.move_floor(SESSION_ID, 3, summary=made, covered=turns[:3], calls=[paid])

    scope = Scope(ScopeKind.CHANNEL, CHANNEL.channel_id, 70)
    assert await store.balances([scope], today=MORNING.date()) == [Balance(scope, 70, 70)]
    await store.move_floor(OTHER_SESSION_ID, 3)
    assert await found_in_the_branch(store) == replace(made, made_for=None)


async def test_a_summary_is_foreseen_for_what_is_said_next(store: Store) -> None:
    turns = await talked(store)
    await hop(store, summary(turns[2]), turns[:3])

    owed = await store.foresee(CHANNEL)

    assert owed is not None
    assert owed.summary == summary(turns[2])
