"""Whatever people do and whatever fails, in any order: once, whole, in order, as it is stored.

`python -m tests.bench lives` does the same for many thousand seeds.
"""

from __future__ import annotations

import pytest

from tests.engine.lives import Lives, Power

SEEDS = 100


@pytest.mark.parametrize("power", Power, ids=lambda power: power.name)
def test_random_lives_leave_nothing_lost_doubled_or_out_of_order(power: Power) -> None:
    found = {seed: Lives(seed, power).run() for seed in range(SEEDS)}

    assert {seed: words for seed, words in found.items() if words} == {}
