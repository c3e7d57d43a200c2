"""Layout: which pages show a reply, while it grows and when it is settled."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.pages import PAGE_LIMIT, paginate
from bot.domain.reply import Controls, File, Page, Reply, Standing
from bot.domain.turn import Turn
from bot.engine.notices import CUT_OFF, STILL_WRITING, UNDONE, WHOLE_IN_FILE, note

FILE_NAME = "answer.md"
_ROOM_FOR_NOTES = 600  # characters; more than any four notes together


def growing(text: str, *, long_after: int) -> list[Page]:
    """Return the pages of an answer that is not finished; none while it is blank.

    Pages before the last one or two do not change any more while the text grows.
    """
    texts = [piece.text for piece in paginate(text, most=long_after + 1)]
    if len(texts) > long_after:
        texts = [*texts[: long_after - 1], STILL_WRITING]
    return _with_controls(texts, Controls.STOP)


def pages_of(
    turn: Turn, reply: Reply, standing: Standing | None = None, *, long_after: int
) -> list[Page]:
    """Return the pages that show a turn's reply for good; none where people deleted it."""
    if turn.is_retracted:
        return []
    return settled(
        reply,
        long_after=long_after,
        is_withdrawn=turn.is_withdrawn,
        is_undone=turn.is_undone,
        standing=standing,
    )


def settled(
    reply: Reply,
    *,
    long_after: int,
    is_withdrawn: bool = False,
    is_undone: bool = False,
    standing: Standing | None = None,
) -> list[Page]:
    """Return the pages that show a reply for good: at least one.

    An answer of more than `long_after` pages comes as one page with the whole in a file.
    With `is_withdrawn` it says so where the answer was stopped for that. One of several
    versions says under its end where it stands among them, and one that was taken out of
    its session that it was.
    """
    words = _words(reply, is_withdrawn=is_withdrawn, is_undone=is_undone)
    texts = [piece.text for piece in paginate(reply.text, most=long_after + 1)]
    if len(texts) > long_after:
        return _ending_so([_in_file(reply, words)], standing, is_undone=is_undone)
    return _ending_so(_in_pages(texts, words), standing, is_undone=is_undone)


def without_file(
    reply: Reply,
    *,
    is_withdrawn: bool = False,
    is_undone: bool = False,
    standing: Standing | None = None,
) -> list[Page]:
    """Return the pages that show a reply for good where no file is taken, however many."""
    words = _words(reply, is_withdrawn=is_withdrawn, is_undone=is_undone)
    pages = _in_pages([piece.text for piece in paginate(reply.text)], words)
    return _ending_so(pages, standing, is_undone=is_undone)


def _words(reply: Reply, *, is_withdrawn: bool, is_undone: bool) -> str:
    lines = [note(reply, is_withdrawn=is_withdrawn), UNDONE if is_undone else ""]
    return "\n".join(line for line in lines if line)


def _ending_so(pages: list[Page], standing: Standing | None, *, is_undone: bool) -> list[Page]:
    controls = Controls.UNDONE if is_undone else Controls.RETRY
    return [*pages[:-1], replace(pages[-1], controls=controls, standing=standing)]


def cut_off(page: Page) -> Page:
    """Return a page that says under its words that those of the next ones cannot be shown."""
    room = PAGE_LIMIT - _length(CUT_OFF) - 1
    pieces = paginate(page.text, limit=room, most=1)
    return Page("\n".join([*(piece.text for piece in pieces), CUT_OFF]), Controls.RETRY)


def _in_pages(texts: list[str], words: str) -> list[Page]:
    if words and texts and _length(texts[-1]) + 1 + _length(words) <= PAGE_LIMIT:
        texts[-1] = f"{texts[-1]}\n{words}"
    elif words:
        texts.append(words)
    return _with_controls(texts, Controls.RETRY)


def _length(text: str) -> int:
    """Count as pages are counted: in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def _in_file(reply: Reply, words: str) -> Page:
    first = paginate(reply.text, limit=PAGE_LIMIT - _ROOM_FOR_NOTES, most=1)[0].text
    text = "\n".join(part for part in (first, WHOLE_IN_FILE, words) if part)
    return Page(text, Controls.RETRY, File(FILE_NAME, reply.text.encode()))


def _with_controls(texts: list[str], last: Controls) -> list[Page]:
    return [
        Page(text, last if number == len(texts) else Controls.CONTINUES)
        for number, text in enumerate(texts, start=1)
    ]
