"""Listenings: what is listened to at each place, known without asking the store.

Whether a message is meant for the bot is decided the moment it arrives, in the order of
arrival: nothing may be awaited for it.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.manner import Level, Listening
from bot.domain.session import Place

Key = tuple[Level, int]


class Listenings:
    """A view of what was chosen; as large as the store's list of such choices."""

    def __init__(self, chosen: Mapping[Key, Listening] | None = None) -> None:
        self._chosen = dict(chosen or {})

    def at(self, place: Place) -> Listening:
        """Return what is listened to at a place."""
        chosen = self._chosen.get((Level.CHANNEL, place.channel))
        if chosen is None and place.guild_id is not None:
            chosen = self._chosen.get((Level.SERVER, place.guild_id))
        return chosen or Listening.MENTIONS

    def learn(self, place: Place, level: Level, listening: Listening | None) -> None:
        """Know what was chosen for the channel or the server of a place."""
        owner = place.guild_id if level is Level.SERVER else place.channel
        if owner is None:
            return
        self._chosen.pop((level, owner), None)
        if listening is not None:
            self._chosen[level, owner] = listening
