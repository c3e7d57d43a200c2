"""What a turn costs must not grow with the length of its session."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from bot.domain.billing import Scope, ScopeKind, scopes_of
from bot.domain.marks import TurnMark
from bot.domain.session import TurnId
from bot.domain.summary import Summary
from bot.domain.turn import Turn
from bot.store import SqliteStore
from tests.contracts.store.steps import NOON
from tests.samples import (
    CHANNEL,
    DIGEST,
    IMAGE,
    MORNING,
    OTHER_CHANNEL,
    OTHER_SESSION_ID,
    PNG,
    SESSION_ID,
    attachment,
    call,
    prompt,
    session,
)

SHORT, LONG = 100, 3_000  # turns
CAT = attachment(1, "cat.png")
EDITED = replace(prompt(1050, "edited"), edited_at=NOON)


class Meter:
    """Counts the instructions of SQLite's virtual machine on all connections of a store."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self._count = 0

    async def of(self, act: Callable[[], Awaitable[object]]) -> int:
        """Return how many instructions `act` takes."""
        self._count = 0
        await self._watch(self._tick)
        await act()
        counted = self._count
        await self._watch(None)
        return counted

    def _tick(self) -> int:
        self._count += 1
        return 0

    async def _watch(self, tick: Callable[[], int] | None) -> None:
        def watch(db: sqlite3.Connection) -> None:
            db.set_progress_handler(tick, 1)

        await self._store.writer.write(watch)
        for _ in range(2):
            await self._store.readers.read(watch)


async def _grown(store: SqliteStore, turns: int) -> Turn:
    """Let the session have so many turns, all but the last delivered; return the last."""
    numbers = range(1000, 1000 + turns)
    said = [replace(prompt(number), attachments=(CAT,)) for number in numbers]
    heard = await store.hear([(session(), each) for each in said])
    *_, last = (turn for turn in heard if turn is not None)
    await store.writer.write(
        lambda db: db.execute(
            """
            update turns
            set state = 'delivered', reply_text = 'hi', ending = 'whole'
            where id != ?
            """,
            (last.id,),
        )
    )
    return last


async def _summed_up(store: SqliteStore, turns: int) -> None:
    """Let each ten turns but the last twenty have a summary, as if each built on none."""

    def fill(db: sqlite3.Connection) -> None:
        db.executemany(
            "insert into summaries (until_id, text, model, made_at) values (?, 'words', 'm', 0)",
            [(until,) for until in range(10, turns - 20, 10)],
        )
        db.execute(
            """
            insert into summarised_turns (turn_id, until_id)
            select turns.id, until_id
            from summaries
            join turns on turns.id between until_id - 9 and until_id
            """
        )

    await store.writer.write(fill)


def _summary(until: int) -> Summary:
    return Summary(TurnId(until), "they said", "some-model", NOON)


async def _hop(store: SqliteStore, last: Turn) -> None:
    covered = await store.turn(TurnId(last.id - 21))
    assert covered is not None
    made = _summary(covered.id)
    await store.move_floor(SESSION_ID, last.depth - 20, summary=made, covered=[covered])


async def _costs(store: SqliteStore, turns: int) -> dict[str, int]:
    last = await _grown(store, turns)
    await _summed_up(store, turns)
    first = await store.turn(TurnId(1))
    assert first is not None
    meter = Meter(store)
    return {
        "hear": await meter.of(lambda: store.hear([(session(), prompt(1))])),
        "hop": await meter.of(lambda: store.move_floor(SESSION_ID, last.depth - 20)),
        "hop and sum up": await meter.of(lambda: _hop(store, last)),
        "take up": await meter.of(lambda: store.take_up(SESSION_ID)),
        "owing": await meter.of(store.owing),
        "list": await meter.of(lambda: store.sessions_at(CHANNEL)),
        "newest": await meter.of(lambda: store.version_shown(last.anchor)),
        "stop": await meter.of(lambda: store.request_stop(SESSION_ID)),
        "unanswered": await meter.of(store.unanswered),
        "heard at": await meter.of(lambda: store.heard_at(CHANNEL, since=last.anchor - 20)),
        "shown at": await meter.of(lambda: store.shown_at(CHANNEL, since=last.anchor - 20)),
        "revise": await meter.of(lambda: store.revise([EDITED])),
        "keep": await meter.of(lambda: store.keep_attachment(last.anchor - 1, 1, IMAGE, PNG)),
        "images": await meter.of(lambda: store.images([DIGEST])),
        "erase": await meter.of(lambda: store.erase([last.anchor, last.anchor - 1])),
        "take over": await meter.of(store.take_over),
        "forgive": await meter.of(store.forgive_attempts),
        "entitle": await meter.of(lambda: store.entitle(first, "a model's", calls=[call()])),
        "erase what it was made of": await meter.of(lambda: store.erase([first.anchor])),
        "rename": await meter.of(lambda: store.rename_session(SESSION_ID, "title")),
        "reset": await meter.of(lambda: store.open_session(session(session_id=OTHER_SESSION_ID))),
    }


async def test_a_turn_costs_the_same_in_a_short_session_and_in_a_long_one(
    store: SqliteStore, other_store: SqliteStore
) -> None:
    short = await _costs(store, SHORT)

    long = await _costs(other_store, LONG)

    grown = {name: (short[name], long[name]) for name in short if long[name] > short[name] + 20}
    assert grown == {}


async def test_an_undo_costs_the_same_in_a_short_session_and_in_a_long_one(
    store: SqliteStore, other_store: SqliteStore
) -> None:
    short = await _cost_of_undoing(store, SHORT)

    long = await _cost_of_undoing(other_store, LONG)

    assert long <= short + 20


async def _cost_of_undoing(store: SqliteStore, turns: int) -> int:
    last = await _grown(store, turns)
    await store.writer.write(
        lambda db: db.execute("update turns set state = 'cancelled' where id = ?", (last.id,))
    )
    cost = await Meter(store).of(lambda: store.undo(SESSION_ID))
    found = await store.session(SESSION_ID)
    assert found is not None
    assert found.head == last.parent
    return cost


async def test_a_branch_costs_the_same_in_a_short_session_and_in_a_long_one(
    store: SqliteStore, other_store: SqliteStore
) -> None:
    short = await _costs_of_a_branch(store, SHORT)

    long = await _costs_of_a_branch(other_store, LONG)

    assert [cost for cost, before in zip(long, short, strict=True) if cost > before + 20] == []


async def _costs_of_a_branch(store: SqliteStore, turns: int) -> list[int]:
    last = await _grown(store, turns)
    assert last.parent is not None
    parent = last.parent
    branch = session(OTHER_CHANNEL, OTHER_SESSION_ID)
    meter = Meter(store)
    return [
        await meter.of(lambda: store.turn_with(last.anchor)),
        await meter.of(lambda: store.turn_before(CHANNEL, last.anchor)),
        await meter.of(lambda: store.branch(branch, parent)),
        await meter.of(lambda: store.hear([(branch, prompt(1))])),
        await meter.of(lambda: store.take_up(OTHER_SESSION_ID)),
    ]


async def test_marks_cost_the_same_in_a_short_session_and_in_a_long_one(
    store: SqliteStore, other_store: SqliteStore
) -> None:
    short = await _costs_of_marks(store, SHORT)

    long = await _costs_of_marks(other_store, LONG)

    assert {
        name: (short[name], long[name]) for name in short if long[name] > short[name] + 20
    } == {}


async def _costs_of_marks(store: SqliteStore, turns: int) -> dict[str, int]:
    """Return what it costs to mark, and to be shown by marks; most of the turns bear one."""
    last = await _grown(store, turns)
    await store.writer.write(
        lambda db: db.execute(
            """
            insert into marks (session_id, turn_id, mark)
            select session_id, id, iif(depth < 10, 'pinned', 'left_out')
            from turns
            where depth < ?
            """,
            (last.depth - 50,),
        )
    )
    await store.writer.write(lambda db: db.execute("update sessions set marked_after = 1"))
    await store.move_floor(SESSION_ID, last.depth - 20)
    meter = Meter(store)
    pinned = TurnMark.PINNED
    return {
        "mark": await meter.of(lambda: store.mark(SESSION_ID, TurnId(1), None, most_pins=20)),
        "pin": await meter.of(lambda: store.mark(SESSION_ID, last.id, pinned, most_pins=20)),
        "look": await meter.of(lambda: store.mark_on(SESSION_ID, last.id)),
        "foresee": await meter.of(lambda: store.foresee(CHANNEL)),
        "retrace": await meter.of(lambda: store.retrace(last.id)),
        "take up": await meter.of(lambda: store.take_up(SESSION_ID)),
    }


async def test_looking_for_a_shared_turn_ends_though_the_way_is_long(
    store: SqliteStore, other_store: SqliteStore
) -> None:
    near = await _cost_of_marking_a_shared_turn(store, 600)

    far = await _cost_of_marking_a_shared_turn(other_store, LONG)

    assert far <= near + 20


async def _cost_of_marking_a_shared_turn(store: SqliteStore, turns: int) -> int:
    last = await _grown(store, turns)
    assert last.parent is not None
    branched = await store.branch(session(OTHER_CHANNEL, OTHER_SESSION_ID), last.parent)
    assert branched is not None
    pinned = TurnMark.PINNED
    return await Meter(store).of(
        lambda: store.mark(OTHER_SESSION_ID, TurnId(1), pinned, most_pins=20)
    )


async def test_a_bill_costs_the_same_after_few_calls_and_after_many(
    store: SqliteStore, other_store: SqliteStore
) -> None:
    few = await _costs_of_billing(store, 100)

    many = await _costs_of_billing(other_store, 20_000)

    assert {name: (few[name], many[name]) for name in few if many[name] > few[name] + 60} == {}


async def _costs_of_billing(store: SqliteStore, calls: int) -> dict[str, int]:
    """Return what it costs to add to a month of calls by ten people, and to look at it."""
    days = [MORNING + timedelta(days=number) for number in range(30)]
    await store.record_calls(
        [call(at=days[n % 30], user_id=1 + n // 30 % 10) for n in range(max(calls, 300))]
    )
    late = days[-1] + timedelta(hours=2)
    await store.record_calls([call(at=late, turn_id=number) for number in range(10)])
    since = MORNING.date()
    meter = Meter(store)
    return {
        "record": await meter.of(lambda: store.record_calls([call()])),
        "all": await meter.of(lambda: store.spending(Scope(ScopeKind.ALL), since=since)),
        "user": await meter.of(lambda: store.spending(Scope(ScopeKind.USER, 1), since=since)),
        "balances": await meter.of(
            lambda: store.balances(scopes_of(call().payer), today=MORNING.date())
        ),
        "answers": await meter.of(
            lambda: store.answers(1, since=days[-1] + timedelta(hours=1), limit=11)
        ),
        "members": await meter.of(lambda: store.members(70, since=since, limit=5)),
    }


async def test_deleting_costs_what_a_session_holds_not_what_the_store_holds(
    store: SqliteStore, other_store: SqliteStore
) -> None:
    in_a_small_store = await _cost_of_deleting(store, SHORT)

    in_a_large_store = await _cost_of_deleting(other_store, LONG)

    assert in_a_large_store <= in_a_small_store + 20


async def _cost_of_deleting(store: SqliteStore, turns: int) -> int:
    """Return what it costs to delete a session of five turns beside a longer one."""
    await _grown(store, turns)
    small = session(OTHER_CHANNEL, OTHER_SESSION_ID)
    await store.hear([(small, prompt(number)) for number in range(5)])
    return await Meter(store).of(lambda: store.delete_session(OTHER_SESSION_ID))


async def test_the_meter_notices_what_does_grow(
    store: SqliteStore, other_store: SqliteStore
) -> None:
    await _grown(store, SHORT)
    await _grown(other_store, 2 * SHORT)

    cost_of_short = await Meter(store).of(lambda: store.take_up(SESSION_ID))
    cost_of_long = await Meter(other_store).of(lambda: other_store.take_up(SESSION_ID))

    assert cost_of_long > 1.8 * cost_of_short
