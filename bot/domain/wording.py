"""Wording: text from people, made safe to store, to show as a name, or to use as a title."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right

from bot.domain.graphemes import is_boundary, utf16_offsets

LONGEST_NAME = 40  # characters; Discord's own limit is 32
MOST_MARKS = 2  # combining marks on one character; more is decoration
NOBODY = "someone"
LONGEST_FILE_NAME = 60  # characters
_ENDING = 12  # of these, from the end of the name
UNNAMED = "unnamed"
UNTITLED = "New conversation"

# What structures the line that says who speaks (`bot.domain.message.render`), and what looks
# like it; compatible forms, such as full-width ones, are turned into these by NFKC.
_STRUCTURE = frozenset(
    "<>|`@"
    ":\u02d0\u02f8\u0589\u05c3\u2236\ua789"  # colons
    "#\u22d5\u266f"  # number signs
    "\u00b7\u0387\u16eb\u2022\u2027\u2219\u22c5\u2e31\u30fb\ua78f"  # dots in the middle
)
_BRACKETS = ("Ps", "Pe")
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn")
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and signs that show nothing

_SYNTAX = re.compile(
    r"(?P<ticks>`+)(?P<code>[^`\n]+)(?P=ticks)"
    r"|<a?:(?P<emoji>\w{2,32}):\d+>|<(?P<command>/[^<>:\n]{1,100}):\d+>"
    r"|<(?:[@#][!&]?\d+|t:-?\d+(?::\w)?|id:\w+)>"
    r"|!?\[(?P<label>[^\[\]\n]{0,200})\]\([^()\s]{0,500}\)"
    r"|^[ \t]*(?:(?:`{3,}|~{3,})[\w+\-.#]*|[-*_]{3,})[ \t]*$"
    r"|^(?:[ \t]*(?:#{1,6}|>{1,3}|[-*+](?:[ \t]\[[ xX]\])?|-#)(?=[ \t]))+"
    r"|(?<!\w)(?:\*{1,3}|_{1,3})(?=\S)|(?<=\S)(?:\*{1,3}|_{1,3})(?!\w)"
    r"|~~|\|\||`+",
    re.MULTILINE,
)


def storable(text: str) -> str:
    """Return `text` as UTF-8 and SQLite can hold it: no lone surrogates, no NUL.

    Two halves that came apart, as an emoji in two pieces of a stream, are put together.
    """
    if text.isascii():
        return text.replace("\0", "")
    units = text.encode("utf-16-le", "surrogatepass")
    return units.decode("utf-16-le", "replace").replace("\0", "")


def speaker_name(name: str) -> str:
    """Return a display name as it may stand in the line that says who speaks.

    It is one line, at most 40 characters, and holds nothing that structures that line.
    """
    return _in_one_line(name)[:LONGEST_NAME].strip() or NOBODY


def file_name(name: str) -> str:
    """Return a file's name as it may stand in a line of ours; of a long one, its two ends."""
    clean = _in_one_line(re.split(r"[/\\]", name)[-1])
    if len(clean) > LONGEST_FILE_NAME:
        clean = f"{clean[: LONGEST_FILE_NAME - _ENDING - 1]}…{clean[-_ENDING:]}"
    return clean.strip() or UNNAMED


def _in_one_line(name: str) -> str:
    harmless = "".join(map(_harmless, unicodedata.normalize("NFC", storable(name))))
    return " ".join(_with_few_marks(unicodedata.normalize("NFC", harmless)).split())


def title_from(text: str, *, limit: int = 80) -> str:
    """Return a title of one line for what begins with `text`.

    It is at most `limit` long, counted in UTF-16 code units; `UNTITLED` may be longer.
    """
    return title_in(text, limit=limit) or UNTITLED


def title_in(text: str, *, limit: int = 80) -> str | None:
    """Return the same, or None when there is nothing to read in `text`."""
    for line in _SYNTAX.sub(_plain, storable(text)).splitlines():
        if title := " ".join("".join(map(_visible, line)).split()):
            return shortened(title, limit)
    return None


def shortened(text: str, limit: int) -> str:
    """Return `text`, cut to `limit` UTF-16 code units with an ellipsis if it is longer."""
    offsets = utf16_offsets(text)
    if offsets[-1] <= limit:
        return text
    end = bisect_right(offsets, limit - 1) - 1
    at_word = text.rfind(" ", 0, end + 1)
    if at_word > limit // 2:
        return f"{text[:at_word]}…"
    while not is_boundary(text, end):
        end -= 1
    return f"{text[:end].rstrip()}…"


def _harmless(character: str) -> str:
    compatible = unicodedata.normalize("NFKC", character)
    if not _STRUCTURE.isdisjoint(compatible) or _is_bracket(character) or _is_bracket(compatible):
        return " "
    return _visible(character)


def _is_bracket(character: str) -> bool:
    return any(unicodedata.category(part) in _BRACKETS for part in character)


def _visible(character: str) -> str:
    if character.isspace() or character in _BLANK:
        return " "
    return "" if unicodedata.category(character) in _UNSEEN else character


def _with_few_marks(text: str) -> str:
    """Return `text` with at most two marks on each character, and none on nothing."""
    kept: list[str] = []
    room = 0
    for character in text:
        is_mark = unicodedata.category(character).startswith("M")
        if is_mark and not room:
            continue
        room = room - 1 if is_mark else MOST_MARKS * (not character.isspace())
        kept.append(character)
    return "".join(kept)


def _plain(match: re.Match[str]) -> str:
    return match["code"] or match["emoji"] or match["command"] or match["label"] or ""
