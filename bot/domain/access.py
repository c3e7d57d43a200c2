"""Access: who may do what where. One check, deny by default, before every entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from bot.domain.errors import BotError
from bot.domain.session import Place, Session


class Action(StrEnum):
    """Everything a person can make the bot do."""

    SPEAK = "speak"  # say something that is meant for the bot
    CHAT = "chat"  # open a thread with a fresh session
    START = "start"  # put a fresh session in place of the open one
    STOP = "stop"
    RETRY = "retry"
    VERSION = "version"  # have another version of the newest answer shown
    CATCH_UP = "catch_up"  # have answered, or leave, what was said while the bot was away
    UNDO = "undo"  # take the newest turn out of the open session
    BRANCH = "branch"  # go on from a message in a session of its own
    SEE_CONTEXT = "see_context"  # look at what the model would be shown
    MARK = "mark"  # have a turn be shown whatever comes, or not at all
    SEE = "see"  # look at the sessions of a place
    RESUME = "resume"
    RENAME = "rename"
    DELETE = "delete"  # a session only the actor took part in
    DELETE_SHARED = "delete_shared"  # a session that others took part in
    SEE_USAGE = "see_usage"  # one's own, and what was used at a place in all
    SEE_SERVER_USAGE = "see_server_usage"  # of a server, and of each person in it
    HELP = "help"
    CHOOSE_FOR_SESSION = "choose_for_session"  # how the open session is answered
    CHOOSE_FOR_CHANNEL = "choose_for_channel"
    CHOOSE_FOR_SERVER = "choose_for_server"
    CHANGE_PERSONAS = "change_personas"  # of the server
    CHANGE_BUDGETS = "change_budgets"  # of the server's own; and see them


class Right(StrEnum):
    """What Discord lets a person do at a place."""

    VIEW = "view"  # see it and read its history
    WRITE = "write"  # send messages there
    MODERATE = "moderate"  # manage other people's messages
    ARRANGE = "arrange"  # manage the channel, or other people's messages there
    GOVERN = "govern"  # manage the server


class ActorKind(StrEnum):
    """What stands behind an account; only people are heard."""

    PERSON = "person"
    BOT = "bot"
    WEBHOOK = "webhook"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who wants something, with the rights Discord gives them at this very place."""

    id: int
    kind: ActorKind
    rights: frozenset[Right]


class Denial(StrEnum):
    """Why not."""

    NOT_A_PERSON = "not_a_person"
    CANNOT_VIEW = "cannot_view"
    CANNOT_WRITE = "cannot_write"
    CANNOT_MODERATE = "cannot_moderate"
    CANNOT_ARRANGE = "cannot_arrange"
    CANNOT_GOVERN = "cannot_govern"
    NOT_HERE = "not_here"  # the session belongs to another place
    NO_RULE = "no_rule"  # nobody wrote down who may do this


_DENIALS: Mapping[Right, Denial] = MappingProxyType(
    {
        Right.VIEW: Denial.CANNOT_VIEW,
        Right.WRITE: Denial.CANNOT_WRITE,
        Right.MODERATE: Denial.CANNOT_MODERATE,
        Right.ARRANGE: Denial.CANNOT_ARRANGE,
        Right.GOVERN: Denial.CANNOT_GOVERN,
    }
)
_TALK = (Right.VIEW, Right.WRITE)
_RULES: Mapping[Action, tuple[Right, ...]] = MappingProxyType(
    {
        Action.SPEAK: _TALK,
        Action.CHAT: _TALK,
        Action.START: _TALK,
        Action.STOP: _TALK,
        Action.RETRY: _TALK,
        Action.VERSION: _TALK,
        Action.UNDO: _TALK,
        Action.BRANCH: _TALK,
        Action.SEE_CONTEXT: (Right.VIEW,),
        Action.MARK: _TALK,
        Action.CATCH_UP: _TALK,
        Action.SEE: (Right.VIEW,),
        Action.RESUME: _TALK,
        Action.RENAME: _TALK,
        Action.DELETE: _TALK,
        Action.DELETE_SHARED: (*_TALK, Right.MODERATE),
        Action.SEE_USAGE: (Right.VIEW,),
        Action.SEE_SERVER_USAGE: (Right.VIEW, Right.GOVERN),
        Action.HELP: (),
        Action.CHOOSE_FOR_SESSION: _TALK,
        Action.CHOOSE_FOR_CHANNEL: (Right.VIEW, Right.ARRANGE),
        Action.CHOOSE_FOR_SERVER: (Right.VIEW, Right.GOVERN),
        Action.CHANGE_PERSONAS: (Right.VIEW, Right.GOVERN),
        Action.CHANGE_BUDGETS: (Right.VIEW, Right.GOVERN),
    }
)


def denial(
    actor: Actor, action: Action, place: Place, session: Session | None = None
) -> Denial | None:
    """Return why `actor` may not do `action` at `place`, or None when they may.

    A session that the action is about must be one of this place: its uuid is an
    address, not a key.
    """
    if actor.kind is not ActorKind.PERSON:
        return Denial.NOT_A_PERSON
    if action not in _RULES:
        return Denial.NO_RULE
    for right in _RULES[action]:
        if right not in actor.rights:
            return _DENIALS[right]
    if session is not None and session.place != place:
        return Denial.NOT_HERE
    return None


class Denied(BotError):
    """Somebody asked for what they may not do; nothing was done."""

    def __init__(self, why: Denial) -> None:
        super().__init__(why)
        self.denial = why


def demand(actor: Actor, action: Action, place: Place, session: Session | None = None) -> None:
    """Return only when `actor` may do `action` at `place`.

    Raises:
        Denied: they may not.
    """
    if why := denial(actor, action, place, session):
        raise Denied(why)
