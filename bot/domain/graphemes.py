"""Graphemes: where a text can be cut without tearing what is seen as one character.

Not the whole of Unicode's rules (the standard library lacks the tables), but what people
write: combining marks, emoji with their modifiers, joiners and flags, Hangul syllables
spelled in letters, consonants joined by a virama, line ends of two characters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import accumulate

_JOINER = "\u200d"
_EXTENDING = ("\u200c", _JOINER)
_VIRAMA = 9  # the combining class of what joins two consonants


def utf16_offsets(text: str) -> Sequence[int]:
    """Return for each place in `text` how many UTF-16 code units stand before it."""
    if not text or max(text) <= "\uffff":
        return range(len(text) + 1)
    return list(accumulate((1 + (character > "\uffff") for character in text), initial=0))


def is_boundary(text: str, place: int, *, since: int = 0) -> bool:
    """Whether a cut at `place` tears nothing, in the part of `text` that begins at `since`."""
    if place <= since or place >= len(text):
        return True
    before, after = text[place - 1], text[place]
    if after < "\u0300":
        return before + after != "\r\n" and (before != _JOINER or after.isascii())
    if before == _JOINER or _extends(after) or _is_surrogate_pair(before, after):
        return False
    if _is_flag_letter(before) and _is_flag_letter(after):
        return _flag_letters_before(text, place, since) % 2 == 0
    return not (unicodedata.combining(before) == _VIRAMA and unicodedata.category(after) == "Lo")


def _extends(character: str) -> bool:
    return (
        character in _EXTENDING
        or unicodedata.category(character).startswith("M")
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= character <= "\U000e007f"  # the letters of regional flags
        or "\u1160" <= character <= "\u11ff"  # vowels and finals of Hangul
    )


def _is_surrogate_pair(before: str, after: str) -> bool:
    return "\ud800" <= before <= "\udbff" and "\udc00" <= after <= "\udfff"


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flag_letters_before(text: str, place: int, since: int) -> int:
    first = place
    while first > since and _is_flag_letter(text[first - 1]):
        first -= 1
    return place - first
