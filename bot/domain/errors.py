"""Everything that can go wrong, sorted by who must act on it."""

from __future__ import annotations

from enum import StrEnum

from bot.domain.completion import Usage


class BotError(Exception):
    """Root of every error this package raises on purpose."""


class IllegalMove(BotError):
    """A turn was asked to make a move its state does not allow: a bug."""


class TurnSettled(BotError):
    """Nothing is owed for this turn any more, most often because of a reset: no bug."""


class Fault(StrEnum):
    """What kept the model from answering; each kind has its own words for people."""

    RATE = "rate"  # too many requests just now
    QUOTA = "quota"  # the account is out of credit
    AUTH = "auth"  # the key is wrong or may not do this
    MODEL = "model"  # the model's name is not known over there
    CONTEXT = "context"  # what was shown is longer than the model can read
    CONTENT = "content"  # the far side's content policy
    REQUEST = "request"  # the far side did not understand us: most likely our bug
    SERVER = "server"  # the far side failed
    TIMEOUT = "timeout"  # it fell silent for too long
    CONNECTION = "connection"  # it could not be reached, or the line broke
    TRUNCATED = "truncated"  # the stream ended without its terminal event


class ModelError(BotError):
    """The model gave no usable answer; `usage` is what it cost all the same, if that was said."""

    def __init__(self, fault: Fault, reason: str, *, usage: Usage | None = None) -> None:
        super().__init__(f"{fault}: {reason}")
        self.fault = fault
        self.usage = usage


class ModelBusy(ModelError):
    """Worth another try; `after` is the wait in seconds, when the far side named one."""

    def __init__(
        self,
        fault: Fault,
        reason: str,
        *,
        after: float | None = None,
        usage: Usage | None = None,
    ) -> None:
        super().__init__(fault, reason, usage=usage)
        self.after = after


class ModelRefused(ModelError):
    """Asking the same again will not help; somebody has to change something first."""


class ModelDown(BotError):
    """None of `models` is to be asked just now: the far side is down, `fault` says how.

    `was_tried` when that was learned by asking, and not known before.
    """

    def __init__(self, fault: Fault, models: tuple[str, ...], *, was_tried: bool = False) -> None:
        super().__init__(f"{fault}: {', '.join(models)}")
        self.fault = fault
        self.models = models
        self.was_tried = was_tried


class PlaceGone(BotError):
    """The place was deleted, or the bot may no longer speak there."""


class Silenced(PlaceGone):
    """The place is there, but nothing new may be said; what stands there may yet be changed."""


class PostGone(BotError):
    """The message was taken away by somebody; what it showed is not put back."""


class PostRefused(BotError):
    """Discord will not take this text here, now or later: a filter, a rule of the server."""


class FileGone(BotError):
    """Discord does not give out this file, now or later."""


class NoRoom(BotError):
    """What may be left out was left out, for Discord's limits; nothing was sent."""


class MessengerBusy(BotError):
    """The request failed in a way that leaves open whether it took effect; ask again."""


class StoreBusy(BotError):
    """The store could not commit (disk full, file locked): nothing changed, try again."""


class StoreUnusable(BotError):
    """The store cannot be opened, and why: for the operator, who has to mend it."""


class StoreTaken(BotError):
    """The store was ours and is another's by now: nothing may be written or said any more."""


class StoreInUse(StoreUnusable):
    """Another process owns the store; there is one owner at a time."""
