"""What components a message may hold.

https://docs.discord.com/developers/components/reference
"""

from __future__ import annotations

from itertools import count

from bot.playground.rest.forms import Form
from bot.playground.world.parts import Json, walk

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS = frozenset({3, 5, 6, 7, 8})
TEXT_DISPLAY, LABEL = 10, 18
LINK, PREMIUM = 5, 6
V2_ON_TOP = frozenset({1, 9, 10, 12, 13, 14, 17})

MOST_ROWS, MOST_BUTTONS, MOST_OPTIONS, MOST_IN_V2 = 5, 5, 25, 40
LONGEST_ID, LONGEST_LABEL, LONGEST_OPTION, LONGEST_V2_TEXT = 100, 80, 100, 4000


def components_of(form: Form, *, v2: bool) -> tuple[Json, ...]:
    """The form's components as they are kept, numbered as Discord numbers them."""
    parts = form.inners("components", most=None if v2 else MOST_ROWS)
    for part in parts:
        if v2:
            part.choice("type", V2_ON_TOP)
        else:
            part.choice("type", {ROW})
        _check(part)
    _check_ids(form, parts)
    if v2:
        _check_v2_sizes(form, parts)
    numbers = count(1)
    return tuple(_numbered(part.body, numbers) for part in parts)


def _check(part: Form) -> None:
    kind = part.integer("type")
    if kind == ROW:
        _check_row(part)
    elif kind == BUTTON:
        _check_button(part)
    elif kind in SELECTS:
        part.text("custom_id", longest=LONGEST_ID, shortest=1, required=True)
        _check_options(part, needed=kind == STRING_SELECT)
    elif kind == TEXT_DISPLAY:
        part.text("content", longest=LONGEST_V2_TEXT, shortest=1, required=True)
    for name in ("components", "accessory", "component"):
        for inner in _below(part, name):
            _check(inner)


def _check_row(row: Form) -> None:
    inner = row.inners("components")
    if not 1 <= len(inner) <= MOST_BUTTONS:
        message = f"Must be between 1 and {MOST_BUTTONS} in length."
        row.complain("components", "BASE_TYPE_BAD_LENGTH", message)
    if len(inner) > 1 and any(part.integer("type") in SELECTS for part in inner):
        message = "A row with a select menu holds nothing else"
        row.complain("components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)


def _check_button(button: Form) -> None:
    style = button.choice("style", range(1, 7))
    button.text("label", longest=LONGEST_LABEL)
    if "label" not in button and "emoji" not in button and style != PREMIUM:
        message = "A button must have a label or emoji."
        button.complain("label", "BUTTON_COMPONENT_INVALID_CONTENT", message)
    if style == LINK:
        button.text("url", longest=512, shortest=1, required=True)
        if "custom_id" in button:
            message = "A custom id and url cannot both be specified"
            button.complain(
                "custom_id", "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message
            )
    elif style != PREMIUM:
        button.text("custom_id", longest=LONGEST_ID, shortest=1, required=True)


def _check_options(select: Form, *, needed: bool) -> None:
    options = select.inners("options", most=MOST_OPTIONS)
    if needed and not options:
        select.complain("options", "BASE_TYPE_REQUIRED", "This field is required")
    seen: set[str] = set()
    for option in options:
        option.text("label", longest=LONGEST_OPTION, shortest=1, required=True)
        option.text("description", longest=LONGEST_OPTION)
        value = option.text("value", longest=LONGEST_OPTION, shortest=1, required=True)
        if value in seen:
            message = "The specified option value is already used"
            option.complain("value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
        seen.add(value or "")


def _check_ids(form: Form, parts: list[Form]) -> None:
    seen: set[object] = set()
    for part in walk([part.body for part in parts]):
        custom_id = part.get("custom_id")
        if custom_id is not None and custom_id in seen:
            message = "Component custom id cannot be duplicated"
            form.complain("components", "COMPONENT_CUSTOM_ID_DUPLICATED", message)
        seen.add(custom_id)


def _check_v2_sizes(form: Form, parts: list[Form]) -> None:
    everything = walk([part.body for part in parts])
    if len(everything) > MOST_IN_V2:
        message = f"The total number of components must be at most {MOST_IN_V2}"
        form.complain("components", "BASE_TYPE_BAD_LENGTH", message)
    texts = [
        str(part.get("content", "")) for part in everything if part.get("type") == TEXT_DISPLAY
    ]
    if sum(map(len, texts)) > LONGEST_V2_TEXT:
        message = f"The text displays hold more than {LONGEST_V2_TEXT} characters"
        form.complain("components", "COMPONENT_MAX_TOTAL_TEXT_DISPLAY_LENGTH_EXCEEDED", message)


def _below(part: Form, name: str) -> list[Form]:
    value = part.body.get(name)
    if isinstance(value, list):
        return part.inners(name)
    inner = part.inner(name) if isinstance(value, dict) else None
    return [inner] if inner else []


def _numbered(part: Json, numbers: count[int]) -> Json:
    shown = {"id": next(numbers), **part}
    for name in ("components", "accessory", "component"):
        inner = part.get(name)
        if isinstance(inner, list):
            shown[name] = [_numbered(each, numbers) for each in inner if isinstance(each, dict)]
        elif isinstance(inner, dict):
            shown[name] = _numbered(inner, numbers)
    if part.get("type") == BUTTON:
        shown.setdefault("disabled", False)
    return shown
