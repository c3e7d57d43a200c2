from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import SystemClock

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Machine:
    """A machine whose time of day anybody may set."""

    day: datetime = NOON
    uptime: float = 1000.0

    def clock(self) -> SystemClock:
        return SystemClock(lambda: self.day, lambda: self.uptime)

    def run(self, seconds: float) -> None:
        self.day += timedelta(seconds=seconds)
        self.uptime += seconds


def test_until_it_is_set_right_it_says_what_the_machine_says() -> None:
    machine = Machine()
    clock = machine.clock()

    machine.run(60)

    assert clock.now() == NOON + timedelta(seconds=60)


@pytest.mark.parametrize("hours", [-48, -3, 3, 48])
def test_once_set_right_the_machine_may_be_set_to_anything(hours: int) -> None:
    machine = Machine(NOON + hours * HOUR)
    clock = machine.clock()

    clock.set_right(NOON)
    machine.run(60)
    machine.day -= hours * HOUR
    machine.run(60)

    assert clock.now() == NOON + timedelta(seconds=120)


def test_it_follows_the_newest_word() -> None:
    machine = Machine()
    clock = machine.clock()

    clock.set_right(NOON)
    clock.set_right(NOON + HOUR)  # the machine was frozen, and nothing in it went on
    clock.set_right(NOON + HOUR - timedelta(seconds=1))

    assert clock.now() == NOON + HOUR - timedelta(seconds=1)


def test_a_clock_that_is_wrong_is_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine(NOON + HOUR)
    clock = machine.clock()

    for _ in range(3):
        clock.set_right(NOON)
    machine.day = NOON + timedelta(seconds=29)
    clock.set_right(NOON)

    assert caplog.messages == [
        "event=clock_wrong seconds=3600; Discord's time is used, but set this machine's"
    ]
