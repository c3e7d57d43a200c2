"""Troubles: what can be made to go wrong while one watches, each under a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from bot.playground.line import Ailment, Line
from bot.playground.local import LocalDiscord
from bot.playground.lodging import Lodger
from bot.playground.rest.faults import Rule
from bot.playground.world.parts import Json

SLOW = 2.0  # seconds; an interaction's three seconds are just kept


class Trouble(StrEnum):
    """The names, as `--fault` takes them."""

    GATEWAY_LOST = "gateway-lost"
    GATEWAY_LOST_FOR_GOOD = "gateway-lost-for-good"
    DISCORD_SLOW = "discord-slow"
    DISCORD_500 = "discord-500"
    OPENAI_429 = "openai-429"
    OPENAI_DEAD = "openai-dead"
    KILL_BOT = "kill-bot"
    START_BOT = "start-bot"


@dataclass(frozen=True, slots=True)
class Sign:
    """What a person reads about a trouble; one that `lasts` is switched off again."""

    label: str
    hint: str
    lasts: bool


SIGNS: Mapping[Trouble, Sign] = MappingProxyType(
    {
        Trouble.GATEWAY_LOST: Sign(
            "Gateway lost",
            "The connection is cut; the session can be resumed and nothing is missed.",
            lasts=False,
        ),
        Trouble.GATEWAY_LOST_FOR_GOOD: Sign(
            "Gateway lost for good",
            "The connection is cut and its session forgotten; the bot has to begin a new one.",
            lasts=False,
        ),
        Trouble.DISCORD_SLOW: Sign(
            "Discord is slow", f"Every request takes {SLOW:.0f} seconds longer.", lasts=True
        ),
        Trouble.DISCORD_500: Sign(
            "Discord fails", "Every request in a channel is answered with a 500.", lasts=True
        ),
        Trouble.OPENAI_429: Sign(
            "The model is busy", "Every request to the model is answered with a 429.", lasts=True
        ),
        Trouble.OPENAI_DEAD: Sign(
            "The model is dead", "Connections to the model break, also those in use.", lasts=True
        ),
    }
)
"""All but the bot's own life, which the page shows apart."""


class UnknownTrouble(Exception):
    """There is none of this name."""


class Troubles:
    """Makes things go wrong, and right again."""

    def __init__(self, discord: LocalDiscord, line: Line, lodger: Lodger) -> None:
        self._discord = discord
        self._line = line
        self._lodger = lodger
        self._rules: dict[Trouble, Rule] = {}

    def shown(self) -> list[Json]:
        """All troubles for the page, and which are there now."""
        return [
            {
                "name": trouble.value,
                "label": sign.label,
                "hint": sign.hint,
                "kind": "switch" if sign.lasts else "push",
                "on": self._is_on(trouble),
            }
            for trouble, sign in SIGNS.items()
        ]

    async def set(self, name: str, *, on: bool = True) -> None:
        """Make a trouble begin or, if it lasts, end.

        Raises:
            UnknownTrouble: there is none of this name.
        """
        match trouble := _named(name):
            case Trouble.GATEWAY_LOST:
                self._discord.gateway.drop()
            case Trouble.GATEWAY_LOST_FOR_GOOD:
                self._discord.gateway.forget_sessions()
            case Trouble.DISCORD_SLOW | Trouble.DISCORD_500:
                self._rule(trouble, on=on)
            case Trouble.OPENAI_429:
                self._line.suffer(Ailment.BUSY if on else None)
            case Trouble.OPENAI_DEAD:
                self._line.suffer(Ailment.DEAD if on else None)
            case Trouble.KILL_BOT:
                await self._lodger.kill()
            case Trouble.START_BOT:
                await self._lodger.start()

    def _rule(self, trouble: Trouble, *, on: bool) -> None:
        if rule := self._rules.pop(trouble, None):
            self._discord.faults.remove(rule)
        if on and trouble is Trouble.DISCORD_SLOW:
            self._rules[trouble] = self._discord.faults.delay(SLOW)
        elif on:
            faults = self._discord.faults
            self._rules[trouble] = faults.answer(500, route="/channels/*", times=None)

    def _is_on(self, trouble: Trouble) -> bool:
        match trouble:
            case Trouble.OPENAI_429:
                return self._line.ailment is Ailment.BUSY
            case Trouble.OPENAI_DEAD:
                return self._line.ailment is Ailment.DEAD
            case _:
                return trouble in self._rules


def _named(name: str) -> Trouble:
    try:
        return Trouble(name)
    except ValueError:
        raise UnknownTrouble(f"there is no trouble called {name!r}") from None
