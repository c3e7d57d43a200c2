"""The forms that a bot can put before a person.

https://docs.discord.com/developers/components/using-modal-components
"""

from __future__ import annotations

from bot.playground.rest.forms import Form
from bot.playground.world.parts import Json, walk

LONGEST_TITLE, LONGEST_ID, LONGEST_LABEL, LONGEST_VALUE, MOST_PARTS = 45, 100, 45, 4000, 5
TEXT_INPUT = 4
ON_TOP = frozenset({1, 10, 18})


def modal_of(form: Form) -> Json:
    """The form as a person is shown it; complains about what breaks a limit."""
    form.text("title", longest=LONGEST_TITLE, shortest=1, required=True)
    form.text("custom_id", longest=LONGEST_ID, shortest=1, required=True)
    parts = form.inners("components", most=MOST_PARTS)
    if not parts:
        form.complain("components", "BASE_TYPE_REQUIRED", "This field is required")
    for part in parts:
        part.choice("type", ON_TOP)
        part.text("label", longest=LONGEST_LABEL)
    for index, inner in enumerate(walk([part.body for part in parts])):
        if inner.get("type") == TEXT_INPUT:
            _check_input(Form(inner, form.complaints, (*form.path, "components", index)))
    return form.body


def _check_input(text: Form) -> None:
    text.text("custom_id", longest=LONGEST_ID, shortest=1, required=True)
    text.choice("style", {1, 2})
    text.text("label", longest=LONGEST_LABEL)
    text.text("value", longest=LONGEST_VALUE)
