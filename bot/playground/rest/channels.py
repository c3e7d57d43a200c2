"""Channels over REST.

https://docs.discord.com/developers/resources/channel
"""

from __future__ import annotations

from bot.playground.rest.call import Answer, Call
from bot.playground.rest.forms import Form
from bot.playground.wire.places import channel_json
from bot.playground.world import threads
from bot.playground.world.events import ChannelUpdated
from bot.playground.world.permission import Permission, demand, permissions_in
from bot.playground.world.places import Channel, Thread
from bot.playground.world.refusal import Code, Refused

LONGEST_TOPIC = 1024
ARCHIVE_MINUTES = frozenset({60, 1440, 4320, 10080})


def get_channel(call: Call) -> Answer:
    """A channel or thread."""
    return Answer(channel_json(call.channel(), call.bot))


def edit_channel(call: Call) -> Answer:
    """A channel's or thread's settings are changed."""
    channel = call.channel()
    if channel.guild is None:
        raise Refused(Code.NOT_IN_DM)
    if isinstance(channel, Thread):
        _edit_thread(call, channel)
    else:
        demand(channel, call.bot, Permission.MANAGE_CHANNELS)
        _rename(call.form, channel)
        call.world.emit(ChannelUpdated(channel))
    return Answer(channel_json(channel, call.bot))


def delete_channel(call: Call) -> Answer:
    """A channel or thread is gone; a DM is merely closed."""
    channel = call.channel()
    if channel.guild is None:
        return Answer(channel_json(channel, call.bot))
    needed = Permission.MANAGE_CHANNELS
    if isinstance(channel, Thread):
        needed = Permission.MANAGE_THREADS
    demand(channel, call.bot, needed)
    call.world.remove_channel(channel)
    return Answer(channel_json(channel, call.bot))


def _edit_thread(call: Call, thread: Thread) -> None:
    form = call.form
    granted = permissions_in(thread, call.bot)
    manages = Permission.MANAGE_THREADS in granted
    archived = form.flag("archived", default=thread.archived)
    locked = form.flag("locked", default=thread.locked)
    own = thread.owner_id == call.bot.id and not thread.locked
    _check_may_edit(form, thread, manages=manages, own=own)
    if thread.archived and archived and not form.body.keys() <= {"archived", "locked"}:
        raise Refused(Code.THREAD_ARCHIVED)
    before = thread.name
    minutes = form.choice("auto_archive_duration", ARCHIVE_MINUTES)
    _rename(form, thread)
    thread.auto_archive_minutes = minutes or thread.auto_archive_minutes
    thread.invitable = form.flag("invitable", default=thread.invitable)
    if "applied_tags" in form:
        thread.applied_tags = tuple(sorted(form.snowflakes("applied_tags")))
    threads.set_aside(call.world, thread, archived=archived, locked=locked)
    if thread.name != before:
        threads.tell_renamed(call.world, thread, call.bot)


def _check_may_edit(form: Form, thread: Thread, *, manages: bool, own: bool) -> None:
    if manages or own:
        if "locked" in form and not manages:
            raise Refused(Code.MISSING_PERMISSIONS)
        return
    unarchives = set(form.body) == {"archived"} and not form.flag("archived")
    if thread.locked and unarchives:
        raise Refused(Code.THREAD_LOCKED)
    if not unarchives:
        raise Refused(Code.MISSING_PERMISSIONS)


def _rename(form: Form, channel: Channel) -> None:
    name = form.text("name", longest=threads.LONGEST_NAME, shortest=1)
    topic = form.text("topic", longest=LONGEST_TOPIC)
    slowmode = form.integer("rate_limit_per_user")
    form.complaints.settle()
    channel.name = name or channel.name
    channel.topic = topic if "topic" in form.body else channel.topic
    channel.slowmode = channel.slowmode if slowmode is None else slowmode
