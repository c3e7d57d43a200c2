"""A catalogue of models that the test wrote down."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.errors import ModelError


class WrittenCatalogue:
    """The Catalogue port; what it is told to say comes once each, the last again and again."""

    def __init__(self, *answers: Sequence[str] | ModelError) -> None:
        self._answers = list(answers or [()])
        self.asked = 0

    async def models(self) -> Sequence[str]:
        self.asked += 1
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, ModelError):
            raise answer
        return answer
