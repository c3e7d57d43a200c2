from __future__ import annotations

from dataclasses import replace

from bot.domain.completion import Usage
from bot.domain.session import SessionSummary, TitledBy
from bot.domain.turn import TurnState
from bot.ports import Store
from tests.contracts.store.steps import (
    EVENING,
    FOURTH_SESSION_ID,
    NOON,
    THIRD_SESSION_ID,
    answered,
    begin,
)
from tests.samples import (
    CHANNEL,
    OTHER_CHANNEL,
    OTHER_SESSION_ID,
    SESSION_ID,
    prompt,
    session,
)

FIRST = session()
SECOND = replace(session(session_id=OTHER_SESSION_ID), opened_at=NOON)
THIRD = replace(session(session_id=THIRD_SESSION_ID), opened_at=EVENING)


async def test_sessions_are_listed_the_open_one_first_then_the_newest(store: Store) -> None:
    for opened in (FIRST, SECOND, THIRD):
        await store.open_session(opened)
    await store.open_session(session(OTHER_CHANNEL, FOURTH_SESSION_ID))
    await store.resume_session(SESSION_ID, EVENING)

    listed = await store.sessions_at(CHANNEL, limit=25)

    assert [summary.session.id for summary in listed] == [
        SESSION_ID,
        THIRD_SESSION_ID,
        OTHER_SESSION_ID,
    ]


async def test_no_more_sessions_are_listed_than_asked_for(store: Store) -> None:
    for opened in (FIRST, SECOND, THIRD):
        await store.open_session(opened)

    listed = await store.sessions_at(CHANNEL, limit=2)

    assert [summary.session.id for summary in listed] == [THIRD_SESSION_ID, OTHER_SESSION_ID]


async def test_a_session_is_found_by_a_part_of_its_title_whatever_its_case(store: Store) -> None:
    for opened, title in ((FIRST, "Über Bäume"), (SECOND, None), (THIRD, "Bienen")):
        await store.open_session(replace(opened, title=title))

    found = {
        words: [s.session.id for s in await store.sessions_at(CHANNEL, limit=1, titled=words)]
        for words in ("über bÄ", "b", "%", "")
    }

    assert found == {
        "über bÄ": [SESSION_ID],
        "b": [THIRD_SESSION_ID],
        "%": [],
        "": [THIRD_SESSION_ID],
    }


async def test_a_summary_counts_the_turns_on_the_way_and_all_that_was_paid_for(
    store: Store,
) -> None:
    usage = Usage(100, 20, cached_tokens=90)
    first = await answered(store, 1000, usage=usage)
    await store.settle_turn(first.id, TurnState.DELIVERED)
    second = await answered(store, 1001, usage=usage)
    await store.settle_turn(second.id, TurnState.DELIVERED)
    sibling = await store.add_version(second.id)
    assert sibling is not None
    await begin(store, sibling)
    await store.hear([(session(), replace(prompt(1002), said_at=NOON))])
    await store.hear([(session(), prompt(1003))])

    (summary,) = await store.sessions_at(CHANNEL, limit=25)

    assert summary.turns == 4
    assert summary.last_said_at == NOON
    assert (summary.input_tokens, summary.output_tokens) == (200, 40)


async def test_a_summary_of_a_fresh_session_is_empty(store: Store) -> None:
    await store.open_session(FIRST)

    assert await store.sessions_at(CHANNEL, limit=25) == [SessionSummary(FIRST, 0, None, 0, 0)]


async def test_a_session_is_renamed(store: Store) -> None:
    await store.open_session(replace(FIRST, title="before"))

    await store.rename_session(SESSION_ID, "after")
    await store.rename_session(OTHER_SESSION_ID, "nobody")

    assert await store.session(SESSION_ID) == replace(
        FIRST, title="after", titled_by=TitledBy.PERSON
    )
    assert await store.session(OTHER_SESSION_ID) is None


async def test_speakers_are_who_opened_the_session_and_who_said_something(store: Store) -> None:
    await store.open_session(replace(FIRST, opened_by=7))
    for number, author in ((1000, 1), (1001, 2), (1002, 1)):
        await store.hear([(FIRST, prompt(number, author_id=author))])
    await store.hear([(session(OTHER_CHANNEL, OTHER_SESSION_ID), prompt(1003, author_id=3))])

    assert await store.speakers(SESSION_ID) == {1, 2, 7}
