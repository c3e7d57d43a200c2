"""What was asked of models, and what it cost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.domain.billing import CallKind, Daily, Scope, ScopeKind, Spending
from bot.domain.completion import Usage
from bot.domain.errors import IllegalMove
from bot.domain.rate import Rate, RateNote, Span
from bot.domain.reply import Ending, Reply
from bot.domain.session import Place
from bot.ports import Store
from tests.contracts.store.steps import again, answered, answering, settled
from tests.samples import CHANNEL, DIRECT, MORNING, OTHER_CHANNEL, SESSION_ID, call

ALL = Scope(ScopeKind.ALL)
TODAY = date(2026, 1, 2)
ELSEWHERE = Place(900, 90)


async def _costs(store: Store, *scopes: Scope, since: date = TODAY) -> list[int]:
    """Return what was spent in each scope."""
    found = [await store.spending(scope, since=since) for scope in scopes]
    return [sum(one.spending.cost for one in days) for days in found]


async def test_a_call_is_counted_for_all_that_it_was_made_for(store: Store) -> None:
    await store.record_calls(
        [
            call(1),
            call(20, user_id=2),
            call(300, place=OTHER_CHANNEL),
            call(4000, place=DIRECT),
            call(50000, place=ELSEWHERE),
        ]
    )

    assert await _costs(
        store,
        ALL,
        Scope(ScopeKind.SERVER, 70, 70),
        Scope(ScopeKind.CHANNEL, 700, 70),
        Scope(ScopeKind.CHANNEL, 701, 70),
        Scope(ScopeKind.CHANNEL, 800),
        Scope(ScopeKind.USER, 1),
        Scope(ScopeKind.USER, 2),
        Scope(ScopeKind.MEMBER, 1, 70),
        Scope(ScopeKind.MEMBER, 1, 90),
        Scope(ScopeKind.USER, 3),
    ) == [54321, 321, 21, 300, 4000, 54301, 20, 301, 50000, 0]


async def test_what_was_spent_is_told_by_day_and_model(store: Store) -> None:
    tomorrow = MORNING + timedelta(days=1)
    usage = Usage(100, 50, 40, 30, 20)
    await store.record_calls(
        [
            call(7, at=tomorrow, model="b", usage=usage),
            call(None, model="b"),
            call(5, model="a", is_estimated=True),
            call(6, model="a", usage=usage),
        ]
    )

    assert await store.spending(ALL, since=TODAY) == [
        Daily(TODAY, "a", Spending(2, 0, 1, Usage(110, 52, 40, 30, 20), 11)),
        Daily(TODAY, "b", Spending(1, 1, 0, Usage(10, 2), 0)),
        Daily(date(2026, 1, 3), "b", Spending(1, 0, 0, usage, 7)),
    ]
    assert await _costs(store, ALL, since=date(2026, 1, 3)) == [7]


async def test_people_are_told_apart_in_each_server_the_dearest_first(store: Store) -> None:
    yesterday = MORNING - timedelta(days=1)
    calls = [call(5), call(9, user_id=2), call(6, place=OTHER_CHANNEL), call(77, place=ELSEWHERE)]
    await store.record_calls([*calls, call(50, at=yesterday)])
    await store.record_calls([call(0, user_id=4, usage=Usage(1, 1)), call(0, user_id=3)])

    spent = await store.members(70, since=TODAY, limit=3)

    assert [(user, one.cost, one.calls) for user, one in spent] == [
        (1, 11, 2),
        (2, 9, 1),
        (3, 0, 1),
    ]


async def test_the_calls_of_a_reply_are_recorded_with_it(store: Store) -> None:
    turn = await answering(store, 1000)

    await store.record_reply(
        turn.id, Reply("hi"), usage=None, floor=None, calls=[call(3), call(4, model="other")]
    )

    assert await _costs(store, ALL) == [7]


async def test_a_reply_that_is_not_taken_brings_no_calls(store: Store) -> None:
    turn = await answered(store, 1000)

    with pytest.raises(IllegalMove):
        await store.record_reply(turn.id, Reply("hi"), usage=None, floor=None, calls=[call(3)])

    assert await _costs(store, ALL) == [0]


async def test_a_bill_outlives_the_session(store: Store) -> None:
    await settled(store, 1000)
    await store.record_calls([call(3)])

    await store.delete_session(SESSION_ID)

    assert await _costs(store, ALL, Scope(ScopeKind.CHANNEL, CHANNEL.channel_id, 70)) == [3, 3]


async def test_the_answers_of_a_person_are_told_the_newest_first(store: Store) -> None:
    moments = [MORNING + timedelta(seconds=n) for n in range(9)]
    await store.record_calls(
        [
            call(at=moments[1], turn_id=11),
            call(at=moments[4], turn_id=12, place=DIRECT),
            call(at=moments[3], turn_id=13, place=ELSEWHERE),
            call(None, at=moments[5], turn_id=11),  # a second try for the same answer
            call(at=moments[6], turn_id=14, user_id=2),
            call(at=moments[7], turn_id=15, kind=CallKind.TITLE),
            call(at=moments[8], turn_id=16, kind=CallKind.SUMMARY),
        ]
    )

    all_of_them = await store.answers(1, since=moments[0], limit=9)

    assert all_of_them == [(11, moments[5]), (12, moments[4]), (13, moments[3])]
    assert await store.answers(1, since=moments[0], limit=2) == all_of_them[:2]
    assert await store.answers(1, since=moments[4], limit=9) == all_of_them[:1]
    assert await store.answers(3, since=moments[0], limit=9) == []


async def test_what_is_said_in_place_of_an_answer_is_kept(store: Store) -> None:
    reply = Reply("", Ending.REFUSED, rate=RateNote(Rate(10, Span.HOUR), MORNING))
    turn = await answering(store, 1000)

    await store.record_reply(turn.id, reply, usage=None, floor=None)

    assert (await again(store, turn)).reply == reply
