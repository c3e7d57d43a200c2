"""What can be wrong with the local model."""

from __future__ import annotations

from bot.domain.errors import BotError


class NoLocalModel(BotError):
    """The local model cannot be had; `reason` says why, without a full stop."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"There is no local model: {reason}.")
        self.reason = reason
