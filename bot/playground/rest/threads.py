"""Threads over REST: opening them, their members, and lists of them.

https://docs.discord.com/developers/resources/channel#start-thread-from-message
"""

from __future__ import annotations

from bot.playground.rest.call import NOTHING, Answer, Call
from bot.playground.rest.channels import ARCHIVE_MINUTES
from bot.playground.rest.drafts import draft_of
from bot.playground.rest.forms import Form
from bot.playground.wire.messages import message_json
from bot.playground.wire.places import thread_json, thread_member_json
from bot.playground.world import posting, threads
from bot.playground.world.accounts import User
from bot.playground.world.parts import EVERYTHING
from bot.playground.world.permission import Permission, may_see, permissions_in
from bot.playground.world.places import Channel, ChannelKind, Thread
from bot.playground.world.refusal import Code, Refused

DEFAULT_MINUTES = 1440
KINDS = frozenset({10, 11, 12})
LARGEST_PAGE = 100
NEWEST = 1 << 63


def start_from_message(call: Call) -> Answer:
    """A thread hangs on a message and has its id."""
    message = call.message(Permission.READ_MESSAGE_HISTORY)
    channel = message.channel
    threads.check_may_open(channel, call.bot, private=False, message=message)
    draft = _draft(call.form, private=False)
    thread = threads.open_thread(call.world, channel, call.bot, draft, message)
    return Answer(thread_json(thread, call.bot), status=201)


def start(call: Call) -> Answer:
    """A thread without a message; in a forum, a post with its first message."""
    channel = call.channel()
    form = call.form
    if channel.kind is ChannelKind.FORUM:
        return _start_post(call, channel, form)
    kind = form.choice("type", KINDS)
    private = kind in {None, ChannelKind.PRIVATE_THREAD}
    threads.check_may_open(channel, call.bot, private=private, message=None)
    draft = _draft(form, private=private)
    thread = threads.open_thread(call.world, channel, call.bot, draft)
    return Answer(thread_json(thread, call.bot), status=201)


def join(call: Call) -> Answer:
    """The bot is in the thread."""
    thread = _active(call)
    threads.come_in(call.world, thread, call.bot)
    return NOTHING


def leave(call: Call) -> Answer:
    """The bot is not in the thread."""
    threads.go_out(call.world, _active(call), call.bot)
    return NOTHING


def add_member(call: Call) -> Answer:
    """Somebody is in the thread."""
    thread = _active(call)
    if not permissions_in(thread, call.bot) & Permission.SEND_MESSAGES_IN_THREADS:
        raise Refused(Code.MISSING_PERMISSIONS)
    user = _member(call, thread)
    if not may_see(thread.parent, user):
        raise Refused(Code.MISSING_ACCESS)
    threads.come_in(call.world, thread, user)
    return NOTHING


def remove_member(call: Call) -> Answer:
    """Somebody is not in the thread."""
    thread = _active(call)
    owns = thread.is_private and thread.owner_id == call.bot.id
    if not owns and Permission.MANAGE_THREADS not in permissions_in(thread, call.bot):
        raise Refused(Code.MISSING_PERMISSIONS)
    threads.go_out(call.world, thread, _member(call, thread))
    return NOTHING


def member(call: Call) -> Answer:
    """One member of the thread."""
    thread = call.thread()
    user = _member(call, thread)
    joined = thread.member_ids.get(user.id)
    if joined is None:
        raise Refused(Code.UNKNOWN_MEMBER)
    return Answer(thread_member_json(thread, user.id, joined))


def members(call: Call) -> Answer:
    """Everyone in the thread."""
    thread = call.thread()
    return Answer(
        [thread_member_json(thread, who, joined) for who, joined in thread.member_ids.items()]
    )


def archived_public(call: Call) -> Answer:
    """The channel's public threads that were put away, the latest first."""
    return _archived(call, private=False, own=False)


def archived_private(call: Call) -> Answer:
    """The channel's private threads that were put away."""
    if Permission.MANAGE_THREADS not in permissions_in(call.channel(), call.bot):
        raise Refused(Code.MISSING_PERMISSIONS)
    return _archived(call, private=True, own=False)


def archived_joined(call: Call) -> Answer:
    """The private ones that the bot is in."""
    return _archived(call, private=True, own=True)


def active(call: Call) -> Answer:
    """The guild's active threads that the bot can see."""
    found = call.world.active_threads(call.guild())
    return _listed(call, [thread for thread in found if may_see(thread, call.bot)], more=False)


def _draft(form: Form, *, private: bool) -> threads.ThreadDraft:
    name = form.text("name", longest=threads.LONGEST_NAME, shortest=1, required=True)
    minutes = form.choice("auto_archive_duration", ARCHIVE_MINUTES)
    form.complaints.settle()
    return threads.ThreadDraft(
        name=name or "",
        auto_archive_minutes=minutes or DEFAULT_MINUTES,
        private=private,
        invitable=form.flag("invitable", default=True),
        applied_tags=tuple(sorted(form.snowflakes("applied_tags"))),
    )


def _start_post(call: Call, forum: Channel, form: Form) -> Answer:
    inner = form.inner("message")
    if inner is None:
        form.complain("message", "BASE_TYPE_REQUIRED", "This field is required")
    draft = _draft(form, private=False)
    opening = draft_of(call, inner or form, by_default=EVERYTHING)
    posting.check_may_begin(forum, call.bot, opening)
    thread = threads.open_thread(call.world, forum, call.bot, draft)
    message = posting.post(call.world, thread, call.bot, opening)
    shown = thread_json(thread, call.bot) | {"message": message_json(call.world, message)}
    return Answer(shown, status=201)


def _active(call: Call) -> Thread:
    thread = call.thread()
    if thread.archived:
        raise Refused(Code.THREAD_ARCHIVED)
    return thread


def _member(call: Call, thread: Thread) -> User:
    if call.path["user_id"] == "@me":
        return call.bot
    found = thread.guild.members.get(call.id("user_id")) if thread.guild else None
    if found is None:
        raise Refused(Code.UNKNOWN_MEMBER)
    return found.user


def _archived(call: Call, *, private: bool, own: bool) -> Answer:
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    if channel.guild is None:
        raise Refused(Code.NOT_IN_DM)
    found = [
        thread
        for thread in channel.guild.threads.values()
        if thread.parent is channel
        and thread.archived
        and thread.is_private is private
        and (not own or call.bot.id in thread.member_ids)
    ]
    found.sort(key=lambda thread: thread.archived_at, reverse=True)
    before = call.query.get("before")
    if own:
        earliest = call.asked("before") or NEWEST
        found = [thread for thread in found if thread.id < earliest]
    elif before:
        found = [thread for thread in found if thread.archived_at.isoformat() < before]
    limit = min(call.asked("limit") or LARGEST_PAGE, LARGEST_PAGE)
    return _listed(call, found[:limit], more=len(found) > limit)


def _listed(call: Call, found: list[Thread], *, more: bool) -> Answer:
    bot = call.bot
    shown: dict[str, object] = {
        "threads": [thread_json(thread, bot) for thread in found],
        "members": [
            thread_member_json(thread, bot.id, thread.member_ids[bot.id])
            for thread in found
            if bot.id in thread.member_ids
        ],
        "has_more": more,
    }
    return Answer(shown)
