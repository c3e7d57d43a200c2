"""The panel of `/context`: a menu of what the model is shown, and a look at each.

It remembers nothing: which turn and which page it is about stands in the custom ids of its
parts. So it works after a restart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.domain.marks import Marks, TurnMark
from bot.domain.session import TurnId
from bot.domain.turn import Turn
from bot.engine.contexts import View
from bot.gateway import phrases_context as phrases
from bot.gateway.commands import MOST_CHOICES

PAGE, LOOK = "ctx-page", "ctx-look"
PIN, LEAVE_OUT, CLEAR = "ctx-pin", "ctx-out", "ctx-clear"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in the panel somebody is: at which turn, of which page."""

    page: int
    turn: TurnId | None = None

    def id_of(self, part: str) -> str:
        """Return the custom id of a part of the panel."""
        return f"{part}:{self.page:x}:{self.turn or 0:x}"


def spot_of(custom_id: str) -> Spot | None:
    """Return where in the panel the part with a custom id stands."""
    _, _, rest = custom_id.partition(":")
    page, _, turn = rest.partition(":")
    try:
        number = int(turn, 16)
        return Spot(int(page, 16), TurnId(number) if number else None)
    except ValueError:
        return None


def turn_picked(picked: str) -> TurnId | None:
    """Return the turn that was picked in the menu."""
    try:
        return TurnId(int(picked, 16))
    except ValueError:
        return None


def list_of(seen: View, spot: Spot) -> discord.ui.View:
    """Return the menu of a page of what can be looked at, and the way to the others."""
    view = discord.ui.View(timeout=None)
    pages = -(-len(seen.listed) // MOST_CHOICES)
    page = max(min(spot.page, pages - 1), 0)
    if seen.listed:
        listed = seen.listed[page * MOST_CHOICES : (page + 1) * MOST_CHOICES]
        view.add_item(_menu(Spot(page), listed, seen.marks))
    if page > 0:
        view.add_item(_button(Spot(page - 1).id_of(PAGE), phrases.NEWER))
    if page + 1 < pages:
        view.add_item(_button(Spot(page + 1).id_of(PAGE), phrases.OLDER))
    view.stop()  # or discord.py would remember it until the process ends
    return view


def marks_of(spot: Spot, mark: TurnMark | None, *, may_mark: bool) -> discord.ui.View:
    """Return the buttons below a look at a turn."""
    view = discord.ui.View(timeout=None)
    for part, words, is_on in (
        (PIN, phrases.PIN, mark is not TurnMark.PINNED),
        (LEAVE_OUT, phrases.LEAVE_OUT, mark is not TurnMark.LEFT_OUT),
        (CLEAR, phrases.CLEAR, mark is not None),
    ):
        view.add_item(_button(spot.id_of(part), words, is_on=is_on and may_mark))
    view.add_item(_button(Spot(spot.page).id_of(PAGE), phrases.BACK))
    view.stop()
    return view


def _menu(spot: Spot, turns: Sequence[Turn], marks: Marks) -> discord.ui.Select[discord.ui.View]:
    options = [
        discord.SelectOption(
            label=phrases.label(turn, marks.on(turn.id)),
            value=f"{turn.id:x}",
            description=phrases.beginning_of_answer(turn),
        )
        for turn in turns
    ]
    return discord.ui.Select(
        custom_id=spot.id_of(LOOK), options=options, placeholder=phrases.LOOK_AT
    )


def _button(
    custom_id: str, label: str, *, is_on: bool = True
) -> discord.ui.Button[discord.ui.View]:
    return discord.ui.Button(label=label, custom_id=custom_id, disabled=not is_on)
