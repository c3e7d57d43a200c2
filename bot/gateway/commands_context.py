"""What `/context`, the parts of its panel, and the marks in a message's menu do."""

from __future__ import annotations

from bot.domain.access import Action, denial
from bot.domain.marks import TurnMark
from bot.engine.contexts import Contexts
from bot.gateway import phrases_context as phrases
from bot.gateway.entry_rules import Words
from bot.gateway.panel_context import Spot, list_of, marks_of, spot_of, turn_picked
from bot.gateway.people import Request
from bot.gateway.phrases import UNKNOWN_COMMAND
from bot.gateway.targets import meant_in


class ContextCommand:
    """Shows what the model would be shown, and has it marked."""

    def __init__(self, contexts: Contexts) -> None:
        self._contexts = contexts

    async def context(self, request: Request) -> Words:
        """Show what the model would be shown here."""
        return await self._list(request, Spot(0))

    async def page(self, request: Request) -> Words:
        """Turn to another page, or back from a turn to the page that it is on."""
        spot = spot_of(request.custom_id)
        return Words(UNKNOWN_COMMAND) if spot is None else await self._list(request, spot)

    async def look(self, request: Request) -> Words:
        """Show the words of the turn that was picked."""
        spot, turn_id = spot_of(request.custom_id), turn_picked(request.picked)
        if spot is None or turn_id is None:
            return Words(UNKNOWN_COMMAND)
        return await self._turn(request, Spot(spot.page, turn_id))

    async def pin(self, request: Request) -> Words:
        """Pin the turn that is looked at."""
        return await self._mark(request, TurnMark.PINNED)

    async def leave_out(self, request: Request) -> Words:
        """Leave the turn out that is looked at."""
        return await self._mark(request, TurnMark.LEFT_OUT)

    async def clear(self, request: Request) -> Words:
        """Take the mark away from the turn that is looked at."""
        return await self._mark(request, None)

    async def pin_app(self, request: Request) -> Words:
        """Pin the message whose menu was used, or take the pin away."""
        return await self._toggle(request, TurnMark.PINNED)

    async def leave_out_app(self, request: Request) -> Words:
        """Leave the message out whose menu was used, or take it in again."""
        return await self._toggle(request, TurnMark.LEFT_OUT)

    async def _toggle(self, request: Request, mark: TurnMark) -> Words:
        message = meant_in(request)
        if message is None:
            return Words(UNKNOWN_COMMAND)
        came = await self._contexts.toggle(request.place, request.actor, message, mark)
        return Words(phrases.marked(came))

    async def _mark(self, request: Request, mark: TurnMark | None) -> Words:
        spot = spot_of(request.custom_id)
        if spot is None or spot.turn is None:
            return Words(UNKNOWN_COMMAND)
        came = await self._contexts.mark(request.place, request.actor, spot.turn, mark)
        return await self._turn(request, spot, phrases.marked(came))

    async def _list(self, request: Request, spot: Spot, note: str | None = None) -> Words:
        seen = await self._contexts.look(request.place, request.actor)
        text = phrases.NO_CONTEXT if seen is None else phrases.panel(seen)
        view = None if seen is None else list_of(seen, spot)
        return Words("\n".join(part for part in (text, note) if part), view=view)

    async def _turn(self, request: Request, spot: Spot, note: str | None = None) -> Words:
        """Show a turn; where it is no part of the conversation any more, show what is."""
        seen = await self._contexts.look(request.place, request.actor)
        turn = None if seen is None or spot.turn is None else seen.turn(spot.turn)
        if seen is None or turn is None:
            return await self._list(request, spot, note or phrases.NOT_THERE)
        mark = seen.marks.on(turn.id)
        may_mark = denial(request.actor, Action.MARK, request.place) is None
        text = phrases.words_of(turn, mark)
        return Words(
            "\n".join(part for part in (text, note) if part),
            view=marks_of(spot, mark, may_mark=may_mark),
        )
