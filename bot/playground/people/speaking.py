"""What a person can do with words: say, change, take back, react, type."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from bot.playground.world import posting, threads
from bot.playground.world.accounts import User
from bot.playground.world.events import TypingStarted
from bot.playground.world.files import LARGEST_FILE, MOST_FILES
from bot.playground.world.parts import (
    EVERYTHING,
    AllowedMentions,
    Change,
    Draft,
    Reference,
    Upload,
)
from bot.playground.world.permission import NONE, Permission, demand, permissions_in, sending_in
from bot.playground.world.places import Channel, Message, Thread
from bot.playground.world.refusal import Code, Refused
from bot.playground.world.world import World

BOT = "<@bot>"
"""What tests write for the bot's mention."""

LONGEST_TYPED = 4000
"""What a person may write with Nitro; everyone else has half of it."""

SILENT_REPLY = AllowedMentions(replied_user=False)


class Speaking:
    """A person as far as they use words."""

    def __init__(self, world: World, user: User) -> None:
        self._world = world
        self.user = user

    @property
    def id(self) -> int:
        """The person's id."""
        return self.user.id

    @property
    def name(self) -> str:
        """The person's user name."""
        return self.user.name

    @property
    def mention(self) -> str:
        """What is typed to address this person."""
        return self.user.mention

    async def say(
        self,
        channel: Channel,
        text: str = "",
        *,
        reply_to: Message | None = None,
        ping: bool = True,
        files: Iterable[Upload] = (),
    ) -> Message:
        """A new message; `<@bot>` in it becomes the bot's mention.

        Raises:
            Refused: if the person may not, or there is nothing in it, or the message that it
                replies to is not there.
        """
        if reply_to and not (reply_to.is_there and reply_to.channel is channel):
            raise Refused(Code.UNKNOWN_MESSAGE)
        draft = Draft(
            content=self._typed(text),
            uploads=_picked(files),
            reference=_pointer(reply_to) if reply_to else None,
            allowed=EVERYTHING if ping else SILENT_REPLY,
        )
        if not (draft.content or draft.uploads):
            raise Refused(Code.EMPTY_MESSAGE)
        posting.check_may_post(self._world, channel, self.user, draft)
        return posting.post(self._world, channel, self.user, draft)

    async def edit(self, message: Message, text: str, *, without: Collection[str] = ()) -> None:
        """The person's message says something else, and has some of its files no more.

        Nobody can add a file to a message that they have sent.

        Raises:
            Refused: if it is not theirs, or would be empty.
        """
        posting.check_may_change(message, self.user, delete=False)
        content = self._typed(text)
        kept = frozenset(each.id for each in message.attachments if each.filename not in without)
        if not (content or kept):
            raise Refused(Code.EMPTY_MESSAGE)
        posting.edit(self._world, message, Change(content=content, kept=kept))

    async def delete(self, message: Message) -> None:
        """A message is gone: the person's own, or any for a moderator.

        Raises:
            Refused: if they may not.
        """
        posting.check_may_change(message, self.user, delete=True)
        posting.erase(self._world, message)

    async def delete_many(self, *messages: Message) -> None:
        """Messages of one channel are gone at once.

        Raises:
            Refused: if the person is no moderator.
        """
        demand(messages[0].channel, self.user, Permission.MANAGE_MESSAGES)
        posting.erase(self._world, *messages)

    async def react(self, message: Message, emoji: str) -> None:
        """The person's emoji stands under the message.

        Raises:
            Refused: if the person may not.
        """
        posting.check_may_react(message, self.user, emoji)
        posting.react(self._world, message, self.user, emoji)

    async def unreact(self, message: Message, emoji: str) -> None:
        """It no longer does."""
        posting.unreact(self._world, message, self.user, emoji)

    async def typing(self, channel: Channel) -> None:
        """The person is seen typing."""
        demand(channel, self.user, sending_in(channel))
        self._world.emit(TypingStarted(channel, self.user, datetime.now(UTC)))

    async def open_thread(
        self,
        channel: Channel,
        name: str,
        *,
        message: Message | None = None,
        private: bool = False,
    ) -> Thread:
        """A new thread, from a message or not.

        Raises:
            Refused: if the person may not.
        """
        threads.check_may_open(channel, self.user, private=private, message=message)
        draft = threads.ThreadDraft(name=_named(name), private=private)
        return threads.open_thread(self._world, channel, self.user, draft, message)

    async def open_forum_post(
        self, forum: Channel, title: str, text: str, *, files: Iterable[Upload] = ()
    ) -> Thread:
        """A new post with its first message, which has the post's id.

        Raises:
            Refused: if the person may not.
        """
        opening = Draft(content=self._typed(text), uploads=_picked(files))
        if not (opening.content or opening.uploads):
            raise Refused(Code.EMPTY_MESSAGE)
        posting.check_may_begin(forum, self.user, opening)
        draft = threads.ThreadDraft(name=_named(title))
        thread = threads.open_thread(self._world, forum, self.user, draft)
        posting.post(self._world, thread, self.user, opening)
        return thread

    async def join(self, thread: Thread) -> None:
        """The person is in the thread."""
        demand(thread, self.user, NONE)
        threads.come_in(self._world, thread, self.user)

    async def invite(self, thread: Thread, user: User) -> None:
        """Somebody is in the thread."""
        demand(thread, self.user, Permission.SEND_MESSAGES_IN_THREADS)
        threads.come_in(self._world, thread, user)

    async def leave(self, thread: Thread) -> None:
        """The person is not in the thread."""
        threads.go_out(self._world, thread, self.user)

    async def archive(self, thread: Thread, *, locked: bool | None = None) -> None:
        """The thread is put away, and locked if said so.

        Raises:
            Refused: if it is another's and the person does not manage threads.
        """
        self._demand_ruling(thread, locking=locked is not None)
        locked = thread.locked if locked is None else locked
        threads.set_aside(self._world, thread, archived=True, locked=locked)

    async def unarchive(self, thread: Thread) -> None:
        """The thread is active again, and not locked."""
        self._demand_ruling(thread, locking=thread.locked)
        threads.set_aside(self._world, thread, archived=False, locked=False)

    def _typed(self, text: str) -> str:
        content = text.replace(BOT, self._world.bot.mention).strip()
        if len(content) > LONGEST_TYPED:
            raise Refused(Code.INVALID_FORM, message=f"Must be {LONGEST_TYPED} or fewer in length.")
        return content

    def _demand_ruling(self, thread: Thread, *, locking: bool) -> None:
        manages = Permission.MANAGE_THREADS in permissions_in(thread, self.user)
        if not manages and (locking or thread.owner_id != self.user.id):
            raise Refused(Code.MISSING_PERMISSIONS)


def _picked(files: Iterable[Upload]) -> tuple[Upload, ...]:
    picked = tuple(files)
    if len(picked) > MOST_FILES:
        raise Refused(Code.INVALID_FORM, message=f"Must be {MOST_FILES} or fewer in length.")
    if any(len(each.data) > LARGEST_FILE for each in picked):
        raise Refused(Code.REQUEST_TOO_LARGE)
    return picked


def _named(name: str) -> str:
    stripped = name.strip()
    if not 1 <= len(stripped) <= threads.LONGEST_NAME:
        message = f"Must be between 1 and {threads.LONGEST_NAME} in length."
        raise Refused(Code.INVALID_FORM, message=message)
    return stripped


def _pointer(message: Message) -> Reference:
    guild = message.channel.guild
    return Reference(message.channel.id, message.id, guild.id if guild else None)
