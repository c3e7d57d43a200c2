"""Every sentence the bot adds to an answer, or says in place of one, in its own name."""

from __future__ import annotations

from bot.domain.errors import Fault
from bot.domain.reply import Ending, Reply

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

REFUSED_BY_DISCORD = (
    "-# 🛑 Discord did not take this part of the answer (a filter of this server, most likely)."
)
STILL_WRITING = "-# ✍️ A long answer: it goes on, and will come whole as a file."
WHOLE_IN_FILE = "-# 📄 This is the beginning; the whole answer is in the file."


def note(reply: Reply) -> str:
    """Return what the bot says under a reply, or instead of one; nothing under a whole one."""
    words = _FAULTS[reply.fault] if reply.fault else _ENDINGS[reply.ending]
    return words if reply.is_notice or not words else f"-# {words}"
