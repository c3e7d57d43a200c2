"""Picking from menus and filling in forms, as far as a person's client lets them.

https://docs.discord.com/developers/components/reference
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.playground.interactions.values import NotOffered
from bot.playground.world.parts import Json

STRING_SELECT, TEXT_INPUT = 3, 4
LONGEST_INPUT = 4000

Filling = Mapping[str, str | Sequence[str]]
"""What goes into the parts of a form, by their custom ids."""


def check_picked(menu: Json, values: Sequence[object]) -> None:
    """The menu lets a person pick these.

    Raises:
        NotOffered: if it does not hold them, or not so few or so many.
    """
    offered = menu.get("options")
    known = [each.get("value") for each in offered] if isinstance(offered, list) else None
    if known is not None and any(value not in known for value in values):
        raise NotOffered("the menu does not hold that")
    if not _bound(menu, "min_values", 1) <= len(values) <= _bound(menu, "max_values", 1):
        raise NotOffered("the menu takes fewer or more")


def filled(modal: Json, values: Filling) -> dict[str, object]:
    """The form's data as it is sent.

    Raises:
        NotOffered: if a value does not fit its field, or has none.
    """
    parts = modal.get("components")
    parts = parts if isinstance(parts, Sequence) else []
    left = dict(values)
    data = {"custom_id": modal["custom_id"], "components": [_filled(part, left) for part in parts]}
    if left:
        raise NotOffered(f"no such field: {', '.join(sorted(left))}")
    return data


def _filled(part: Json, left: dict[str, str | Sequence[str]]) -> Json:
    shown: dict[str, object] = {"type": part["type"], "id": part.get("id", 1)}
    inner, listed = part.get("component"), part.get("components")
    if isinstance(inner, Mapping):
        shown["component"] = _value(inner, left)
    elif isinstance(listed, Sequence):
        shown["components"] = [_value(each, left) for each in listed]
    return shown


def _value(part: Json, left: dict[str, str | Sequence[str]]) -> Json:
    custom_id = str(part["custom_id"])
    shown = {"type": part["type"], "id": part.get("id", 2), "custom_id": custom_id}
    given = left.pop(custom_id, None)
    if part["type"] == STRING_SELECT:
        return shown | {"values": _picked(part, given)}
    if part["type"] != TEXT_INPUT:
        raise NotOffered(f"{custom_id} is nothing that can be filled in here")
    return shown | {"value": _text(part, given)}


def _picked(menu: Json, given: str | Sequence[str] | None) -> list[str]:
    picked = [given] if isinstance(given, str) else list(given or ())
    if picked or menu.get("required", True):
        check_picked(menu, picked)
    return picked


def _text(field: Json, given: str | Sequence[str] | None) -> str:
    text = str(field.get("value") or "") if given is None else given
    if not isinstance(text, str):
        raise NotOffered("a field takes one text")
    wanted = text or field.get("required", True)
    if wanted and len(text) < max(1, _bound(field, "min_length", 1)):
        raise NotOffered(f"{field['custom_id']} is too short")
    if len(text) > _bound(field, "max_length", LONGEST_INPUT):
        raise NotOffered(f"{field['custom_id']} is too long")
    return text


def _bound(part: Json, name: str, otherwise: int) -> int:
    value = part.get(name)
    return value if isinstance(value, int) else otherwise
