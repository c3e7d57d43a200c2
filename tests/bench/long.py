"""`python -m tests.bench long`: what a turn costs in a session of 100,000 turns, over one of 10.

The real store and the real completing; the model answers at once. Both contexts show the same
number of turns, so that what differs is the length of the session alone. The processor's time
is measured, in all threads: waiting for the disk takes longer than all else, is the same
however long the session is, and changes more from one moment to the next than what is looked
for. The two take turns, so that a busy machine is busy for both.
"""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from bot.clock import SystemClock
from bot.domain.turn import TurnState
from bot.engine.billing import Billing
from bot.engine.briefing import Briefing
from bot.engine.budgets import Budgets
from bot.engine.ceilings import AllCeilings
from bot.engine.completing import Completer
from bot.engine.outages import Circuits
from bot.engine.rates import Rates
from bot.store import SqliteStore, open_store
from tests.bench.bill import CountingModel, words
from tests.bench.figures import Figure
from tests.fakes.prices import FixedPrices
from tests.fakes.signs import Signs
from tests.samples import SESSION_ID, prompt, session

SHORT, LONG = 10, 100_000  # turns
SHOWN = 10  # turns above the floor
MEASURED = 300  # turns in each session
FIRST = 1000  # the id of the first message
GOAL, LIMIT = 1.0, 1.2

_TURNS = """
insert into turns (id, session_id, parent_id, depth, anchor, version, state, reply_text, ending)
select value, :session, nullif(value - 1, 0), value - 1, :first + value, 0, 'delivered',
    'A reply of about the usual length, which is a sentence or two.', 'whole'
from generate
"""
_PROMPTS = """
insert into prompts (message_id, author_id, author_name, text, said_at, is_message)
select :first + value, 1, 'Ada', 'A question of about the usual length.', 1767346215000000, 1
from generate
"""
_TURN_PROMPTS = """
insert into turn_prompts (turn_id, position, message_id)
select value, 0, :first + value
from generate
"""
_GENERATE = """
with recursive generate (value) as (
    select 1
    union all
    select value + 1
    from generate
    where value < :turns
)
"""


class Conversation:
    """A session that is so long already, and goes on."""

    def __init__(self, store: SqliteStore, turns: int) -> None:
        clock = SystemClock()
        self._store = store
        self._turns = turns
        self._completer = Completer(
            ledger=store,
            briefing=Briefing(ledger=store, guide=Signs(), default_model="counting"),
            model=CountingModel([1] * MEASURED),
            rates=Rates(accounts=store, clock=clock),
            budgets=Budgets(
                ceilings=AllCeilings(),
                accounts=store,
                prices=FixedPrices(),
                clock=clock,
            ),
            circuits=Circuits(clock),
            clock=clock,
            budget=100_000,
        )
        self._billing = Billing(accounts=store, prices=FixedPrices(), clock=clock)

    async def build(self) -> None:
        """Have it said, without a model."""
        await self._store.open_session(session())
        await self._store.writer.write(self._fill)

    def _fill(self, db: sqlite3.Connection) -> None:
        known = {"session": str(SESSION_ID), "first": FIRST, "turns": self._turns}
        for what in (_PROMPTS, _TURNS, _TURN_PROMPTS):
            insert, _, select = what.strip().partition("\n")
            db.execute(f"{insert}\n{_GENERATE}{select}", known)
        db.execute("update sessions set head = ? where id = ?", (self._turns, str(SESSION_ID)))

    async def go_on(self) -> float:
        """Have one more turn; return the seconds of the processor it took."""
        await self._store.move_floor(SESSION_ID, self._turns - SHOWN)
        self._turns += 1
        said = prompt(FIRST + self._turns, words(10))
        begun = time.process_time()
        await self._store.hear([(session(), said)])
        owed = await self._store.take_up(SESSION_ID)
        assert owed is not None
        tab = self._billing.tab(owed)
        answer = await self._completer.complete(owed, lambda _: None, tab)
        await self._store.record_reply(
            owed.turn.id,
            answer.reply,
            usage=answer.usage,
            floor=answer.floor,
            calls=tab.calls,
        )
        await self._store.settle_turn(owed.turn.id, TurnState.DELIVERED)
        return time.process_time() - begun


async def measure(
    folder: Path, *, short: int = SHORT, long: int = LONG, turns: int = MEASURED
) -> tuple[float, float]:
    """Return the processor's seconds for a turn in the short session and in the long one.

    Of all turns the lower quartile: other processes make turns dearer, never cheaper.
    """
    async with AsyncExitStack() as stack:
        talks = []
        for length in (short, long):
            url = f"sqlite:///{folder / f'{length}.db'}"
            talks.append(Conversation(await stack.enter_async_context(open_store(url)), length))
            await talks[-1].build()
        seconds = [[await talk.go_on() for talk in talks] for _ in range(turns)]
    in_short, in_long = (statistics.quantiles(one, n=4)[0] for one in zip(*seconds, strict=True))
    return in_short, in_long


def main() -> int:
    """Print the figures; return 1 when a long session makes its turns dearer."""
    with tempfile.TemporaryDirectory(prefix="parley-long-") as folder:
        short, long = asyncio.run(measure(Path(folder)))
    print(  # noqa: T201  # its purpose
        f"A turn takes the processor {short * 1000:.2f} ms in a session of {SHORT} turns, "
        f"{long * 1000:.2f} ms in one of {LONG}"
    )
    figure = Figure("a turn in the long session, over the short", long / short, "", GOAL, LIMIT)
    print(figure)  # noqa: T201  # its purpose
    return 0 if figure.value <= figure.limit else 1
