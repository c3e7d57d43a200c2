"""A plain answer, a long one, another version of it, a merged catch-up: whatever befalls them.

`python -m tests.bench lives` tells all these tales; here it is one in so many, always the same.
"""

from __future__ import annotations

from itertools import islice

import pytest

from tests.engine.faults import Trouble
from tests.engine.lives import Power
from tests.engine.tales import TALES, Case, second_deaths, single_deaths, single_faults, tell


@pytest.mark.parametrize("name", TALES)
def test_trouble_at_any_call_of_a_tale_does_no_harm(name: str) -> None:
    found = {str(case): tell(case) for case in islice(single_faults(name), 0, None, 9)}

    assert {case: words for case, words in found.items() if words} == {}


@pytest.mark.parametrize("name", TALES)
def test_two_deaths_in_a_row_do_a_tale_no_harm(name: str) -> None:
    firsts = islice(single_deaths(name), 0, None, 31)
    pairs = islice((pair for first in firsts for pair in second_deaths(first)), 0, None, 23)
    found = {str(case): tell(case) for case in pairs}

    assert {case: words for case, words in found.items() if words} == {}


def test_a_case_is_told_again_by_its_name() -> None:
    faults = ((3, Trouble.DIES_AFTER), (7, Trouble.DIES_BEFORE))
    case = Case("plain", faults, 400.0, Power.ANY)

    assert str(case) == "plain/3:DIES_AFTER,7:DIES_BEFORE/400/ANY"
    assert Case.parse(str(case)) == case
