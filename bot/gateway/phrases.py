"""Every sentence of refusals, failures, openings and help."""

from __future__ import annotations

from collections.abc import Iterable

import discord

from bot.domain.access import Denial
from bot.domain.manner import Listening
from bot.domain.offer import Offer
from bot.domain.wording import shortened
from bot.gateway.people import Ground
from bot.gateway.phrases_session import UNKNOWN_SESSION

_QUOTED = 1800  # UTF-16 code units, as pages are counted: of the 2000 of a message

UNKNOWN_COMMAND = (
    "I do not know this command or button. It may be from an older version of me: "
    "`/help` shows what I know."
)
UNKNOWN_PLACE = "I do not know this sort of place. Try a text channel or a direct message."
STORE_BUSY = (
    "💾 I cannot write to my memory just now, so nothing was changed. Try again in a minute; "
    "if it goes on, tell the operator that the disk may be full."
)
STILL_AT_IT = "⏳ This takes longer than usual. I am still at it; there is no need to ask again."
PRIVATE_IMPOSSIBLE = (
    "A private thread is not possible here; only ordinary text channels have them. "
    "Use `/chat private:True` in one, or write to me in a direct message."
)
NO_ACCESS = (
    "🔒 Discord does not let me do that here: a permission is missing. A moderator can grant my "
    "role View Channel, Send Messages, Create Public Threads, Create Private Threads and "
    "Send Messages in Threads."
)
NO_TAGGED_POST = (
    "This forum wants a tag on every post, and I could not choose one. "
    "Open a post yourself and mention me in it."
)
SERVER_IS_FULL = (
    "This server has as many active threads as Discord allows. "
    "Ask a moderator to close some, or use `/new` here."
)
PARENT_UNKNOWN = "I cannot see the channel this thread belongs to. Use `/new` to start afresh here."
WRONG_MODEL = (
    "A model's name has 1 to 100 characters and no spaces, such as `gpt-6-luna`. "
    "Leave it out to have the usual model."
)
WRONG_PERSONA = "I have no persona of that name. Pick one from the list that appears."
NOTHING_MISSED = "There is nothing left to answer: it was answered already, or deleted."
PAST_BUSY = "Discord does not let me read these messages just now. Press Answer again in a minute."
PAST_HIDDEN = (
    "I cannot read these messages. I need the permission to read this channel's message history."
)
WITHHELD = (
    "🙉 Discord does not show me what is written here without a mention of me, for my Message "
    "Content Intent is off. Mention me, or leave the ping on when you reply, and I answer."
)
SHUT_OUT = (
    "🔇 In this channel I answer nothing but commands. `/chat` opens a thread where I listen; "
    "a moderator can change it with `/settings`."
)

_DENIALS = {
    Denial.NOT_A_PERSON: "I only listen to people, not to bots.",
    Denial.CANNOT_VIEW: (
        "You may not read what is said here, so I may not show or change it for you. It takes "
        "the permissions View Channel and Read Message History."
    ),
    Denial.CANNOT_WRITE: (
        "You may not write here, so you cannot make me do this here. It takes the permission "
        "Send Messages (in a thread: Send Messages in Threads)."
    ),
    Denial.CANNOT_MODERATE: (
        "Others took part in this conversation. Only somebody with the permission "
        "Manage Messages may delete it."
    ),
    Denial.CANNOT_ARRANGE: (
        "You may not choose for the whole channel. It takes the permission Manage Channels or "
        "Manage Messages."
    ),
    Denial.CANNOT_GOVERN: (
        "What concerns the whole server is for those who manage it. It takes the permission "
        "Manage Server."
    ),
    Denial.NOT_HERE: UNKNOWN_SESSION,  # that it exists elsewhere is nobody's business
    Denial.NO_RULE: UNKNOWN_COMMAND,
}


def denied(denial: Denial) -> str:
    """Return why somebody may not do something, and what it would take."""
    return _DENIALS[denial]


def missed(count: int) -> str:
    """Return what is asked about messages that nobody answered in time."""
    came = "1 message came" if count == 1 else f"{count} messages came"
    return f"💤 {came} while I was away. Shall I still answer?"


def bug(interaction_id: int) -> str:
    """Return what to say when we failed for a reason nobody foresaw."""
    return f"⚠️ Something went wrong on my side. The operator's log has it under `{interaction_id}`."


def discord_failed(interaction_id: int) -> str:
    """Return what to say when Discord refused or could not be reached."""
    return (
        "🌩️ Discord did not let me do that. Try again in a minute; if it goes on, the "
        f"operator's log has it under `{interaction_id}`."
    )


def missing_permissions(names: Iterable[str]) -> str:
    """Return what somebody has to allow the bot, by the names Discord's settings use."""
    listed = ", ".join(f"**{title_of(name)}**" for name in names)
    return f"🔒 I lack a permission here: {listed}. A moderator can grant it to my role."


def title_of(permission: str) -> str:
    """Return a permission's name as Discord's settings show it, nearly."""
    return permission.replace("_", " ").title().replace(" In ", " in ")


def asked(name: str, prompt: str) -> str:
    """Return a prompt quoted, and by whom; it pings nobody when sent as the bot sends."""
    quoted = "\n".join(f"> {line}" for line in prompt.splitlines())
    return f"**{discord.utils.escape_markdown(name)}** asked:\n{shortened(quoted, _QUOTED)}"


def opened_thread_for(name: str) -> str:
    """Return the line a thread without a first question starts from."""
    return f"**{discord.utils.escape_markdown(name)}** opened a conversation."


def thread_name_for(name: str) -> str:
    """Return what a thread is called that starts without a question."""
    return f"Conversation with {name}"[:100]


def greeting(*, needs_mention: bool) -> str:
    """Return what is said in a thread that waits for its first message."""
    how = "mention me when you do" if needs_mention else "no mention is needed in here"
    return f"👋 A fresh conversation. Say what it is about; {how}."


def here_it_is(thread_id: int) -> str:
    """Return where the answer is."""
    return f"💬 Over there: <#{thread_id}>"


def right_here(*, is_asked: bool) -> str:
    """Return what is said where no thread can be opened."""
    if is_asked:
        return "💬 A fresh conversation, right here. The answer comes as a message."
    return "🆕 A fresh conversation starts right here. Say what it is about."


def offer(one: Offer) -> str:
    """Return a model as one of the choices, with what it costs where that is known."""
    window = "n/a" if one.window is None else f"{one.window // 1000:,}k"
    if not one.has_price:
        return f"{one.model} · price n/a · window {window}"
    price = f"${one.input_price} in, ${one.output_price} out per M tokens"
    return f"{one.model} · {price} · window {window}"


def help_for(
    ground: Ground, listening: Listening, *, in_thread_of_ours: bool, needs_mention: bool
) -> str:
    """Return how to talk with the bot at this very place."""
    when = _when_heard(
        ground, listening, in_thread_of_ours=in_thread_of_ours, needs_mention=needs_mention
    )
    return f"{when}\n• `/chat` asks something {_CHAT[ground]}\n{_COMMANDS}"


def _when_heard(
    ground: Ground, listening: Listening, *, in_thread_of_ours: bool, needs_mention: bool
) -> str:
    if ground is Ground.DIRECT:
        return "I answer **every message** you write here. Nobody else on Discord sees them."
    if in_thread_of_ours and not needs_mention:
        return (
            "I answer **every message** in this thread. Everybody who writes here takes part in "
            "one conversation, and I tell you apart by name."
        )
    where = "this thread" if ground in {Ground.THREAD, Ground.POST} else "this channel"
    if listening is Listening.OFF:
        return f"In {where} I answer **nothing but commands**. What `/chat` opens, I listen to."
    if listening is Listening.ALL and not needs_mention:
        return (
            f"In {where} I answer **every message**. Everybody who writes here takes part in one "
            "conversation, and I tell you apart by name."
        )
    heard = (
        f"In {where} I answer when you **mention me** or **reply to me**. Everybody who does takes "
        "part in one conversation."
    )
    if needs_mention or ground is Ground.THREADLESS:
        return heard
    return f"{heard} What `/chat` opens needs no mentions."


_CHAT = {
    Ground.DIRECT: "in a fresh conversation right here",
    Ground.CHANNEL: (
        "in a thread of its own; with `private:True` only you, whom you invite and moderators "
        "see it"
    ),
    Ground.ANNOUNCEMENTS: "in a thread of its own",
    Ground.THREAD: "in a thread of its own beside this one",
    Ground.POST: "in a post of its own",
    Ground.THREADLESS: "in a fresh conversation right here",
}
_COMMANDS = """\
• `/new` starts afresh here; `/reset` too, with the same persona and model
• `/stop` ends the answer in progress; `/retry` gives the last one again
• **Continue from here**, in the menu of a message under Apps, goes on from there in a thread
• **Pin to context** and **Leave out**, in the same menu: what I am shown whatever comes, or not
• `/context` shows what I would be shown now, and what reading it costs
• `/undo` takes the last message and its answer out; again, the one before
• `/session list` and `/session resume` go back to earlier conversations; nothing is lost
• `/session delete` erases one for good
• `/persona list` shows as whom I can answer; a server can have its own
• `/settings` shows and changes how I answer here: persona, model, language and more
• `/usage me` shows what you used and what it cost"""
