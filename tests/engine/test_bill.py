"""What a long conversation is billed, and that a restart does not cost its cache."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from bot.domain.message import Message, Role
from tests.bench.bill import Bill, ours, talk


async def test_two_hundred_turns_cost_what_one_hop_to_half_the_budget_costs(tmp_path: Path) -> None:
    model = await ours(tmp_path, talk(1), 8_000)

    assert 0.22e6 < model.bill.total < 0.27e6


async def test_each_context_begins_with_the_bytes_of_the_one_before_but_for_a_few_hops(
    tmp_path: Path,
) -> None:
    model = await ours(tmp_path, talk(1), 8_000)

    hops = [
        number
        for number, (before, after) in enumerate(pairwise(model.seen), start=1)
        if after.messages[: len(before.messages)] != before.messages
    ]
    assert len(hops) < 20
    assert 100 not in hops  # the first turn after the restart
    assert len({context.instructions for context in model.seen}) == 1


async def test_with_summaries_a_hop_costs_one_request_more_and_a_restart_nothing(
    tmp_path: Path,
) -> None:
    model = await ours(tmp_path, talk(1), 8_000, has_summaries=True)

    answers = [context for context in model.seen if context.most_tokens is None]
    hops = [
        number
        for number, (before, after) in enumerate(pairwise(answers), start=1)
        if after.messages[: len(before.messages)] != before.messages
    ]
    assert 0.25e6 < model.bill.total < 0.31e6
    assert len(model.seen) - len(answers) == len(hops) < 20
    assert hops[0] < 100 not in hops  # a summary is shown before and after the restart


def test_a_prefix_is_read_at_a_tenth_and_what_is_new_is_written_at_a_quarter_more() -> None:
    bill = Bill()
    first = [Message(Role.USER, "a" * 4 * 996)]
    second = [*first, Message(Role.ASSISTANT, "b" * 4 * 96), Message(Role.USER, "c" * 4 * 96)]

    assert bill.add("x" * 4 * 96, first) == (1100, 0)
    assert bill.total == 1375.0
    assert bill.add("x" * 4 * 96, second) == (1300, 1100)
    assert bill.total == 1375.0 + 110.0 + 250.0
    assert bill.add("y" * 4 * 96, second) == (1300, 0)
