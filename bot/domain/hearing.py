"""Hearing: which of all the messages are meant for the bot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.access import Action, Actor, denial
from bot.domain.manner import Listening
from bot.domain.message import Prompt
from bot.domain.session import Place

# https://discord.com/developers/docs/reference#snowflakes: an id begins with the milliseconds
# since the first second of 2015.
_FIRST_MOMENT = datetime(2015, 1, 1, tzinfo=UTC)
_BITS_BELOW_TIME = 22

# Discord takes 2000 characters of most people, so the rest follows in a message of its own:
# https://support.discord.com/hc/en-us/articles/115000435108
LONG_MESSAGE = 1900
GOES_ON_WITHIN = timedelta(seconds=4)


@dataclass(frozen=True, slots=True)
class Utterance:
    """A message as the gateway saw it, with what decides whether it is meant for the bot."""

    place: Place
    prompt: Prompt
    actor: Actor
    in_thread_of_ours: bool = False
    mentions_us: bool = False
    replies_to_us: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """The newest part of what stands at a place, oldest first, as it was read.

    What is kept from us is not in `said`, but in `there`. From `since` on nothing that
    stands there is missing; None: nothing is known of what is not there.
    """

    said: tuple[Utterance, ...] = ()
    there: frozenset[int] = frozenset()
    since: int | None = None

    def lacks(self, messages: Iterable[int]) -> set[int]:
        """Return those of the messages, said before it was read, that do not stand there."""
        if self.since is None:
            return set()
        return {number for number in messages if number >= self.since} - self.there


@dataclass(frozen=True, slots=True)
class Sight:
    """A place as Discord shows it: what was said there last, without its words."""

    place: Place
    newest: int | None = None  # the id of the newest message; None: Discord did not say
    since: int = 0  # what is older was said before we were there


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far a place was heard: whatever is meant for us up to that message is recorded.

    While a place lags nothing that is said there later may move its watermark: between the
    two there may be messages that nobody heard.
    """

    place: Place
    until: int
    lags: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A place was read up to a message, by a reader that began in that epoch.

    In a later epoch more may be missing there, and an earlier reading proves nothing.
    """

    until: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Watermarks:
    """The watermark that all places share, and those of the places that have one of their own."""

    common: int | None  # None: the bot was never connected before
    own: Mapping[int, Watermark]  # by the id of the channel


def id_at(moment: datetime) -> int:
    """Return the least id that Discord gives out at a moment."""
    return int((moment - _FIRST_MOMENT).total_seconds() * 1000) << _BITS_BELOW_TIME


def may_go_on(prompt: Prompt) -> bool:
    """Whether the rest of what a person has to say may follow in another message."""
    return prompt.is_message and len(prompt.text) >= LONG_MESSAGE


def goes_on(before: Prompt, utterance: Utterance) -> bool:
    """Whether an utterance at the same place is the rest of what its author began to say."""
    rest = utterance.prompt
    return (
        may_go_on(before)
        and before.author_id == rest.author_id
        and before.message_id < rest.message_id
        and rest.said_at - before.said_at <= GOES_ON_WITHIN
        and denial(utterance.actor, Action.SPEAK, utterance.place) is None
    )


def is_called(utterance: Utterance) -> bool:
    """Whether a person means the bot by themselves: they mention it or reply to it."""
    u = utterance
    may_speak = denial(u.actor, Action.SPEAK, u.place) is None
    return may_speak and (u.mentions_us or u.replies_to_us)


def is_heard(utterance: Utterance, listening: Listening) -> bool:
    """Whether the bot owes an answer where that is listened to.

    Every message of a person in a direct message or in a thread that the bot opened, for
    somebody asked for these; elsewhere those that `listening` says.
    """
    u = utterance
    if denial(u.actor, Action.SPEAK, u.place) is not None:
        return False
    if u.place.is_direct or u.in_thread_of_ours:
        return True
    return listening is Listening.ALL or (listening is Listening.MENTIONS and is_called(u))
