"""Hearing: which of all the messages are meant for the bot."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.access import Action, Actor, denial
from bot.domain.message import Prompt
from bot.domain.session import Place


@dataclass(frozen=True, slots=True)
class Utterance:
    """A message as the gateway saw it, with what decides whether it is meant for the bot."""

    place: Place
    prompt: Prompt
    actor: Actor
    in_thread_of_ours: bool = False
    mentions_us: bool = False
    replies_to_us: bool = False


def is_heard(utterance: Utterance) -> bool:
    """Whether the bot owes an answer.

    Every message of a person in a direct message or in a thread that the bot opened;
    elsewhere those that mention the bot or reply to it.
    """
    u = utterance
    if denial(u.actor, Action.SPEAK, u.place) is not None:
        return False
    return u.place.is_direct or u.in_thread_of_ours or u.mentions_us or u.replies_to_us
