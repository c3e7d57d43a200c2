"""Which models are shown images, and what becomes of those that are refused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from bot.domain.attachment import Image, Picture
from bot.domain.completion import CompletionEvent
from bot.domain.context import Context
from bot.domain.errors import Fault, ModelBusy, ModelError, ModelRefused
from bot.domain.message import Message, Role
from bot.domain.session import SessionId
from bot.engine.looking import Looking
from tests.fakes.memory_store import MemoryStore
from tests.fakes.scripted_model import ScriptedModel
from tests.fakes.virtual_time import LoopClock
from tests.samples import SESSION_ID

UNKNOWN, SEER, BLIND = "olmo-2", "gpt-6-luna", "SmolLM2-135M"
A, B = "a" * 64, "b" * 64
NOT_A = "[file not shown to you: a.png, image/png, 9 bytes: you cannot look at it]"
NOT_B = NOT_A.replace("a.png", "b.png")
REFUSED = ModelRefused(Fault.REQUEST, "400")
NOT_SURE = {Fault.REQUEST, Fault.SERVER, Fault.MODEL}
FAILED = ModelBusy(Fault.SERVER, "500")


class Eyes(ScriptedModel):
    """A model that refuses some contexts."""

    def __init__(self, objection: Callable[[Context], ModelError | None]) -> None:
        super().__init__(["Well."])
        self._objection = objection

    @asynccontextmanager
    async def complete(self, context: Context) -> AsyncIterator[AsyncIterator[CompletionEvent]]:
        if error := self._objection(context):
            self.seen.append(context)
            raise error
        async with super().complete(context) as events:
            yield events


class Desk:
    """A model that is shown images through `Looking`."""

    def __init__(self, objection: Callable[[Context], ModelError | None]) -> None:
        self.model = Eyes(objection)
        store = MemoryStore()
        store.blobs = {A: b"A", B: b"B"}
        self.looking = Looking(self.model, attachments=store, clock=LoopClock())

    async def ask(self, model: str, *digests: str) -> list[tuple[str, list[bytes]]]:
        """Ask about images; return what each request held since: its words and its images."""
        before = len(self.model.seen)
        async with self.looking.complete(context(model, *digests)) as events:
            assert [event async for event in events]
        return [held(each) for each in self.model.seen[before:]]


def context(model: str, *digests: str) -> Context:
    pictures = [Picture(Image(each, "image/png", 1), f"{each[0]}.png", 9) for each in digests]
    said = Message(Role.USER, "look", tuple(pictures))
    return Context(SessionId(SESSION_ID), 1, model, "Be kind.", (said,))


def held(shown: Context) -> tuple[str, list[bytes]]:
    (message,) = shown.messages
    return message.text, [shown.images[each.image.digest] for each in message.pictures]


def nothing(_: Context) -> None:
    return None


def images(error: ModelError) -> Callable[[Context], ModelError | None]:
    return lambda shown: error if shown.digests else None


@pytest.mark.parametrize("model", [UNKNOWN, SEER])
async def test_a_model_that_may_see_is_shown_the_bytes(model: str) -> None:
    desk = Desk(nothing)

    assert await desk.ask(model, A, B) == [("look", [b"A", b"B"])]


async def test_a_model_that_is_known_to_see_none_is_told_of_them() -> None:
    desk = Desk(nothing)

    assert await desk.ask(BLIND, A, B) == [(f"look\n{NOT_A}\n{NOT_B}", [])]


async def test_an_image_that_was_erased_meanwhile_is_told_of() -> None:
    desk = Desk(nothing)

    gone = "[file not shown to you: c.png, image/png, 9 bytes: you cannot look at it]"
    assert await desk.ask(SEER, A, "c" * 64) == [(f"look\n{gone}", [b"A"])]


@pytest.mark.parametrize("fault", [Fault.REQUEST, Fault.MODEL])
async def test_a_model_that_refuses_images_is_asked_once_more_without_and_then_never_with(
    fault: Fault,
) -> None:
    desk = Desk(images(ModelRefused(fault, "no")))

    assert await desk.ask(UNKNOWN, A) == [("look", [b"A"]), (f"look\n{NOT_A}", [])]
    assert await desk.ask(UNKNOWN, A, B) == [(f"look\n{NOT_A}\n{NOT_B}", [])]
    assert await desk.ask("another", B) == [("look", [b"B"]), (f"look\n{NOT_B}", [])]


async def test_a_model_that_sees_goes_on_seeing_when_it_refuses_one_image() -> None:
    desk = Desk(lambda shown: REFUSED if B in shown.digests else None)

    assert await desk.ask(UNKNOWN, A) == [("look", [b"A"])]
    once = [("look", [b"A", b"B"]), (f"look\n{NOT_B}", [b"A"])]
    assert await desk.ask(UNKNOWN, A, B) == once
    assert await desk.ask(UNKNOWN, A, B) == once[1:]
    assert await desk.ask(UNKNOWN, A) == [("look", [b"A"])]


async def test_where_it_is_not_known_which_image_is_refused_all_are_left_out() -> None:
    desk = Desk(lambda shown: REFUSED if B in shown.digests else None)

    assert await desk.ask(SEER, A, B) == [
        ("look", [b"A", b"B"]),
        (f"look\n{NOT_A}\n{NOT_B}", []),
    ]


async def test_a_request_that_is_refused_without_images_too_says_nothing_about_them() -> None:
    is_broken = True
    desk = Desk(lambda _: REFUSED if is_broken else None)

    with pytest.raises(ModelRefused):
        await desk.ask(UNKNOWN, A)
    is_broken = False

    assert await desk.ask(UNKNOWN, A) == [("look", [b"A"])]


async def test_a_server_that_fails_at_images_is_tried_with_them_again_next_time() -> None:
    desk = Desk(images(FAILED))

    twice = [("look", [b"A"]), (f"look\n{NOT_A}", [])]
    assert await desk.ask(UNKNOWN, A) == twice
    assert await desk.ask(UNKNOWN, A) == twice
    with pytest.raises(ModelBusy):
        await desk.ask(SEER, A)


@pytest.mark.parametrize("fault", sorted(set(Fault) - NOT_SURE))
async def test_what_is_not_about_images_is_not_asked_without_them(fault: Fault) -> None:
    desk = Desk(images(ModelRefused(fault, "no")))

    with pytest.raises(ModelRefused):
        await desk.ask(UNKNOWN, A)

    assert [held(each) for each in desk.model.seen] == [("look", [b"A"])]


async def test_who_was_refused_without_an_image_is_not_asked_again() -> None:
    desk = Desk(lambda _: REFUSED)

    with pytest.raises(ModelRefused):
        await desk.ask(SEER)

    assert len(desk.model.seen) == 1
