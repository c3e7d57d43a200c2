"""The feed: everything that happens, told at once to every page that may see it."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable

from bot.playground.page.view import (
    commands_view,
    interaction_view,
    message_view,
    places_view,
    sees,
)
from bot.playground.wire.accounts import user_json
from bot.playground.world.accounts import User
from bot.playground.world.events import (
    CommandsChanged,
    ConnectionChanged,
    Event,
    InteractionAnswered,
    InteractionBegan,
    InteractionFailed,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    MessagesDeleted,
    ReactionChanged,
    TypingStarted,
)
from bot.playground.world.parts import Json
from bot.playground.world.permission import may_see
from bot.playground.world.places import Message
from bot.playground.world.world import World

MOST_WAITING = 2000  # frames for a page that does not read; then it has to begin anew
MOST_EPHEMERAL = 500  # messages for one reader that can still be acted upon


class Subscriber:
    """One open page: who looks through it, and what it has yet to be told."""

    def __init__(self, viewer: User) -> None:
        self.viewer = viewer
        self.frames: asyncio.Queue[str | None] = asyncio.Queue()
        self._is_behind = False

    def tell(self, name: str, about: object) -> None:
        """Queue a frame; None, and nothing after it, once the page is too far behind."""
        if self._is_behind:
            return
        self._is_behind = self.frames.qsize() >= MOST_WAITING
        frame = json.dumps({"t": name, "d": about}, separators=(",", ":"))
        self.frames.put_nowait(None if self._is_behind else frame)


class Feed:
    """Tells the open pages, each in the eyes of its viewer.

    Attributes:
        ephemeral: The messages that only one reader sees, newest last. No channel's history
            holds them, and yet their buttons can be pressed.
    """

    def __init__(self, world: World, *, bot_is_up: Callable[[], bool]) -> None:
        self.ephemeral: OrderedDict[int, Message] = OrderedDict()
        self._world = world
        self._bot_is_up = bot_is_up
        self._subscribers: list[Subscriber] = []
        self._places_changed = False
        world.listen(self._hear)

    def subscribe(self, viewer: User) -> Subscriber:
        """A page that is told everything from now on."""
        subscriber = Subscriber(viewer)
        self._subscribers.append(subscriber)
        return subscriber

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """The page is closed."""
        self._subscribers.remove(subscriber)

    def tell_all(self, name: str, about: object) -> None:
        """Tell every page something that is the same for all."""
        for subscriber in self._subscribers:
            subscriber.tell(name, about)

    def _hear(self, event: Event) -> None:
        match event:
            case MessageCreated(message):
                self._keep_if_ephemeral(message)
                self._tell_of(message, "MESSAGE_CREATE")
            case MessageEdited(message) | ReactionChanged(message):
                self._tell_of(message, "MESSAGE_UPDATE")
            case MessageDeleted() | MessagesDeleted():
                self._tell_gone(event)
            case InteractionBegan(one) | InteractionAnswered(one) | InteractionFailed(one):
                self._tell_one(one.user, "INTERACTION", interaction_view(one))
            case TypingStarted():
                self._tell_typing(event)
            case CommandsChanged():
                self._tell_commands()
            case ConnectionChanged():
                self.tell_all("BOT", {"up": self._bot_is_up()})
            case _:
                self._tell_places_soon()

    def _keep_if_ephemeral(self, message: Message) -> None:
        if message.is_ephemeral:
            self.ephemeral[message.id] = message
            if len(self.ephemeral) > MOST_EPHEMERAL:
                self.ephemeral.popitem(last=False)

    def _tell_of(self, message: Message, name: str) -> None:
        for each in self._subscribers:
            if sees(each.viewer, message):
                each.tell(name, message_view(self._world, message, each.viewer))

    def _tell_gone(self, event: MessageDeleted | MessagesDeleted) -> None:
        messages = event.messages if isinstance(event, MessagesDeleted) else (event.message,)
        for message in messages:
            self.ephemeral.pop(message.id, None)
        gone: Json = {
            "channel_id": str(messages[0].channel.id),
            "ids": [str(message.id) for message in messages],
        }
        for each in self._subscribers:
            if sees(each.viewer, messages[0]):
                each.tell("MESSAGE_DELETE", gone)

    def _tell_typing(self, event: TypingStarted) -> None:
        typing = {"channel_id": str(event.channel.id), "user": user_json(event.user)}
        for each in self._subscribers:
            if each.viewer is not event.user and may_see(event.channel, each.viewer):
                each.tell("TYPING_START", typing)

    def _tell_commands(self) -> None:
        for each in self._subscribers:
            each.tell("COMMANDS", commands_view(self._world, each.viewer))

    def _tell_one(self, viewer: User, name: str, about: object) -> None:
        for each in self._subscribers:
            if each.viewer is viewer:
                each.tell(name, about)

    def _tell_places_soon(self) -> None:
        """Once for all that changes in one breath: a thread is opened in several events."""
        if self._subscribers and not self._places_changed:
            self._places_changed = True
            asyncio.get_running_loop().call_soon(self._tell_places)

    def _tell_places(self) -> None:
        self._places_changed = False
        for each in self._subscribers:
            each.tell("PLACES", places_view(self._world, each.viewer))
