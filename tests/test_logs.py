"""One line an event, and no secrets in any."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from bot.logs import set_up_logs


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Return what is logged; the logging of the tests is put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    set_up_logs("INFO", secrets=["s3cret-token", ""], stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


def test_an_event_is_one_line_even_with_a_traceback_and_line_breaks(lines: io.StringIO) -> None:
    logging.getLogger("bot").error("event=broken\nturn=7", exc_info=ValueError("first\nsecond"))

    assert lines.getvalue().count("\n") == 1
    assert "event=broken ↵ turn=7" in lines.getvalue()
    assert "ValueError: first ↵ second" in lines.getvalue()


def test_secrets_are_taken_out_wherever_they_stand(lines: io.StringIO) -> None:
    cause = ValueError("Authorization: Bot s3cret-token")

    logging.getLogger("aiohttp").error("failed with %s", "s3cret-token", exc_info=cause)

    assert "s3cret-token" not in lines.getvalue()
    assert lines.getvalue().count("[secret]") == 2


def test_libraries_that_log_messages_at_debug_are_kept_above_it(lines: io.StringIO) -> None:
    set_up_logs("DEBUG", stream=lines)

    assert logging.getLogger("discord.http").getEffectiveLevel() == logging.INFO
    assert logging.getLogger("openai").getEffectiveLevel() == logging.INFO
    assert logging.getLogger("bot").getEffectiveLevel() == logging.DEBUG
