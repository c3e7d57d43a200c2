"""Calling: a model is asked once, for whatever it is.

What that cost goes on a tab, and what it tells of the far side to the circuit of the model,
however it ends.
"""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO

from bot.domain.billing import CallKind
from bot.domain.completion import Delta, Finish
from bot.domain.context import Context
from bot.engine.billing import Tab
from bot.engine.outages import Circuits
from bot.ports import Model


class Caller:
    """Makes every call of a model that there is."""

    def __init__(self, *, model: Model, circuits: Circuits) -> None:
        self._model = model
        self._circuits = circuits

    async def call(
        self,
        context: Context,
        said: StringIO,
        tab: Tab,
        *,
        kind: CallKind | None = None,
        show: Callable[[StringIO], None] | None = None,
    ) -> Finish:
        """Have what a model says written to `said`, and return how it ended.

        `show` is called with all of it whenever it grows. The call is of the tab's own kind,
        unless another is given.

        Raises:
            ModelDown: it is to be left alone for now.
            ModelError: as the model does it; what it had said by then is in `said`.
        """
        with self._circuits.trial(context.model), tab.call(context, said, kind=kind) as call:
            async with self._model.complete(context) as events:
                call.is_heard = True
                async for event in events:
                    self._circuits.alive(context.model)
                    match event:
                        case Delta(piece):
                            said.write(piece)
                            if show is not None:
                                show(said)
                        case Finish(usage=usage):
                            call.usage = usage
                            return event
        raise AssertionError("a completion ends with Finish or an error")
