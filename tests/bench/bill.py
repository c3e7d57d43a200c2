"""`python -m tests.bench bill`: what 200 turns in one channel are billed, by the cache's rules.

The real store and the real completing, restarted in the middle; the model only counts. Three
other policies are billed for the very same conversation: to send all, to let the window slide
by a message, and to show the last twenty messages.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from io import StringIO
from itertools import accumulate
from pathlib import Path

from bot.clock import SystemClock
from bot.domain.completion import CompletionEvent, Delta, Finish, FinishReason, Usage
from bot.domain.context import Context
from bot.domain.manner import Trait
from bot.domain.message import Message
from bot.domain.turn import TurnState
from bot.engine.billing import Billing
from bot.store import open_store
from tests.bench.figures import Figure
from tests.engine.desk import completer_over
from tests.fakes.prices import FixedPrices
from tests.samples import SESSION_ID, prompt, session

TURNS = 200
SEEDS = 5
BYTES_PER_TOKEN = 4  # of English
OVERHEAD = 4  # tokens of a message beside its text
# https://platform.openai.com/docs/guides/prompt-caching, for gpt-6: a prefix of at least so
# many tokens is read at a tenth of the price, and what is new is written at a quarter more.
SHORTEST_PREFIX = 1024
READ, WRITE = 0.1, 1.25
LOOKS_BACK = 80  # messages

# Millions of tokens at the full price that a simulation of the policy came to, by its budget:
# it cuts to half in one hop. Words of a question: median 50; of an answer: median 200.
EXPECTED = {8_000: 0.248, 16_000: 0.356, 32_000: 0.530}
QUESTION, ANSWER, SPREAD = 50, 200, 0.75
TOLERANCE = 1.10
# The same where each hop is summed up; what a model writes costs five times what it reads.
EXPECTED_SUMMED_UP = {8_000: 0.294, 16_000: 0.384, 32_000: 0.547}
OUTPUT = 5.0
PLAIN, SUMMED_UP = OURS = ("ours", "ours, summed up")


def words(tokens: int) -> str:
    """Return a text of so many tokens."""
    return "abc " * tokens


def tokens_of(message: Message) -> int:
    """Return what a message costs."""
    return -(-len(message.text.encode()) // BYTES_PER_TOKEN) + OVERHEAD


@dataclass
class Bill:
    """Adds up what requests cost whose prefixes are cached."""

    total: float = 0.0  # tokens at the full price
    written: set[int] = field(default_factory=set)  # prefixes, by hash

    def add(self, instructions: str, messages: Sequence[Message]) -> tuple[int, int]:
        """Bill a request; return its tokens, and how many of them were cached."""
        own = -(-len(instructions.encode()) // BYTES_PER_TOKEN) + OVERHEAD
        sizes = list(accumulate(map(tokens_of, messages), initial=own))
        names = list(_names(instructions, messages))
        cached = next(
            (
                sizes[end]
                for end in range(len(messages), max(len(messages) - LOOKS_BACK, 0), -1)
                if names[end] in self.written and sizes[end] >= SHORTEST_PREFIX
            ),
            0,
        )
        new = sizes[-1] - cached
        self.written.add(names[-1])
        is_cacheable = sizes[-1] >= SHORTEST_PREFIX
        self.total += cached * READ + new * (WRITE if is_cacheable else 1.0)
        return sizes[-1], cached


def _names(instructions: str, messages: Sequence[Message]) -> Iterator[int]:
    """Yield a name for each prefix, of no message to all of them."""
    return accumulate(messages, lambda name, one: hash((name, one)), initial=hash(instructions))


class CountingModel:
    """Answers at the length it is told to, and bills each request."""

    def __init__(self, lengths: Sequence[int]) -> None:
        self.bill = Bill()
        self.seen: list[Context] = []
        self._lengths = iter(lengths)

    @asynccontextmanager
    async def complete(self, context: Context) -> AsyncIterator[AsyncIterator[CompletionEvent]]:
        self.seen.append(context)
        size, cached = self.bill.add(context.instructions, context.messages)
        length = context.most_tokens
        if length is None:
            length = next(self._lengths)
        else:  # a summary, as long as it may be
            self.bill.total += length * OUTPUT
        yield self._speak(length, size, cached)

    async def _speak(self, length: int, size: int, cached: int) -> AsyncIterator[CompletionEvent]:
        yield Delta(words(length))
        yield Finish(FinishReason.STOP, Usage(size, length, cached))


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation: the tokens of its questions, and of their answers."""

    questions: tuple[int, ...]
    answers: tuple[int, ...]


def talk(seed: int, *, question: float = QUESTION, answer: float = ANSWER) -> Talk:
    """Return a conversation of 200 turns, the same for a seed."""
    dice = random.Random(seed)  # noqa: S311  # no key

    def lengths(median: float) -> tuple[int, ...]:
        return tuple(round(median * dice.lognormvariate(0, SPREAD)) + 1 for _ in range(TURNS))

    return Talk(lengths(question), lengths(answer))


async def ours(
    folder: Path, said: Talk, budget: int, *, has_summaries: bool = False
) -> CountingModel:
    """Have the conversation with the bot's own store and completing, restarted in the middle."""
    spare = replace(session(), choices={} if has_summaries else {Trait.SUMMARY: "off"})
    model = CountingModel(said.answers)
    half = TURNS // 2
    for turns in (range(half), range(half, TURNS)):
        async with open_store(f"sqlite:///{folder / f'{budget}.db'}") as store:
            clock = SystemClock()
            completer = completer_over(store, model, clock, budget=budget, name="counting")
            billing = Billing(accounts=store, prices=FixedPrices(), clock=clock)
            for number in turns:
                await store.hear([(spare, prompt(1000 + number, words(said.questions[number])))])
                owed = await store.take_up(SESSION_ID)
                assert owed is not None
                tab = billing.tab(owed)
                answer = await completer.complete(owed, _nobody, tab)
                await store.record_reply(
                    owed.turn.id,
                    answer.reply,
                    usage=answer.usage,
                    floor=answer.floor,
                    calls=tab.calls,
                )
                await store.settle_turn(owed.turn.id, TurnState.DELIVERED)
    return model


def _nobody(_: StringIO) -> None:
    return None


def send_all(messages: Sequence[Message], _: int) -> Sequence[Message]:
    """Show everything, whatever it costs."""
    return messages


def slide(messages: Sequence[Message], budget: int) -> Sequence[Message]:
    """Leave out the oldest messages, as many as it takes in this very turn."""
    first, size = len(messages), 0
    while first and size + tokens_of(messages[first - 1]) <= budget:
        first -= 1
        size += tokens_of(messages[first])
    return messages[first:]


def last_twenty(messages: Sequence[Message], _: int) -> Sequence[Message]:
    """Show the last twenty messages."""
    return messages[-20:]


POLICIES = {"send all": send_all, "slide by a message": slide, "last 20 messages": last_twenty}


def others(all_messages: Sequence[Message], instructions: str, budget: int) -> dict[str, float]:
    """Return what the other policies cost for a conversation, by their names."""
    bills = {name: Bill() for name in POLICIES}
    for end in range(1, len(all_messages) + 1, 2):  # each question is a request
        for name, policy in POLICIES.items():
            bills[name].add(instructions, policy(all_messages[:end], budget))
    return {name: bill.total / 1e6 for name, bill in bills.items()}


def whole(model: CountingModel) -> list[Message]:
    """Return all that was said in a conversation, as the model was shown it."""
    said: list[Message] = []
    for context in model.seen:
        new = context.messages[-2:] if said else context.messages[-1:]
        said.extend(new)
    return said


async def measure(folder: Path, budget: int, talks: Sequence[Talk]) -> dict[str, float]:
    """Return what conversations cost on average by each policy, in millions of tokens."""
    costs: dict[str, list[float]] = {name: [] for name in (*OURS, *POLICIES)}
    for number, said in enumerate(talks):
        (plain := folder / f"{budget}.{number}").mkdir()
        (summed_up := folder / f"{budget}.{number}.summed-up").mkdir()
        model = await ours(plain, said, budget)
        costs[PLAIN].append(model.bill.total / 1e6)
        other = await ours(summed_up, said, budget, has_summaries=True)
        costs[SUMMED_UP].append(other.bill.total / 1e6)
        for name, cost in others(whole(model), model.seen[0].instructions, budget).items():
            costs[name].append(cost)
    return {name: statistics.mean(values) for name, values in costs.items()}


def main() -> int:
    """Print the figures; return 1 when ours is over its limit."""
    figures: list[Figure] = []
    for question, answer in ((QUESTION, ANSWER), (60, 150)):
        talks = [talk(seed, question=question, answer=answer) for seed in range(SEEDS)]
        print(_heading(question, answer))  # noqa: T201  # its purpose
        for budget in EXPECTED:
            with tempfile.TemporaryDirectory(prefix="parley-bill-") as folder:
                costs = asyncio.run(measure(Path(folder), budget, talks))
            print(_row(budget, costs))  # noqa: T201  # its purpose
            if (question, answer) == (QUESTION, ANSWER):
                for name, limits in ((PLAIN, EXPECTED), (SUMMED_UP, EXPECTED_SUMMED_UP)):
                    what = f"{name}, of {budget} tokens at most"
                    goal = limits[budget]
                    figures.append(Figure(what, costs[name], "M", goal, goal * TOLERANCE))
    for figure in figures:
        print(figure)  # noqa: T201  # its purpose
    return 0 if all(figure.value <= figure.limit for figure in figures) else 1


def _heading(question: float, answer: float) -> str:
    columns = "".join(f"{name:>20}" for name in (*OURS, *POLICIES))
    return (
        f"Millions of input tokens at the full price, for {TURNS} turns of about "
        f"{question} tokens in and {answer} out\n{'budget':<8}{columns}"
    )


def _row(budget: int, costs: dict[str, float]) -> str:
    return f"{budget:<8}" + "".join(f"{cost:>20.3f}" for cost in costs.values())
