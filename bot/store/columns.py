"""How moments and days stand in a column: as whole microseconds, or days, since 1970, UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_column(moment: datetime) -> int:
    """Return what is stored for a moment, which must know its time zone."""
    return (moment - _EPOCH) // _MICROSECOND


def from_column(microseconds: int) -> datetime:
    """Return the very moment that was stored, in UTC."""
    return _EPOCH + microseconds * _MICROSECOND


def to_day(day: date) -> int:
    """Return what is stored for a day."""
    return (day - _EPOCH.date()).days


def from_day(days: int) -> date:
    """Return the very day that was stored."""
    return _EPOCH.date() + timedelta(days=days)
