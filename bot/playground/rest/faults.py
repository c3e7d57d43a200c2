"""Misbehaviour on demand: what the server does wrong, to which requests, how often."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Harm:
    """What happens to a request that a rule has chosen.

    Attributes:
        status: Answer this and do nothing; `body` and `headers` go with it.
        drop_before: Cut the connection; nothing has happened.
        drop_after: Do what was asked, then cut the connection instead of answering.
        delay_before: Seconds to wait before doing it.
        delay_after: Seconds to wait between doing it and answering.
    """

    status: int | None = None
    body: Mapping[str, object] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    drop_before: bool = False
    drop_after: bool = False
    delay_before: float = 0.0
    delay_after: float = 0.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What a rule can tell a request by."""

    method: str
    template: str
    path: str
    body: object


@dataclass(slots=True)
class Rule:
    """Which requests a harm comes to; `hits` counts those it came to.

    Attributes:
        method: An HTTP method, or `*`.
        route: A pattern over the path or its template, such as `/channels/*/messages` or
            `/channels/123/*`; `*` stands for anything, slashes included.
        skip: How many matching requests go unharmed first.
        times: How many are harmed; `None` for all.
        chance: The probability of harm for each of them.
        where: A further condition on the JSON body.
    """

    harm: Harm
    method: str = "*"
    route: str = "*"
    skip: int = 0
    times: int | None = 1
    chance: float = 1.0
    where: Callable[[object], bool] | None = None
    hits: int = 0

    def takes(self, request: Asked, dice: random.Random) -> bool:
        """Whether this request is to be harmed; counts it if so."""
        if self.times is not None and self.hits >= self.times:
            return False
        if not self._is_about(request):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.chance < 1.0 and dice.random() >= self.chance:
            return False
        self.hits += 1
        return True

    def _is_about(self, request: Asked) -> bool:
        if self.method not in {"*", request.method}:
            return False
        routes = (request.template, request.path)
        if not any(fnmatchcase(route, self.route) for route in routes):
            return False
        return self.where is None or self.where(request.body)


class Faults:
    """The rules in force, asked in the order in which they were made.

    Every method returns its rule, whose `hits` tell how often it came true; `remove` ends it.
    All take `times` (1 unless said otherwise; `None` for ever), `skip`, `chance`, `where`.
    """

    def __init__(self, seed: int = 0) -> None:
        self.rules: list[Rule] = []
        self._dice = random.Random(seed)  # noqa: S311 - reproducible harm, not secrecy

    def add(self, rule: Rule) -> Rule:
        """The rule is in force."""
        self.rules.append(rule)
        return rule

    def remove(self, rule: Rule) -> None:
        """The rule is no longer in force; removing it twice is no error."""
        if rule in self.rules:
            self.rules.remove(rule)

    def clear(self) -> None:
        """No rule is in force."""
        self.rules.clear()

    def harms(self, request: Asked) -> list[Harm]:
        """All that is to go wrong with this request."""
        if not self.rules:
            return []
        return [rule.harm for rule in self.rules if rule.takes(request, self._dice)]

    def answer(
        self,
        status: int,
        method: str = "*",
        route: str = "*",
        *,
        code: int = 0,
        message: str | None = None,
        times: int | None = 1,
        skip: int = 0,
        chance: float = 1.0,
        where: Callable[[object], bool] | None = None,
    ) -> Rule:
        """Requests are answered with this status and have no effect."""
        body = {"message": message or f"{status}: made to fail", "code": code}
        return self.add(
            Rule(Harm(status=status, body=body), method, route, skip, times, chance, where)
        )

    def too_many(
        self,
        method: str = "*",
        route: str = "*",
        *,
        retry_after: float = 0.5,
        everywhere: bool = False,
        via: bool = True,
        times: int | None = 1,
        skip: int = 0,
    ) -> Rule:
        """Requests get a 429: global if `everywhere`, Cloudflare's if not `via`."""
        body = {
            "message": "You are being rate limited.",
            "retry_after": retry_after,
            "global": everywhere,
        }
        headers = {"Retry-After": str(max(1, round(retry_after)))}
        if via:
            headers["Via"] = "1.1 google"
        if everywhere:
            headers["X-RateLimit-Global"] = "true"
        harm = Harm(status=429, body=body, headers=headers)
        return self.add(Rule(harm, method, route, skip, times))

    def drop(
        self,
        method: str = "*",
        route: str = "*",
        *,
        after_effect: bool,
        times: int | None = 1,
        skip: int = 0,
        chance: float = 1.0,
        where: Callable[[object], bool] | None = None,
    ) -> Rule:
        """Connections are cut, with what was asked done or not done."""
        harm = Harm(drop_before=not after_effect, drop_after=after_effect)
        return self.add(Rule(harm, method, route, skip, times, chance, where))

    def delay(
        self,
        seconds: float,
        method: str = "*",
        route: str = "*",
        *,
        after_effect: bool = False,
        times: int | None = None,
        skip: int = 0,
        chance: float = 1.0,
    ) -> Rule:
        """Requests take longer: before they do something, or between that and the answer."""
        harm = Harm(
            delay_before=0.0 if after_effect else seconds,
            delay_after=seconds if after_effect else 0.0,
        )
        return self.add(Rule(harm, method, route, skip, times, chance))
