from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.billing import Scope, ScopeKind
from bot.domain.errors import StoreBusy
from bot.domain.message import Prompt
from bot.domain.session import Session, TitledBy
from bot.domain.turn import Turn, TurnState
from bot.ports import Store
from tests.contracts.store.conftest import Disk
from tests.contracts.store.steps import answered, received, settled
from tests.samples import MORNING, OTHER_CHANNEL, SESSION_ID, call, prompt, session

SPENT = call(7)


def edited(message_id: int, text: str) -> Prompt:
    return replace(prompt(message_id, text), edited_at=MORNING + timedelta(minutes=1))


async def begun(store: Store, *said: Prompt) -> Turn:
    """Have a conversation begin with some prompts, and be called after the first."""
    spare = replace(session(), title=said[0].text)
    turn = await store.hear_together(spare, said, reading=None)
    assert turn is not None
    return turn


async def called(store: Store) -> tuple[str | None, TitledBy]:
    """Return the title of the session, and who gave it."""
    kept = await store.session(SESSION_ID)
    assert kept is not None
    return kept.title, kept.titled_by


async def spent(store: Store) -> int:
    (balance,) = await store.balances([Scope(ScopeKind.ALL)], today=MORNING.date())
    return balance.today


async def test_a_models_title_takes_the_place_of_the_prompts(store: Store) -> None:
    turn = await begun(store, prompt(1000, "how do bees sleep"))

    is_called = await store.entitle(turn, "Sleeping bees", calls=[SPENT])

    assert is_called
    assert await called(store) == ("Sleeping bees", TitledBy.MODEL)
    assert await spent(store) == 7


async def test_a_models_title_takes_no_persons_place_and_is_billed_all_the_same(
    store: Store,
) -> None:
    turn = await begun(store, prompt(1000, "how do bees sleep"))
    await store.rename_session(SESSION_ID, "Mine")

    is_called = await store.entitle(turn, "Sleeping bees", calls=[SPENT])

    assert not is_called
    assert await called(store) == ("Mine", TitledBy.PERSON)
    assert await spent(store) == 7


async def test_a_model_gives_a_title_once(store: Store) -> None:
    turn = await begun(store, prompt(1000, "how do bees sleep"))
    await store.entitle(turn, "Sleeping bees")

    assert not await store.entitle(turn, "Another")
    assert await called(store) == ("Sleeping bees", TitledBy.MODEL)


async def test_a_person_may_change_what_the_model_called_it(store: Store) -> None:
    turn = await begun(store, prompt(1000, "how do bees sleep"))
    await store.entitle(turn, "Sleeping bees")

    await store.rename_session(SESSION_ID, "Mine")
    await store.erase([1000])

    assert await called(store) == ("Mine", TitledBy.PERSON)


async def test_words_taken_back_meanwhile_leave_no_title(store: Store) -> None:
    turn = await begun(store, prompt(1000, "how do bees sleep"))
    await store.erase([1000])

    is_called = await store.entitle(turn, "Sleeping bees", calls=[SPENT])

    assert not is_called
    assert await called(store) == (None, TitledBy.PROMPT)
    assert await spent(store) == 7


async def test_words_edited_meanwhile_leave_their_own_title(store: Store) -> None:
    turn = await begun(store, prompt(1000, "how do bees sleep"), prompt(1001, "at night"))
    await store.revise([edited(1001, "by day")])

    assert not await store.entitle(turn, "Bees at night")
    assert await called(store) == ("how do bees sleep", TitledBy.PROMPT)


async def test_a_models_title_goes_with_any_of_the_words_it_was_made_of(store: Store) -> None:
    turn = await begun(store, prompt(1000, "how do bees sleep"), prompt(1001, "at night"))
    await store.entitle(turn, "Bees at night")

    await store.erase([1001])
    after_one = await called(store)
    await store.erase([1000])

    assert after_one == ("how do bees sleep", TitledBy.PROMPT)
    assert await called(store) == (None, TitledBy.PROMPT)


async def test_a_models_title_goes_when_the_words_are_edited(store: Store) -> None:
    turn = await begun(store, prompt(1000, "how do bees sleep"))
    await store.entitle(turn, "Sleeping bees")

    await store.revise([edited(1000, "never mind")])

    assert await called(store) == ("never mind", TitledBy.PROMPT)


async def test_a_models_title_stays_when_what_was_said_later_is_erased(store: Store) -> None:
    turn = await settled(store, 1000)
    await received(store, 1001, "and wasps")
    await store.entitle(turn, "Sleeping bees")

    await store.erase([1001])

    assert await called(store) == ("Sleeping bees", TitledBy.MODEL)


async def test_all_versions_of_the_first_answer_lose_the_title(store: Store) -> None:
    turn = await settled(store, 1000)
    version = await store.add_version(turn.id)
    assert version is not None
    await store.entitle(version, "Sleeping bees")

    await store.erase([1000])

    assert await called(store) == (None, TitledBy.PROMPT)


async def test_nothing_is_called_that_was_deleted(store: Store) -> None:
    turn = await begun(store, prompt(1000, "how do bees sleep"))
    await store.delete_session(SESSION_ID)

    assert not await store.entitle(turn, "Sleeping bees", calls=[SPENT])
    assert await spent(store) == 7


async def test_a_full_disk_gives_no_title_and_no_bill(store: Store, disk: Disk) -> None:
    turn = await begun(store, prompt(1000, "how do bees sleep"))
    await disk.fill()

    with pytest.raises(StoreBusy):
        await store.entitle(turn, "long " * 10_000, calls=[SPENT])

    await disk.free()
    assert await called(store) == ("how do bees sleep", TitledBy.PROMPT)
    assert await spent(store) == 0


async def test_who_gave_a_title_is_kept_with_it(store: Store) -> None:
    named: Session = replace(session(OTHER_CHANNEL), title="Mine", titled_by=TitledBy.PERSON)

    await store.open_session(named)

    assert await store.session(SESSION_ID) == named


async def test_a_models_title_goes_with_the_answer_that_it_was_made_of(store: Store) -> None:
    turn = await answered(store, 1000, "They sleep upside down.")
    await store.record_post(turn.id, 0, 9000)
    await store.settle_turn(turn.id, TurnState.DELIVERED)
    await store.entitle(turn, "Sleeping upside down")

    await store.erase([9000])

    assert (await called(store))[1] is TitledBy.PROMPT
    assert not await store.entitle(turn, "Sleeping upside down")
