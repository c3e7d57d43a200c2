"""The doors to what people chose and what was spent; and to all of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.domain.billing import Call, Daily, Scope, Spending
from bot.domain.budget import Balance, LimitsByKind
from bot.domain.manner import Layers, Level, Listening, Trait
from bot.domain.persona import Persona
from bot.domain.session import Place, Session, TurnId
from bot.ports.archive import Archive, Margin
from bot.ports.files import Attachments
from bot.ports.owed import Amendments, Attendance, Inbox, Ledger


class Customs(Protocol):
    """What people chose about how conversations are held."""

    async def customs_at(self, place: Place) -> tuple[Session | None, Layers]:
        """Return the open session of a place, if there is one, and what is chosen there."""
        ...

    async def choose(self, place: Place, level: Level, trait: Trait, value: str | None) -> bool:
        """Have a level at a place hold a value, or none of its own.

        At the level of the session it is the one open there; False when there is none. One
        for which a persona is chosen is worded anew.
        """
        ...

    async def listenings(self) -> dict[tuple[Level, int], Listening]:
        """Return what is listened to, wherever that was chosen."""
        ...

    async def personas(self, guild_id: int) -> list[Persona]:
        """Return the personas of a server's own, by name."""
        ...

    async def add_persona(self, guild_id: int, persona: Persona, *, most: int) -> bool:
        """Add a persona; False when one is called so, or the server has that many."""
        ...

    async def change_persona(self, guild_id: int, persona: Persona) -> bool:
        """Change the persona that is called so; False when none is."""
        ...

    async def drop_persona(self, guild_id: int, name: str) -> bool:
        """Delete a persona; False when none is called so."""
        ...


class Accounts(Protocol):
    """What was asked of models, and what it cost. It outlives the sessions it was for."""

    async def record_calls(self, calls: Sequence[Call]) -> None:
        """Record calls, and count each for all of its scopes; again counts them again."""
        ...

    async def spending(self, scope: Scope, *, since: date) -> list[Daily]:
        """Return what was spent from that day on, by day and then by model.

        The cost depends on how many days and models there are, not on how many calls.
        """
        ...

    async def members(
        self, guild_id: int, *, since: date, limit: int
    ) -> list[tuple[int, Spending]]:
        """Return what people spent in a server from that day on, the dearest first."""
        ...

    async def balances(self, scopes: Sequence[Scope], *, today: date) -> list[Balance]:
        """Return what was spent today and this month in some scopes, all at one moment."""
        ...

    async def answers(
        self, user_id: int, *, since: datetime, limit: int
    ) -> list[tuple[TurnId, datetime]]:
        """Return the turns for which a person's answers were paid after then, newest first.

        With each is when its last call was over. The cost depends on how many calls there
        were since then, not on how many there ever were.
        """
        ...

    async def own_limits(self) -> Mapping[int, LimitsByKind]:
        """Return the budgets that servers set for themselves, by the server's id."""
        ...

    async def set_own_limits(self, guild_id: int, limits: LimitsByKind) -> None:
        """Have a server's own budgets be these, for some of OWN_KINDS, and no others.

        Of those that are others than before it is warned anew.
        """
        ...


class Notebook(Protocol):
    """A few remembered facts about the outside, such as which commands Discord knows."""

    async def recall(self, key: str) -> str | None:
        """Return what was remembered under `key`."""
        ...

    async def remember(self, key: str, value: str) -> None:
        """Remember `value` under `key`, in place of what was there."""
        ...


class Ownership(Protocol):
    """The right to the store: of all processes that ever opened it, the last one has it.

    Every change that another process asks for raises StoreTaken, and changes nothing.
    """

    async def confirm(self) -> None:
        """Return if the store is still ours.

        Raises:
            StoreTaken: another process opened it after us.
        """
        ...


class Store(
    Inbox,
    Attendance,
    Attachments,
    Amendments,
    Ledger,
    Archive,
    Margin,
    Customs,
    Accounts,
    Notebook,
    Ownership,
    Protocol,
):
    """Everything that is kept."""
