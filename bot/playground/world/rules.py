"""Discord's clocks and limits, settable where a test must not wait for them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """The durations, in seconds, and switches that the local Discord lives by.

    Attributes:
        nonce_window: How long a nonce is remembered ("the past few minutes":
            https://docs.discord.com/developers/resources/message#create-message).
        respond_within: The time for a first answer to an interaction
            (https://docs.discord.com/developers/interactions/receiving-and-responding).
        token_life: How long an interaction's token is good for (same page).
        session_life: How long a gateway session without a socket can be resumed
            (https://docs.discord.com/developers/events/gateway#resuming gives no number;
            reports say about a minute).
        old_message: The age from which edits are limited harder.
        heartbeat_interval: What HELLO asks for.
        max_concurrency: Shards that may identify at once, per `identify_every` seconds
            (https://docs.discord.com/developers/events/gateway#sharding). Who is faster gets
            an INVALID SESSION, also after a quick restart: tests set `identify_every=0`.
        identifies_per_day: What session_start_limit begins with.
        shards: What GET /gateway/bot recommends.
        rate_limits: Whether any limit is enforced.
        global_per_second: The limit over all routes
            (https://docs.discord.com/developers/topics/rate-limits#global-rate-limit).
        most_invalid_requests: How many answers of 401, 403 and 429 within ten minutes get the
            address banned (same page).
        message_content: Whether the application may have that privileged intent.
        guild_members: The same for members.
        presences: The same for presences.
        attachment_life: How long a link to a file is good (Discord says a day).
        request_log: How many requests are remembered.
    """

    nonce_window: float = 180.0
    respond_within: float = 3.0
    token_life: float = 900.0
    session_life: float = 60.0
    old_message: float = 3600.0
    heartbeat_interval: float = 41.25
    max_concurrency: int = 1
    identify_every: float = 5.0
    identifies_per_day: int = 1000
    shards: int = 1
    rate_limits: bool = True
    global_per_second: int = 50
    most_invalid_requests: int = 10_000
    message_content: bool = True
    guild_members: bool = True
    presences: bool = True
    attachment_life: float = 86_400.0
    request_log: int = 20_000
