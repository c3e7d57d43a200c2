"""Every sentence about personas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import discord

from bot.domain.persona import PERSONAS, Persona
from bot.domain.wording import shortened
from bot.engine.personas import MOST_OWN, Kept

ADD = "A persona for this server"
NAME, SUMMARY, WORDING = "Name", "Summary", "Instructions"
NAME_HINT = "Small letters, digits and hyphens"
SUMMARY_HINT = "What people read when they choose it"
WORDING_HINT = "You are … · {server} and {channel} stand for the names of where it is used"
UNKNOWN = "This server has no persona of that name that could be changed. See `/persona list`."

# All of them must fit into one message of 2000 characters.
_LISTED = 40
_LONGEST = 2000

_WRONG: Mapping[Kept, str] = MappingProxyType(
    {
        Kept.WRONG_NAME: (
            "A persona's name has 1 to 32 small letters, digits and hyphens, such as `tour-guide`."
        ),
        Kept.EMPTY: "The instructions are empty. Say in a few words who to be.",
        Kept.TAKEN: (
            "There is a persona of that name already. `/persona edit` changes a server's own."
        ),
        Kept.FULL: (
            f"This server has {MOST_OWN} personas of its own, and no more fit. Delete one first."
        ),
        Kept.UNKNOWN: UNKNOWN,
        Kept.NO_SERVER: "Only a server has personas of its own.",
    }
)


def listing(personas: Sequence[Persona]) -> str:
    """Return the personas that can be chosen, a line each."""
    lines = ["**Personas** for `/chat`, `/new` and `/settings`"]
    for persona in personas:
        mark = "•" if persona.name in PERSONAS else "🏠"
        summary = discord.utils.escape_markdown(shortened(persona.summary, _LISTED))
        lines.append(f"{mark} `{persona.name}` · {summary}")
    lines.append("-# 🏠 is this server's own; who may manage the server adds, edits and deletes.")
    return shortened("\n".join(lines), _LONGEST)


def added(kept: Kept, name: str) -> str:
    """Return what came of adding one."""
    if kept is not Kept.DONE:
        return _WRONG[kept]
    return f"🎭 `{name}` can be chosen in this server now."


def changed(kept: Kept, name: str) -> str:
    """Return what came of changing one."""
    if kept is not Kept.DONE:
        return _WRONG[kept]
    return (
        f"🎭 `{name}` is changed. Conversations that are answered as `{name}` keep the words they "
        "began with; `/reset`, or choosing it again for a conversation in `/settings`, takes the "
        "new ones."
    )


def dropped(kept: Kept, name: str) -> str:
    """Return what came of deleting one."""
    if kept is not Kept.DONE:
        return _WRONG[kept]
    return f"🗑️ `{name}` is gone. Conversations that are answered as `{name}` go on as they are."


def choice(persona: Persona) -> str:
    """Return a persona as one of the choices of an option, without Markdown."""
    return f"{persona.name} · {persona.summary}"
