"""When somebody has had as many answers as they may have."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.domain.rate import Rate, RateNote, Span, excess
from tests.samples import MORNING

A_MINUTE, AN_HOUR, A_DAY = Rate(2, Span.MINUTE), Rate(3, Span.HOUR), Rate(1, Span.DAY)


def _ago(*seconds: float) -> list[datetime]:
    return [MORNING - timedelta(seconds=one) for one in seconds]


@pytest.mark.parametrize(
    ("answered", "opens_in"),
    [
        ((), None),
        ((1,), None),
        ((1, 59.9), 0.1),
        ((1, 60), None),
        ((0, 0), 60),
        ((10, 20, 30), 40),
    ],
)
def test_it_opens_when_one_of_the_answers_that_count_is_a_while_ago(
    answered: tuple[float, ...], opens_in: float | None
) -> None:
    note = excess([A_MINUTE], _ago(*answered), MORNING)

    opens_at = None if note is None else (note.opens_at - MORNING).total_seconds()
    assert opens_at == opens_in


def test_of_several_rates_the_one_that_opens_last_is_told() -> None:
    answered = _ago(1, 2, 1800)

    assert excess([A_MINUTE, AN_HOUR], answered, MORNING) == RateNote(
        AN_HOUR, MORNING + timedelta(seconds=1800)
    )
    assert excess([AN_HOUR, A_MINUTE], answered[:2], MORNING) == RateNote(
        A_MINUTE, MORNING + timedelta(seconds=58)
    )
    assert excess([A_DAY], _ago(86399), MORNING) == RateNote(A_DAY, MORNING + timedelta(seconds=1))


def test_without_a_rate_there_is_none_to_exceed() -> None:
    assert excess([], _ago(1, 1, 1, 1), MORNING) is None
