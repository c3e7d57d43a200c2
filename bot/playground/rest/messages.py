"""Messages over REST: reading, saying, changing, taking back, reacting.

https://docs.discord.com/developers/resources/message
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import unquote

from bot.playground.rest.call import NOTHING, Answer, Call
from bot.playground.rest.drafts import change_of, draft_of, with_reference
from bot.playground.wire.messages import message_json
from bot.playground.world import posting
from bot.playground.world.events import TypingStarted
from bot.playground.world.parts import EVERYTHING, Json
from bot.playground.world.permission import Permission, permissions_in, sending_in
from bot.playground.world.places import WITHOUT_MESSAGES, Channel, Message, Thread
from bot.playground.world.refusal import Code, Refused
from bot.playground.world.snowflake import time_of

DEFAULT_PAGE, LARGEST_PAGE = 50, 100
NEWEST = 1 << 63
FEWEST_AT_ONCE, MOST_AT_ONCE = 2, 100
BULK_AGE_DAYS = 14


def list_messages(call: Call) -> Answer:
    """Newest first; nothing at all without READ_MESSAGE_HISTORY."""
    channel = call.channel()
    if channel.kind in WITHOUT_MESSAGES:
        raise Refused(Code.NOT_A_TEXT_CHANNEL)
    if Permission.READ_MESSAGE_HISTORY not in permissions_in(channel, call.bot):
        return Answer([])
    page = _page(call, channel)
    return Answer([_shown(call, message) for message in page])


def get_message(call: Call) -> Answer:
    """One message."""
    return Answer(_shown(call, call.message(Permission.READ_MESSAGE_HISTORY)))


def create_message(call: Call) -> Answer:
    """The bot says something, or is given what it said with the same nonce."""
    channel = call.channel()
    form = call.form
    draft = draft_of(call, form, by_default=EVERYTHING)
    draft = with_reference(call, form, draft)
    posting.check_may_post(call.world, channel, call.bot, draft)
    if draft.nonce is not None and form.flag("enforce_nonce"):
        made = call.world.nonces.message_for(call.bot, draft.nonce)
        if made and made.deleted:
            raise Refused(Code.UNKNOWN_MESSAGE)
        if made:
            return Answer(_with_nonce(call, made))
    return Answer(_with_nonce(call, posting.post(call.world, channel, call.bot, draft)))


def edit_message(call: Call) -> Answer:
    """One of the bot's messages says something else."""
    message = call.message()
    posting.check_may_change(message, call.bot, delete=False)
    change = change_of(call, call.form, message, by_default=EVERYTHING)
    if change.uploads:
        call.channel(Permission.ATTACH_FILES)
    posting.edit(call.world, message, change)
    return Answer(_shown(call, message))


def delete_message(call: Call) -> Answer:
    """A message is gone."""
    message = call.message()
    posting.check_may_change(message, call.bot, delete=True)
    posting.erase(call.world, message)
    return NOTHING


def delete_messages(call: Call) -> Answer:
    """Between 2 and 100 messages, none older than two weeks, are gone."""
    channel = call.channel(Permission.MANAGE_MESSAGES)
    ids = call.form.snowflakes("messages")
    if not FEWEST_AT_ONCE <= len(ids) <= MOST_AT_ONCE:
        raise Refused(Code.BULK_DELETE_COUNT)
    now = datetime.now(UTC)
    if any((now - time_of(each)).days >= BULK_AGE_DAYS for each in ids):
        raise Refused(Code.BULK_DELETE_TOO_OLD)
    found = [there for each in sorted(ids) if (there := channel.history.get(each))]
    posting.erase(call.world, *found)
    return NOTHING


def start_typing(call: Call) -> Answer:
    """The bot is seen typing for ten seconds."""
    channel = call.world.channel(call.id("channel_id"))
    call.channel(sending_in(channel))
    if isinstance(channel, Thread) and channel.archived:
        raise Refused(Code.THREAD_ARCHIVED)
    call.world.emit(TypingStarted(channel, call.bot, datetime.now(UTC)))
    return NOTHING


def add_reaction(call: Call) -> Answer:
    """The bot's emoji stands under a message."""
    message = call.message()
    emoji = unquote(call.path["emoji"])
    posting.check_may_react(message, call.bot, emoji)
    posting.react(call.world, message, call.bot, emoji)
    return NOTHING


def remove_own_reaction(call: Call) -> Answer:
    """The bot's emoji no longer stands under a message."""
    posting.unreact(call.world, call.message(), call.bot, unquote(call.path["emoji"]))
    return NOTHING


def remove_reaction(call: Call) -> Answer:
    """Somebody's emoji no longer stands under a message."""
    message = call.message(Permission.MANAGE_MESSAGES)
    user = call.world.users.get(call.id("user_id"))
    if user is None:
        raise Refused(Code.UNKNOWN_USER)
    posting.unreact(call.world, message, user, unquote(call.path["emoji"]))
    return NOTHING


def _page(call: Call, channel: Channel) -> list[Message]:
    limit = _limit(call)
    history = channel.history
    around, before, after = (call.asked(name) for name in ("around", "before", "after"))
    if around is not None:
        older = history.before(around + 1, limit // 2 + 1)
        return [*history.after(around, limit - len(older)), *older]
    if after is not None:
        return history.after(after, limit)
    return history.before(before if before is not None else NEWEST, limit)


def _limit(call: Call) -> int:
    limit = call.asked("limit")
    if limit is None:
        return DEFAULT_PAGE
    if not 1 <= limit <= LARGEST_PAGE:
        message = f"int value should be between 1 and {LARGEST_PAGE}."
        call.complaints.add(("limit",), "NUMBER_TYPE_MAX", message)
        call.complaints.settle()
    return limit


def _shown(call: Call, message: Message) -> dict[str, object]:
    return message_json(call.world, message, hide=not call.world.rules.message_content)


def _with_nonce(call: Call, message: Message) -> Json:
    shown = _shown(call, message)
    return shown if message.nonce is None else shown | {"nonce": message.nonce}
