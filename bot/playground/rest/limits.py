"""Rate limits: one for everything, and buckets for single routes.

https://docs.discord.com/developers/topics/rate-limits. The numbers of buckets are not documented
and may change; these are the ones that people have observed.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections import Counter, deque
from dataclasses import dataclass, replace

from bot.playground.world.refusal import Code
from bot.playground.world.rules import Rules

MOST_WINDOWS = 10_000
"""How many are kept before those that are over are swept out."""

VIA = "1.1 google"
"""Answers of Discord's own servers pass a proxy that says so; a ban's answer does not."""

INVALID = frozenset({401, 403, 429})
INVALID_WINDOW = 600.0
"""https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans"""


@dataclass(frozen=True, slots=True)
class Bucket:
    """So many requests per so many seconds, counted apart for each `major` id."""

    name: str
    limit: int
    seconds: float
    major: str = "channel_id"
    code: Code | None = None

    @property
    def hash(self) -> str:
        """What X-RateLimit-Bucket calls it."""
        return hashlib.blake2b(self.name.encode(), digest_size=16).hexdigest()


CREATE = Bucket("create message", 5, 5.0)
EDIT = Bucket("edit message", 5, 5.0)
DELETE = Bucket("delete message", 5, 1.0)
BULK_DELETE = Bucket("delete messages", 1, 1.0)
TYPING = Bucket("typing", 5, 5.0)
REACT = Bucket("react", 1, 0.25)
EDIT_CHANNEL = Bucket("edit channel", 5, 10.0)
RENAME_CHANNEL = Bucket("rename channel", 2, 600.0)
START_THREAD = Bucket("start thread", 50, 300.0)
THREAD_MEMBER = Bucket("thread member", 5, 5.0)
OPEN_DM = Bucket("open dm", 10, 10.0, major="")
COMMANDS = Bucket("commands", 5, 20.0, major="guild_id")
WEBHOOK = Bucket("webhook", 5, 2.0, major="token")
EDIT_WEBHOOK = Bucket("edit webhook message", 5, 2.0, major="token")
OLD_EDIT = Bucket("edit old message", 3, 6.0, code=Code.TOO_MANY_OLD_EDITS)


@dataclass(slots=True)
class Window:
    """How much of a bucket is used, and when it is empty again."""

    ends: float
    used: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request may pass, and the headers that tell how things stand."""

    headers: dict[str, str]
    retry_after: float | None = None
    scope: str = ""
    code: Code | None = None


PASS = Verdict({})


class Limits:
    """Counts requests against the limits, and the answers that said too many."""

    def __init__(self, rules: Rules) -> None:
        self.enabled = rules.rate_limits
        self.per_second = rules.global_per_second
        self.too_many: Counter[str] = Counter()
        self.invalid_requests = 0
        self._most_invalid = rules.most_invalid_requests
        self._invalid_at: deque[float] = deque()
        self._is_shut_out = False
        self._global = Window(0.0)
        self._windows: dict[tuple[str, str], Window] = {}

    @property
    def too_many_requests(self) -> int:
        """How often 429 was answered, for whichever reason."""
        return self.too_many.total()

    def count(self, status: int) -> None:
        """A request was answered with this status; too many of some lead to a ban."""
        if status in INVALID:
            self.invalid_requests += 1
            self._invalid_at.append(time.monotonic())

    def shut_out(self, *, on: bool = True) -> None:
        """The address is banned, whatever it did; or it is so no longer."""
        self._is_shut_out = on
        self._invalid_at.clear()

    @property
    def is_banned(self) -> bool:
        """Whether the address has made so many invalid requests that nothing is let through."""
        oldest = time.monotonic() - INVALID_WINDOW
        while self._invalid_at and self._invalid_at[0] < oldest:
            self._invalid_at.popleft()
        is_over = len(self._invalid_at) >= self._most_invalid
        return self._is_shut_out or (self.enabled and is_over)

    def check_global(self) -> Verdict:
        """Count a request against the limit over all routes."""
        if not self.enabled:
            return PASS
        now = time.monotonic()
        if now >= self._global.ends:
            self._global = Window(now + 1.0)
        if self._global.used >= self.per_second:
            wait = self._global.ends - now
            headers = {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}
            return self._refusal(wait, headers, "global")
        self._global.used += 1
        return PASS

    def check(self, bucket: Bucket, major: str) -> Verdict:
        """Count a request against its bucket."""
        if not self.enabled:
            return PASS
        now = time.monotonic()
        window = self._windows.get((bucket.name, major))
        if window is None or now >= window.ends:
            self._forget_old(now)
            window = self._windows[bucket.name, major] = Window(now + bucket.seconds)
        wait = window.ends - now
        refused = window.used >= bucket.limit
        window.used += not refused
        headers = {
            "X-RateLimit-Limit": str(bucket.limit),
            "X-RateLimit-Remaining": str(bucket.limit - window.used),
            "X-RateLimit-Reset": f"{time.time() + wait:.3f}",
            "X-RateLimit-Reset-After": f"{wait:.3f}",
            "X-RateLimit-Bucket": bucket.hash,
        }
        if refused:
            refusal = self._refusal(wait, headers | {"X-RateLimit-Scope": "user"}, "user")
            return replace(refusal, code=bucket.code)
        return Verdict(headers)

    def _refusal(self, wait: float, headers: dict[str, str], scope: str) -> Verdict:
        self.too_many[scope] += 1
        extra = {"Retry-After": str(math.ceil(wait)), "Via": VIA}
        return Verdict(headers | extra, retry_after=wait, scope=scope)

    def _forget_old(self, now: float) -> None:
        if len(self._windows) > MOST_WINDOWS:
            self._windows = {key: each for key, each in self._windows.items() if each.ends > now}
