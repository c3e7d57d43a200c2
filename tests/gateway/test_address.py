"""Custom ids are marks; everything else is nobody's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.reply import Controls, Mark
from bot.gateway.address import custom_id, parse

MARKS = st.builds(Mark, st.integers(0, 2**63 - 1), st.integers(0, 4095))


@given(st.sampled_from(Controls), MARKS)
def test_what_is_written_is_read_and_fits_discords_limit(controls: Controls, mark: Mark) -> None:
    written = custom_id(controls, mark)

    assert parse(written) == (controls, mark)
    assert len(written) <= 100


@pytest.mark.parametrize(
    "forged",
    ["", "stop", "stop:", "stop:1", "stop:1:2:3", "STOP:1:2", "stop:g:0", "stop:1:2\n", "x:1:2",
     "stop:" + "f" * 17 + ":0", "stop:8" + "0" * 15 + ":0", "stop:-1:0", "stop:1: 2",
     "stop:\uff11:0"],
)  # fmt: skip
def test_what_is_not_ours_is_nobodys(forged: str) -> None:
    assert parse(forged) is None
