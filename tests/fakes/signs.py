"""A guide who reads signs."""

from __future__ import annotations

from bot.domain.session import Names, Place


class Signs:
    """The Guide port; whoever owns it may paint the signs over."""

    def __init__(self, server: str = "Home", channel: str = "general") -> None:
        self.server = server
        self.channel = channel

    def names(self, place: Place) -> Names:  # noqa: ARG002  # all places are called alike
        return Names(self.server, self.channel)
