"""Custom ids are marks; everything else is nobody's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.reply import Controls, Mark, Standing
from bot.gateway.address import (
    branch_id,
    custom_id,
    parse,
    parse_branch,
    parse_standing,
    parse_version,
    standing_id,
    version_id,
)

MARKS = st.builds(Mark, st.integers(0, 2**63 - 1), st.integers(0, 4095))


@given(st.sampled_from(Controls), MARKS)
def test_what_is_written_is_read_and_fits_discords_limit(controls: Controls, mark: Mark) -> None:
    written = custom_id(controls, mark)

    assert parse(written) == (controls, mark)
    assert len(written) <= 100


VERSIONS = st.integers(0, 2**28 - 1)


@given(MARKS, VERSIONS)
def test_the_version_that_an_arrow_shows_is_read_back(mark: Mark, version: int) -> None:
    written = version_id(mark, version, is_before=True)

    assert parse_version(written) == (mark.anchor, version)
    assert parse(written) is None
    assert len(written) <= 100


def test_what_a_branch_goes_on_from_is_read_back() -> None:
    written = branch_id(Mark(0xABC, 2))

    assert written == "branch:abc:2"
    assert parse_branch(written) == 0xABC
    assert [parse_branch(bad) for bad in ("branch:abc", "branch:x:0", "retry:abc:2")] == [None] * 3
    assert parse(written) is None


def test_two_arrows_that_show_nothing_have_different_ids() -> None:
    ids = [version_id(Mark(1, 0), None, is_before=is_before) for is_before in (True, False)]

    assert ids == ["show:1:0:first", "show:1:0:last"]
    assert [parse_version(one) for one in ids] == [None, None]


@given(MARKS, VERSIONS, VERSIONS, st.none() | VERSIONS, st.none() | VERSIONS)
def test_where_a_version_stands_is_read_back(
    mark: Mark, number: int, count: int, before: int | None, after: int | None
) -> None:
    standing = Standing(number, count, before, after)

    written = standing_id(mark, standing)

    assert parse_standing(written) == standing
    assert parse(written) is None
    assert len(written) <= 100


@pytest.mark.parametrize(
    "forged",
    ["", "stop", "stop:", "stop:1", "stop:1:2:3", "STOP:1:2", "stop:g:0", "stop:1:2\n", "x:1:2",
     "stop:" + "f" * 17 + ":0", "stop:8" + "0" * 15 + ":0", "stop:-1:0", "stop:1: 2",
     "stop:\uff11:0"],
)  # fmt: skip
def test_what_is_not_ours_is_nobodys(forged: str) -> None:
    assert parse(forged) is None
