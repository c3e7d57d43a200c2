"""What came with a message is kept with it, once, and goes with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.domain.attachment import Attachment, Excerpt, Image, Unshown
from bot.domain.message import Prompt
from bot.domain.turn import TurnState
from bot.ports import Store
from tests.contracts.store.steps import again, answered, begin
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
    prompt,
    session,
)

CAT, NOTES = attachment(1, "cat.png"), attachment(2, "notes.txt", "text/plain")


def sent(message_id: int, *attachments: Attachment) -> Prompt:
    return replace(prompt(message_id), attachments=attachments)


def edited(message_id: int, *attachments: Attachment) -> Prompt:
    return replace(sent(message_id, *attachments), edited_at=MORNING + timedelta(minutes=1))


async def shown(store: Store, message_id: int) -> list[tuple[str, object]]:
    """Return the names of what came with a message, and how each is shown."""
    turn = await store.turn_with(message_id)
    assert turn is not None
    (said,) = (each for each in turn.prompts if each.message_id == message_id)
    return [(each.name, each.shown) for each in said.attachments]


async def test_what_came_with_a_message_is_recorded_with_it(store: Store) -> None:
    (turn,) = await store.hear([(session(), sent(1000, CAT, NOTES))])

    assert turn is not None
    assert (await again(store, turn)).prompts == (sent(1000, CAT, NOTES),)
    owed = await store.take_up(SESSION_ID)
    assert owed is not None
    assert owed.turn.prompts == (sent(1000, CAT, NOTES),)


async def test_a_prompt_that_joins_brings_its_attachments(store: Store) -> None:
    (turn,) = await store.hear([(session(), sent(1000, NOTES))])
    assert turn is not None

    await store.hear([(session(), sent(1001, CAT))], joinable={turn.id})

    assert (await again(store, turn)).prompts == (sent(1000, NOTES), sent(1001, CAT))


async def test_how_a_file_is_shown_is_kept_for_good_and_its_address_is_not(store: Store) -> None:
    await store.hear([(session(), sent(1000, CAT, NOTES))])

    await store.keep_attachment(1000, 1, IMAGE, PNG)
    await store.keep_attachment(1000, 2, Excerpt("one", is_whole=False))
    await store.keep_attachment(1000, 2, Excerpt("another"))
    await store.keep_attachment(1000, 1, Unshown.FETCH)

    owed = await store.take_up(SESSION_ID)
    assert owed is not None
    assert owed.turn.prompts[0].attachments == (
        replace(CAT, url="", shown=IMAGE),
        replace(NOTES, url="", shown=Excerpt("one", is_whole=False)),
    )
    assert await store.images([DIGEST, "0" * 64]) == {DIGEST: PNG}


async def test_every_reason_not_to_show_a_file_can_be_kept(store: Store) -> None:
    every = [attachment(number, f"{why}.zip") for number, why in enumerate(Unshown)]
    await store.hear([(session(), sent(1000, *every))])

    for number, why in enumerate(Unshown):
        await store.keep_attachment(1000, number, why)

    assert await shown(store, 1000) == [(f"{why}.zip", why) for why in Unshown]


async def test_of_a_message_that_was_erased_meanwhile_nothing_is_kept(store: Store) -> None:
    await store.hear([(session(), sent(1000, CAT))])
    await store.erase([1000])

    await store.keep_attachment(1000, 1, IMAGE, PNG)
    await store.keep_attachment(2000, 1, IMAGE, PNG)

    assert await shown(store, 1000) == []
    assert await store.images([DIGEST]) == {}


async def test_with_a_message_its_attachments_are_erased(store: Store) -> None:
    await store.hear([(session(), sent(1000, CAT, NOTES))])
    await store.keep_attachment(1000, 1, IMAGE, PNG)

    await store.erase([1000])

    assert await shown(store, 1000) == []
    assert await store.images([DIGEST]) == {}


async def test_bytes_that_came_with_two_messages_go_with_the_last(store: Store) -> None:
    await store.hear([(session(), sent(1000, CAT)), (session(), sent(1001, CAT))])
    await store.keep_attachment(1000, 1, IMAGE, PNG)
    await store.keep_attachment(1001, 1, IMAGE, PNG)

    await store.erase([1000])
    assert await store.images([DIGEST]) == {DIGEST: PNG}
    await store.erase([1001])

    assert await store.images([DIGEST]) == {}


async def test_bytes_that_came_with_two_sessions_go_with_the_last(store: Store) -> None:
    other = session(OTHER_CHANNEL, OTHER_SESSION_ID)
    await store.hear([(session(), sent(1000, CAT)), (other, sent(1001, CAT))])
    await store.keep_attachment(1000, 1, IMAGE, PNG)
    await store.keep_attachment(1001, 1, IMAGE, PNG)

    await store.delete_session(SESSION_ID)
    assert await store.images([DIGEST]) == {DIGEST: PNG}
    await store.erase_place(OTHER_CHANNEL)

    assert await store.images([DIGEST]) == {}


async def test_what_a_branch_shares_is_kept_until_the_last_session_goes(store: Store) -> None:
    turn = await answered(store, 999)
    await store.settle_turn(turn.id, TurnState.DELIVERED)
    (turn_, *_) = await store.hear([(session(), sent(1000, CAT))])
    assert turn_ is not None
    await store.keep_attachment(1000, 1, IMAGE, PNG)
    await begin(store, turn_)
    await store.close_session(SESSION_ID, MORNING)
    await store.settle_turn(turn_.id, TurnState.CANCELLED)
    await store.branch(session(OTHER_CHANNEL, OTHER_SESSION_ID), turn_.id)

    await store.delete_session(SESSION_ID)
    assert await shown(store, 1000) == [("cat.png", IMAGE)]
    assert await store.images([DIGEST]) == {DIGEST: PNG}
    await store.delete_session(OTHER_SESSION_ID)

    assert await store.images([DIGEST]) == {}


async def test_a_file_that_is_edited_out_is_erased_and_the_others_stay_as_they_are(
    store: Store,
) -> None:
    await store.hear([(session(), sent(1000, CAT, NOTES))])
    await store.keep_attachment(1000, 1, IMAGE, PNG)
    await store.keep_attachment(1000, 2, Excerpt("one"))

    await store.revise([edited(1000, replace(NOTES, url="https://cdn.discordapp.com/new"))])

    assert await shown(store, 1000) == [("notes.txt", Excerpt("one"))]
    assert await store.images([DIGEST]) == {}


async def test_a_file_that_is_edited_in_is_there_to_be_fetched(store: Store) -> None:
    await store.hear([(session(), sent(1000, NOTES))])
    await store.keep_attachment(1000, 2, Excerpt("one"))

    await store.revise([edited(1000, CAT, NOTES)])

    assert await shown(store, 1000) == [("cat.png", None), ("notes.txt", Excerpt("one"))]


async def test_versions_of_an_answer_share_what_came_with_the_prompt(store: Store) -> None:
    (turn,) = await store.hear([(session(), sent(1000, CAT))])
    assert turn is not None
    await store.keep_attachment(1000, 1, IMAGE, PNG)
    await begin(store, turn)
    await store.settle_turn(turn.id, TurnState.CANCELLED)

    sibling = await store.add_version(turn.id)

    assert sibling is not None
    assert sibling.prompts == (sent(1000, replace(CAT, url="", shown=IMAGE)),)
    assert await store.session_at(CHANNEL) is not None


def test_the_samples_are_what_they_say() -> None:
    assert Image(DIGEST, "image/png", len(PNG)) == IMAGE
