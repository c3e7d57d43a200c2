"""Whatever is done to them, both stores tell the same."""

from __future__ import annotations

import tempfile
from asyncio import Runner
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.domain.attachment import Excerpt, Shown, Unshown
from bot.domain.completion import Usage
from bot.domain.errors import BotError
from bot.domain.hearing import Reading
from bot.domain.marks import TurnMark
from bot.domain.reply import Reply
from bot.domain.session import Place, SessionId, TurnId
from bot.domain.turn import Turn, TurnState
from bot.ports import Store
from bot.store import open_store
from tests.fakes.memory_store import MemoryStore
from tests.samples import (
    CHANNEL,
    DIGEST,
    IMAGE,
    MORNING,
    OTHER_CHANNEL,
    PNG,
    attachment,
    prompt,
    session,
)

places = st.sampled_from([CHANNEL, OTHER_CHANNEL])
states = st.sampled_from(list(TurnState))
numbers = st.integers(0, 9)
FILES = (attachment(1, "a.png"), attachment(2, "b.txt"))
shown = st.sampled_from([IMAGE, Excerpt("words"), Unshown.FETCH])
epochs = st.none() | st.integers(1, 2)


class TwoStores(RuleBasedStateMachine):
    """Does the same to both stores, in any order, and compares what they answer."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.stack = AsyncExitStack()
        url = f"sqlite:///{Path(self.folder.name)}/parley.db"
        sqlite = self.runner.run(self.stack.enter_async_context(open_store(url)))
        self.stores: tuple[Store, Store] = (MemoryStore(), sqlite)
        self.sessions = 0
        self.turns = 0

    def teardown(self) -> None:
        self.runner.run(self.stack.aclose())
        self.runner.close()
        self.folder.cleanup()

    def both(self, act: Callable[[Store], Awaitable[object]]) -> object:
        """Return what both answered, a value or the kind of an error."""
        memory, sqlite = (self.runner.run(_outcome(store, act)) for store in self.stores)
        assert memory == sqlite
        return sqlite

    def session_id(self, number: int) -> SessionId:
        return SessionId(UUID(int=1 + number % max(self.sessions, 1)))

    def turn_id(self, number: int) -> TurnId:
        return TurnId(max(self.turns - number, 1))

    @rule(place=places, message=st.integers(1000, 1100), title=st.none() | st.just("title"))
    def hear(self, place: Place, message: int, title: str | None) -> None:
        self.sessions += 1
        spare = replace(session(place, SessionId(UUID(int=self.sessions))), title=title)
        said = replace(
            prompt(message, author_id=message % 3),
            said_at=MORNING + timedelta(seconds=message),
            attachments=FILES[: message % 3],
        )
        heard = self.both(lambda store: store.hear([(spare, said)]))
        assert isinstance(heard, list)
        self.turns += heard != [None]

    @rule(place=places, messages=st.sets(st.integers(1000, 1100), max_size=3), epoch=epochs)
    def hear_together(self, place: Place, messages: set[int], epoch: int | None) -> None:
        self.sessions += 1
        spare = session(place, SessionId(UUID(int=self.sessions)))
        said = [
            replace(prompt(m), said_at=MORNING + timedelta(seconds=m), attachments=FILES[: m % 3])
            for m in sorted(messages)
        ]
        reading = None if epoch is None else Reading(1050, epoch)
        heard = self.both(lambda store: store.hear_together(spare, said, reading=reading))
        self.turns += isinstance(heard, Turn)

    @rule(place=places, until=st.integers(1000, 1100), epoch=epochs)
    def attend(self, place: Place, until: int, epoch: int | None) -> None:
        if epoch is None:
            self.both(lambda store: store.stay_alive(until))
            return
        self.both(lambda store: store.fall_behind([(place, until)], epoch=epoch))

    @rule(place=places, until=st.integers(1000, 1100), epoch=st.integers(1, 2))
    def keep_up(self, place: Place, until: int, epoch: int) -> None:
        self.both(lambda store: store.keep_up(place, Reading(until, epoch)))

    @rule(place=places)
    def open(self, place: Place) -> None:
        self.sessions += 1
        opened = replace(
            session(place, SessionId(UUID(int=self.sessions))),
            opened_at=MORNING + timedelta(minutes=self.sessions),
        )
        self.both(lambda store: store.open_session(opened))

    @rule(number=numbers)
    def resume(self, number: int) -> None:
        self.both(lambda store: store.resume_session(self.session_id(number), MORNING))

    @rule(number=numbers)
    def close(self, number: int) -> None:
        self.both(lambda store: store.close_session(self.session_id(number), MORNING))

    @precondition(lambda self: self.turns > 5)
    @rule(number=numbers)
    def delete(self, number: int) -> None:
        self.both(lambda store: store.delete_session(self.session_id(number)))

    @rule(number=numbers)
    def take_up(self, number: int) -> None:
        self.both(lambda store: store.take_up(self.session_id(number)))

    @rule(number=numbers, tokens=st.none() | numbers)
    def record_reply(self, number: int, tokens: int | None) -> None:
        usage = None if tokens is None else Usage(tokens, 1)
        self.both(
            lambda store: store.record_reply(
                self.turn_id(number), Reply("hi"), usage=usage, floor=tokens
            )
        )

    @rule(number=numbers, page=st.integers(0, 2), post=st.integers(9000, 9099))
    def record_post(self, number: int, page: int, post: int) -> None:
        self.both(lambda store: store.record_post(self.turn_id(number), page, post))

    @rule(number=numbers, since=st.integers(0, 2))
    def forget_posts(self, number: int, since: int) -> None:
        self.both(lambda store: store.forget_posts(self.turn_id(number), since=since))

    @rule(number=numbers, state=states)
    def settle(self, number: int, state: TurnState) -> None:
        self.both(lambda store: store.settle_turn(self.turn_id(number), state))

    @rule(number=numbers)
    def add_version(self, number: int) -> None:
        added = self.both(lambda store: store.add_version(self.turn_id(number)))
        self.turns += isinstance(added, Turn)

    @rule(number=numbers, version=st.integers(0, 2))
    def show_version(self, number: int, version: int) -> None:
        turn = self.both(lambda store: store.turn(self.turn_id(number)))
        if isinstance(turn, Turn):
            self.both(lambda store: store.show_version(turn.anchor, version))

    @rule(place=places, number=numbers)
    def branch(self, place: Place, number: int) -> None:
        self.sessions += 1
        opened = replace(
            session(place, SessionId(UUID(int=self.sessions))),
            opened_at=MORNING + timedelta(minutes=self.sessions),
        )
        self.both(lambda store: store.branch(opened, self.turn_id(number)))
        turn = self.both(lambda store: store.turn(self.turn_id(number)))
        if isinstance(turn, Turn):
            self.both(lambda store: store.turn_with(turn.prompts[0].message_id))
            self.both(lambda store: store.turn_before(CHANNEL, turn.anchor))

    @rule(number=numbers)
    def undo(self, number: int) -> None:
        self.both(lambda store: store.undo(self.session_id(number)))

    @rule(session=numbers, turn=numbers, mark=st.none() | st.sampled_from(TurnMark))
    def mark(self, session: int, turn: int, mark: TurnMark | None) -> None:
        owner, marked = self.session_id(session), self.turn_id(turn)
        self.both(lambda store: store.mark(owner, marked, mark, most_pins=3))
        self.both(lambda store: store.mark_on(owner, marked))
        self.both(lambda store: store.turn_to_mark(owner, 1000 + turn))

    @rule(number=numbers)
    def request_stop(self, number: int) -> None:
        self.both(lambda store: store.request_stop(self.session_id(number)))

    @rule(
        message=st.integers(1000, 1100),
        minutes=st.none() | st.integers(1, 3),
        since=st.none() | st.integers(1, 3),
    )
    def revise(self, message: int, minutes: int | None, since: int | None) -> None:
        at = None if minutes is None else MORNING + timedelta(minutes=minutes)
        files = FILES[: minutes or 0][::-1]
        said = replace(prompt(message, f"{minutes} minutes"), edited_at=at, attachments=files)
        anew_since = None if since is None else MORNING + timedelta(minutes=since)
        self.both(lambda store: store.revise([said], anew_since=anew_since))

    @rule(number=numbers)
    def begin_anew(self, number: int) -> None:
        self.both(lambda store: store.begin_anew(self.turn_id(number)))

    @rule(number=numbers, file=st.integers(0, 2), shown=shown)
    def keep_attachment(self, number: int, file: int, shown: Shown) -> None:
        turn = self.both(lambda store: store.turn(self.turn_id(number)))
        message = turn.anchor if isinstance(turn, Turn) else 1000
        self.both(lambda store: store.keep_attachment(message, file, shown, PNG))
        self.both(lambda store: store.turn_with(message))

    @rule(messages=st.lists(st.integers(1000, 1100) | st.integers(9000, 9099), max_size=40))
    def erase(self, messages: list[int]) -> None:
        self.both(lambda store: store.erase(messages))

    @rule(number=numbers)
    def entitle(self, number: int) -> None:
        turn = self.both(lambda store: store.turn(self.turn_id(number)))
        if isinstance(turn, Turn) and turn.depth == 0:
            self.both(lambda store: store.entitle(turn, "called by a model"))

    @precondition(lambda self: self.turns > 5)
    @rule(place=places)
    def erase_place(self, place: Place) -> None:
        self.both(lambda store: _sorted(store.erase_place(place)))

    @rule(place=places, since=st.integers(1000, 1100))
    def heard_at(self, place: Place, since: int) -> None:
        self.both(lambda store: store.heard_at(place, since=since))

    @rule(place=places, since=st.integers(1000, 1100))
    def shown_at(self, place: Place, since: int) -> None:
        self.both(lambda store: store.shown_at(place, since=since))

    @rule(number=numbers)
    def put_off(self, number: int) -> None:
        self.both(lambda store: store.put_off(self.turn_id(number)))

    @rule()
    def take_over(self) -> None:
        self.both(lambda store: store.take_over())

    @rule()
    def forgive_attempts(self) -> None:
        self.both(lambda store: store.forgive_attempts())

    @rule(number=numbers, floor=st.integers(0, 3))
    def walk(self, number: int, floor: int) -> None:
        self.both(lambda store: store.move_floor(self.session_id(number), floor))
        turn = self.both(lambda store: store.turn(self.turn_id(number)))
        if isinstance(turn, Turn):
            self.both(lambda store: store.version_shown(turn.anchor))
            self.both(lambda store: store.retrace(turn.id))

    @rule(number=numbers)
    def look(self, number: int) -> None:
        session_id = self.session_id(number)
        self.both(lambda store: store.speakers(session_id))

    @invariant()
    def tell_the_same(self) -> None:
        self.both(lambda store: store.owing())
        self.both(lambda store: store.images([DIGEST]))
        self.both(lambda store: store.foresee(CHANNEL))
        self.both(lambda store: store.unanswered())
        self.both(lambda store: store.watermarks())
        self.both(lambda store: store.unheard(range(1000, 1100)))
        self.both(lambda store: store.places_since(MORNING, limit=9))
        self.both(lambda store: store.session_at(CHANNEL))
        self.both(lambda store: store.sessions_at(CHANNEL))


async def _sorted(listed: Awaitable[list[SessionId]]) -> list[SessionId]:
    return sorted(await listed)


async def _outcome(store: Store, act: Callable[[Store], Awaitable[object]]) -> object:
    try:
        return await act(store)
    except BotError as error:
        return type(error)


TestTwoStores = TwoStores.TestCase
TestTwoStores.settings = settings(max_examples=25, stateful_step_count=40, derandomize=True)
