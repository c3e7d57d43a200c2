"""Fields: JSON from the far side, read without trusting its shape.

Compatible servers leave fields out, send null for them or add their own. What is not as
expected reads as empty, so that one odd field never costs an answer.
"""

from __future__ import annotations

from collections.abc import Mapping

Fields = Mapping[str, object]
MOST = 1_000_000_000  # things that are counted in one answer; what they cost has to be a number too


def fields(value: object) -> Fields:
    """Return a JSON object as it is, and anything else as an empty one."""
    return value if isinstance(value, dict) else {}


def first(value: object) -> Fields:
    """Return the first JSON object of a list; an empty one when there is none."""
    return fields(value[0]) if isinstance(value, list) and value else {}


def text(value: object) -> str:
    """Return a string as it is, and anything else as an empty one."""
    return value if isinstance(value, str) else ""


def count(value: object) -> int:
    """Return a number of things; anything else, and more than could be, counts as none."""
    return value if isinstance(value, int) and 0 < value <= MOST else 0
