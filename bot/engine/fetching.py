"""Fetching: what came with the prompts is fetched once, before the model is first shown it.

Nothing waits for it but the answer itself: a message is heard without its files. What came of
it is kept at once and for good, file by file, so that whoever goes on after a crash fetches
at most the one file again that was under way, and every context has the same bytes.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial

from bot.domain.allowance import Allowance, allowance, appetite, taken_in
from bot.domain.attachment import Attachment, Shown, Unshown
from bot.domain.errors import FileGone, MessengerBusy
from bot.domain.message import Prompt
from bot.domain.session import Place
from bot.domain.turn import Owed, Turn
from bot.engine.patience import insist, pauses
from bot.ports import Attachments, Clock, Files

log = logging.getLogger(__name__)

LONGEST_WAIT = 60.0  # seconds for the files of one turn; then they are named and not shown


class Fetcher:
    """Fetches what nobody fetched yet, and decides how it is shown."""

    def __init__(
        self, *, files: Files, attachments: Attachments, clock: Clock, budget: int
    ) -> None:
        self._files = files
        self._attachments = attachments
        self._clock = clock
        self._allowance = allowance(budget)

    async def fetched(self, owed: Owed) -> Owed:
        """Return what is owed with every file as the model is shown it from now on.

        It is no error when a file cannot be had: then it is named, with the reason.
        """
        place = owed.session.place
        history = [await self._complete(turn, place) for turn in owed.history]
        turn = await self._complete(owed.turn, place)
        return replace(owed, turn=turn, history=tuple(history))

    async def _complete(self, turn: Turn, place: Place) -> Turn:
        if all(each.shown for prompt in turn.prompts for each in prompt.attachments):
            return turn
        task = _Task(turn, place, self._clock.monotonic() + LONGEST_WAIT, self._allowance)
        prompts = [await self._with_files(prompt, task) for prompt in turn.prompts]
        return replace(turn, prompts=tuple(prompts))

    async def _with_files(self, prompt: Prompt, task: _Task) -> Prompt:
        files: list[Attachment] = []
        for each in prompt.attachments:
            shown = each.shown or await self._fetch(prompt, each, task)
            task.left = task.left.after(shown)
            files.append(replace(each, shown=shown, url=""))
        return replace(prompt, attachments=tuple(files))

    async def _fetch(self, prompt: Prompt, attachment: Attachment, task: _Task) -> Shown:
        wanted = appetite(attachment, task.left)
        content = b""
        if isinstance(wanted, Unshown):
            shown: Shown = wanted
        elif (got := await self._content(prompt, attachment, task, most=wanted)) is None:
            shown = Unshown.FETCH
        else:
            content = got
            shown = taken_in(attachment, content, task.left)
        keep = partial(
            self._attachments.keep_attachment, prompt.message_id, attachment.id, shown, content
        )
        await insist(self._clock, keep, about=task.name)
        return shown

    async def _content(
        self, prompt: Prompt, attachment: Attachment, task: _Task, *, most: int
    ) -> bytes | None:
        """Return the beginning of a file; None where it is not to be had in time."""
        for pause in pauses():
            try:
                return await self._files.fetch(task.place, prompt.message_id, attachment, most=most)
            except FileGone as error:
                log.warning("%s event=file_gone reason=%s", task.name, error)
                return None
            except MessengerBusy as error:
                if self._clock.monotonic() + pause > task.until:
                    log.warning("%s event=file_not_fetched reason=%s", task.name, error)
                    return None
            await self._clock.sleep(pause)
        raise AssertionError("pauses never end")


class _Task:
    """A turn whose files are fetched, until when, and how much room there is for more."""

    def __init__(self, turn: Turn, place: Place, until: float, left: Allowance) -> None:
        self.name = turn.name
        self.place = place
        self.until = until
        self.left = left
