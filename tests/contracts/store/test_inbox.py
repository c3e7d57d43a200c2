from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.domain.manner import Trait
from bot.domain.message import Prompt
from bot.domain.session import SessionId
from bot.domain.turn import TurnState
from bot.ports import Store
from tests.contracts.store.steps import again, received, settled
from tests.samples import (
    CHANNEL,
    MORNING,
    OTHER_CHANNEL,
    OTHER_SESSION_ID,
    SESSION_ID,
    prompt,
    session,
)


async def test_the_first_prompt_at_a_place_opens_the_session_that_comes_with_it(
    store: Store,
) -> None:
    spare = replace(session(), persona="coder", choices={Trait.MODEL: "gpt-x"}, title="hello")

    (turn,) = await store.hear([(spare, prompt(1000))])

    assert turn is not None
    assert turn.session_id == SESSION_ID
    assert await store.session_at(CHANNEL) == replace(spare, head=turn.id)


async def test_a_first_turn_is_received_and_has_no_parent(store: Store) -> None:
    turn = await received(store, 1000, "hello")

    assert turn.state is TurnState.RECEIVED
    assert turn.prompts == (prompt(1000, "hello"),)
    assert (turn.parent, turn.depth, turn.version, turn.attempt) == (None, 0, 0, 0)
    assert not turn.stop_requested
    assert turn.reply is None
    assert turn.posts == ()
    assert turn.usage is None
    assert turn.floor is None
    assert await store.turn(turn.id) == turn


async def test_a_later_prompt_joins_the_open_session_whatever_id_it_comes_with(
    store: Store,
) -> None:
    first = await received(store, 1000)

    second = await received(store, 1001, session_id=OTHER_SESSION_ID)

    assert second.session_id == SESSION_ID
    assert (second.parent, second.depth) == (first.id, 1)
    assert await store.session(OTHER_SESSION_ID) is None


async def test_the_newest_turn_is_the_head(store: Store) -> None:
    await received(store, 1000)

    second = await received(store, 1001)

    found = await store.session(SESSION_ID)
    assert found is not None
    assert found.head == second.id


async def test_a_title_is_given_by_the_first_prompt_that_has_one(store: Store) -> None:
    await store.open_session(session())

    await store.hear([(replace(session(), title="first"), prompt(1000))])
    await store.hear([(replace(session(), title="second"), prompt(1001))])

    found = await store.session(SESSION_ID)
    assert found is not None
    assert found.title == "first"


async def test_each_place_has_a_session_of_its_own(store: Store) -> None:
    here = await received(store, 1000)

    there = await received(store, 1001, place=OTHER_CHANNEL, session_id=OTHER_SESSION_ID)

    assert (here.session_id, there.session_id) == (SESSION_ID, OTHER_SESSION_ID)
    assert there.parent is None


async def test_a_message_is_heard_once(store: Store) -> None:
    turn = await received(store, 1000, "hello")

    assert await store.hear([(session(), prompt(1000, "hello again"))]) == [None]

    assert await store.turn(turn.id) == turn


async def test_a_message_is_heard_once_wherever_it_comes_from(store: Store) -> None:
    await received(store, 1000)

    elsewhere = (session(OTHER_CHANNEL, OTHER_SESSION_ID), prompt(1000))
    assert await store.hear([elsewhere]) == [None]

    assert await store.session_at(OTHER_CHANNEL) is None


async def test_several_prompts_become_turns_in_their_order(store: Store) -> None:
    heard = [(session(), prompt(number)) for number in (1002, 1000, 1001, 1000)]

    turns = await store.hear(heard)

    assert [turn and (turn.anchor, turn.depth) for turn in turns] == [
        (1002, 0),
        (1000, 1),
        (1001, 2),
        None,
    ]


async def test_nothing_to_hear_is_no_error(store: Store) -> None:
    assert await store.hear([]) == []


async def test_a_prompt_after_a_reset_opens_another_session(store: Store) -> None:
    await settled(store, 1000)
    await store.open_session(session(session_id=OTHER_SESSION_ID))

    turn = await received(store, 1001)

    assert turn.session_id == OTHER_SESSION_ID
    assert turn.parent is None


async def test_a_prompt_reads_back_exactly_as_it_was_written(store: Store) -> None:
    said_at = datetime(2026, 3, 29, 2, 30, 0, 1, tzinfo=timezone(timedelta(hours=2)))
    spoken = Prompt(
        2**63 - 1, 2**62, "Ada \N{SNOWMAN}", "a\n\0b \N{PILE OF POO}\r\n", said_at, is_message=False
    )

    (turn,) = await store.hear([(session(), spoken)])

    assert turn is not None
    assert (await again(store, turn)).prompts == (spoken,)
    assert turn.prompts[0].said_at == datetime(2026, 3, 29, 0, 30, 0, 1, tzinfo=UTC)


async def test_text_that_cannot_be_kept_changes_nothing_at_all(store: Store) -> None:
    heard = [(session(), prompt(1000)), (session(), prompt(1001, "\ud83d"))]

    with pytest.raises(UnicodeEncodeError):
        await store.hear(heard)

    assert await store.session_at(CHANNEL) is None
    assert (await received(store, 1000)).depth == 0


async def test_a_session_reads_back_exactly_as_it_was_written(store: Store) -> None:
    written = replace(session(), opened_at=MORNING + timedelta(microseconds=7), title="")

    await store.open_session(written)

    assert await store.session(SESSION_ID) == written
    assert await store.session(SessionId(OTHER_SESSION_ID)) is None


async def test_a_message_joins_the_turn_that_waits_at_its_place(store: Store) -> None:
    waiting = await received(store, 1000, "one")

    (joined,) = await store.hear([(session(), prompt(1001, "two"))], joinable={waiting.id})

    assert joined is not None
    assert joined.id == waiting.id
    assert joined.prompts == (prompt(1000, "one"), prompt(1001, "two"))
    assert joined.anchor == 1001
    assert await store.turn(waiting.id) == joined
    assert await store.version_shown(1001) == joined
    assert await store.version_shown(1000) is None


async def test_messages_that_come_together_are_one_turn_in_the_order_of_their_ids(
    store: Store,
) -> None:
    heard = [(session(), prompt(number)) for number in (1002, 1000, 1001, 1000)]

    turns = await store.hear(heard, joinable=())

    assert [turn and turn.id for turn in turns] == [turns[0] and turns[0].id] * 3 + [None]
    assert [turn and turn.anchor for turn in turns[:3]] == [1002, 1002, 1002]
    last = turns[2]
    assert last is not None
    assert [p.message_id for p in last.prompts] == [1000, 1001, 1002]
    assert await store.turn(last.id) == last


async def test_a_message_joins_only_a_turn_that_may_be_joined(store: Store) -> None:
    waiting = await received(store, 1000)

    (turn,) = await store.hear([(session(), prompt(1001))], joinable=())

    assert turn is not None
    assert (turn.parent, turn.depth) == (waiting.id, 1)


async def test_a_message_joins_no_turn_that_somebody_began_with(store: Store) -> None:
    begun = await received(store, 1000)
    await store.take_up(SESSION_ID)

    (turn,) = await store.hear([(session(), prompt(1001))], joinable={begun.id})

    assert turn is not None
    assert (turn.parent, turn.depth) == (begun.id, 1)


async def test_an_interaction_has_a_turn_of_its_own(store: Store) -> None:
    command = replace(prompt(1001), is_message=False)

    turns = await store.hear(
        [(session(), prompt(1000)), (session(), command), (session(), prompt(1002))], joinable=()
    )

    assert [turn and (turn.anchor, turn.depth) for turn in turns] == [
        (1000, 0),
        (1001, 1),
        (1002, 2),
    ]


async def test_a_turn_takes_in_no_more_than_fifty_messages(store: Store) -> None:
    heard = [(session(), prompt(number)) for number in range(1000, 1051)]

    turns = await store.hear(heard, joinable=())

    assert [turn and turn.depth for turn in turns] == [0] * 50 + [1]


async def test_messages_of_two_places_do_not_join(store: Store) -> None:
    here, there = session(), session(OTHER_CHANNEL, OTHER_SESSION_ID)

    turns = await store.hear(
        [(here, prompt(1000)), (there, prompt(1001)), (here, prompt(1002))], joinable=()
    )

    assert [turn and turn.session_id for turn in turns] == [
        SESSION_ID,
        OTHER_SESSION_ID,
        SESSION_ID,
    ]
    assert turns[2] is not None
    assert [p.message_id for p in turns[2].prompts] == [1000, 1002]


async def test_who_joins_is_a_speaker_and_moves_the_moment_of_the_last_word(store: Store) -> None:
    late = replace(prompt(1001, author_id=2, name="Bob"), said_at=MORNING + timedelta(hours=1))

    await store.hear([(session(), prompt(1000)), (session(), late)], joinable=())

    assert await store.speakers(SESSION_ID) == {1, 2}
    (summary,) = await store.sessions_at(CHANNEL)
    assert summary.last_said_at == MORNING + timedelta(hours=1)


async def test_a_message_does_not_join_another_version_of_an_answer(store: Store) -> None:
    turn = await settled(store, 1000)
    version = await store.add_version(turn.id)
    assert version is not None

    (later,) = await store.hear([(session(), prompt(1001))], joinable={version.id})

    assert later is not None
    assert (later.parent, later.anchor) == (version.id, 1001)
