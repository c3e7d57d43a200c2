"""Rates: how many answers one person may have in a while, wherever they ask.

A while is one that goes along with the clock: the last minute, and not since the minute began.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType


class Span(StrEnum):
    """How long a while is."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return _LENGTHS[self]


_LENGTHS: Mapping[Span, timedelta] = MappingProxyType(
    {
        Span.MINUTE: timedelta(minutes=1),
        Span.HOUR: timedelta(hours=1),
        Span.DAY: timedelta(days=1),
    }
)


@dataclass(frozen=True, slots=True)
class Rate:
    """So many answers in a while, and no more."""

    count: int  # at least 1
    span: Span


@dataclass(frozen=True, slots=True)
class RateNote:
    """What is said in place of an answer to who has had as many as a rate allows."""

    rate: Rate
    opens_at: datetime


def rate_from(text: str) -> Rate:
    """Return the rate that `text` names, such as `10/minute`.

    Raises:
        ValueError: it names none.
    """
    count, span = text.split("/")
    if not re.fullmatch(r"\s*[1-9]\d{0,5}\s*", count, re.ASCII):
        raise ValueError(text)
    return Rate(int(count), Span(span.strip()))


def excess(rates: Sequence[Rate], answered: Sequence[datetime], now: datetime) -> RateNote | None:
    """Return the rate that allows no answer now, the one that opens last; None if all do.

    `answered` is when the person's answers were given, the newest first, as many as the
    largest rate counts.
    """
    notes = []
    for rate in rates:
        if len(answered) >= rate.count:
            opens_at = answered[rate.count - 1] + rate.span.length
            if opens_at > now:
                notes.append(RateNote(rate, opens_at))
    return max(notes, key=lambda note: note.opens_at, default=None)
