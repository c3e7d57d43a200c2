"""Every sentence the bot adds to an answer, or says in place of one, in its own name."""

from __future__ import annotations

from math import ceil

from bot.domain.billing import ScopeKind, money
from bot.domain.budget import BudgetNote, Period, Standing
from bot.domain.errors import Fault
from bot.domain.rate import RateNote, Span
from bot.domain.reply import Ending, Reply, SummaryNote

_ENDINGS = {
    Ending.WHOLE: "",
    Ending.LENGTH: "✂️ The answer reached its length limit here. Say “go on” to have the rest.",
    Ending.FILTERED: (
        "🛑 The model provider's content filter stopped the answer. Asking in other words may help."
    ),
    Ending.REFUSED: "🛑 The model declined to answer this.",
    Ending.EMPTY: "🤷 The model gave an empty answer. Press Retry or ask in other words.",
    Ending.STOPPED: "⏹️ Stopped.",
    Ending.GAVE_UP: (
        "⚠️ I tried this three times and failed each time, so I have stopped trying. The "
        "operator's log says why. Press Retry to have another go."
    ),
}

_FAULTS = {
    Fault.RATE: (
        "⏳ The model provider is limiting our requests and did not let up. "
        "Press Retry in a minute or two."
    ),
    Fault.QUOTA: (
        "💳 The model account has no credit left. "
        "The operator has to top it up; after that, press Retry."
    ),
    Fault.AUTH: (
        "🔑 The model provider does not accept the bot's API key. "
        "The operator has to correct OPENAI_API_KEY."
    ),
    Fault.MODEL: (
        "❓ The model provider does not know the model this conversation uses. "
        "Start a new one with `/new` and another model, or tell the operator."
    ),
    Fault.CONTEXT: (
        "📏 That is longer than the model can read. "
        "Send it in smaller parts, or start fresh with `/reset`."
    ),
    Fault.CONTENT: (
        "🛑 The model provider's content policy does not allow this request. "
        "Asking in other words may help."
    ),
    Fault.REQUEST: (
        "⚠️ The model provider did not understand the bot's request. "
        "The operator's log has the details."
    ),
    Fault.SERVER: "🌩️ The model provider has a failure on its side. Press Retry in a minute or two.",
    Fault.TIMEOUT: "⌛ The model fell silent for too long. Press Retry to ask again.",
    Fault.CONNECTION: (
        "🔌 The model could not be reached, or the connection broke. Press Retry in a minute."
    ),
    Fault.TRUNCATED: "✂️ The answer broke off on the provider's side. Press Retry to ask again.",
}

_COMES_BY_ITSELF = "Your answer comes here by itself when it is back; you need not ask again."
_DOWN = {
    Fault.SERVER: f"🌩️ The model provider has a failure on its side. {_COMES_BY_ITSELF}",
    Fault.TIMEOUT: f"⌛ The model has fallen silent. {_COMES_BY_ITSELF}",
    Fault.CONNECTION: f"🔌 The model cannot be reached just now. {_COMES_BY_ITSELF}",
    Fault.TRUNCATED: f"✂️ The model's answers break off just now. {_COMES_BY_ITSELF}",
}
IN_LINE = (
    "⏳ Many people are asking just now. Your answer comes here by itself as soon as it is your "
    "turn; you need not ask again."
)
WAITING_WORDS = frozenset({*_DOWN.values(), IN_LINE})
_WHOSE = {
    ScopeKind.ALL: "the bot's",
    ScopeKind.SERVER: "this server's",
    ScopeKind.CHANNEL: "this channel's",
    ScopeKind.USER: "your",
    ScopeKind.MEMBER: "your",
}
_PERIODS = {Period.DAY: "today", Period.MONTH: "this month"}
_SPANS = {Span.MINUTE: "minute", Span.HOUR: "hour", Span.DAY: "day"}
_LONGEST_NAME = 60  # characters of a model's name that are shown

WITHDRAWN = "🗑️ The question was deleted, so I have stopped."
NOT_RECORDED = (
    "💾 I cannot write to my memory just now (the operator's log says why), so your message has to "
    "wait. I answer it here by myself when that is mended; you need not ask again."
)
REFUSED_BY_DISCORD = (
    "-# 🛑 Discord did not take this part of the answer (a filter of this server, most likely)."
)
CUT_OFF = (
    "-# 🔇 I may not post here any more, so the rest is missing. Press Retry when I may again."
)
STILL_WRITING = "-# ✍️ A long answer: it goes on, and will come whole as a file."
UNDONE = "-# ↩️ Taken out with `/undo`: no longer part of this conversation."
WHOLE_IN_FILE = "-# 📄 This is the beginning; the whole answer is in the file."


def note(reply: Reply, *, is_withdrawn: bool = False) -> str:
    """Return what the bot says under a reply, or instead of one; nothing under a whole one."""
    if reply.rate:
        return _of_rate(reply.rate)
    budget = _of_budget(reply.budget) if reply.budget else ""
    if reply.budget and reply.budget.standing in {Standing.SPENT, Standing.UNPRICED}:
        return budget
    words = _FAULTS[reply.fault] if reply.fault else _ENDINGS[reply.ending]
    if is_withdrawn and reply.ending is Ending.STOPPED:
        words = WITHDRAWN
    lines = [words if reply.is_notice else f"-# {words}"] if words else []
    if reply.model and reply.instead_of:
        lines.append(
            f"-# 🔀 Answered by {_shown(reply.model)}: {_shown(reply.instead_of)} did not answer."
        )
    if reply.summary is not None:
        lines.append(f"-# {_of_summary(reply.summary)}")
    return "\n".join([*lines, f"-# {budget}"] if budget else lines)


def _of_summary(note: SummaryNote) -> str:
    price = "price n/a" if note.cost is None else money(note.cost)
    return f"🗜️ I summed up older messages, not to read them again each time ({price}). All is kept."


def _of_budget(note: BudgetNote) -> str:
    """Return what is to be said of a budget; moments stand in the reader's own time zone."""
    setter = " (set by this server)" if note.is_own else ""
    budget = f"{_WHOSE[note.scope]} budget for {_PERIODS[note.period]}{setter}"
    anew = f"<t:{int(note.opens_at.timestamp())}:f>"
    match note.standing:
        case Standing.WARNED:
            return f"🪙 Little is left of {budget}. It begins anew {anew}."
        case Standing.STEPPED_DOWN:
            return f"🪙 A cheaper model answered: little is left of {budget}, until {anew}."
        case Standing.SPENT:
            return (
                f"🪙 {budget[0].upper()}{budget[1:]} is used up. It opens again {anew}; press "
                "Retry then. What you said is kept."
            )
        case Standing.UNPRICED:
            return (
                "🪙 There is a budget here, and I know no price for this model, so "
                "I may not ask it. Choose another one with `/new`, or have the operator set its "
                "price (MODEL_PRICES)."
            )


def _of_rate(note: RateNote) -> str:
    """Return that somebody has had many answers; the moment is told from when it is read on."""
    count, opens_at = note.rate.count, ceil(note.opens_at.timestamp())
    answers = "1 answer" if count == 1 else f"{count:,} answers"
    return (
        f"🐇 Each person can have {answers} in any {_SPANS[note.rate.span]}, and that is what you "
        f"had. The next one is due <t:{opens_at}:R>; press Retry then. What you said is kept."
    )


def waiting(fault: Fault) -> str:
    """Return what the bot says where an answer waits for the model to be back."""
    return _DOWN[fault]


def _shown(model: str) -> str:
    name = " ".join(model.replace("`", "").split())
    return f"`{name[:_LONGEST_NAME]}`"
