"""Labels: the line that the server writes above what a person said (`bot.domain.message`).

Small models imitate what they are shown and begin their answers with such a line, or with
their own name and a colon as in a play. It is taken off while the answer streams, holding
back no more than may still become one.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator

from bot.domain.completion import CompletionEvent, Delta
from bot.domain.persona import NAME

LONGEST_LABEL = 120  # characters; a name has at most 32, an id 20, the rest is fixed

_LABEL = re.compile(
    rf"\[(?:(?:{NAME}|[^\[\]\n]+ #\d{{1,20}}) · )?\d{{4}}-\d\d-\d\d \d\d:\d\dZ\][ \t]*"
)
_OWN_NAME = f"{NAME}:"
_UNDECIDED = re.compile(r"\s*(?:\[[^\[\]\n]*(?:\][ \t]*)?)?")


class LabelFilter:
    """Takes a label off the start of an answer that comes in pieces."""

    def __init__(self) -> None:
        self._held = ""
        self._decided = False

    def feed(self, piece: str) -> str:
        """Return what can be shown now that `piece` has come."""
        if self._decided:
            return piece
        self._held += piece
        if len(self._held) <= LONGEST_LABEL and self._may_become_one():
            return ""
        return self._release()

    def end(self) -> str:
        """Return what was held back when nothing more comes."""
        return "" if self._decided else self._release()

    def _may_become_one(self) -> bool:
        is_name = _OWN_NAME.startswith(self._held.lstrip())
        return is_name or _UNDECIDED.fullmatch(self._held) is not None

    def _release(self) -> str:
        self._decided = True
        start = self._held.lstrip()
        blank = len(self._held) - len(start)
        if start.startswith(_OWN_NAME) and blank + len(_OWN_NAME) <= LONGEST_LABEL:
            said = start.removeprefix(_OWN_NAME)
            return said[1:] if said[:1].isspace() else said
        line, _, rest = start.partition("\n")
        length = blank + len(line)
        is_label = length <= LONGEST_LABEL and _LABEL.fullmatch(line)
        return rest if is_label else self._held


async def without_label(
    events: AsyncIterator[CompletionEvent],
) -> AsyncGenerator[CompletionEvent, None]:
    """Yield a completion without a label at its start, and without empty pieces."""
    label = LabelFilter()
    async for event in events:
        if shown := label.feed(event.text) if isinstance(event, Delta) else label.end():
            yield Delta(shown)
        if not isinstance(event, Delta):
            yield event
