"""Which messages are meant for the bot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.access import Actor, ActorKind
from bot.domain.hearing import Utterance, is_heard
from bot.domain.manner import Listening
from tests.samples import ADA, CHANNEL, DIRECT, EVERY_RIGHT, prompt

PLAIN = Utterance(CHANNEL, prompt(1), ADA)


def test_small_talk_in_a_channel_is_not_meant_for_the_bot() -> None:
    assert not is_heard(PLAIN, Listening.MENTIONS)


@pytest.mark.parametrize(
    "utterance",
    [
        replace(PLAIN, mentions_us=True),
        replace(PLAIN, replies_to_us=True),
        replace(PLAIN, in_thread_of_ours=True),
        replace(PLAIN, place=DIRECT),
    ],
    ids=["mention", "reply", "thread of ours", "direct message"],
)
def test_the_bot_hears_whom_it_owes_an_answer(utterance: Utterance) -> None:
    assert is_heard(utterance, Listening.MENTIONS)


@pytest.mark.parametrize("kind", [ActorKind.BOT, ActorKind.WEBHOOK, ActorKind.SYSTEM])
def test_the_bot_never_hears_bots_webhooks_and_system_messages(kind: ActorKind) -> None:
    actor = Actor(9, kind, EVERY_RIGHT)

    assert not is_heard(replace(PLAIN, mentions_us=True, actor=actor), Listening.MENTIONS)
    assert not is_heard(replace(PLAIN, place=DIRECT, actor=actor), Listening.MENTIONS)


ROBOT = Actor(9, ActorKind.BOT, EVERY_RIGHT)


@pytest.mark.parametrize(
    ("utterance", "hears_all", "hears_off"),
    [
        (PLAIN, True, False),
        (replace(PLAIN, mentions_us=True), True, False),
        (replace(PLAIN, replies_to_us=True), True, False),
        (replace(PLAIN, in_thread_of_ours=True), True, True),
        (replace(PLAIN, place=DIRECT), True, True),
        (replace(PLAIN, actor=ROBOT), False, False),
    ],
    ids=["small talk", "mention", "reply", "thread of ours", "direct message", "bot"],
)
def test_a_channel_may_be_listened_to_wholly_or_not_at_all(
    utterance: Utterance, *, hears_all: bool, hears_off: bool
) -> None:
    assert is_heard(utterance, Listening.ALL) is hears_all
    assert is_heard(utterance, Listening.OFF) is hears_off
