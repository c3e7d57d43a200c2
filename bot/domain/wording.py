"""Wording: text from people, made safe to store, to show as a name, or to use as a title."""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby

LONGEST_NAME = 40  # characters; Discord's own limit is 32
MOST_MARKS = 2  # combining marks on one character; more is decoration
NOBODY = "someone"
UNTITLED = "New conversation"

# What structures the line that says who speaks (`bot.domain.message.render`), and what looks
# like it: NFKC turns full-width and small forms into these.
_STRUCTURE = set("[]{}()<>:#|\u00b7`@\u2022\u2027\u22c5\u30fb\uff65\u3010\u3011\u27e6\u27e7")
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}

_SYNTAX = re.compile(
    r"<a?:(?P<emoji>\w{2,32}):\d+>|<[@#][!&]?\d+>|<t:-?\d+(?::\w)?>"
    r"|\[(?P<label>[^\[\]\n]{0,200})\]\([^()\s]{0,500}\)"
    r"|^[ \t]*(?:#{1,6}|>{1,3}|[-*+]|-#|```\w*)[ \t]*|[*_~`|]{1,3}",
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
    visible = "".join(_visible(unicodedata.normalize("NFC", storable(name))))
    words = " ".join(visible.split())
    return words[:LONGEST_NAME].strip() or NOBODY


def title_from(text: str, *, limit: int = 80) -> str:
    """Return a title of one line for what begins with `text`; at most `limit` characters."""
    for line in _SYNTAX.sub(_plain, storable(text)).splitlines():
        words = "".join(c for c in line if unicodedata.category(c) not in _UNSEEN or c.isspace())
        if title := " ".join(words.split()):
            return _shortened(title, limit)
    return UNTITLED


def _visible(name: str) -> list[str]:
    kept: list[str] = []
    for is_mark, run in groupby(name, key=lambda c: unicodedata.category(c).startswith("M")):
        characters = list(run)
        if is_mark:
            kept += characters[:MOST_MARKS] if kept and not kept[-1].isspace() else []
        else:
            kept += [_harmless(c) for c in characters]
    return kept


def _harmless(character: str) -> str:
    if character.isspace() or not _STRUCTURE.isdisjoint(unicodedata.normalize("NFKC", character)):
        return " "
    return "" if unicodedata.category(character) in _UNSEEN else character


def _plain(match: re.Match[str]) -> str:
    return match["emoji"] or match["label"] or ""


def _shortened(title: str, limit: int) -> str:
    if len(title) <= limit:
        return title
    head = title[: limit - 1]
    at_word = head.rpartition(" ")[0]
    return f"{(at_word if len(at_word) > limit // 2 else head).rstrip()}…"
