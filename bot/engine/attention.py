"""Attention: all that is meant for the bot, the rest of a long message included.

Who writes more than fits into one message mentions the bot in the first one only.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from bot.domain.hearing import Utterance, goes_on, is_called, is_heard, may_go_on
from bot.domain.message import Prompt
from bot.domain.session import Place
from bot.engine.listenings import Listenings

MOST_REMEMBERED = 1000  # people who may have more to say: for seconds, each in one place


class Attention:
    """Follows what is said, in order, and tells what of it is meant for the bot."""

    def __init__(self, listenings: Listenings) -> None:
        self._listenings = listenings
        self._begun: OrderedDict[tuple[Place, int], Prompt] = OrderedDict()

    def catches(self, utterance: Utterance) -> bool:
        """Whether an utterance is meant for the bot, by itself or by what it goes on with."""
        prompt = utterance.prompt
        person = (utterance.place, prompt.author_id)
        before = self._begun.pop(person, None)
        is_rest = before is not None and goes_on(before, utterance)
        if not is_rest and not self.is_meant(utterance):
            return False
        if may_go_on(prompt):
            self._begun[person] = prompt
            if len(self._begun) > MOST_REMEMBERED:
                self._begun.popitem(last=False)
        return True

    def is_meant(self, utterance: Utterance) -> bool:
        """Whether an utterance is meant for the bot by itself."""
        return is_heard(utterance, self._listenings.at(utterance.place))

    def is_shut_out(self, utterance: Utterance) -> bool:
        """Whether somebody calls the bot where it is to answer nothing but commands."""
        return is_called(utterance) and not self.is_meant(utterance)


def meant(said: Iterable[Utterance], listenings: Listenings) -> list[Utterance]:
    """Return what of all that was said, oldest first, is meant for the bot."""
    attention = Attention(listenings)
    return [utterance for utterance in said if attention.catches(utterance)]
