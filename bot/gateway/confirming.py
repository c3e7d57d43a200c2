"""Confirming: the button that is pressed before something is gone for good."""

from __future__ import annotations

import discord

from bot.domain.session import SessionId

DELETE = "del"


def confirmation(session_id: SessionId) -> discord.ui.View:
    """Return the one button that erases a session. discord.py keeps no track of it."""
    view = discord.ui.View(timeout=None)
    view.add_item(
        discord.ui.Button(
            style=discord.ButtonStyle.danger,
            label="Erase it for good",
            custom_id=f"{DELETE}:{session_id}",
        )
    )
    view.stop()  # or discord.py would remember it until the process ends
    return view
