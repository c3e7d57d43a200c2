"""Which messages are meant for the bot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.access import Actor, ActorKind
from bot.domain.hearing import Utterance, is_heard
from tests.samples import ADA, CHANNEL, DIRECT, EVERY_RIGHT, prompt

PLAIN = Utterance(CHANNEL, prompt(1), ADA)


def test_small_talk_in_a_channel_is_not_meant_for_the_bot() -> None:
    assert not is_heard(PLAIN)


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
    assert is_heard(utterance)


@pytest.mark.parametrize("kind", [ActorKind.BOT, ActorKind.WEBHOOK, ActorKind.SYSTEM])
def test_the_bot_never_hears_bots_webhooks_and_system_messages(kind: ActorKind) -> None:
    actor = Actor(9, kind, EVERY_RIGHT)

    assert not is_heard(replace(PLAIN, mentions_us=True, actor=actor))
    assert not is_heard(replace(PLAIN, place=DIRECT, actor=actor))
