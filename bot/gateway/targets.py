"""Targets: which message to the bot is meant by the one whose menu was used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.gateway.address import parse
from bot.gateway.people import Request


def meant_in(request: Request) -> int | None:
    """Return the message to the bot that an app was used on, or that a post of ours answers."""
    if request.target is None:
        return None
    us = request.interaction.client.user
    anchor = None if us is None else _anchor_in(request.target, us.id)
    return anchor or int(str(request.target["id"]))


def _anchor_in(message: Mapping[str, object], us: int) -> int | None:
    """Return which message a post of ours answers, as its buttons say."""
    author = message.get("author")
    if not isinstance(author, dict) or str(author.get("id")) != str(us):
        return None
    for custom_id in _custom_ids(message):
        if (named := parse(custom_id)) is not None:
            return named[1].anchor
    return None


def _custom_ids(part: Mapping[str, object]) -> Iterator[str]:
    below = part.get("components")
    for inner in below if isinstance(below, list) else []:
        if isinstance(inner, dict):
            yield str(inner.get("custom_id", ""))
            yield from _custom_ids(inner)
