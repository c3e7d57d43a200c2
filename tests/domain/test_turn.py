"""The moves a turn may make, and the names it has on Discord."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.domain.errors import IllegalMove, TurnSettled
from bot.domain.message import Prompt
from bot.domain.reply import Mark
from bot.domain.session import SessionId, TurnId
from bot.domain.turn import Turn, TurnState, check_move
from tests.samples import SESSION_ID

ALLOWED = {
    ("received", "received"),
    ("received", "answering"),
    ("received", "cancelled"),
    ("answering", "answering"),
    ("answering", "answered"),
    ("answering", "abandoned"),
    ("answering", "cancelled"),
    ("answered", "posted"),
    ("answered", "delivered"),
    ("answered", "abandoned"),
    ("answered", "cancelled"),
    ("posted", "delivered"),
    ("posted", "abandoned"),
    ("posted", "cancelled"),
}
FINAL = {"delivered", "abandoned", "cancelled"}


@pytest.mark.parametrize("old", list(TurnState))
@pytest.mark.parametrize("new", list(TurnState))
def test_a_turn_makes_the_moves_of_the_table_and_no_other(old: TurnState, new: TurnState) -> None:
    if (old.value, new.value) in ALLOWED:
        check_move(old, new)
    elif old.value in FINAL:
        with pytest.raises(TurnSettled):
            check_move(old, new)
    else:
        with pytest.raises(IllegalMove):
            check_move(old, new)


def a_turn(*, message_id: int, edition: int = 0) -> Turn:
    said_at = datetime(2026, 1, 1, tzinfo=UTC)
    prompt = Prompt(message_id, 1, "Ada", "hello", said_at)
    return Turn(TurnId(1), SessionId(SESSION_ID), (prompt,), edition=edition)


def test_a_nonce_is_a_function_of_message_edition_and_page_within_25_characters() -> None:
    turn = a_turn(message_id=2**64 - 1, edition=4095)

    nonce = turn.nonce(4095)

    assert nonce == "ffffffffffffffff.fff.fff"
    assert len(nonce) == 24


def test_versions_share_their_marks_but_not_their_nonces() -> None:
    first, second = a_turn(message_id=255), a_turn(message_id=255, edition=1)

    assert first.mark(2) == second.mark(2) == Mark(255, 2)
    assert (first.nonce(2), second.nonce(2)) == ("ff.0.2", "ff.1.2")
