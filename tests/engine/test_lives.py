"""Whatever people do and whatever fails, in any order: once, whole, in order, as it is stored."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.engine.lives import Lives, WatchedBoard

SEEDS = 150


def violations(seed: int, board: WatchedBoard | None = None) -> list[str]:
    lives = Lives(seed, board=board)
    lives.run()
    return lives.violations()


def without_nonces() -> WatchedBoard:
    return WatchedBoard(nonce_window=0.0)


def without_history() -> WatchedBoard:
    board = WatchedBoard()
    board.hides_history = True
    return board


def test_random_lives_leave_nothing_lost_doubled_or_out_of_order() -> None:
    found = {seed: violations(seed) for seed in range(SEEDS)}

    assert {seed: words for seed, words in found.items() if words} == {}


@pytest.mark.parametrize("make", [without_nonces, without_history])
def test_neither_the_nonce_nor_the_search_is_enough_alone(make: Callable[[], WatchedBoard]) -> None:
    assert any(violations(seed, make()) for seed in range(SEEDS))
