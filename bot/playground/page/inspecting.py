"""Inspecting: what stands behind a message: its session, its turn, and the context sent for it.

A context is a function of what the store holds, and messages are rendered the same way for
ever; so the one that was sent can be shown again without anybody having written it down.
"""

from __future__ import annotations

from dataclasses import replace

from bot.domain.context import estimate, said_in
from bot.domain.manner import manner_of
from bot.domain.message import render
from bot.domain.session import Session
from bot.domain.turn import Turn
from bot.engine.briefing import brief_of
from bot.gateway.address import parse
from bot.playground.world.accounts import User
from bot.playground.world.parts import Json, walk
from bot.playground.world.places import Message
from bot.ports import Archive, Store


async def inspection(
    store: Store, message: Message, bot: User, *, default_model: str
) -> Json | None:
    """Return what stands behind a message; None when it belongs to no turn."""
    turn = await store.version_shown(_anchor(message, bot))
    session = await store.session(turn.session_id) if turn else None
    if turn is None or session is None:
        return None
    return {
        "session": _session(session) | {"turns": await _length(store, session)},
        "turn": _turn(turn),
        "usage": _usage(turn),
        "context": await _context(store, session, turn, default_model),
    }


def _anchor(message: Message, bot: User) -> int:
    """The id that names the turn: in the mark of a post of ours, or the message's own."""
    if message.author is not bot:
        return message.id
    found = [parse(str(part.get("custom_id"))) for part in walk(message.components)]
    return next((address[1].anchor for address in found if address), message.id)


def _session(session: Session) -> dict[str, object]:
    return {
        "id": str(session.id),
        "title": session.title,
        "persona": session.persona,
        "model": session.model,
        "opened_at": session.opened_at.isoformat(),
        "is_open": session.is_open,
        "floor": session.floor,
    }


async def _length(archive: Archive, session: Session) -> int:
    head = await archive.turn(session.head) if session.head else None
    return head.depth + 1 if head else 0


def _turn(turn: Turn) -> Json:
    reply = turn.reply
    return {
        "id": turn.id,
        "parent": turn.parent,
        "depth": turn.depth,
        "state": turn.state.value,
        "attempt": turn.attempt,
        "version": turn.version,
        "ending": reply.ending.value if reply else None,
        "fault": reply.fault.value if reply and reply.fault else None,
        "posts": [str(post) for post in turn.posts],
    }


def _usage(turn: Turn) -> Json | None:
    usage = turn.usage
    if usage is None:
        return None
    return {
        "input": usage.input_tokens,
        "cached": usage.cached_tokens,
        "cache_written": usage.cache_write_tokens,
        "output": usage.output_tokens,
        "reasoning": usage.reasoning_tokens,
    }


async def _context(store: Store, session: Session, turn: Turn, default_model: str) -> Json:
    floor = session.floor if turn.floor is None else turn.floor
    _, layers = await store.customs_at(session.place)
    manner = manner_of(replace(layers, session=session.choices))
    brief = brief_of(session, manner, default_model=default_model)
    direct = session.place.is_direct
    history = await _history(store, turn, floor)
    before = (history[0] if history else turn).parent
    summary = await store.summary(before) if before and manner.has_summaries else None
    messages = [] if summary is None else [summary.message]
    messages += [m for one in history for m in said_in(one, direct=direct)]
    messages += [render(prompt, direct=direct) for prompt in turn.kept_prompts]
    costs = [estimate(message.text) for message in messages]
    billed = turn.usage.input_tokens if turn.usage else None
    return {
        "model": brief.model,
        "instructions": brief.instructions,
        "messages": [
            {"role": message.role.value, "text": message.text, "tokens": cost}
            for message, cost in zip(messages, costs, strict=True)
        ],
        "tokens": sum(costs) + estimate(brief.instructions) if billed is None else billed,
        "tokens_are": "estimated" if billed is None else "billed",
        "floor": floor,
    }


async def _history(archive: Archive, turn: Turn, floor: int) -> list[Turn]:
    """The way to the turn from the floor on, oldest first."""
    way: list[Turn] = []
    parent = turn.parent
    while parent is not None:
        earlier = await archive.turn(parent)
        if earlier is None or earlier.depth < floor:
            break
        way.append(earlier)
        parent = earlier.parent
    return way[::-1]
