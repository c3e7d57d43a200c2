"""Inspecting: what stands behind a message: its session, its turn, and the context sent for it.

Messages are rendered the same way for ever, and the engine's own composing makes a context of
what the store holds; so the one that was sent can be shown again without anybody having written
it down. Nobody wrote it down on purpose: what people edit, erase or mark later is as it is then.
"""

from __future__ import annotations

from dataclasses import replace

from bot.app import Bot, price_list
from bot.domain.context import cost_of, estimate
from bot.domain.message import Message as Said
from bot.domain.reply import Ending, Reply
from bot.domain.session import Session
from bot.domain.turn import Owed, Turn
from bot.domain.window import budget_for
from bot.engine.briefing import Brief, Briefing
from bot.engine.composing import composed
from bot.gateway.address import parse
from bot.gateway.guide import DiscordGuide
from bot.playground.world.accounts import User
from bot.playground.world.parts import Json, walk
from bot.playground.world.places import Message
from bot.ports import Archive
from bot.settings import Settings


async def inspection(bot: Bot, message: Message, user: User) -> Json | None:
    """Return what stands behind a message; None when it belongs to no turn.

    Args:
        bot: the one that runs, of whose store everything is.
        message: what is looked at.
        user: whom the bot is in that Discord.
    """
    store = bot.store
    turn = await store.turn_with(_anchor(message, user))
    owed = await store.retrace(turn.id) if turn else None
    if owed is None:
        return None
    mark = await store.mark_on(owed.session.id, owed.turn.id)
    was_asked = not _was_turned_down(owed.turn.reply)
    return {
        "session": _session(owed.session) | {"turns": await _length(store, owed.session)},
        "turn": _turn(owed) | {"mark": mark.value if mark else None},
        "usage": _usage(owed.turn),
        "context": _context(owed, await _brief(bot, owed), bot.settings) if was_asked else None,
    }


def _anchor(message: Message, user: User) -> int:
    """The id that names the turn: in the mark of a post of ours, or the message's own."""
    if message.author is not user:
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


def _turn(owed: Owed) -> dict[str, object]:
    turn, reply, standing = owed.turn, owed.turn.reply, owed.standing
    return {
        "id": turn.id,
        "parent": turn.parent,
        "depth": turn.depth,
        "state": turn.state.value,
        "attempt": turn.attempt,
        "version": turn.version,
        "standing": f"{standing.number} of {standing.count}" if standing else None,
        "ending": reply.ending.value if reply else None,
        "fault": reply.fault.value if reply and reply.fault else None,
        "is_undone": turn.is_undone,
        "is_retracted": turn.is_retracted,
        "is_withdrawn": turn.is_withdrawn,
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


def _was_turned_down(reply: Reply | None) -> bool:
    """Whether a budget or a rate had the model not be asked at all."""
    if reply is None or reply.ending is not Ending.REFUSED or reply.text:
        return False
    return reply.budget is not None or reply.rate is not None


def _context(owed: Owed, brief: Brief, settings: Settings) -> Json:
    turn = owed.turn
    offer = price_list(settings).offer(brief.model)
    budget = budget_for(
        offer.window, most=settings.context_tokens, output=settings.max_output_tokens
    )
    asked = replace(owed, turn=replace(turn, reply=None))
    shown = composed(asked, brief, budget=budget, may_hop=turn.floor is None)
    costs = [cost_of(message) for message in shown.messages]
    billed = turn.usage.input_tokens if turn.usage else None
    return {
        "model": brief.model,
        "instructions": brief.instructions,
        "messages": [
            _said(message) | {"tokens": cost}
            for message, cost in zip(shown.messages, costs, strict=True)
        ],
        "tokens": sum(costs) + estimate(brief.instructions) if billed is None else billed,
        "tokens_are": "estimated" if billed is None else "billed",
        "floor": shown.floor,
        "left_out": sum(one.id in owed.marks.left_out for one in shown.turns),
        "was_sent": turn.reply is not None,
        "is_remarked": turn.reply is not None and owed.marks.changed_after >= turn.id,
    }


async def _brief(bot: Bot, owed: Owed) -> Brief:
    """How it was answered, by whoever answered; or how it would be."""
    guide = DiscordGuide(bot.connection.client)
    briefing = Briefing(ledger=bot.store, guide=guide, default_model=bot.settings.openai_model)
    brief = await briefing.foresee(owed)
    answered_by = owed.turn.reply.model if owed.turn.reply else None
    return brief if answered_by is None else replace(brief, model=answered_by)


def _said(message: Said) -> dict[str, object]:
    return {
        "role": message.role.value,
        "text": message.captioned,
        "images": len(message.pictures),
    }
