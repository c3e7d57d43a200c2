"""Logs: one line an event, no secrets, and no words of people above DEBUG."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TextIO

# These log message texts at DEBUG; what they have to say to an operator they say above it.
_TALKATIVE = ("discord", "openai", "aiosqlite", "aiohttp", "asyncio")
# These have a line for every request; ours for a turn says more.
_CHATTY = ("httpx2", "httpcore2")


class OneLine(logging.Formatter):
    """Formats an event as one line, with a traceback folded into it and secrets taken out."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._secrets = tuple(secret for secret in secrets if secret)

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802  # logging's own name
        moment = datetime.fromtimestamp(record.created, UTC)
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, "[secret]")
        return line.replace("\r", "").replace("\n", " \N{DOWNWARDS ARROW WITH CORNER LEFTWARDS} ")


def set_up_logs(level: str, *, secrets: Iterable[str] = (), stream: TextIO | None = None) -> None:
    """Send the logs of `level` and above to `stream`, standard error by default."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(OneLine(secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.INFO, logging.getLevelName(level)))
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # It warns at every start that voice is not supported, which this bot does not use.
    logging.getLogger("discord.client").setLevel(logging.ERROR)
