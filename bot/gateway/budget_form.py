"""The form in which a server's own budgets are typed, and how what was typed is read.

What cannot be meant is not lost: it stands in the custom id of the button that puts it before
the person again, in the same form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import discord

from bot.domain.billing import DOLLAR, ScopeKind
from bot.domain.budget import NO_LIMITS, OWN_KINDS, Limits, LimitsByKind, limits_from
from bot.gateway import phrases_budgets as phrases
from bot.gateway.panel import Subject

ASK, TYPED = "set-budgets", "set-budgets-typed"
LONGEST = 20  # characters of a field, so that three fit into a custom id of 100
_BETWEEN = "|"


def button_of(subject: Subject, typed: Sequence[str] = ()) -> discord.ui.Button[discord.ui.View]:
    """Return the button that opens the form, with what was typed in vain, if anything was."""
    label = phrases.CORRECT if typed else phrases.OPEN
    custom_id = _BETWEEN.join((subject.id_of(ASK), *map(_kept, typed)))
    return discord.ui.Button(label=label, custom_id=custom_id)


def typed_before(custom_id: str) -> list[str]:
    """Return what was typed in vain before the button of this id was pressed."""
    return custom_id.split(_BETWEEN)[1:]


def panel_of(custom_id: str) -> str:
    """Return the id without what was typed."""
    return custom_id.partition(_BETWEEN)[0]


def form_of(subject: Subject, shown: Sequence[str]) -> discord.ui.Modal:
    """Return the form, a field for each kind of budget; `shown` stands in them."""
    form = discord.ui.Modal(title=phrases.TITLE, timeout=None, custom_id=subject.id_of(TYPED))
    for kind, text in zip(OWN_KINDS, shown, strict=True):
        field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
            custom_id=kind.value,
            max_length=LONGEST,
            placeholder=phrases.EXAMPLE,
            default=text or None,
            required=False,
        )
        label = discord.ui.Label(
            text=phrases.KINDS[kind], description=phrases.KINDS_AT_LENGTH[kind], component=field
        )
        form.add_item(label)
    form.stop()  # or discord.py would remember it until the process ends
    return form


def texts_of(limits: LimitsByKind) -> list[str]:
    """Return budgets as they are typed, one for each field."""
    return [_text_of(limits.get(kind, NO_LIMITS)) for kind in OWN_KINDS]


def read(typed: Sequence[str]) -> tuple[dict[ScopeKind, Limits], list[ScopeKind]]:
    """Return what was meant by the fields, and those that nothing can be meant by."""
    meant: dict[ScopeKind, Limits] = {}
    wrong: list[ScopeKind] = []
    for kind, text in zip(OWN_KINDS, typed, strict=True):
        try:
            meant[kind] = _limits_in(text)
        except ValueError:
            wrong.append(kind)
    return meant, wrong


def fields_of(options: Mapping[str, str | bool]) -> list[str]:
    """Return what was typed into each field."""
    return [str(options.get(kind.value, "")) for kind in OWN_KINDS]


def _limits_in(text: str) -> Limits:
    """Return limits as people type them: a sign of the dollar and spaces are no matter.

    Raises:
        ValueError: they cannot be meant.
    """
    plain = "".join(text.replace("$", "").split())
    return NO_LIMITS if plain in {"", "-"} else limits_from(plain)


def _text_of(limits: Limits) -> str:
    if limits == NO_LIMITS:
        return ""
    return f"{_figure(limits.day)}/{_figure(limits.month)}"


def _figure(amount: int | None) -> str:
    if amount is None:
        return "-"
    text = f"{Decimal(amount) / DOLLAR:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _kept(text: str) -> str:
    """Return what was typed so that it fits where it is kept: most of it, in any case."""
    return "".join(c for c in text[:LONGEST] if c != _BETWEEN and c <= "\uffff")
