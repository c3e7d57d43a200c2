"""Every sentence about what the model is shown, and marks on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import discord

from bot.domain.billing import money
from bot.domain.marks import MOST_PINS, Marking, TurnMark
from bot.domain.message import Prompt
from bot.domain.turn import Turn
from bot.domain.wording import UNTITLED, shortened, title_in
from bot.engine.contexts import Marked, View
from bot.gateway.phrases_session import moment
from bot.gateway.phrases_usage import UNKNOWN_COST

NO_CONTEXT = "No conversation is open here, so the model would be shown nothing but your message."
NOT_THERE = (
    "This message is no part of the conversation that is open here, or of one that was put away, "
    "taken out or erased: I can mark what the model would be shown."
)
LOOK_AT = "Look at a message and its answer"
PIN, LEAVE_OUT, CLEAR = "📌 Pin", "🚫 Leave out", "Take the mark away"
RETRACTED = "-# The answer was deleted, and is shown to nobody any more."
BACK, NEWER, OLDER = "Back", "◀ Newer", "Older ▶"

_FULL = (
    f"This conversation has {MOST_PINS} pins, and no more are possible. `/context` shows them: "
    "take one away first."
)
_ONCE = "-# The next answer reads the whole conversation at the full price, once."
_BEGUN: Mapping[TurnMark, str] = MappingProxyType(
    {
        TurnMark.PINNED: (
            "📌 Pinned: I am shown this message and its answer however long the conversation gets."
        ),
        TurnMark.LEFT_OUT: (
            "🚫 Left out: I am shown neither this message nor its answer any more. Both stay where "
            "they are."
        ),
    }
)
_ENDED: Mapping[TurnMark, str] = MappingProxyType(
    {
        TurnMark.PINNED: "This message and its answer are not pinned any more.",
        TurnMark.LEFT_OUT: "This message and its answer are not left out any more.",
    }
)
_NOT_MARKED = "There is no mark on this message."
_SIGNS: Mapping[TurnMark | None, str] = MappingProxyType(
    {None: "", TurnMark.PINNED: "📌 ", TurnMark.LEFT_OUT: "🚫 "}
)
_SUMMED_UP = 600  # UTF-16 code units of a summary
_QUOTED = 800  # UTF-16 code units of what was asked, and of the answer


def marked(marked: Marked) -> str:
    """Return what is so now that somebody marked a turn."""
    if marked.came is Marking.NOT_THERE:
        return NOT_THERE
    if marked.came is Marking.FULL:
        return _FULL
    if marked.mark is not None:
        return f"{_BEGUN[marked.mark]}\n{_ONCE}"
    if marked.before is None:
        return _NOT_MARKED
    return f"{_ENDED[marked.before]}\n{_ONCE}"


def panel(view: View) -> str:
    """Return what the model would be shown, in figures."""
    return "\n".join(_panel(view))


def _panel(view: View) -> Iterator[str]:
    yield "🔎 **What the model would be shown before your next message**"
    size = f"about {view.window.size:,} of {view.budget:,} tokens"
    how = "billed with the last answer" if view.window.is_measured else "estimated"
    yield f"{_turns(view.shown)} · {size}, {how} · Model: {view.model}"
    yield _price(view)
    yield from _floor(view)
    if view.summary is not None:
        words = discord.utils.escape_markdown(" ".join(view.summary.text.split()))
        yield f"🗜️ What is not shown is summed up: “{shortened(words, _SUMMED_UP)}”"
    yield from _pins(view)
    if view.left_out:
        yield f"🚫 {_turns(len(view.left_out))} left out"


def _price(view: View) -> str:
    if view.cost is None or view.cached_cost is None:
        return f"To read it costs {UNKNOWN_COST}: I know no price for this model."
    cached = money(view.cached_cost)
    return f"To read it costs {money(view.cost)}, or {cached} where the provider has it cached"


def _floor(view: View) -> Iterator[str]:
    if not view.hidden:
        return
    older = f"⬆️ {_turns(view.hidden)} before that not shown any more"
    if not view.window.turns:
        yield older
        return
    first = view.window.turns[0].prompts[0]
    yield f"{older}; the oldest one shown is of {moment(first.said_at)}"


def _pins(view: View) -> Iterator[str]:
    pins = view.window.pins
    if view.pinned:
        first = f", {len(pins.shown)} of them shown first" if pins.shown else ""
        yield f"📌 {_turns(len(view.pinned))} pinned{first}"
    if pins.unfit:
        yield (
            f"⚠️ {_turns(len(pins.unfit))} pinned that do not fit: older pins have a quarter of "
            "the tokens, and the newest of them come first"
        )


def label(turn: Turn, mark: TurnMark | None) -> str:
    """Return a turn as one of the choices of a menu, without Markdown."""
    said = next(iter(turn.kept_prompts), None)
    asked = said and (title_in(said.text, limit=80) or _files(said))
    return shortened(f"{_SIGNS[mark]}{turn.depth + 1}. {asked or UNTITLED}", 100)


def beginning_of_answer(turn: Turn) -> str | None:
    """Return how the answer begins, for below the choice."""
    return None if turn.reply is None else title_in(turn.reply.text, limit=90)


def words_of(turn: Turn, mark: TurnMark | None) -> str:
    """Return what was said in a turn, cut where it is long; it is shown as it was typed."""
    asked = "\n".join(_said(prompt) for prompt in turn.kept_prompts)
    parts = [f"{_SIGNS[mark]}**Turn {turn.depth + 1}**", _quoted(asked)]
    if turn.reply is not None and not turn.reply.is_notice:
        parts.append(f"**Answer**\n{_quoted(turn.reply.text)}")
    if turn.is_retracted:
        parts.append(RETRACTED)
    return "\n".join(parts)


def _said(prompt: Prompt) -> str:
    return " ".join(filter(None, (f"{prompt.author_name}:", prompt.text, _files(prompt))))


def _files(prompt: Prompt) -> str:
    """Return the names of the files that came with a prompt; empty without any."""
    return " ".join(f"📎 {each.name}" for each in prompt.attachments)


def _quoted(text: str) -> str:
    return shortened(discord.utils.escape_markdown(shortened(text, _QUOTED)), _QUOTED)


def _turns(count: int) -> str:
    return "1 turn" if count == 1 else f"{count:,} turns"
