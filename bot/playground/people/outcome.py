"""What a person sees after using a command, button, menu or form."""

from __future__ import annotations

from dataclasses import dataclass

from bot.playground.world.interaction import Callback, Interaction, Stage
from bot.playground.world.parts import Json
from bot.playground.world.places import Message
from bot.playground.world.waiting import DEFAULT_TIMEOUT, Waiting

DEFERRALS = frozenset({Callback.DEFERRED_MESSAGE, Callback.DEFERRED_UPDATE})


@dataclass(frozen=True, slots=True)
class Choice:
    """A suggestion while a person types."""

    name: str
    value: object


class DidNotRespond(Exception):
    """Three seconds went by without an answer."""


class Outcome:
    """An interaction from the side of the person who began it; it goes on changing."""

    def __init__(self, interaction: Interaction, waiting: Waiting) -> None:
        self.interaction = interaction
        self._waiting = waiting

    @property
    def failed(self) -> bool:
        """Whether the person reads "The application did not respond"."""
        return self.interaction.stage is Stage.FAILED

    @property
    def deferred(self) -> bool:
        """Whether the bot only asked for time."""
        return self.interaction.callback in DEFERRALS

    @property
    def ephemeral(self) -> bool:
        """Whether only this person sees the answer."""
        return self.interaction.ephemeral

    @property
    def acknowledged_after(self) -> float | None:
        """Seconds until the bot's first answer."""
        return self.interaction.answered_after

    @property
    def answer(self) -> Message | None:
        """The message that answers: new, promised ("thinking"), or the one acted upon."""
        return self.interaction.response

    @property
    def followups(self) -> list[Message]:
        """What the bot said after that."""
        return list(self.interaction.followups)

    @property
    def modal(self) -> Json | None:
        """The form that the bot put before the person."""
        return self.interaction.modal

    @property
    def choices(self) -> list[Choice]:
        """The suggestions of an autocompletion."""
        return [Choice(str(each["name"]), each["value"]) for each in self.interaction.choices]

    async def acknowledged(self) -> Outcome:
        """Itself, once the bot has answered first or missed its time."""
        patience = DEFAULT_TIMEOUT + self.interaction.age()
        await self._waiting.until(
            lambda: self.interaction.stage is not Stage.WAITING, timeout=patience
        )
        return self

    async def answered(self, *, timeout: float = DEFAULT_TIMEOUT) -> Message:  # noqa: ASYNC109
        """The answer, once it is more than a promise.

        Raises:
            TimeoutError: if it is not within that many seconds.
            DidNotRespond: if the bot missed its three seconds.
        """

        def real() -> Message | None:
            answer = self.interaction.response
            return answer if answer and not answer.is_loading else None

        found = await self._waiting.until(lambda: real() or self.failed, timeout=timeout)
        if not isinstance(found, Message):
            raise DidNotRespond(self.interaction.summary)
        return found
